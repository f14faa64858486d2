using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CrmSync.Worker.Tests.Graph;

/// <summary>
/// A Microsoft Graph of our own on Kestrel, written from Microsoft's documentation: the token endpoint (v2-oauth2-client-creds-grant-flow),
/// and behind it users, groups, mail folders, messages, calendars, sendMail and $batch. It records what was asked, how many requests to one
/// mailbox were under way at a time, and which came before a Retry-After was over. What shall go wrong is switched on by each test.
/// </summary>
internal sealed class GraphTestService : IAsyncDisposable
{
    public const string Tenant = "11111111-2222-3333-4444-555555555555";
    public const string Secret = "right";

    private static readonly TimeSpan OnItsWay = TimeSpan.FromMilliseconds(250);

    private readonly WebApplication app;
    private readonly ConcurrentDictionary<string, int> underWay = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, (long Told, long Until)> notBefore = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, DateTimeOffset> tokens = new(StringComparer.Ordinal);
    private readonly GraphAnswers answers;
    private int requests;
    private int tokenNumber;
    private int most;
    private int tooEarly;

    private GraphTestService(WebApplication app)
    {
        this.app = app;
        answers = new GraphAnswers(this);
        app.Run(Handle);
    }

    public string Address => app.Urls.First();

    public List<GraphTestMailbox> Mailboxes { get; } = [];

