using System.Net;
using System.Text.Json;
using Microsoft.Graph;
using Microsoft.Kiota.Abstractions;
using Microsoft.Kiota.Abstractions.Serialization;
using Microsoft.Kiota.Serialization.Json;
using NodaTime;

namespace CrmSync.Worker.Sources.Graph;

/// <summary>
/// Several requests in one round trip (json-batching). Every part has a status of its own; whatever does not come back as a success is
/// simply asked for alone, where waiting, repeating and complaining are done.
/// </summary>
internal static class GraphBatch
{
    /// <summary>The most requests of a batch (json-batching, "Batch size limitations").</summary>
    private const int Most = 20;

    /// <summary>Asks all at once.</summary>
    /// <param name="line">To the mailbox.</param>
    /// <param name="requests">Any number.</param>
    /// <param name="clock">The time.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>An answer for each request, in their order.</returns>
    public static async Task<IReadOnlyList<GraphPart>> Ask(
        MailboxLine line,
        IReadOnlyList<RequestInformation> requests,
        IClock clock,
        CancellationToken ct)
    {
        var answers = new List<GraphPart>(requests.Count);
        foreach (var chunk in requests.Chunk(Most))
            answers.AddRange(chunk.Length == 1 ? [GraphPart.Unanswered] : await AskSome(line, chunk, clock, ct));

        return answers;
    }

    private static async Task<IReadOnlyList<GraphPart>> AskSome(
        MailboxLine line,
        RequestInformation[] requests,
        IClock clock,
        CancellationToken ct)
    {
        try
        {
            var content = new BatchRequestContentCollection(line.Client);
            var ids = new List<string>();
            foreach (var request in requests)
                ids.Add(await content.AddBatchRequestStepAsync(request));

            var response = await line.Client.Batch.PostAsync(content, ct);
            var parts = new List<GraphPart>();
            foreach (var id in ids)
                parts.Add(await TryPart(line, response, id, clock, ct));

            return parts;
        }
        catch (Exception failure)
            when (failure is GraphFailure { Kind: GraphFailureKind.Refused }
                || (failure is not GraphFailure && Unexpected.IsContained(failure, ct)))
        {
            // A service that does not know batches, or answers them with something else, is asked one by one.
            return [.. requests.Select(_ => GraphPart.Unanswered)];
        }
    }

    /// <summary>
    /// The answer to one part. One that is spoiled, in whatever way, spoils no other: it is asked for alone, and what is wrong then is
    /// told.
    /// </summary>
    private static async Task<GraphPart> TryPart(
        MailboxLine line,
        BatchResponseContentCollection response,
        string id,
        IClock clock,
        CancellationToken ct)
    {
        try
        {
            return await Part(line, response, id, clock, ct);
        }
        catch (Exception spoiled) when (Unexpected.IsContained(spoiled, ct))
        {
            return GraphPart.Unanswered;
        }
    }

    private static async Task<GraphPart> Part(
        MailboxLine line,
        BatchResponseContentCollection response,
        string id,
        IClock clock,
        CancellationToken ct)
    {
        using var part = await response.GetResponseByIdAsync(id);
        if (part is null)
            return GraphPart.Unanswered;

        if (part.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable)
        {
            var wait = part.Headers.TryGetValues("Retry-After", out var values)
                ? GraphThrottle.WaitIn(values.FirstOrDefault(), clock.GetCurrentInstant())
                : null;
            line.Gate.Hold(wait ?? Duration.FromSeconds(1));
        }

        var body = part.Content is null ? [] : await part.Content.ReadAsByteArrayAsync(ct);
        return part.StatusCode switch
        {
            HttpStatusCode.OK when IsAnswer(body) => new GraphPart(body, false),

            // Only what is surely about the one item: that a whole mailbox is not there is found out by asking alone.
            HttpStatusCode.NotFound when GraphThrottle.ErrorIn(body).Code is "ErrorItemNotFound" or "ErrorFolderNotFound" => new GraphPart(
                null,
                true),
            _ => GraphPart.Unanswered,
        };
    }

    private static bool IsCollection(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Object);

    /// <summary>
    /// Whether a body with the status of a success is one: not cut off, no page of a gateway, no error in its place, and what is called a
    /// collection (OData's <c>value</c>) one of objects.
    /// </summary>
    private static bool IsAnswer(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.ValueKind == JsonValueKind.Object
                && !json.RootElement.TryGetProperty("error", out _)
                && (!json.RootElement.TryGetProperty("value", out var value) || IsCollection(value));
        }
        catch (JsonException)
        {
            return false;
        }
    }
}

/// <summary>The answer to one part of a batch.</summary>
/// <param name="Body">The answer; null where it must be asked for alone, or is not there.</param>
/// <param name="NotFound">Whether there is no such thing.</param>
internal sealed record GraphPart(byte[]? Body, bool NotFound)
{
    public static GraphPart Unanswered { get; } = new(null, false);

    /// <summary>The answer as what it is; null when there is none.</summary>
    public async Task<T?> Read<T>(ParsableFactory<T> factory, CancellationToken ct)
        where T : class, IParsable
    {
        if (Body is null)
            return null;

        try
        {
            using var body = new MemoryStream(Body);
            return (await new JsonParseNodeFactory().GetRootParseNodeAsync("application/json", body, ct)).GetObjectValue(factory);
        }
        catch (Exception spoiled) when (Unexpected.IsContained(spoiled, ct))
        {
            // As if it had not been answered: asked for alone it is answered better, or what is wrong with it is told.
            return null;
        }
    }
}
