using System.Globalization;
using System.Xml.Linq;
using CrmSync.Mail.Net;
using NodaTime;

namespace CrmSync.Mail.Dav;

/// <summary>One calendar of an account.</summary>
public sealed record CalDavCalendar
{
    public required Uri Address { get; init; }

    /// <summary>Its name for people; the last part of the path if it has none.</summary>
    public required string Name { get; init; }

    /// <summary>Whether changes can be asked for by token (RFC 6578).</summary>
    public bool CanSync { get; init; }

    /// <summary>The token of its present state; null if the server gives none.</summary>
    public string? SyncToken { get; init; }

    /// <summary>A value that changes with every change (getctag); null if the server gives none.</summary>
    public string? ChangeTag { get; init; }

    /// <summary>Why it is not read, in words; null for a calendar that is.</summary>
    public string? SkipReason { get; init; }
}

/// <summary>An object of a calendar and the tag of its present version. The path names it.</summary>
public sealed record CalDavTag(string Path, string? ETag);

/// <summary>An object of a calendar with its content; null when it is gone.</summary>
public sealed record CalDavObject(string Path, string? ETag, string? Content);

/// <summary>What changed in a calendar since a token.</summary>
/// <param name="Changed">New and changed objects; all of them when there was no token.</param>
/// <param name="Gone">Paths of objects that are gone.</param>
/// <param name="Token">The token of the state reached; keep it only when everything here is stored.</param>
public sealed record CalDavDelta(IReadOnlyList<CalDavTag> Changed, IReadOnlyList<string> Gone, string? Token);

/// <summary>
/// Reads calendars over CalDAV (RFC 4791): finds them from a bare address, tells what changed, fetches what is needed. Nothing is ever
/// written, and nothing expanded by the server: servers do that wrongly.
/// </summary>
public sealed class CalDavClient(DavClient dav)
{
    /// <summary>Objects fetched in one request.</summary>
    public const int BatchSize = 100;

    /// <summary>How many parts of one truncated answer are asked for; a server that goes on longer goes on for ever.</summary>
    private const int MostParts = 10_000;

    private static readonly XName[] Wanted =
    [
        DavNames.D + "resourcetype",
        DavNames.D + "displayname",
        DavNames.D + "sync-token",
        DavNames.D + "supported-report-set",
        DavNames.Apple + "getctag",
        DavNames.C + "supported-calendar-component-set",
    ];

    /// <summary>Where the calendars of the account lie: one address or more, found from the address given (RFC 6764).</summary>
    /// <exception cref="MailServerException">Nothing there speaks CalDAV, or the server refuses.</exception>
    public async Task<IReadOnlyList<Uri>> Discover(CancellationToken ct)
    {
        MailServerException? first = null;
        foreach (var start in (Uri[])[dav.Address, new Uri(dav.Address, "/.well-known/caldav"), new Uri(dav.Address, "/")])
        {
            try
            {
                if (await HomesFrom(start, ct) is { Count: > 0 } homes)
                    return homes;
            }
            catch (MailServerException e) when (e.Failure is MailFailure.Permanent or MailFailure.Config or MailFailure.Protocol)
            {
                // This address is not the one; the next may be. If none is, the reason for the address the operator wrote is the one to
                // tell.
                first ??= e;
            }
        }

        throw first
            ?? new MailServerException(
                MailFailure.Config,
                $"{dav.Address.Host} answers, but names no calendars for this user; write the address of the calendars themselves");
    }

    /// <summary>The calendars at these addresses, those not read included, with the reason.</summary>
    public async Task<IReadOnlyList<CalDavCalendar>> Calendars(IReadOnlyList<Uri> homes, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(homes);
        var calendars = new Dictionary<string, CalDavCalendar>(StringComparer.Ordinal);
        foreach (var home in homes)
        {
            dav.TrustBeside(home);
            foreach (var resource in (await dav.Ask("PROPFIND", home, "1", DavNames.PropFind(Wanted), ct)).Resources)
            {
                if (resource.Status < 300 && resource.Is(DavNames.D + "collection") && CalendarOf(resource) is { } calendar)
                    calendars.TryAdd(resource.Address.AbsoluteUri, calendar);
            }
        }

        return [.. calendars.Values];
    }

