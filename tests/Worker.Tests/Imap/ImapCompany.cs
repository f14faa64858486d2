using CrmSync.Storage;
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
        new(clock, new MailLogins(clock, TimeProvider.System, database), new ServerLessons(clock, database), options);
}