    /// <summary>Groups by address; a member is the address of a mailbox or of another group.</summary>
    public Dictionary<string, List<string>> Groups { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What goes wrong, by the number of the request (from 1) and the request; null: nothing.</summary>
    public Func<int, string, Fault>? Faults { get; set; }

    /// <summary>
    /// What stands in the place of the body of a good answer, as JSON, by path and whether it is a part of a batch; null: the body.
    /// </summary>
    public Func<string, bool, string?>? SpoilPart { get; set; }

    /// <summary>Changes a message where many are listed; asked for alone it is sound.</summary>
    public Action<JsonObject>? TwistMessage { get; set; }

    /// <summary>Changes a folder of mail or a calendar in a list of them.</summary>
    public Action<JsonObject>? TwistFolder { get; set; }

    /// <summary>How long a client is asked to wait, in seconds.</summary>
    public int RetryAfter { get; set; } = 1;

    /// <summary>How long every request takes at least.</summary>
    public TimeSpan Latency { get; set; }

    public TimeSpan TokenLife { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The service's clock against ours.</summary>
    public TimeSpan ClockAhead { get; set; }

    /// <summary>What the token endpoint refuses logins with, or null.</summary>
    public string? LoginError { get; set; }

    /// <summary>Updates in a delta name only what changed; rows come twice; pages may be empty.</summary>
    public bool DeltaIsOdd { get; set; }

    /// <summary>The limit of a round with a filter (delta-query-messages); smaller in tests.</summary>
    public int MostInFilteredRound { get; set; } = 5000;

    public ConcurrentQueue<SeenRequest> Seen { get; } = [];

    public int MostAtOnce => most;

    public int TooEarly => tooEarly;

    public int TokensGiven => tokenNumber;

    public static async Task<GraphTestService> Start()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var service = new GraphTestService(builder.Build());
        await service.app.StartAsync();
        return service;
    }

    public GraphTestMailbox AddMailbox(string address)
    {
        var mailbox = new GraphTestMailbox(address);
        Mailboxes.Add(mailbox);
        return mailbox;
    }

    public GraphTestMailbox? Find(string user) =>
        Mailboxes.Find(m =>
            m.Id.Equals(user, StringComparison.OrdinalIgnoreCase) || m.Address.Equals(user, StringComparison.OrdinalIgnoreCase));

    public void Forget()
    {
        Seen.Clear();
        most = 0;
    }

    /// <summary>No delta link given so far is any good.</summary>
    public void ExpireLinks() => answers.ExpireLinks();

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private async Task Handle(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        var path = http.Request.Path.Value!;
        http.Response.Headers.Date = (DateTimeOffset.UtcNow + ClockAhead).ToString("R", CultureInfo.InvariantCulture);
        if (path.EndsWith("/oauth2/v2.0/token", StringComparison.Ordinal))
        {
            await Write(http, Token(Encoding.UTF8.GetString(body.ToArray()), path), Fault.None);
            return;
        }

        var user = GraphAnswers.UserIn(path);
        var number = Interlocked.Increment(ref requests);
        var mailbox = user is null ? "" : Find(user)?.Address ?? user;
        if (path.EndsWith("/$batch", StringComparison.Ordinal))
            mailbox = "$batch";

        // What was on its way when the answer that asks to wait left cannot know of it yet.
        if (
            notBefore.TryGetValue(mailbox, out var pause)
            && Stopwatch.GetTimestamp() < pause.Until
            && Stopwatch.GetElapsedTime(pause.Told) > OnItsWay)
            Interlocked.Increment(ref tooEarly);

        var now = underWay.AddOrUpdate(mailbox, 1, (_, n) => n + 1);
        if (mailbox is not ("" or "$batch"))
            InterlockedMax(now);
        try
        {
            if (Latency > TimeSpan.Zero)
                await Task.Delay(Latency);

            var fault = Faults?.Invoke(number, path) ?? Fault.None;
            var answer = Authorised(http.Request.Headers.Authorization.ToString())
                ? Faulty(fault, mailbox, path + http.Request.QueryString.Value)
                    ?? Answer(
                        new GraphRequest(
                            http.Request.Method,
                            path,
                            Query(http),
                            http.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
                            body.ToArray(),
                            fault))
                : GraphAnswers.Error(401, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired.");
            Seen.Enqueue(
                new SeenRequest(
                    mailbox,
                    http.Request.Method,
                    path,
                    Query(http),
                    http.Request.Headers["Prefer"].ToString(),
                    answer.Status,
                    InBatch: false));
            await Write(http, answer, fault);
        }
        finally
        {
            underWay.AddOrUpdate(mailbox, 0, (_, n) => n - 1);
        }
    }

    private GraphAnswer Answer(GraphRequest request) =>
        request.Path.EndsWith("/$batch", StringComparison.Ordinal)
            ? Batch(request)
            : SpoilPart?.Invoke(request.Path, false) is { } spoilt ? new GraphAnswer(200, spoilt) : answers.Answer(request);

    /// <summary>json-batching: a status for each part, in any order; the whole is a 200.</summary>
    private GraphAnswer Batch(GraphRequest request)
    {
        var parts = JsonNode.Parse(request.Body)!["requests"]!.AsArray();
        if (parts.Count > 20)
            return GraphAnswers.Error(400, "MaximumValueExceeded", "Number of batch request steps exceeds the maximum value of 20.");

        var responses = new JsonArray();
        foreach (var part in parts.Reverse())
        {
            var url = part!["url"]!.GetValue<string>();
            var cut = url.IndexOf('?', StringComparison.Ordinal);
            var path = "/v1.0/" + Uri.UnescapeDataString(cut < 0 ? url : url[..cut]).TrimStart('/');
            var query = cut < 0 ? "" : Uri.UnescapeDataString(url[(cut + 1)..]);
            var headers = (part["headers"]?.AsObject() ?? []).ToDictionary(
                h => h.Key,
                h => h.Value!.GetValue<string>(),
                StringComparer.OrdinalIgnoreCase);
            var mailbox = GraphAnswers.UserIn(path) is { } user ? Find(user)?.Address ?? user : "";
            var fault = Faults?.Invoke(Interlocked.Increment(ref requests), path) ?? Fault.None;
            if (
                notBefore.TryGetValue(mailbox, out var pause)
                && Stopwatch.GetTimestamp() < pause.Until
                && fault is not (Fault.Throttled or Fault.ThrottledUntil or Fault.Unavailable))
                fault = Fault.Throttled;

            if (fault is Fault.Cut or Fault.Truncated)
                continue;

            var answer =
                Faulty(fault, mailbox, path + "?" + query)
                ?? answers.Answer(new GraphRequest(part["method"]!.GetValue<string>(), path, query, headers, [], fault));
            Seen.Enqueue(
                new SeenRequest(mailbox, "GET", path, query, headers.GetValueOrDefault("Prefer", ""), answer.Status, InBatch: true));
            var response = new JsonObject
            {
                ["id"] = part["id"]!.GetValue<string>(),
                ["status"] = answer.Status,
                ["headers"] = new JsonObject { ["Content-Type"] = "application/json" },
            };
            if (answer.Headers.TryGetValue("Retry-After", out var wait))
                response["headers"]!["Retry-After"] = wait;

            response["body"] = answer.Body.Length == 0
                ? null
                : JsonNode.Parse((answer.Status == 200 ? SpoilPart?.Invoke(path, true) : null) ?? answer.Body);
            responses.Add(response);
        }

        return GraphAnswer.Json(200, new JsonObject { ["responses"] = responses });
    }

    private GraphAnswer? Faulty(Fault fault, string mailbox, string url)
    {
        switch (fault)
        {
            case Fault.Throttled or Fault.ThrottledUntil or Fault.Unavailable:
                // A date counts whole seconds; the wait is over when the second it names is.
                var until = fault == Fault.ThrottledUntil ? DateTimeOffset.UtcNow.AddSeconds(RetryAfter + 1) : default;
                var told = Stopwatch.GetTimestamp();
                notBefore[mailbox] = (told, told + (RetryAfter * Stopwatch.Frequency));
                var answer = GraphAnswers.Error(
                    fault == Fault.Unavailable ? 503 : 429,
                    "ApplicationThrottled",
                    "Application is over its MailboxConcurrency limit.");
                answer.Headers["Retry-After"] =
                    fault == Fault.ThrottledUntil
                        ? until.ToString("R", CultureInfo.InvariantCulture)
                        : RetryAfter.ToString(CultureInfo.InvariantCulture);
                return answer;
            case Fault.GatewayTimeout:
                return new GraphAnswer(504, "", "text/plain");
            case Fault.TokenExpired:
                tokens.Clear();
                return GraphAnswers.Error(401, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired.");
            case Fault.LinkExpired when url.Contains("token=", StringComparison.Ordinal):
                return GraphAnswers.Error(410, "SyncStateNotFound", "The sync state generation is not found; generationId=1.");
            case Fault.WebPage:
                return new GraphAnswer(200, "<html><body>Please log in to the proxy</body></html>", "text/html");
            default:
                return null;
        }
    }

    private GraphAnswer Token(string form, string path)
    {
        var fields = form.Split('&')
            .Select(f => f.Split('=', 2))
            .ToDictionary(f => f[0], f => Uri.UnescapeDataString(f[1].Replace('+', ' ')), StringComparer.Ordinal);
        if (LoginError is { } error)
            return GraphAnswer.Json(401, new JsonObject { ["error"] = "invalid_client", ["error_description"] = error });

        if (!path.Contains(Tenant, StringComparison.Ordinal))
            return GraphAnswer.Json(
                400,
                new JsonObject { ["error"] = "invalid_request", ["error_description"] = "AADSTS90002: Tenant not found." });

        if (
            fields["grant_type"] != "client_credentials"
            || fields["client_secret"] != Secret
            || !fields["scope"].EndsWith("/.default", StringComparison.Ordinal))
        {
            return GraphAnswer.Json(
                401,
                new JsonObject
                {
                    ["error"] = "invalid_client",
                    ["error_description"] = "AADSTS7000215: Invalid client secret provided. Trace ID: 1",
                    ["error_codes"] = new JsonArray(7000215),
                });
        }

        var token = $"token-{Interlocked.Increment(ref tokenNumber)}";
        tokens[token] = DateTimeOffset.UtcNow + TokenLife;
        return GraphAnswer.Json(
            200,
            new JsonObject
            {
                ["token_type"] = "Bearer",
                ["expires_in"] = (int)TokenLife.TotalSeconds,
                ["access_token"] = token,
            });
    }

    private bool Authorised(string header) =>
        header.StartsWith("Bearer ", StringComparison.Ordinal)
        && tokens.TryGetValue(header[7..], out var end)
        && end > DateTimeOffset.UtcNow;

    private static string Query(HttpContext http) =>
        Uri.UnescapeDataString(http.Request.QueryString.Value?.TrimStart('?').Replace('+', ' ') ?? "");

    private void InterlockedMax(int value)
    {
        for (var known = most; known < value; known = most)
            Interlocked.CompareExchange(ref most, value, known);
    }

    private static async Task Write(HttpContext http, GraphAnswer answer, Fault fault)
    {
        http.Response.StatusCode = answer.Status;
        http.Response.ContentType = answer.ContentType;
        foreach (var (name, value) in answer.Headers)
            http.Response.Headers[name] = value;

        var bytes = answer.Bytes;
        if (fault == Fault.Truncated && bytes.Length > 10)
            bytes = bytes[..(bytes.Length / 2)];

        http.Response.ContentLength = bytes.Length;
        if (fault == Fault.Cut && bytes.Length > 10)
        {
            await http.Response.Body.WriteAsync(bytes.AsMemory(0, bytes.Length / 2));
            await http.Response.Body.FlushAsync();
            http.Abort();
            return;
        }

        await http.Response.Body.WriteAsync(bytes);
    }
}

internal sealed record GraphRequest(
    string Method,
    string Path,
    string Query,
    IReadOnlyDictionary<string, string> Headers,
    byte[] Body,
    Fault Fault)
{
    public string Prefer => Headers.GetValueOrDefault("Prefer", "");

    public bool Immutable => Prefer.Contains("IdType=\"ImmutableId\"", StringComparison.OrdinalIgnoreCase);

    /// <summary>A query option, decoded; null when it is absent.</summary>
    public string? Option(string name) =>
        Query.Split('&').Select(p => p.Split('=', 2)).FirstOrDefault(p => p[0].Equals(name, StringComparison.OrdinalIgnoreCase))
            is [_, var value]
            ? value
            : null;
}

internal sealed record GraphAnswer(int Status, string Body, string ContentType = "application/json; odata.metadata=minimal; charset=utf-8")
{
    public Dictionary<string, string> Headers { get; } = [];

    public byte[] Bytes => Raw ?? Encoding.UTF8.GetBytes(Body);

    public byte[]? Raw { get; init; }

    public static GraphAnswer Json(int status, JsonNode body) => new(status, body.ToJsonString());
}