    /// <summary>
    /// What changed since a token; everything when it is null. A truncated answer (507) is asked on for until it is whole.
    /// </summary>
    /// <returns>Null when the server does not know the token any more: then list everything and compare.</returns>
    public async Task<CalDavDelta?> Changes(CalDavCalendar calendar, string? token, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(calendar);
        var changed = new Dictionary<string, CalDavTag>(StringComparer.Ordinal);
        var gone = new HashSet<string>(StringComparer.Ordinal);
        for (var part = 0; part < MostParts; part++)
        {
            // No limit is asked for: servers give wrong tokens with one.
            var reply = await dav.Try(
                "REPORT",
                calendar.Address,
                "0",
                new XElement(
                    DavNames.D + "sync-collection",
                    DavNames.Prefixes,
                    new XElement(DavNames.D + "sync-token", token),
                    new XElement(DavNames.D + "sync-level", 1),
                    DavNames.Prop(DavNames.D + "getetag")),
                ct);

            // RFC 6578 names the condition valid-sync-token; servers say it with many statuses, and without it.
            // Xandikos fails altogether on a token that is not its own.
            if (
                reply.Status is 400 or 403 or 405 or 409 or 410 or 412 or 415 or 422 or 501 or 507
                || (reply.Status == 500 && !string.IsNullOrEmpty(token)))
                return null;
            var answer = reply.Answer ?? throw reply.Refusal!;
            var truncated = false;
            foreach (var resource in answer.Resources)
            {
                if (IsCollection(resource, calendar))
                    truncated |= resource.Status == 507;
                else if (resource.Status is 404 or 410)
                {
                    gone.Add(resource.Path);
                    changed.Remove(resource.Path);
                }
                else if (resource.Status < 300 && !resource.Is(DavNames.D + "collection"))
                {
                    changed[resource.Path] = new CalDavTag(resource.Path, resource.Text(DavNames.D + "getetag"));
                    gone.Remove(resource.Path);
                }
            }

            if (!truncated || answer.SyncToken is null || answer.SyncToken == token)
                return new CalDavDelta([.. changed.Values], [.. gone], answer.SyncToken);
            token = answer.SyncToken;
        }

        throw new MailServerException(MailFailure.Protocol, $"the server gives the changes of \"{calendar.Name}\" in parts without end");
    }

    /// <summary>Every object of a calendar with its tag.</summary>
    public async Task<IReadOnlyList<CalDavTag>> List(CalDavCalendar calendar, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(calendar);
        var answer = await dav.Ask(
            "PROPFIND",
            calendar.Address,
            "1",
            DavNames.PropFind(DavNames.D + "getetag", DavNames.D + "resourcetype"),
            ct);
        return Tags(answer, calendar);
    }

