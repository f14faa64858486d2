using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using CrmSync.Worker.MailServers;

namespace CrmSync.Worker.Sources.Feeds;

/// <summary>What a calendar at a web address holds now.</summary>
/// <param name="Content">The calendar from its start, to be disposed of by the caller; null when it is as it was.</param>
/// <param name="ETag">The tag of this version as the server wrote it, or null.</param>
/// <param name="LastModified">When it was changed, as the server wrote it, or null.</param>
internal sealed record FeedAnswer(Stream? Content, string? ETag, string? LastModified) : IDisposable
{
    public void Dispose() => Content?.Dispose();
}

/// <summary>
/// Fetches a published calendar over https (plain http only to this very machine), whole or not at all: it is kept in a file of its own
/// until it is read, so that a connection that breaks never passes for a short calendar. The address may hold a secret and is never part of
/// a message; its host is.
/// </summary>
/// <param name="feeds">The connections, which know how long to wait and how much to read.</param>
/// <param name="address">Where the calendar is published.</param>
internal sealed class CalendarFeed(CalendarFeeds feeds, Uri address)
{
    private const int MostRedirects = 5;

    /// <summary>Shorter parts of a path are words; stars in their place would make messages unreadable.</summary>
    private const int ShortestSecret = 8;

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
            if (WebTrouble.IsRedirect(answer))
            {
                target = Follow(target, answer.Headers.Location);
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

    private Uri Follow(Uri target, Uri? location)
    {
        if (location is null || !Uri.TryCreate(target, location, out var next))
            throw new MailServerException(MailFailure.Protocol, $"{target.Host} sends us on without saying where");

        if (next.Scheme is "webcal" or "webcals")
            next = new Uri("https" + next.OriginalString[next.OriginalString.IndexOf(':', StringComparison.Ordinal)..]);

        return next.Scheme == Uri.UriSchemeHttps || (next.Scheme == Uri.UriSchemeHttp && next.IsLoopback && target.IsLoopback)
            ? next
            : throw new MailServerException(MailFailure.Config, $"{target.Host} sends us on to {Conceal(next.Host)} without https");
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
            return target == address ? await feeds.Ask(request, ct) : await feeds.Follow(address, request, ct);
        }
        catch (Exception broken) when (WebTrouble.Explain(target, broken) is { } trouble)
        {
            throw From(trouble);
        }
    }

    private async Task<Stream> Download(HttpResponseMessage answer, Uri target, CancellationToken ct)
    {
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
        var buffer = new byte[64 * 1024];
        await using var stream = await answer.Content.ReadAsStreamAsync(ct);
        while (true)
        {
            int count;
            try
            {
                count = await stream.ReadAsync(buffer, ct);
            }
            catch (Exception broken) when (WebTrouble.Explain(target, broken) is { } trouble)
            {
                throw From(trouble);
            }

            if (count == 0)
                return;

            // A disk that is full is no fault of the server.
            await file.WriteAsync(buffer.AsMemory(0, count), ct);
        }
    }

    private MailServerException From(WebTrouble trouble) =>
        trouble.Cause is WebLimitException { Limit: WebLimit.Bytes }
            ? new MailServerException(
                MailFailure.Config,
                $"{trouble.Words}; publish only the last years of the calendar",
                inner: trouble.Cause
            )
            : new MailServerException(
                trouble.Failure,
                trouble.Words,
                trouble.Answer is null ? null : Conceal(trouble.Answer),
                trouble.Cause
            )
            {
                ConnectionLost = trouble.ConnectionLost,
            };

    private MailServerException Refusal(HttpResponseMessage answer, Uri target)
    {
        var status = (int)answer.StatusCode;
        var words = Conceal(string.Create(CultureInfo.InvariantCulture, $"{status} {answer.ReasonPhrase}").Trim());
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
                words
            ),
            HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable => new(
                MailFailure.Throttled,
                $"{target.Host} asks for fewer requests",
                words
            )
            {
                RetryAfter = WebTrouble.RetryAfter(answer),
            },
            >= HttpStatusCode.InternalServerError => new(
                MailFailure.Network,
                $"{target.Host} has a fault of its own; it usually passes",
                words
            )
            {
                RetryAfter = WebTrouble.RetryAfter(answer),
            },
            _ when status < 300 => new(MailFailure.Protocol, $"{target.Host} answers without a calendar", words),
            _ => new(MailFailure.Protocol, $"{target.Host} refuses the request", words),
        };
    }

    /// <summary>What a server wrote, without the address: servers quote the path in their words, and the path may be the secret.</summary>
    private string Conceal(string text) =>
        ServerAnswers.Presentable(
            text,
            address
                .PathAndQuery.Split(['/', '?', '&', '=', '.'], StringSplitOptions.RemoveEmptyEntries)
                .Where(part => part.Length >= ShortestSecret)
                .Prepend(address.PathAndQuery)
                .Prepend(address.AbsoluteUri)
        );

    private static string? First(HttpHeaders headers, string name) =>
        headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}
