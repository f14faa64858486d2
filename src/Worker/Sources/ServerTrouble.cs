using CrmSync.Domain.Harvest;
using CrmSync.Worker.MailServers;

namespace CrmSync.Worker.Sources;

/// <summary>What the failure of a mail or calendar server means for an account, in words.</summary>
internal static class ServerTrouble
{
    /// <summary>The failure as the whole account's.</summary>
    public static SourceException OfAccount(string place, MailServerException failure) =>
        new(From(place, failure), failure.Failure.NeedsPerson, failure);

    /// <summary>
    /// The failure as one folder's or calendar's. A login that one folder refuses was good for the others: nobody has to correct it.
    /// </summary>
    public static FolderUnreadable OfFolder(string place, MailServerException failure) =>
        new(From(place, failure), failure.Failure.NeedsPerson && failure.Failure is not MailFailure.Auth);

    public static Trouble From(string place, MailServerException failure) => new(place, failure.Message, failure.Remedy);

    /// <summary>Whether the trouble is one folder's or one item's, and the session can go on.</summary>
    public static bool IsLocal(MailServerException failure) =>
        !failure.ConnectionLost && failure.Failure is MailFailure.Permanent or MailFailure.Protocol;
}
