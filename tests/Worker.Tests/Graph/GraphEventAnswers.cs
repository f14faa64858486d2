using System.Globalization;
using System.Text.Json.Nodes;

namespace CrmSync.Worker.Tests.Graph;

/// <summary>What the test service answers about the calendar (event-delta, event-get, event-list-instances).</summary>
internal sealed class GraphEventAnswers(GraphTestService service)
{
    private readonly Dictionary<string, (long Version, string Start, string End)> links = new(StringComparer.Ordinal);
    private int numbers;

    public void ExpireLinks()
    {
        lock (links)
            links.Clear();
    }

    public GraphAnswer Answer(GraphRequest request, GraphTestMailbox mailbox, string[] parts) =>
        parts switch
        {
            _ when mailbox.State == MailboxState.NoCalendars => GraphAnswers.Error(
                403,
                "ErrorAccessDenied",
                "Access is denied. Check credentials and try again."),
            ["events"] => Collection(mailbox.Events.Where(e => !e.Deleted).Take(1)),
            ["calendarView", "delta"] => Delta(request, mailbox),
            ["events", var id] => Find(mailbox, id) is { } one ? GraphAnswer.Json(200, one.Json.DeepClone()) : NotFound(),
            ["events", var id, "instances"] => Find(mailbox, id) is null
                ? NotFound()
                : Collection(
                    mailbox.Events.Where(e =>
                        !e.Deleted
                        && Text(e, "seriesMasterId") == id
                        && Within(e, request.Option("startDateTime")!, request.Option("endDateTime")!))),
            _ => GraphAnswers.Error(400, "BadRequest", $"Resource not found for the segment '{parts[0]}'."),
        };

    private static GraphAnswer NotFound() =>
        GraphAnswers.Error(404, "ErrorItemNotFound", "The specified object was not found in the store.");

    private static GraphTestEvent? Find(GraphTestMailbox mailbox, string id) => mailbox.Events.Find(e => e.Id == id && !e.Deleted);

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
    private GraphAnswer Delta(GraphRequest request, GraphTestMailbox mailbox)
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
        foreach (var item in mailbox.Events.Where(e => e.Version > position.Version))
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
                ["@odata.deltaLink"] = $"{service.Address}/v1.0/users/{mailbox.Id}/calendarView/delta?$deltatoken={next}",
            });
    }
}
