using System.Net;
using System.Text;

namespace CrmSync.Worker.Tests.Sources.CalDav;

/// <summary>
/// Passes requests on, and counts those that are answered: one on a connection that turns out to be closed is sent again.
/// </summary>
public sealed class CountingHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private int count;

    public int Count => count;

    /// <summary>The number of requests since this was last asked.</summary>
    public int Take() => Interlocked.Exchange(ref count, 0);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = await base.SendAsync(request, cancellationToken);
        Interlocked.Increment(ref count);
        return answer;
    }
}

/// <summary>A server that answers what a test tells it to, in order; the last answer is given again and again.</summary>
internal sealed class CannedHandler(params Func<HttpRequestMessage, HttpResponseMessage>[] answers) : HttpMessageHandler
{
    private int next;

    public List<(string Method, Uri Address, string? Authorization, string Body)> Requests { get; } = [];

    public static HttpResponseMessage Answer(HttpStatusCode status, string body = "", string type = "application/xml") =>
        new(status) { Content = new StringContent(body, Encoding.UTF8, type) };

    public static HttpResponseMessage Multi(string responses, string? token = null) =>
        Answer(
            HttpStatusCode.MultiStatus,
            $"<multistatus xmlns=\"DAV:\" "
                + $"xmlns:c=\"urn:ietf:params:xml:ns:caldav\">{responses}"
                + $"{(token is null ? "" : $"<sync-token>{token}</sync-token>")}</multistatus>"
        );

    public static string Found(string href, string etag) =>
        $"<response><href>{href}</href><propstat><prop><getetag>{etag}</getetag></prop><status>HTTP/1.1 200 "
            + $"OK</status></propstat></response>";

    public static string Status(string href, int status) =>
        $"<response><href>{href}</href><status>HTTP/1.1 {status} Said So</status></response>";

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Requests.Add(
            (
                request.Method.Method,
                request.RequestUri!,
                request.Headers.Authorization?.ToString(),
                request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken)));
        return answers[Math.Min(next++, answers.Length - 1)](request);
    }
}
