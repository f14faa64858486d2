using CrmSync.Domain.Harvest;
using CrmSync.Worker.MailServers;

namespace CrmSync.Worker.Sources.Imap;

/// <summary>What the failure of a mail server means for an account, in words.</summary>
internal static class ImapTrouble
{
    /// <summary>The failure as the whole account's.</summary>
    public static SourceException OfAccount(string place, MailServerException failure) =>
        new(From(place, failure), IsPermanent(failure), failure);

    /// <summary>The failure as one folder's.</summary>
    public static FolderUnreadable OfFolder(string place, MailServerException failure) =>
        new(From(place, failure), IsPermanentForFolder(failure));

    public static Trouble From(string place, MailServerException failure) => new(place, failure.Message, Remedy(failure.Failure));

    /// <summary>Whether the trouble is one folder's or one item's, and the session can go on.</summary>
    public static bool IsLocal(MailServerException failure) =>
        !failure.ConnectionLost && failure.Failure is MailFailure.Permanent or MailFailure.Protocol;

    private static bool IsPermanentForFolder(MailServerException failure) => failure.Failure is MailFailure.Config;

    private static bool IsPermanent(MailServerException failure) => failure.Failure is MailFailure.Auth or MailFailure.Config;

    private static string Remedy(MailFailure failure) => failure switch
    {
        MailFailure.Network => "it is tried again by itself; if it stays, check host, port and the way there",
        MailFailure.Throttled => "it is tried again by itself, later",
        MailFailure.Auth => "correct the login in crmsync.yaml; it is tried only rarely until then, so that nothing gets locked",
        MailFailure.Config => "correct crmsync.yaml or the settings of the mailbox, then run: crmsync check --connect",
        MailFailure.Protocol => "it is tried again by itself, in another way; if it stays, report the server's answer",
        _ => "it is left out and looked for again later",
    };
}
