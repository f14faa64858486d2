using CrmSync.Domain.Harvest;
using CrmSync.Worker.MailServers;

namespace CrmSync.Worker.Sources.CalDav;

/// <summary>What the failure of a CalDAV server means for an account, in words.</summary>
internal static class CalDavTrouble
{
    /// <summary>The failure as the whole account's.</summary>
    public static SourceException OfAccount(string place, MailServerException failure) =>
        new(TroubleFrom(place, failure), isPermanent: failure.Failure is MailFailure.Auth or MailFailure.Config, failure);

    /// <summary>The failure as one calendar's.</summary>
    public static FolderUnreadable OfFolder(string place, MailServerException failure) =>
        new(TroubleFrom(place, failure), IsPermanent: failure.Failure is MailFailure.Config);

    /// <summary>Whether the trouble is one calendar's, and the others can be read.</summary>
    public static bool IsLocal(MailServerException failure) =>
        !failure.ConnectionLost && failure.Failure is MailFailure.Permanent or MailFailure.Protocol;

    private static Trouble TroubleFrom(string place, MailServerException failure) =>
        new(
            place,
            failure.Message,
            failure.Failure switch
            {
                MailFailure.Network =>
                    "it is tried again by itself; if it stays, check the address and the way there. What is known of its meetings stays",
                MailFailure.Throttled => "it is tried again by itself, later",
                MailFailure.Auth => "correct the login in crmsync.yaml, then run: crmsync check --connect",
                MailFailure.Config => "correct crmsync.yaml or the settings of the calendar, then run: crmsync check --connect",
                MailFailure.Protocol => "it is tried again by itself; if it stays, report the server's answer",
                _ => "it is left out and looked for again later",
            });
}
