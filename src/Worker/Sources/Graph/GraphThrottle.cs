using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using CrmSync.Worker.MailServers;
using NodaTime;

namespace CrmSync.Worker.Sources.Graph;

/// <summary>
/// Every request to one mailbox passes here: four at a time (throttling-limits, "Outlook service limits"), none before a Retry-After is
/// over (throttling, "Best practices"), with a token that is renewed once when it is refused. What broke off on the way is asked for again.
/// </summary>
/// <param name="tokens">Of the tenant.</param>
/// <param name="host">Where tokens may be sent; no link in an answer leads them anywhere else.</param>
/// <param name="patience">How long is waited.</param>
/// <param name="clock">The time.</param>
/// <param name="time">What waiting is measured with.</param>
/// <param name="inner">The connections.</param>
internal sealed class GraphThrottle(
    GraphTokens tokens,
    Uri host,
    GraphPatience patience,
    IClock clock,
    TimeProvider time,
    HttpMessageHandler inner) : HttpMessageHandler
{
    /// <summary>Requests to one mailbox at a time.</summary>
    public const int AtOnce = 4;

    /// <summary>Set on a request that must not be repeated when nobody knows what became of it.</summary>
    public static readonly HttpRequestOptionsKey<bool> OnlyOnce = new("crmsync-once");

    private static readonly Duration TooFarApart = Duration.FromMinutes(5);

    /// <summary>The connections are shared by all mailboxes and outlive the gate.</summary>
    private readonly HttpMessageInvoker connections = new(inner, disposeHandler: false);
    private readonly SemaphoreSlim gate = new(AtOnce);
    private readonly SemaphoreSlim allTurns = new(1);
    private long notBefore;

    /// <summary>Makes every request of the mailbox wait.</summary>
    public void Hold(Duration wait)
    {
        var until = time.GetTimestamp() + (long)(wait.TotalSeconds * time.TimestampFrequency);
        for (var known = Volatile.Read(ref notBefore); known < until; known = Volatile.Read(ref notBefore))
        {
            if (Interlocked.CompareExchange(ref notBefore, until, known) == known)
                return;
        }
    }

    /// <summary>The wait a Retry-After header asks for, seconds or a date; null when there is none.</summary>
    public static Duration? WaitIn(string? retryAfter, Instant now)
    {
        if (!RetryConditionHeaderValue.TryParse(retryAfter, out var value))
            return null;

        if (value.Delta is { } delta)
            return Duration.FromTimeSpan(delta);

        // The date counts whole seconds, so the moment it names is over one later.
        return Duration.Max(Duration.Zero, Instant.FromDateTimeOffset(value.Date!.Value) - now + Duration.FromSeconds(1));
    }

    /// <exception cref="GraphFailure">For every answer that is no success.</exception>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var once = request.Options.TryGetValue(OnlyOnce, out var only) && only;
        var mayLeave =
            request.RequestUri!.Host.Equals(host.Host, StringComparison.OrdinalIgnoreCase)
            && request.RequestUri.Port == host.Port
            && request.RequestUri.Scheme == host.Scheme;
        if (!mayLeave)
            throw new GraphFailure(
                GraphFailureKind.NotGraph,
                null,
                "",
                $"a link in an answer leads to {request.RequestUri.Host} instead of {host.Host}; it is not followed");

        if (request.Content is { } content)
            await content.LoadIntoBufferAsync(cancellationToken);

        string? refused = null;
        for (var attempt = 1; ; attempt++)
        {
            var token = await tokens.Get(refused, cancellationToken);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            var answer = await InTurn(request, cancellationToken);
            switch (answer.Verdict)
            {
                case Verdict.Good:
                    return answer.Response!;
                case Verdict.Unauthorised when refused is null:
                    refused = token;
                    continue;
                case Verdict.Passing when attempt < patience.Tries && (!once || answer.CertainlyNotDone):
                    var wait = answer.Wait ?? Doubled(attempt);
                    if (wait > patience.LongestObeyed)
                        throw answer.Failure!;

                    if (answer.Wait is null)
                        await Task.Delay(wait.ToTimeSpan(), time, cancellationToken);
                    continue;
                default:
                    throw answer.Failure!;
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            connections.Dispose();
            gate.Dispose();
            allTurns.Dispose();
        }

        base.Dispose(disposing);
    }

    private Duration Doubled(int attempt) => Duration.Min(patience.LongestWait, patience.FirstWait * (1 << Math.Min(attempt - 1, 10)));

    private async Task<GateAnswer> InTurn(HttpRequestMessage request, CancellationToken ct)
    {
        var seats = request.RequestUri!.AbsolutePath.EndsWith("/$batch", StringComparison.Ordinal) ? AtOnce : 1;
        while (true)
        {
            await Allowed(ct);
            await Enter(seats, ct);
            try
            {
                // While this request waited for its turn another one may have been told to wait.
                if (Remaining > TimeSpan.Zero)
                    continue;

                return await Once(request, ct);
            }
            finally
            {
                gate.Release(seats);
            }
        }
    }

    private TimeSpan Remaining => time.GetElapsedTime(time.GetTimestamp(), Volatile.Read(ref notBefore));

    private async Task Allowed(CancellationToken ct)
    {
        while (Remaining is { Ticks: > 0 } wait)
        {
            if (wait > patience.LongestObeyed.ToTimeSpan())
                throw new GraphFailure(
                    GraphFailureKind.Passing,
                    HttpStatusCode.TooManyRequests,
                    "",
                    $"the service asked not to be asked again for {(int)wait.TotalMinutes} minutes");

            await Task.Delay(wait + TimeSpan.FromMilliseconds(1), time, ct);
        }
    }

    /// <summary>A batch takes all turns: the service works on four of its parts at a time.</summary>
    private async Task Enter(int seats, CancellationToken ct)
    {
        if (seats == 1)
        {
            await gate.WaitAsync(ct);
            return;
        }

        await allTurns.WaitAsync(ct);
        var taken = 0;
        try
        {
            for (; taken < seats; taken++)
                await gate.WaitAsync(ct);
        }
        catch when (taken > 0)
        {
            gate.Release(taken);
            throw;
        }
        finally
        {
            allTurns.Release();
        }
    }

    private async Task<GateAnswer> Once(HttpRequestMessage request, CancellationToken ct)
    {
        using var over = new CancellationTokenSource(patience.OneAnswer.ToTimeSpan(), time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct, over.Token);
        try
        {
            var response = await connections.SendAsync(request, limit.Token);
            var body = await response.Content.ReadAsByteArrayAsync(limit.Token);
            return Judge(response, body);
        }
        catch (HttpRequestException refused) when (refused.InnerException is CertificateRefusedException)
        {
            // Nothing was sent, and nothing will get better by asking again.
            return new GateAnswer(
                Verdict.Failed,
                Failure: new GraphFailure(
                    GraphFailureKind.NotGraph,
                    null,
                    "",
                    WebTrouble.Explain(request.RequestUri!, refused)!.Words,
                    refused));
        }
        catch (WebLimitException endless) when (endless.Limit == WebLimit.Bytes)
        {
            return new GateAnswer(
                Verdict.Failed,
                Failure: new GraphFailure(
                    GraphFailureKind.Malformed,
                    null,
                    "",
                    WebTrouble.Explain(request.RequestUri!, endless)!.Words,
                    endless));
        }
        catch (Exception broken)
            when (broken is HttpRequestException or IOException or WebLimitException
                || (broken is OperationCanceledException && !ct.IsCancellationRequested))
        {
            // A connection that was never made carried nothing.
            var notSent =
                broken is HttpRequestException
                {
                    HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                };
            return new GateAnswer(
                Verdict.Passing,
                Failure: new GraphFailure(
                    GraphFailureKind.Passing,
                    null,
                    "",
                    $"{host.Host} could not be reached or broke off its answer ({broken.Message})",
                    broken),
                CertainlyNotDone: notSent);
        }
    }

    private GateAnswer Judge(HttpResponseMessage response, byte[] body)
    {
        var isJson = response.Content.Headers.ContentType?.MediaType?.Contains("json", StringComparison.OrdinalIgnoreCase) == true;
        var looksLikePage =
            response.Content.Headers.ContentType?.MediaType == "text/html" || body.AsSpan().TrimStart(" \r\n\t\uFEFF"u8).StartsWith("<"u8);
        if (response.IsSuccessStatusCode)
        {
            if (isJson && !IsWhole(body))
                return Passing("the answer was cut off");

            if (looksLikePage && !response.RequestMessage!.RequestUri!.AbsolutePath.EndsWith("/$value", StringComparison.Ordinal))
                return Failed(
                    GraphFailureKind.NotGraph,
                    "",
                    $"{host} answers with a web page instead of Microsoft Graph's JSON; correct endpoint in crmsync.yaml or the proxy on "
                        + $"the way"
                );

            response.Content = Copy(response.Content, body);
            return new GateAnswer(Verdict.Good, response);
        }

        var (code, words) = ErrorIn(body);
        var status = response.StatusCode;
        var skew = response.Headers.Date is { } date ? clock.GetCurrentInstant() - Instant.FromDateTimeOffset(date) : Duration.Zero;
        response.Dispose();
        switch ((int)status)
        {
            case 401:
                var farApart = skew > TooFarApart || skew < -TooFarApart;
                return new GateAnswer(
                    Verdict.Unauthorised,
                    Failure: farApart
                        ? new GraphFailure(
                            GraphFailureKind.Clock,
                            status,
                            code,
                            $"the token is not accepted, and this machine's clock is {Describe(skew)} of {host.Host}'s; set it by NTP")
                        : new GraphFailure(GraphFailureKind.Login, status, code, $"the token is not accepted ({words})"));
            case 429 or 503:
                var wait =
                    WaitIn(
                        response.Headers.TryGetValues("Retry-After", out var values) ? values.FirstOrDefault() : null,
                        clock.GetCurrentInstant()) ?? patience.WhenBusy;
                Hold(wait);
                return Passing($"the service is busy ({(int)status} {code})", wait, certainlyNotDone: (int)status == 429);
            case 408 or 500 or 502 or 504 or 509:
                return Passing($"the service is in trouble ({(int)status} {code} {words})");
            case 400
                when body.Length == 0
                    || code == "UnknownError"
                    || words.Contains("underlying connection was closed", StringComparison.OrdinalIgnoreCase):
                return Passing($"the service is in trouble ({(int)status} {words})");
            default:
                return looksLikePage
                    ? Failed(
                        GraphFailureKind.NotGraph,
                        "",
                        $"{host} answers with a web page ({(int)status}) instead of Microsoft Graph's JSON; correct endpoint in "
                            + $"crmsync.yaml or the proxy on the way"
                    )
                    : Failed(GraphFailureKind.Refused, code, words);
        }

        GateAnswer Passing(string what, Duration? pause = null, bool certainlyNotDone = false) =>
            new(
                Verdict.Passing,
                Wait: pause,
                Failure: new GraphFailure(GraphFailureKind.Passing, response.StatusCode, "", what),
                CertainlyNotDone: certainlyNotDone);

        GateAnswer Failed(GraphFailureKind kind, string errorCode, string what) =>
            new(Verdict.Failed, Failure: new GraphFailure(kind, response.StatusCode, errorCode, what));
    }

    private static string Describe(Duration skew) =>
        $"{Math.Abs((int)skew.TotalMinutes).ToString(System.Globalization.CultureInfo.InvariantCulture)} minutes "
            + $"{(skew > Duration.Zero ? "ahead" : "behind")}";

    private static ByteArrayContent Copy(HttpContent original, byte[] body)
    {
        var copy = new ByteArrayContent(body);
        copy.Headers.ContentType = original.Headers.ContentType;
        return copy;
    }

    /// <summary>A body may end in the middle although its length says it is whole; then the text is no JSON.</summary>
    private static bool IsWhole(byte[] body)
    {
        var reader = new Utf8JsonReader(body.AsSpan().TrimStart("\uFEFF"u8));
        try
        {
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>The code and message of an error answer (errors, "Error resource type").</summary>
    internal static (string Code, string Words) ErrorIn(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            var json = JsonElement.ParseValue(ref reader);
            if (
                json.ValueKind == JsonValueKind.Object
                && json.TryGetProperty("error", out var error)
                && error.ValueKind == JsonValueKind.Object)
                return (Text(error, "code"), Text(error, "message"));
        }
        catch (JsonException)
        {
            // Not every gateway on the way speaks JSON.
        }

        return ("", "no reason given");

        static string Text(JsonElement error, string name) =>
            error.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
    }

    private enum Verdict
    {
        Good,
        Unauthorised,
        Passing,
        Failed,
    }

    private sealed record GateAnswer(
        Verdict Verdict,
        HttpResponseMessage? Response = null,
        Duration? Wait = null,
        GraphFailure? Failure = null,
        bool CertainlyNotDone = false);
}
