using System.Globalization;
using System.Text.Json.Nodes;

namespace CrmSync.Worker.Tests.Graph;

/// <summary>What the test service answers about the calendar (event-delta, event-get, event-list-instances).</summary>
internal sealed class GraphEventAnswers(GraphTestService service)
{
    private readonly Dictionary<string, (long Version, string Start, string End)> links = new(StringComparer.Ordinal);
    private int numbers;

    /// <summary>The calendar a mailbox has of itself has an id, too.</summary>
    private const string OwnId = "AAMkDefault=";

    public void ExpireLinks()
    {
        lock (links)
            links.Clear();
    }

    public GraphAnswer Answer(GraphRequest request, GraphTestMailbox mailbox, string[] parts)
    {
        if (mailbox.State == MailboxState.NoCalendars)
            return GraphAnswers.Error(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.");

        if (parts is ["calendars"])
            return Calendars(request, mailbox);

        if (parts is not ["calendars", var id, .. var rest])
            return Answer(request, mailbox, null, parts);

        if (id == OwnId)
            return Answer(request, mailbox, null, rest);

        return mailbox.Calendars.Find(calendar => calendar.Id == id) switch
        {
            null => NotFound(),
            { Refused: 403 } => GraphAnswers.Error(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again."),
            { Refused: > 0 and var status } => GraphAnswers.Error(status, "ErrorItemNotFound", "The object was not found in the store."),
            var calendar => Answer(request, mailbox, calendar, rest),
        };
    }

    private GraphAnswer Answer(GraphRequest request, GraphTestMailbox mailbox, GraphTestCalendar? calendar, string[] parts) =>
        parts switch
        {
            ["events"] => Collection(mailbox.Events.Where(e => !e.Deleted && e.Calendar == calendar).Take(1)),
            ["calendarView", "delta"] when calendar is { TellsChanges: false } =>
                GraphAnswers.Error(400, "ErrorInvalidRequest", "Change tracking is not supported against 'calendar'."),
            ["calendarView", "delta"] => Delta(request, mailbox, calendar),
            ["calendarView"] => Collection(
                mailbox.Events.Where(e =>
                    !e.Deleted
                    && e.Calendar == calendar
                    && Text(e, "type") != "seriesMaster"
                    && Within(e, request.Option("startDateTime")!, request.Option("endDateTime")!))),
            ["events", var id] => Find(mailbox, calendar, id) is { } one ? GraphAnswer.Json(200, one.Json.DeepClone()) : NotFound(),
            ["events", var id, "instances"] => Find(mailbox, calendar, id) is null
                ? NotFound()
                : Collection(
                    mailbox.Events.Where(e =>
                        !e.Deleted
                        && Text(e, "seriesMasterId") == id
                        && Within(e, request.Option("startDateTime")!, request.Option("endDateTime")!))),
            _ => GraphAnswers.Error(400, "BadRequest", $"Resource not found for the segment '{parts[0]}'."),
        };

    /// <summary>user-list-calendars: the one the mailbox has of itself among them.</summary>
    private GraphAnswer Calendars(GraphRequest request, GraphTestMailbox mailbox)
    {
        var skip = int.Parse(request.Option("$skip") ?? "0", CultureInfo.InvariantCulture);
        var all = mailbox.Calendars
            .Select(calendar => Json(calendar.Id, calendar.Name, calendar.Owner ?? mailbox.Address, isDefault: false))
            .Prepend(Json(OwnId, "Kalender", mailbox.Address, isDefault: true))
            .ToList();
        var page = new JsonObject { ["value"] = new JsonArray([.. all.Skip(skip).Take(3)]) };
        if (skip + 3 < all.Count)
            page["@odata.nextLink"] = $"{service.Address}/v1.0/users/{mailbox.Id}/calendars?$skip={skip + 3}";

        return GraphAnswer.Json(200, page);

        JsonObject Json(string id, string name, string owner, bool isDefault)
        {
            var json = new JsonObject
            {
                ["id"] = id,
                ["name"] = name,
                ["isDefaultCalendar"] = isDefault,
                ["owner"] = new JsonObject { ["name"] = owner, ["address"] = owner },
            };
            service.TwistFolder?.Invoke(json);
            return json;
        }
    }

    private static GraphAnswer NotFound() =>
        GraphAnswers.Error(404, "ErrorItemNotFound", "The specified object was not found in the store.");

    /// <summary>Without a calendar, in all of the mailbox's own; what others share is found in its calendar only.</summary>
    private static GraphTestEvent? Find(GraphTestMailbox mailbox, GraphTestCalendar? calendar, string id) =>
        mailbox.Events.Find(e =>
            e.Id == id && !e.Deleted && (calendar is null ? e.Calendar?.Owner is null : e.Calendar == calendar));

    private static GraphAnswer Collection(IEnumerable<GraphTestEvent> events) =>
        GraphAnswer.Json(200, new JsonObject { ["value"] = new JsonArray([.. events.Select(e => e.Json.DeepClone())]) });

    private static string? Text(GraphTestEvent item, string name) => item.Json[name]?.GetValue<string>();

    private static bool Within(GraphTestEvent item, string start, string end)
    {
        if (Text(item, "type") == "seriesMaster")
            return true;

        var at = DateTimeOffset.Parse(item.Json["start"]!["dateTime"]!.GetValue<string>() + "Z", CultureInfo.InvariantCulture);
        return at >= DateTimeOffset.Parse(start, CultureInfo.InvariantCulture)
            && at < DateTimeOffset.Parse(end, CultureInfo.InvariantCulture);
    }

    /// <summary>
    /// The window is part of the link. Occurrences are told in part; what is deleted, or changed outside of the window, is told as removed.
    /// </summary>
    private GraphAnswer Delta(GraphRequest request, GraphTestMailbox mailbox, GraphTestCalendar? calendar)
    {
        var position = (Version: -1L, Start: request.Option("startDateTime") ?? "", End: request.Option("endDateTime") ?? "");
        if (request.Option("$deltatoken") is { } token)
        {
            lock (links)
            {
                if (!links.TryGetValue(token, out position))
                    return GraphAnswers.Error(410, "SyncStateNotFound", "The sync state generation is not found.");
            }
        }

        var rows = new JsonArray();
        foreach (var item in mailbox.Events.Where(e => e.Calendar == calendar && e.Version > position.Version))
        {
            if (item.Deleted || !Within(item, position.Start, position.End))
            {
                // Occurrences that are deleted are not announced; the rest of the series comes back.
                if (position.Version >= 0 && Text(item, "seriesMasterId") is null)
                    rows.Add(
                        new JsonObject
                        {
                            ["@odata.type"] = "#microsoft.graph.event",
                            ["id"] = item.Id,
                            ["@removed"] = new JsonObject { ["reason"] = "deleted" },
                        });
            }
            else if (Text(item, "type") == "occurrence")
            {
                rows.Add(new JsonObject
                {
                    ["@odata.type"] = "#microsoft.graph.event",
                    ["id"] = item.Id,
                    ["type"] = "occurrence",
                    ["seriesMasterId"] = Text(item, "seriesMasterId"),
                    ["start"] = item.Json["start"]!.DeepClone(),
                    ["end"] = item.Json["end"]!.DeepClone(),
                });
            }
            else
            {
                rows.Add(item.Json.DeepClone());
            }
        }

        var next = $"c{Interlocked.Increment(ref numbers)}";
        lock (links)
            links[next] = position with { Version = mailbox.Version };

        return GraphAnswer.Json(
            200,
            new JsonObject
            {
                ["value"] = rows,
                ["@odata.deltaLink"] = $"{service.Address}/v1.0/users/{mailbox.Id}"
                    + (calendar is null ? "" : $"/calendars/{Uri.EscapeDataString(calendar.Id)}")
                    + $"/calendarView/delta?$deltatoken={next}",
            });
    }
}
