using System.Net;
using CrmSync.Mail.Dav;
using CrmSync.Mail.Net;

namespace CrmSync.Mail.Calendar;

/// <summary>What a calendar at a web address holds now.</summary>
/// <param name="Content">The calendar from its start, to be disposed of by the caller; null when it is as it was.</param>
/// <param name="ETag">The tag of this version as the server wrote it, or null.</param>
/// <param name="LastModified">When it was changed, as the server wrote it, or null.</param>
public sealed record FeedAnswer(Stream? Content, string? ETag, string? LastModified) : IDisposable
{
    public void Dispose() => Content?.Dispose();
}

/// <summary>
/// Fetches a published calendar over https (plain http only to this very machine), whole or not at all: it is kept in a file of its own
/// until it is read, so that a connection that breaks never passes for a short calendar. The address may hold a secret and is never part of
/// a message; its host is.
/// </summary>
/// <param name="http">Connections; make them with <see cref="DavClient.Handler"/>, so that redirects are left to this class.</param>
/// <param name="address">Where the calendar is published.</param>
/// <param name="longest">The most bytes that are taken, unpacked.</param>
public sealed class CalendarFeed(HttpClient http, Uri address, long longest = CalendarFeed.Longest)
{
    /// <summary>More is not read of any calendar.</summary>
    public const long Longest = 256L << 20;

    private const int MostRedirects = 5;

    /// <summary>A server that says nothing for so long in the middle of an answer has fallen asleep.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(60);

    /// <summary>The calendar, unless it is still the version that is known.</summary>
    /// <param name="etag">The tag of the version that is known, or null.</param>
    /// <param name="lastModified">Its time, or null.</param>
    /// <param name="ct">Ends the waiting.</param>
    /// <exception cref="MailServerException">The server did not answer, refused, or sent more than is read.</exception>
    public async Task<FeedAnswer> Get(string? etag, string? lastModified, CancellationToken ct)
    {
        var target = address;
        var visited = new HashSet<Uri> { target };
        while (true)
        {
            if (target.Scheme != Uri.UriSchemeHttps && !target.IsLoopback)
                throw new MailServerException(MailFailure.Config, $"the address at {target.Host} is not https; write the https address");

            using var answer = await Ask(target, etag, lastModified, ct);
            if (Redirect(answer) is { } location)
            {
                target = Follow(target, location);
                if (!visited.Add(target) || visited.Count > MostRedirects + 1)
                    throw new MailServerException(
                        MailFailure.Config,
                        $"{address.Host} sends us on and on; the address or the server is set up wrongly");

                continue;
            }

            return answer.StatusCode switch
            {
                HttpStatusCode.NotModified => new FeedAnswer(null, etag, lastModified),
                HttpStatusCode.OK => new FeedAnswer(
                    await Download(answer, target, ct),
                    First(answer.Headers, "ETag"),
                    First(answer.Content.Headers, "Last-Modified")),
                _ => throw Refusal(answer, target),
            };
        }
    }

    private static Uri? Redirect(HttpResponseMessage answer) =>
        answer.StatusCode
            is HttpStatusCode.Moved
                or HttpStatusCode.Found
                or HttpStatusCode.SeeOther
                or HttpStatusCode.TemporaryRedirect
                or HttpStatusCode.PermanentRedirect
            ? answer.Headers.Location
            : null;

    private static Uri Follow(Uri target, Uri location)
    {
        var next = new Uri(target, location);
        if (next.Scheme is "webcal" or "webcals")
            next = new Uri("https" + next.OriginalString[next.OriginalString.IndexOf(':', StringComparison.Ordinal)..]);

        return next.Scheme == Uri.UriSchemeHttps || (next.Scheme == Uri.UriSchemeHttp && next.IsLoopback && target.IsLoopback)
            ? next
            : throw new MailServerException(MailFailure.Config, $"{target.Host} sends us on to {next.Host} without https");
    }