    /// <summary>The objects of a calendar with events in a window, with their tags: for calendars too large to list.</summary>
    public async Task<IReadOnlyList<CalDavTag>> List(CalDavCalendar calendar, Interval window, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(calendar);

        // Both ends are given, and the component named: servers fail without.
        var answer = await dav.Ask("REPORT", calendar.Address, "1", new XElement(
            DavNames.C + "calendar-query",
            DavNames.Prefixes,
            DavNames.Prop(DavNames.D + "getetag"),
            new XElement(DavNames.C + "filter", Filter("VCALENDAR", Filter("VEVENT", new XElement(
                DavNames.C + "time-range", new XAttribute("start", Print(window.Start)), new XAttribute("end", Print(window.End))))))), ct);
        return Tags(answer, calendar);

        static XElement Filter(string component, XElement inner) =>
            new(DavNames.C + "comp-filter", new XAttribute("name", component), inner);
        static string Print(Instant instant) => instant.ToString("uuuuMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
    }

    /// <summary>
    /// Fetches objects, <see cref="BatchSize"/> in a request. What the server does not have any more comes back without content.
    /// </summary>
    public async IAsyncEnumerable<CalDavObject> Fetch(
        CalDavCalendar calendar, IEnumerable<string> paths, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(calendar);
        foreach (var batch in paths.Chunk(BatchSize))
        {
            foreach (var item in await FetchBatch(calendar, batch, ct))
                yield return item;
        }
    }

    private async Task<IReadOnlyList<CalDavObject>> FetchBatch(CalDavCalendar calendar, string[] paths, CancellationToken ct)
    {
        var reply = await dav.Try("REPORT", calendar.Address, "1", new XElement(
            DavNames.C + "calendar-multiget",
            DavNames.Prefixes,
            DavNames.Prop(DavNames.D + "getetag", DavNames.C + "calendar-data"),
            paths.Select(path => new XElement(DavNames.D + "href", path))), ct);

        // Not every server has the report; all have GET.
        if (reply.Status is 400 or 403 or 405 or 413 or 415 or 501)
            return await FetchSingly(calendar, paths, ct);
        var answer = reply.Answer ?? throw reply.Refusal!;

        var found = new Dictionary<string, CalDavObject>(StringComparer.Ordinal);
        foreach (var resource in answer.Resources)
        {
            if (resource.Status < 300 && resource.Property(DavNames.C + "calendar-data") is { } data)
                found[resource.Path] = new CalDavObject(resource.Path, resource.Text(DavNames.D + "getetag"), data.Value);
            else if (resource.Status is 404 or 410)
                found[resource.Path] = new CalDavObject(resource.Path, null, null);
        }

        // What was asked for and not answered is not gone: it is asked for again, by itself.
        var silent = paths.Where(path => !found.ContainsKey(path)).ToArray();
        return silent.Length == 0 ? [.. found.Values] : [.. found.Values, .. await FetchSingly(calendar, silent, ct)];
    }

    private async Task<List<CalDavObject>> FetchSingly(CalDavCalendar calendar, string[] paths, CancellationToken ct)
    {
        var objects = new List<CalDavObject>();
        foreach (var path in paths)
        {
            try
            {
                var (body, tag) = await dav.Get(new Uri(calendar.Address, path), ct);
                objects.Add(new CalDavObject(path, tag, System.Text.Encoding.UTF8.GetString(body)));
            }
            catch (MailServerException e) when (e.Failure == MailFailure.Permanent)
            {
                objects.Add(new CalDavObject(path, null, null));
            }
        }

        return objects;
    }

    private async Task<IReadOnlyList<Uri>> HomesFrom(Uri start, CancellationToken ct)
    {
        var answer = await dav.Ask(
            "PROPFIND",
            start,
            "0",
            DavNames.PropFind(DavNames.D + "current-user-principal", DavNames.C + "calendar-home-set", DavNames.D + "resourcetype"),
            ct);
        if (answer.Resources.FirstOrDefault(resource => resource.Status < 300) is not { } here)
            return [];

        // The address may be a calendar itself, and then that one is meant; or the place where the calendars lie.
        if (here.Is(DavNames.C + "calendar"))
            return [answer.At];
        if (here.Links(DavNames.C + "calendar-home-set").ToList() is { Count: > 0 } homes)
            return homes;
        if (here.Links(DavNames.D + "current-user-principal").FirstOrDefault() is { } principal)
        {
            dav.TrustBeside(principal);
            var user = await dav.Ask("PROPFIND", principal, "0", DavNames.PropFind(DavNames.C + "calendar-home-set"), ct);
            homes = [.. user.Resources.SelectMany(resource => resource.Links(DavNames.C + "calendar-home-set"))];
            if (homes.Count > 0)
                return homes;
        }

        // A server without principals: does the place itself hold calendars?
        var inside = await dav.Ask("PROPFIND", answer.At, "1", DavNames.PropFind(DavNames.D + "resourcetype"), ct);
        return inside.Resources.Any(resource => resource.Is(DavNames.C + "calendar")) ? [answer.At] : [];
    }

    private static CalDavCalendar? CalendarOf(DavResource resource)
    {
        var skip = SkipReason(resource);
        if (!resource.Is(DavNames.C + "calendar") && skip is null)
            return null;

        var reports = resource.Property(DavNames.D + "supported-report-set");
        return new CalDavCalendar
        {
            Address = resource.Address,
            Name = resource.Text(DavNames.D + "displayname") ?? Uri.UnescapeDataString(resource.Path.TrimEnd('/').Split('/')[^1]),
            CanSync = reports?.Descendants(DavNames.D + "sync-collection").Any() == true,
            SyncToken = resource.Text(DavNames.D + "sync-token"),
            ChangeTag = resource.Text(DavNames.Apple + "getctag"),
            SkipReason = skip,
        };
    }

    private static string? SkipReason(DavResource resource)
    {
        if (resource.Is(DavNames.C + "schedule-inbox") || resource.Is(DavNames.C + "schedule-outbox"))
            return "it holds messages between calendars, not meetings";
        if (resource.Is(DavNames.Nextcloud + "deleted-calendar") || resource.Is(DavNames.Nextcloud + "trash-bin"))
            return "it is deleted";
        if (resource.Is(DavNames.Apple + "subscribed"))
            return "it is subscribed from elsewhere";
        return resource.Is(DavNames.C + "calendar") && resource.Property(DavNames.C + "supported-calendar-component-set") is { } components
            && components.Elements(DavNames.C + "comp").Any()
            && !components
                .Elements(DavNames.C + "comp")
                .Any(component => string.Equals((string?)component.Attribute("name"), "VEVENT", StringComparison.OrdinalIgnoreCase))
            ? "it holds no events"
            : null;
    }

    private static List<CalDavTag> Tags(Multistatus answer, CalDavCalendar calendar)
    {
        // Some say it inside the answer, about an address they cannot even write down.
        var resources = answer.Resources.ToList();
        if (resources is [{ Status: 404 or 410 }])
            throw new MailServerException(
                MailFailure.Permanent,
                $"there is no calendar at {calendar.Address.GetLeftPart(UriPartial.Path)}; check the address");

        return
        [
            .. resources
                .Where(resource => resource.Status < 300 && !IsCollection(resource, calendar) && !resource.Is(DavNames.D + "collection"))
                .Select(resource => new CalDavTag(resource.Path, resource.Text(DavNames.D + "getetag"))),
        ];
    }

    private static bool IsCollection(DavResource resource, CalDavCalendar calendar) =>
        resource.Path.TrimEnd('/') == calendar.Address.AbsolutePath.TrimEnd('/');
}
