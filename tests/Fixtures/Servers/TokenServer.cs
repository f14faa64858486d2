using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace CrmSync.Fixtures.Servers;

/// <summary>A token endpoint on loopback (RFC 6749 section 6): each answer is made by the test from the form that was sent.</summary>
public sealed class TokenServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<IReadOnlyDictionary<string, string>> forms = new();
    private readonly RawServer server;
    private Func<IReadOnlyDictionary<string, string>, (int Status, string Body)> answer;
    private int issued;
    private int atOnce;

    public TokenServer(Func<IReadOnlyDictionary<string, string>, (int Status, string Body)>? answer = null)
    {
        this.answer = answer ?? (_ => Token());
        server = new RawServer(Serve);
    }

    public Uri Url => new($"http://127.0.0.1:{server.Port}/token");

    /// <summary>What was asked for so far.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, string>> Forms => [.. forms];

    /// <summary>How many were asking at the same time, at most.</summary>
    public int MostAtOnce { get; private set; }

    /// <summary>Changes how it answers.</summary>
    public void Answers(Func<IReadOnlyDictionary<string, string>, (int Status, string Body)> how) => answer = how;

    /// <summary>A new access token: <c>token-1</c>, <c>token-2</c> and so on.</summary>
    /// <param name="refresh">The refresh token that comes along, or null.</param>
    /// <param name="seconds">How long it lives.</param>
    public (int Status, string Body) Token(string? refresh = null, int seconds = 3600) =>
        (
            200,
            $$"""{"access_token": "token-{{Interlocked.Increment(ref issued)}}", "expires_in": {{seconds}}"""
                + (refresh is null ? "}" : $", \"refresh_token\": \"{refresh}\"}}")
        );

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private async Task Serve(Stream stream, CancellationToken ct)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII);
        var length = 0;
        while (await reader.ReadLineAsync(ct) is { Length: > 0 } line)
        {
            if (line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
                length = int.Parse(line[15..], System.Globalization.CultureInfo.InvariantCulture);
        }

        var body = new char[length];
        await reader.ReadBlockAsync(body, ct);
        var form = new string(body)
            .Split('&')
            .Select(pair => pair.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => WebUtility.UrlDecode(pair[1]), StringComparer.Ordinal);
        forms.Enqueue(form);
        MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref atOnce));
        await Task.Delay(20, ct);
        var (status, text) = answer(form);
        Interlocked.Decrement(ref atOnce);
        await stream.WriteAsync(
            Encoding.UTF8.GetBytes(
                $"HTTP/1.1 {status} Whatever\r\nContent-Type: application/json\r\nContent-Length: "
                    + $"{Encoding.UTF8.GetByteCount(text)}\r\nConnection: close\r\n\r\n{text}"
            ),
            ct);
    }
}
