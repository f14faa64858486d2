using CrmSync.Domain.Company;
using CrmSync.Storage;
using CrmSync.Worker.Digests;
using CrmSync.Worker.Sources;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace CrmSync.Worker.Pages;

/// <summary>
/// Serves the calendars of readers to the programs that subscribe to them. A calendar nobody has is answered like that of somebody who has
/// left, and a calendar that did not change costs its reader nothing.
/// </summary>
internal sealed class FeedPages(ReaderDoor door, FeedBook book, ContactDatabase database, ILogger<FeedPages> log, IClock clock)
{
    private const int WaitSeconds = 60;

    public void Map(WebApplication server) =>
        server.MapMethods(PageLinks.Feeds + "{name}", [HttpMethods.Get, HttpMethods.Head], Serve);

    private async Task Serve(HttpContext context)
    {
        var ct = context.RequestAborted;
        try
        {
            var now = clock.GetCurrentInstant();
            if (await FindReader(context, now) is { } reader)
                await Answer(context, await book.Read(reader, now, ct));
            else
                await Tell(context, StatusCodes.Status404NotFound, "there is no such calendar\n");
        }
        catch (Exception failure) when (failure is TimeoutException || database.Explain(failure) is not null)
        {
            context.Response.Headers.RetryAfter = $"{WaitSeconds}";
            await Tell(context, StatusCodes.Status503ServiceUnavailable, "CrmSync is busy; ask again in a minute\n");
        }
        catch (Exception failure) when (Unexpected.IsContained(failure, ct))
        {
            log.LogError(failure, "a calendar of a reader: {Failure}", Unexpected.Name(failure));
            await Tell(context, StatusCodes.Status500InternalServerError, "CrmSync met something it does not know\n");
        }
    }

    private async Task<Person?> FindReader(HttpContext context, Instant now) =>
        context.Request.RouteValues["name"] is string name && name.EndsWith(PageLinks.FeedEnd, StringComparison.OrdinalIgnoreCase)
            ? await door.FindByFeed(name[..^PageLinks.FeedEnd.Length], now, context.RequestAborted)
            : null;

    private static async Task Answer(HttpContext context, WrittenFeed feed)
    {
        // Kept by the program of its reader alone, which asks each time whether it changed. There is no Last-Modified: an entry that goes
        // leaves none.
        var response = context.Response;
        response.Headers.CacheControl = "private, no-cache";
        response.Headers.ETag = feed.ETag;
        response.Headers["X-Robots-Tag"] = "noindex";
        if (IsKnown(context.Request, feed.ETag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = "text/calendar; charset=utf-8";
        response.ContentLength = feed.Bytes.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await response.Body.WriteAsync(feed.Bytes, context.RequestAborted);
    }

    /// <summary>If-None-Match compares weakly (RFC 9110 section 13.1.2): a server in front that compresses makes tags weak.</summary>
    private static bool IsKnown(HttpRequest request, string etag) =>
        request.GetTypedHeaders().IfNoneMatch.Any(tag => tag.Tag == "*" || tag.Tag == etag);

    private static async Task Tell(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.WriteAsync(text, context.RequestAborted);
    }
}
