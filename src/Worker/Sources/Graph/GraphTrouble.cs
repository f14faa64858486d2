using System.Net;
using CrmSync.Domain.Harvest;

namespace CrmSync.Worker.Sources.Graph;

/// <summary>What a failure of Microsoft Graph means for an account, in words an administrator can act on.</summary>
internal static class GraphTrouble
{
    /// <summary>The permission that reading mail needs, and so on (permissions-reference).</summary>
    public const string ReadMail = "Mail.Read";
    public const string ReadCalendars = "Calendars.Read";
    public const string ReadMembers = "GroupMember.Read.All";
    public const string SendMail = "Mail.Send";

    /// <summary>The failure as the whole account's.</summary>
    /// <param name="account">Its name.</param>
    /// <param name="failure">What happened.</param>
    /// <param name="permission">What was needed.</param>
    public static SourceException OfAccount(string account, GraphFailure failure, string permission) =>
        new(From(account, failure, permission), IsPermanent(failure), failure);

    /// <summary>The failure as one folder's or calendar's.</summary>
    public static FolderUnreadable OfFolder(string place, GraphFailure failure, string permission) =>
        new(From(place, failure, permission), IsPermanent(failure));

    /// <summary>Whether the failure is that of the whole mailbox and trying its other folders makes no sense.</summary>
    public static bool IsWhole(GraphFailure failure) =>
        failure.Kind is not (GraphFailureKind.Refused or GraphFailureKind.Malformed)
        || IsNoMailbox(failure)
        || IsNoUser(failure)
        || failure.Status is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized;

    public static Trouble From(string place, GraphFailure failure, string permission) =>
        failure.Kind switch
        {
            GraphFailureKind.Clock => new(place, failure.Message, "then it works again by itself"),
            GraphFailureKind.Login => new(
                place,
                failure.Message,
                "correct it in crmsync.yaml or at Microsoft Entra, then run: crmsync check --connect"),
            GraphFailureKind.NotGraph => new(place, failure.Message, "then run: crmsync check --connect"),
            GraphFailureKind.Malformed => new(
                place,
                failure.Message,
                "the others are read; it is tried again by itself. If it stays, report it"),
            GraphFailureKind.Passing => new(
                place,
                failure.Message,
                "it is tried again by itself; if it stays, look at Microsoft 365's service health and at the way there"),
            _ when IsNoMailbox(failure) => new(
                place,
                "has no mailbox in Microsoft 365: it has no Exchange licence, lies on a server of your own, or was removed lately",
                "assign a licence or migrate it, or take it off mailboxes or out of the group; it is looked at again by itself"),
            _ when IsNoUser(failure) => new(
                place,
                "there is no such user in the tenant (deleted, renamed or misspelt)",
                "correct mailboxes in crmsync.yaml (they are sign-in names), or restore the user within 30 days of the deletion"),
            _ when failure.Status == HttpStatusCode.Forbidden => new(
                place,
                $"the app may not read this: the application permission {permission} is missing, or an access policy or management scope "
                    + $"leaves this mailbox out ({failure.Code})",
                $"grant {permission} as application permission with admin consent in Microsoft Entra, or, to limit the app to a group, "
                    + $"assign the role \"Application {permission}\" "
                    + "with a management scope (RBAC for Applications, New-ManagementRoleAssignment; check with "
                    + "Test-ServicePrincipalAuthorization); changes take up to two hours"
            ),
            _ => new(
                place,
                $"Microsoft Graph refused ({(int?)failure.Status} {failure.Code}: {Short(failure.Message)})",
                "it is tried again by itself; if it stays, report the answer"),
        };

    /// <summary>Whether a person must act.</summary>
    public static bool IsPermanent(GraphFailure failure) => failure.Kind switch
    {
        GraphFailureKind.Passing or GraphFailureKind.Malformed => false,
        GraphFailureKind.Refused => IsNoMailbox(failure) || IsNoUser(failure) || failure.Status is HttpStatusCode.Forbidden,
        _ => true,
    };

    private static bool IsNoMailbox(GraphFailure failure) =>
        failure.Code
            is "MailboxNotEnabledForRESTAPI"
                or "MailboxNotSupportedForRESTAPI"
                or "ErrorNonExistentMailbox"
                or "ErrorMailboxStoreUnavailable"
        || failure.Message.Contains("soft-deleted", StringComparison.OrdinalIgnoreCase)
        || failure.Message.Contains("hosted on-premise", StringComparison.OrdinalIgnoreCase);

    private static bool IsNoUser(GraphFailure failure) =>
        failure.Code is "ErrorInvalidUser" or "Request_ResourceNotFound" || (failure.NotFound && failure.Code is "ResourceNotFound");

    private static string Short(string words) => words.Length > 200 ? words[..200] + "..." : words;
}
