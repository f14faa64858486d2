using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using CrmSync.Domain.Company;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.MailServers;

namespace CrmSync.Worker.Sources.Google;

/// <summary>Who is in a group of a Google Workspace (Directory API, members.list).</summary>
/// <param name="workspace">Whose directory.</param>
/// <param name="http">Connections of <see cref="WebConnections"/>.</param>
/// <param name="tokens">For the directory, on behalf of somebody who may see it.</param>
internal sealed class GoogleDirectory(GoogleAccount workspace, HttpMessageInvoker http, IAccessTokens tokens)
{
    /// <summary>A group of more people is given page by page without end.</summary>
    private const int MostPages = 1000;

    /// <summary>The addresses of the group's users, also through groups in it; those who are suspended have no mailbox to read.</summary>
    /// <param name="group">The group's address.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="SourceException">The group cannot be found or read, or nobody is in it.</exception>
    public async Task<IReadOnlyList<EmailAddress>> Members(EmailAddress group, CancellationToken ct)
    {
        try
        {
            var members = new SortedDictionary<string, EmailAddress>(StringComparer.Ordinal);
            string? page = null;
            for (var pages = 0; pages < MostPages; pages++)
            {
                page = Take(await Ask(group, page, ct), members);
                if (page is null)
                    break;
            }

            return members.Count > 0
                ? [.. members.Values]
                : throw new MailServerException(
                    MailFailure.Config, $"the group {group} has no member with a mailbox, neither itself nor through groups in it")
                {
                    Remedy = "add people to it, or list them under `mailboxes`",
                };
        }
        catch (MailServerException failure)
        {
            throw ServerTrouble.OfAccount(workspace.Name, failure);
        }
    }

    private static string? Take(JsonDocument answer, SortedDictionary<string, EmailAddress> members)
    {
        using (answer)
        {
            var root = answer.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                throw new MailServerException(MailFailure.Protocol, "Google's directory answered with something else than members");

            if (root.TryGetProperty("members", out var listed) && listed.ValueKind == JsonValueKind.Array)
            {
                foreach (var member in listed.EnumerateArray().Where(member => member.ValueKind == JsonValueKind.Object))
                {
                    if (
                        AnsweredJson.Text(member, "type") is "USER"
                        && AnsweredJson.Text(member, "status") is null or "ACTIVE"
                        && EmailAddress.TryParse(AnsweredJson.Text(member, "email"), out var address))
                        members[address.Value] = address;
                }
            }

            return AnsweredJson.Text(root, "nextPageToken") is { Length: > 0 } next ? next : null;
        }
    }

    private async Task<JsonDocument> Ask(EmailAddress group, string? page, CancellationToken ct)
    {
        var target = new Uri(
            workspace.Directory,
            $"/admin/directory/v1/groups/{Uri.EscapeDataString(group.Value)}/members?includeDerivedMembership=true&maxResults=200"
                + (page is null ? "" : $"&pageToken={Uri.EscapeDataString(page)}"));
        var token = await tokens.Get(refused: null, ct);
        var (answer, status) = await Send(target, token, group, ct);
        if (status == HttpStatusCode.Unauthorized)
            (answer, _) = await Send(target, await tokens.Get(refused: token, ct), group, ct);

        return answer ?? throw new MailServerException(MailFailure.Auth, $"Google's directory does not let {workspace.Admin} in");
    }

    /// <summary>The answer; none when the token was refused.</summary>
    private async Task<(JsonDocument? Answer, HttpStatusCode Status)> Send(
        Uri target,
        string token,
        EmailAddress group,
        CancellationToken ct)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, target);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using var response = await http.SendAsync(request, ct);
            if (response.StatusCode == HttpStatusCode.Unauthorized)
                return (null, response.StatusCode);

            var text = await response.Content.ReadAsStringAsync(ct);
            return response.IsSuccessStatusCode
                ? (JsonDocument.Parse(text), response.StatusCode)
                : throw Refused(response, text, group, token);
        }
        catch (JsonException e)
        {
            throw new MailServerException(MailFailure.Protocol, "the answer of Google's directory is not JSON", inner: e);
        }
        catch (Exception e) when (WebTrouble.Explain(target, e) is { } trouble)
        {
            throw new MailServerException(trouble.Failure, $"Google's directory: {trouble.Words}", trouble.Answer, e)
            {
                ConnectionLost = trouble.ConnectionLost,
            };
        }
    }

    private MailServerException Refused(HttpResponseMessage response, string text, EmailAddress group, string token)
    {
        var (reason, message) = AnsweredJson.ReadError(text, Error);
        var (failure, words, remedy) = (response.StatusCode, reason) switch
        {
            (HttpStatusCode.TooManyRequests, _) or (_, "rateLimitExceeded" or "userRateLimitExceeded" or "quotaExceeded") => (
                MailFailure.Throttled,
                "Google's directory asks for fewer requests",
                null),
            (HttpStatusCode.NotFound, _) => (
                MailFailure.Config,
                $"there is no group {group} in the workspace",
                "write the group's address as `group`"),
            (_, "accessNotConfigured") => (
                MailFailure.Config,
                "the Admin SDK API is not enabled in the service account's project",
                "enable it in the Google Cloud console"),
            (HttpStatusCode.Forbidden, _) => (
                MailFailure.Config,
                $"{workspace.Admin} may not see who is in {group}",
                "name an administrator of groups as `admin`"),
            ( >= HttpStatusCode.InternalServerError, _) => (MailFailure.Network, "Google's directory is in trouble", (string?)null),
            _ => (MailFailure.Config, $"Google's directory does not answer who is in {group}", null),
        };
        return new MailServerException(
            failure,
            words,
            ServerAnswers.Presentable($"{(int)response.StatusCode} {reason} {message}".Trim(), [token]))
        {
            RetryAfter = WebTrouble.RetryAfter(response),
            Remedy = remedy,
        };
    }

    /// <summary>Google's errors: <c>{"error": {"message": "...", "errors": [{"reason": "..."}]}}</c>.</summary>
    private static (string? Reason, string? Message) Error(JsonElement json)
    {
        if (
            json.ValueKind != JsonValueKind.Object
            || !json.TryGetProperty("error", out var error)
            || error.ValueKind != JsonValueKind.Object)
            return (null, null);

        var reason = error.TryGetProperty("errors", out var all) && all.ValueKind == JsonValueKind.Array
            ? all.EnumerateArray().Select(one => AnsweredJson.Text(one, "reason")).FirstOrDefault(one => one is not null)
            : null;
        return (reason, AnsweredJson.Text(error, "message"));
    }
}
