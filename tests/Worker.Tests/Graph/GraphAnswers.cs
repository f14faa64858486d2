using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CrmSync.Mail.Mime;

namespace CrmSync.Worker.Tests.Graph;

/// <summary>What the test service answers, from the state of its mailboxes alone.</summary>
internal sealed class GraphAnswers(GraphTestService service)
{
    private readonly Dictionary<string, DeltaPosition> positions = new(StringComparer.Ordinal);
    private readonly GraphEventAnswers events = new(service);
    private int links;

    /// <summary>
    /// Where a delta link goes on. A snapshot lists what was there when the round began; later rounds tell what changed since.
    /// </summary>
    private sealed record DeltaPosition(
        GraphTestFolder Folder,
        long Version,
        List<GraphTestMessage>? Rest,
        DateTimeOffset? Since,
        string? Select,
        string? Expand,
        bool Incremental);

    public static string? UserIn(string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var at = Array.FindIndex(parts, p => p.Equals("users", StringComparison.OrdinalIgnoreCase));
        return at >= 0 && at + 1 < parts.Length ? Uri.UnescapeDataString(parts[at + 1]) : null;
    }

    /// <summary>errors, "Error resource type".</summary>
    public static GraphAnswer Error(int status, string code, string message) =>
        GraphAnswer.Json(
            status,
            new JsonObject
            {
                ["error"] = new JsonObject
                {
                    ["code"] = code,
                    ["message"] = message,
                    ["innerError"] = new JsonObject { ["request-id"] = "1" },
                },
            });

    public void ExpireLinks()
    {
        lock (positions)
            positions.Clear();

        events.ExpireLinks();
    }

