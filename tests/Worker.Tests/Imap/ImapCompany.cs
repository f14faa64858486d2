using CrmSync.Storage;
using CrmSync.Storage.Harvest;
using CrmSync.Worker.MailServers;
using CrmSync.Worker.Sources.Imap;
using NodaTime;

namespace CrmSync.Worker.Tests.Imap;

/// <summary>The mail accounts of a running program.</summary>
internal static class ImapCompany
{
    /// <summary>Connections and logins of a program; each call is a program that was started anew.</summary>
    /// <param name="clock">Its clock.</param>
    /// <param name="database">Where it keeps failures, tokens and lessons; null: in memory.</param>
    /// <param name="options">How connections behave; null: as usual.</param>
    public static ImapSources Sources(IClock clock, ContactDatabase? database = null, ImapOptions? options = null) =>
        new(clock, Logins(clock, database), new ServerLessons(clock, database is null ? null : new Settings(database)), options);

    /// <summary>The logins of a program.</summary>
    /// <param name="clock">Its clock.</param>
    /// <param name="database">Where it keeps failures and tokens; null: in memory.</param>
    /// <param name="insist">Whether a person asks.</param>
    public static MailLogins Logins(IClock clock, ContactDatabase? database, bool insist = false) => new(
        clock,
        TimeProvider.System,
        database is null ? null : new LoginStores(database, new Settings(database), new LoginFailures(database)))
    {
        Insist = insist,
    };
}