    private async Task<HttpResponseMessage> Ask(Uri target, string? etag, string? lastModified, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, target);
        request.Headers.UserAgent.ParseAdd("CrmSync");
        request.Headers.Accept.ParseAdd("text/calendar, */*;q=0.5");
        if (etag is not null)
            request.Headers.TryAddWithoutValidation("If-None-Match", etag);
        if (lastModified is not null)
            request.Headers.TryAddWithoutValidation("If-Modified-Since", lastModified);

        try
        {
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        }
        catch (HttpRequestException failure)
        {
            throw DavClient.NoAnswer(target, failure);
        }
        catch (OperationCanceledException failure) when (!ct.IsCancellationRequested)
        {
            throw new MailServerException(
                MailFailure.Network,
                $"{target.Host} did not answer within {http.Timeout.TotalSeconds:0} seconds",
                inner: failure);
        }
    }

    private async Task<Stream> Download(HttpResponseMessage answer, Uri target, CancellationToken ct)
    {
        if (answer.Content.Headers.ContentLength > longest)
            throw TooLong(target);

        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.DeleteOnClose,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

        var file = new FileStream(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), options);
        try
        {
            await Copy(answer, target, file, ct);
            file.Position = 0;
            return file;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    private async Task Copy(HttpResponseMessage answer, Uri target, FileStream file, CancellationToken ct)
    {
        using var awake = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var buffer = new byte[64 * 1024];
        try
        {
            await using var stream = await answer.Content.ReadAsStreamAsync(ct);
            while (true)
            {
                awake.CancelAfter(Silence);
                var count = await stream.ReadAsync(buffer, awake.Token);
                if (count == 0)
                    return;
                if (file.Length + count > longest)
                    throw TooLong(target);

                await file.WriteAsync(buffer.AsMemory(0, count), ct);
            }
        }
        catch (Exception failure) when (failure is HttpRequestException or HttpIOException or InvalidDataException)
        {
            throw new MailServerException(MailFailure.Network, $"the answer of {target.Host} broke off", inner: failure);
        }
        catch (OperationCanceledException failure) when (!ct.IsCancellationRequested)
        {
            throw new MailServerException(MailFailure.Network, $"{target.Host} fell silent in the middle of its answer", inner: failure);
        }
    }

    private MailServerException TooLong(Uri target) =>
        new(
            MailFailure.Config,
            $"the calendar at {target.Host} is longer than {longest >> 20} MB and is not read; publish only the last years of it");

    private static MailServerException Refusal(HttpResponseMessage answer, Uri target)
    {
        var status = (int)answer.StatusCode;
        var words = $"{status} {answer.ReasonPhrase}".Trim();
        return answer.StatusCode switch
        {
            HttpStatusCode.Unauthorized => new(
                MailFailure.Auth,
                $"{target.Host} asks for a login, and a published calendar needs none",
                words),
            HttpStatusCode.Forbidden => new(MailFailure.Config, $"{target.Host} does not let us read the calendar", words),
            HttpStatusCode.NotFound or HttpStatusCode.Gone => new(
                MailFailure.Permanent,
                $"{target.Host} has no calendar at this address",
                words),
            HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable => new(
                MailFailure.Throttled,
                $"{target.Host} asks for fewer requests",
                words)
            {
                RetryAfter = DavClient.Wait(answer),
            },
            >= HttpStatusCode.InternalServerError => new(
                MailFailure.Network,
                $"{target.Host} has a fault of its own; it usually passes",
                words)
            {
                RetryAfter = DavClient.Wait(answer),
            },
            _ when status < 300 => new(MailFailure.Protocol, $"{target.Host} answers without a calendar", words),
            _ => new(MailFailure.Protocol, $"{target.Host} refuses the request", words),
        };
    }

    private static string? First(System.Net.Http.Headers.HttpHeaders headers, string name) =>
        headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}