    public GraphAnswer Answer(GraphRequest request)
    {
        var parts = request
            .Path.Split('/', StringSplitOptions.RemoveEmptyEntries)
            .Skip(1)
            .Select(Uri.UnescapeDataString)
            .SelectMany(Keyed)
            .ToArray();
        if (parts is ["groups", ..])
            return Groups(request, parts);

        if (parts is ["users"])
            return Users(request);

        if (parts is not ["users", var user, .. var rest])
            return Error(400, "BadRequest", "Resource not found for the segment.");

        if (service.Find(user) is not { State: not MailboxState.NoUser } mailbox)
            return Error(
                404,
                rest.Length == 0 ? "Request_ResourceNotFound" : "ErrorInvalidUser",
                $"The requested user '{user}' is invalid.");

        switch (mailbox.State)
        {
            case MailboxState.NotInTheCloud when rest.Length > 0:
                return Error(404, "MailboxNotEnabledForRESTAPI", "The mailbox is either inactive, soft-deleted, or is hosted on-premise.");
            case MailboxState.Forbidden when rest.Length > 0:
                return Error(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.");
        }

        lock (mailbox.Gate)
        {
            return rest switch
            {
                [] => GraphAnswer.Json(200, User(mailbox)),
                ["mailFolders"] => Folders(request, mailbox, null),
                ["mailFolders", var id] => Named(mailbox, id) is { } folder
                    ? GraphAnswer.Json(200, FolderJson(mailbox, folder))
                    : FolderNotFound(),
                ["mailFolders", var id, "childFolders"] => Named(mailbox, id) is { } folder
                    ? Folders(request, mailbox, folder)
                    : FolderNotFound(),
                ["mailFolders", var id, "messages", "delta"] => Named(mailbox, id) is { } folder
                    ? Delta(request, mailbox, folder)
                    : FolderNotFound(),
                ["mailFolders", var id, "messages"] => Named(mailbox, id) is { } folder
                    ? List(request, mailbox, mailbox.Messages.Where(m => m.Folder == folder))
                    : FolderNotFound(),
                ["messages"] => List(request, mailbox, mailbox.Messages),
                ["messages", var id] => mailbox.Find(id) is { } message
                    ? GraphAnswer.Json(200, MessageJson(request, message, request.Option("$select"), request.Option("$expand")))
                    : ItemNotFound(),
                ["messages", var id, "$value"] => mailbox.Find(id) is { } message
                    ? new GraphAnswer(200, "", "text/plain") { Raw = message.Mime }
                    : ItemNotFound(),
                ["sendMail"] => Send(request, mailbox),
                _ => events.Answer(request, mailbox, rest),
            };
        }
    }

    /// <summary>
    /// Both <c>mailFolders/ID</c> and <c>mailfolders('ID')</c> are valid, whatever the case of the segment (delta-query-messages shows the
    /// second).
    /// </summary>
    private static IEnumerable<string> Keyed(string segment)
    {
        var match = Regex.Match(segment, @"^(\w+)\('(.*)'\)$");
        var parts = match.Success ? new[] { match.Groups[1].Value, match.Groups[2].Value } : [segment];
        string[] known =
        [
            "users",
            "groups",
            "mailFolders",
            "childFolders",
            "messages",
            "delta",
            "sendMail",
            "transitiveMembers",
            "calendars",
            "calendar",
            "calendarView",
            "events",
            "instances",
        ];
        foreach (var part in parts)
            yield return Array.Find(known, k => k.Equals(part, StringComparison.OrdinalIgnoreCase))
                ?? part.Replace("delta()", "delta", StringComparison.Ordinal);
    }

    private static GraphAnswer FolderNotFound() => Error(404, "ErrorItemNotFound", "The specified folder could not be found in the store.");

    private static GraphAnswer ItemNotFound() => Error(404, "ErrorItemNotFound", "The specified object was not found in the store.");

    private static GraphTestFolder? Named(GraphTestMailbox mailbox, string id) =>
        mailbox.Folders.Find(f => f.Id == id)
        ?? mailbox.Folders.Find(f => string.Equals(f.WellKnown, id, StringComparison.OrdinalIgnoreCase));

    private static JsonObject User(GraphTestMailbox mailbox) => new()
    {
        ["@odata.type"] = "#microsoft.graph.user",
        ["id"] = mailbox.Id,
        ["mail"] = mailbox.Address,
        ["userPrincipalName"] = mailbox.Address,
        ["accountEnabled"] = true,
    };

    private GraphAnswer Users(GraphRequest request)
    {
        var mail = Regex.Match(request.Option("$filter") ?? "", "mail eq '([^']*)'").Groups[1].Value;
        return Collection(
            service
                .Mailboxes.Where(m => m.Address.Equals(mail, StringComparison.OrdinalIgnoreCase) && m.State != MailboxState.NoUser)
                .Select(User));
    }

    /// <summary>group-list, group-list-transitivemembers: a flat list of all nested members, other groups and devices among them.</summary>
    private GraphAnswer Groups(GraphRequest request, string[] parts)
    {
        if (parts is ["groups"])
        {
            var mail = Regex.Match(request.Option("$filter") ?? "", "mail eq '([^']*)'").Groups[1].Value;
            return Collection(service.Groups.Keys.Where(g => g.Equals(mail, StringComparison.OrdinalIgnoreCase)).Select(GroupJson));
        }

        if (
            parts is not ["groups", var id, "transitiveMembers", ..]
            || service.Groups.Keys.FirstOrDefault(g => GroupId(g) == id) is not { } group)
            return Error(
                404,
                "Request_ResourceNotFound",
                "Resource does not exist or one of its queried reference-property objects are not present.");

        var members = new Dictionary<string, JsonObject>(StringComparer.Ordinal)
        {
            ["device"] = new() { ["@odata.type"] = "#microsoft.graph.device", ["id"] = "device" },
        };
        var open = new Queue<string>(service.Groups[group]);
        while (open.TryDequeue(out var member))
        {
            if (service.Groups.TryGetValue(member, out var nested) && members.TryAdd(member, GroupJson(member)))
                nested.ForEach(open.Enqueue);
            else if (service.Find(member) is { State: not MailboxState.NoUser } mailbox)
                members[member] = User(mailbox);
        }

        var skip = int.Parse(request.Option("$skiptoken") ?? "0", CultureInfo.InvariantCulture);
        var top = Math.Min(int.Parse(request.Option("$top") ?? "100", CultureInfo.InvariantCulture), 100);
        var page = new JsonObject { ["value"] = new JsonArray([.. members.Values.Skip(skip).Take(top)]) };
        if (skip + top < members.Count)
            page["@odata.nextLink"] = $"{service.Address}/v1.0/groups/{id}/transitiveMembers?$top={top}&$skiptoken={skip + top}";

        return GraphAnswer.Json(200, page);

        static JsonObject GroupJson(string address) =>
            new()
            {
                ["@odata.type"] = "#microsoft.graph.group",
                ["id"] = GroupId(address),
                ["mail"] = address,
            };
    }

    private static string GroupId(string address) =>
        $"10000000-0000-4000-8000-{(uint)address.ToLowerInvariant().GetHashCode(StringComparison.Ordinal):x12}";

    private static GraphAnswer Collection(IEnumerable<JsonObject> values) =>
        GraphAnswer.Json(200, new JsonObject { ["value"] = new JsonArray([.. values]) });

    /// <summary>user-list-mailfolders: the folders directly below, ten a page unless told otherwise, search folders among them.</summary>
    private GraphAnswer Folders(GraphRequest request, GraphTestMailbox mailbox, GraphTestFolder? parent)
    {
        var all = mailbox.Folders.FindAll(f => f.Parent == parent?.Id);
        var top = int.Parse(request.Option("$top") ?? "10", CultureInfo.InvariantCulture);
        var skip = int.Parse(request.Option("$skip") ?? "0", CultureInfo.InvariantCulture);
        var page = new JsonObject { ["value"] = new JsonArray([.. all.Skip(skip).Take(top).Select(f => FolderJson(mailbox, f))]) };
        if (skip + top < all.Count)
            page["@odata.nextLink"] = $"{service.Address}{request.Path}?$top={top}&$skip={skip + top}";

        return GraphAnswer.Json(200, page);
    }

    private JsonObject FolderJson(GraphTestMailbox mailbox, GraphTestFolder folder)
    {
        var json = new JsonObject
        {
            ["id"] = folder.Id,
            ["displayName"] = folder.Name,
            ["parentFolderId"] = folder.Parent ?? "root",
            ["childFolderCount"] = mailbox.Folders.Count(f => f.Parent == folder.Id),
            ["totalItemCount"] = mailbox.Messages.Count(m => m.Folder == folder),
            ["isHidden"] = false,
        };
        if (folder.IsSearch)
            json["@odata.type"] = "#microsoft.graph.mailSearchFolder";

        service.TwistFolder?.Invoke(json);

        return json;
    }

    private GraphAnswer Delta(GraphRequest request, GraphTestMailbox mailbox, GraphTestFolder folder)
    {
        DeltaPosition position;
        if ((request.Option("$skiptoken") ?? request.Option("$deltatoken")) is { } token)
        {
            lock (positions)
            {
                if (!positions.TryGetValue(token, out position!))
                    return Error(410, "SyncStateNotFound", "The sync state generation is not found.");
            }
        }
        else
        {
            var since = Regex.Match(request.Option("$filter") ?? "", "^receivedDateTime (ge|gt) (\\S+)$") is { Success: true } match
                ? DateTimeOffset.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture)
                : (DateTimeOffset?)null;
            if (request.Option("$filter") is not null && since is null)
                return Error(400, "ErrorInvalidUrlQueryFilter", "The query filter contains one or more invalid nodes.");

            // The return order is not guaranteed unless it is asked for; with a filter 5,000 messages at most.
            var all = mailbox.Messages.Where(m => m.Folder == folder && (since is null || m.Received >= since));
            var ordered = request.Option("$orderby") is null
                ? all.OrderBy(m => m.Number * 7919 % 1009)
                : all.OrderByDescending(m => m.Received);
            position = new DeltaPosition(
                folder,
                mailbox.Version,
                [.. ordered.Take(since is null ? int.MaxValue : service.MostInFilteredRound)],
                since,
                request.Option("$select"),
                request.Option("$expand"),
                false);
        }

        if (position.Rest is null)
        {
            var changed = folder.Changes.Where(c => c.Version > position.Version).Select(c => c.Message).Distinct()
                .Where(m => position.Since is null || m.Received >= position.Since).Reverse().ToList();
            position = position with { Version = mailbox.Version, Rest = changed, Incremental = true };
        }

        return Page(request, position);
    }

