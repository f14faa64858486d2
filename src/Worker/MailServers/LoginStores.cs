using CrmSync.Storage;
using CrmSync.Storage.Harvest;

namespace CrmSync.Worker.MailServers;

/// <summary>Where what is known of logins is kept over a restart, and for every program of the database.</summary>
/// <param name="Database">Where all of it is kept.</param>
/// <param name="Settings">Tokens, and the secret that fingerprints are made with.</param>
/// <param name="Failures">What failed, and when it may be tried again.</param>
internal sealed record LoginStores(ContactDatabase Database, Settings Settings, LoginFailures Failures);