    private GraphAnswer Page(GraphRequest request, DeltaPosition position)
    {
        var size = Regex.Match(request.Prefer, "odata.maxpagesize=(\\d+)") is { Success: true } match
            ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)
            : 10;
        if (service.DeltaIsOdd && position.Rest!.Count > 3 && links % 5 == 3)
            size = 0;

        var rows = position.Rest!.Take(size).Select(m => Row(request, position, m)).ToList();
        if (service.DeltaIsOdd && rows.Count > 1)
            rows.Add(rows[0].DeepClone().AsObject());

        var rest = position.Rest!.Skip(size).ToList();
        var token = $"t{Interlocked.Increment(ref links)}";
        lock (positions)
            positions[token] = position with { Rest = rest.Count > 0 ? rest : null };

        var link =
            $"{service.Address}/v1.0/users/{UserIn(request.Path)}/mailfolders('{position.Folder.Id}')/messages/delta"
                + $"?{(rest.Count > 0 ? "$skiptoken" : "$deltatoken")}={token}";
        return GraphAnswer.Json(
            200,
            new JsonObject
            {
                ["@odata.context"] = $"{service.Address}/v1.0/$metadata#Collection(message)",
                [rest.Count > 0 ? "@odata.nextLink" : "@odata.deltaLink"] = link,
                ["value"] = new JsonArray([.. rows]),
            });
    }

    private static JsonArray Categories(GraphTestMessage message) => [.. message.Categories.Select(name => JsonValue.Create(name))];

    private JsonObject Row(GraphRequest request, DeltaPosition position, GraphTestMessage message)
    {
        // What left the folder is told as removed; in the other folder it is told as new.
        if (message.Folder != position.Folder)
            return new JsonObject
            {
                ["@odata.type"] = "#microsoft.graph.message",
                ["id"] = message.IdIn(request.Immutable),
                ["@removed"] = new JsonObject { ["reason"] = message.Folder is null ? "deleted" : "changed" },
            };

        if (position.Incremental && service.DeltaIsOdd && message.OnlyTouched)
            return new JsonObject
            {
                ["@odata.type"] = "#microsoft.graph.message",
                ["@odata.etag"] = "W/\"1\"",
                ["id"] = message.IdIn(request.Immutable),
                ["isRead"] = message.IsRead,
                ["categories"] = Categories(message),
            };

        var row = MessageJson(request, message, position.Select, position.Expand);
        service.TwistMessage?.Invoke(row);
        return row;
    }

    /// <summary>user-list-messages: plain paging by <c>$filter</c> and <c>$orderby</c>, which must name the same property first.</summary>
    private GraphAnswer List(GraphRequest request, GraphTestMailbox mailbox, IEnumerable<GraphTestMessage> messages)
    {
        if (Regex.Match(request.Option("$filter") ?? "", "^internetMessageId eq '(.*)'$") is { Success: true } id)
            messages = messages.Where(m => $"<{m.Read.MessageId}>" == id.Groups[1].Value);

        foreach (Match bound in Regex.Matches(request.Option("$filter") ?? "", "receivedDateTime (ge|le) (\\S+)"))
        {
            var moment = DateTimeOffset.Parse(bound.Groups[2].Value, CultureInfo.InvariantCulture);
            messages =
                bound.Groups[1].Value == "ge" ? messages.Where(m => m.Received >= moment) : messages.Where(m => m.Received <= moment);
        }

        var top = int.Parse(request.Option("$top") ?? "10", CultureInfo.InvariantCulture);
        var skip = int.Parse(request.Option("$skip") ?? "0", CultureInfo.InvariantCulture);
        var all = messages.OrderByDescending(m => m.Received).ThenBy(m => m.Number).ToList();
        var page = new JsonObject
        {
            ["value"] = new JsonArray([
                .. all.Skip(skip).Take(top).Select(m => MessageJson(request, m, request.Option("$select"), request.Option("$expand"))),
            ]),
        };
        if (skip + top < all.Count)
        {
            var others = string.Join(
                '&',
                request
                    .Query.Split('&')
                    .Where(p => !p.StartsWith("$skip=", StringComparison.Ordinal))
                    .Select(p => p.Split('=', 2))
                    .Select(p => $"{p[0]}={Uri.EscapeDataString(p[1])}"));
            page["@odata.nextLink"] =
                $"{service.Address}/v1.0/users/{UserIn(request.Path)}"
                    + $"{request.Path[request.Path.IndexOf("/mail", StringComparison.OrdinalIgnoreCase)..]}?{others}&$skip={skip + top}";
        }

        return GraphAnswer.Json(200, page);
    }

    /// <summary>
    /// The message resource. Headers only when they are selected, and never on sent items and drafts; the body as text only when that is
    /// preferred.
    /// </summary>
    private static JsonObject MessageJson(GraphRequest request, GraphTestMessage message, string? select, string? expand)
    {
        var mail = message.Read;
        var sent = mail.Date?.Instant?.ToDateTimeOffset() ?? message.Received;
        var asText = request.Prefer.Contains("outlook.body-content-type=\"text\"", StringComparison.OrdinalIgnoreCase);
        var json = new JsonObject
        {
            ["@odata.type"] = mail.Calendars.Count > 0 ? "#microsoft.graph.eventMessageRequest" : "#microsoft.graph.message",
            ["@odata.etag"] = "W/\"1\"",
            ["id"] = message.IdIn(request.Immutable),
            ["createdDateTime"] = Print(message.Received),
            ["receivedDateTime"] = Print(message.Received),
            ["sentDateTime"] = Print(sent),
            ["hasAttachments"] = mail.AttachmentCount > 0,
            ["internetMessageId"] = mail.MessageId is { } id ? $"<{id}>" : null,
            ["subject"] = mail.Headers.Text("Subject") ?? "",
            ["isDraft"] = message.IsDraft,
            ["isRead"] = message.IsRead,
            ["categories"] = Categories(message),
            ["parentFolderId"] = message.Folder?.Id,
            ["webLink"] = $"https://outlook.office365.com/owa/?ItemID={Uri.EscapeDataString(message.ImmutableId)}"
                + "&exvsurl=1&viewmodel=ReadMessageItem",
            ["from"] = One(mail.From),
            ["sender"] = One(mail.Sender) ?? One(mail.From),
            ["replyTo"] = Many(mail.ReplyTo),
            ["toRecipients"] = Many(mail.To),
            ["ccRecipients"] = Many(mail.Cc),
            ["bccRecipients"] = Many(mail.Bcc),
            ["body"] = new JsonObject
            {
                ["contentType"] = asText ? "text" : "html",
                ["content"] = asText ? Text(mail) : $"<html><body>{System.Net.WebUtility.HtmlEncode(mail.Text)}</body></html>",
            },
        };
        if (
            select?.Contains("internetMessageHeaders", StringComparison.Ordinal) == true
            && message.Folder?.WellKnown != "sentitems"
            && !message.IsDraft)
            json["internetMessageHeaders"] = new JsonArray([
                .. mail.Headers.Select(h => new JsonObject { ["name"] = h.Name, ["value"] = h.Value }),
            ]);

        if (select is not null)
        {
            var wanted = select.Split(',').ToHashSet(StringComparer.OrdinalIgnoreCase);
            foreach (var name in json.Select(p => p.Key).Where(k => k[0] != '@' && k != "id" && !wanted.Contains(k)).ToList())
                json.Remove(name);
        }

        if (expand?.StartsWith("singleValueExtendedProperties", StringComparison.Ordinal) == true)
        {
            var properties = new JsonArray();
            foreach (var (property, header) in new[] { ("String 0x1042", "In-Reply-To"), ("String 0x1039", "References") })
            {
                if (mail.Headers.First(header) is { } value && expand.Contains(property, StringComparison.Ordinal))
                    properties.Add(new JsonObject { ["id"] = property, ["value"] = value });
            }

            if (properties.Count > 0)
                json["singleValueExtendedProperties"] = properties;
        }

        return json;
    }

    private static string Text(MimeMessage mail) =>
        mail.Root.ContentType != "text/plain" ? mail.Text
        : System.Text.Unicode.Utf8.IsValid(mail.Root.Content.Span) ? Encoding.UTF8.GetString(mail.Root.Content.Span)
        : Encoding.Latin1.GetString(mail.Root.Content.Span);

    private static JsonObject? One(IReadOnlyList<Mailbox> mailboxes) => mailboxes.Count == 0 ? null : Recipient(mailboxes[0]);

    private static JsonArray Many(IReadOnlyList<Mailbox> mailboxes) => new([.. mailboxes.Select(Recipient)]);

    private static JsonObject Recipient(Mailbox mailbox) =>
        new()
        {
            ["emailAddress"] = new JsonObject
            {
                ["name"] = mailbox.Name.Length > 0 ? mailbox.Name : mailbox.Address,
                ["address"] = mailbox.Address,
            },
        };

    private static string Print(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    /// <summary>user-sendmail, "Send a new message using MIME format".</summary>
    private static GraphAnswer Send(GraphRequest request, GraphTestMailbox mailbox)
    {
        if (!request.Headers.GetValueOrDefault("Content-Type", "").StartsWith("text/plain", StringComparison.Ordinal))
            return Error(400, "BadRequest", "Only MIME is accepted here.");

        try
        {
            var mime = Encoding.Latin1.GetString(Convert.FromBase64String(Encoding.ASCII.GetString(request.Body)));
            if (mailbox.GivesOwnIds)
                mime = Regex.Replace(
                    mime,
                    "^Message-ID: <[^>]*>",
                    $"Message-ID: <{Guid.NewGuid():n}@prod.outlook.example>",
                    RegexOptions.Multiline | RegexOptions.IgnoreCase,
                    TimeSpan.FromSeconds(1));

            mailbox.Add(mailbox.Folder("sentitems"), Encoding.Latin1.GetBytes(mime));
        }
        catch (FormatException)
        {
            return Error(400, "ErrorMimeContentInvalidBase64String", "Invalid base64 string for MIME content.");
        }

        return request.Fault == Fault.SentButTimeout ? new GraphAnswer(504, "", "text/plain") : new GraphAnswer(202, "", "text/plain");
    }
}
