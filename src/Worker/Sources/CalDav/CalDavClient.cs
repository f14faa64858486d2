using System.Xml.Linq;
using CrmSync.Worker.MailServers;

namespace CrmSync.Worker.Sources.CalDav;

/// <summary>One calendar of an account.</summary>
internal sealed record CalDavCalendar
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

    /// <summary>Whether it is somebody else's, whom the account may look over the shoulder.</summary>
    public bool IsShared { get; init; }

    /// <summary>Why it is not read, in words; null for a calendar that is.</summary>
    public string? SkipReason { get; init; }
}

/// <summary>An object of a calendar and the tag of its present version. The path names it.</summary>
internal sealed record CalDavTag(string Path, string? ETag);

/// <summary>An object of a calendar with its content; null when it is gone, or cannot be read.</summary>
internal sealed record CalDavObject(string Path, string? ETag, string? Content)
{
    /// <summary>Why it cannot be read; null when it can, or is gone.</summary>
    public string? Problem { get; init; }
}

/// <summary>What changed in a calendar since a token.</summary>
/// <param name="Changed">New and changed objects; all of them when there was no token.</param>
/// <param name="Gone">Paths of objects that are gone.</param>
/// <param name="Token">The token of the state reached; keep it only when everything here is stored.</param>
internal sealed record CalDavDelta(IReadOnlyList<CalDavTag> Changed, IReadOnlyList<string> Gone, string? Token);

/// <summary>
/// Reads calendars over CalDAV (RFC 4791): finds them from a bare address, tells what changed, fetches what is needed. Nothing is ever
/// written, and nothing expanded by the server: servers do that wrongly.
/// </summary>
internal sealed class CalDavClient(DavClient dav)
{
    /// <summary>Objects fetched in one request.</summary>
    public const int BatchSize = 100;

    /// <summary>Places looked at inside of one that may hold calendars.</summary>
    private const int MostInHome = 10_000;

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
        DavNames.D + "owner",
        DavNames.D + "current-user-principal",
        DavNames.Owncloud + "owner-principal",
    ];

    /// <summary>Where the calendars of the account lie: one address or more, found from the address given (RFC 6764).</summary>
    /// <exception cref="MailServerException">Nothing there speaks CalDAV, or the server refuses.</exception>
    public Task<IReadOnlyList<Uri>> Discover(CancellationToken ct) =>
        dav.Discover("caldav", "calendars", start => HomesFrom(start, ct));

    /// <summary>The calendars at these addresses, those not read included, with the reason.</summary>
    public async Task<IReadOnlyList<CalDavCalendar>> Calendars(IReadOnlyList<Uri> homes, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(homes);
        var calendars = new Dictionary<string, CalDavCalendar>(StringComparer.Ordinal);
        foreach (var home in homes)
        {
            dav.TrustBeside(home);
            await dav.Ask("PROPFIND", home, "1", DavNames.PropFind(Wanted), Take, ct);
        }

        return [.. calendars.Values];

        void Take(DavResource resource)
        {
            if (resource.Status < 300 && resource.Is(DavNames.D + "collection") && CalendarFrom(resource) is { } calendar)
                calendars.TryAdd(resource.Address.AbsoluteUri, calendar);
        }
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
            var truncated = false;
            var reply = await dav.Try(
                "REPORT",
                calendar.Address,
                "0",
                new XElement(
                    DavNames.D + "sync-collection",
                    DavNames.Prefixes,
                    new XElement(DavNames.D + "sync-token", token),
                    new XElement(DavNames.D + "sync-level", 1),
                    DavNames.Prop(DavNames.D + "getetag")
                ),
                Take,
                ct
            );

            // RFC 6578 names the condition valid-sync-token; servers say it with many statuses, and without it.
            // Xandikos fails altogether on a token that is not its own.
            if (
                reply.Status is 400 or 403 or 405 or 409 or 410 or 412 or 415 or 422 or 501 or 507
                || (reply.Status == 500 && !string.IsNullOrEmpty(token)))
                return null;
            var answer = reply.Answer ?? throw reply.Refusal!;
            if (!truncated || answer.SyncToken is null || answer.SyncToken == token)
                return new CalDavDelta([.. changed.Values], [.. gone], answer.SyncToken);
            token = answer.SyncToken;

            void Take(DavResource resource)
            {
                if (IsCollection(resource, calendar))
                {
                    truncated |= resource.Status == 507;
                }
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
        }

        throw new MailServerException(MailFailure.Protocol, $"the server gives the changes of \"{calendar.Name}\" in parts without end");
    }

    /// <summary>Every object of a calendar with its tag.</summary>
    public async Task<IReadOnlyList<CalDavTag>> List(CalDavCalendar calendar, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(calendar);
        var tags = new TagList(calendar);
        await dav.Ask(
            "PROPFIND",
            calendar.Address,
            "1",
            DavNames.PropFind(DavNames.D + "getetag", DavNames.D + "resourcetype"),
            tags.Take,
            ct
        );
        return tags.Finish();
    }

    /// <summary>
    /// Fetches objects, <see cref="BatchSize"/> in a request, fewer where they would be more than one answer may hold. What the server does
    /// not have any more comes back without content.
    /// </summary>
    public async IAsyncEnumerable<CalDavObject> Fetch(
        CalDavCalendar calendar, IEnumerable<CalDavTag> tags, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(calendar);
        foreach (var batch in tags.Chunk(BatchSize))
        {
            var left = new Stack<CalDavTag[]>([batch]);
            while (left.TryPop(out var some))
            {
                IReadOnlyList<CalDavObject> objects = [];
                try
                {
                    objects = await FetchBatch(calendar, some, ct);
                }
                catch (MailServerException e) when (IsTooLong(e) && some.Length > 1)
                {
                    left.Push(some[(some.Length / 2)..]);
                    left.Push(some[..(some.Length / 2)]);
                }
                catch (MailServerException e) when (IsTooLong(e))
                {
                    objects = [new CalDavObject(some[0].Path, some[0].ETag, null) { Problem = e.Message }];
                }

                foreach (var item in objects)
                    yield return item;
            }
        }
    }

    private async Task<IReadOnlyList<CalDavObject>> FetchBatch(CalDavCalendar calendar, CalDavTag[] tags, CancellationToken ct)
    {
        var found = new Dictionary<string, CalDavObject>(StringComparer.Ordinal);
        var reply = await dav.Try("REPORT", calendar.Address, "1", new XElement(
            DavNames.C + "calendar-multiget",
            DavNames.Prefixes,
            DavNames.Prop(DavNames.D + "getetag", DavNames.C + "calendar-data"),
            tags.Select(tag => new XElement(DavNames.D + "href", tag.Path))), Take, ct);

        // Not every server has the report; all have GET.
        if (reply.Status is 400 or 403 or 405 or 413 or 415 or 501)
            return await FetchSingly(calendar, tags, ct);
        _ = reply.Answer ?? throw reply.Refusal!;

        // What was asked for and not answered is not gone: it is asked for again, by itself.
        var silent = tags.Where(tag => !found.ContainsKey(tag.Path)).ToArray();
        return silent.Length == 0 ? [.. found.Values] : [.. found.Values, .. await FetchSingly(calendar, silent, ct)];

        void Take(DavResource resource)
        {
            if (resource.Status < 300 && resource.Property(DavNames.C + "calendar-data") is { } data)
                found[resource.Path] = new CalDavObject(resource.Path, resource.Text(DavNames.D + "getetag"), data.Value);
            else if (resource.Status is 404 or 410)
                found[resource.Path] = new CalDavObject(resource.Path, null, null);
        }
    }

    private async Task<List<CalDavObject>> FetchSingly(CalDavCalendar calendar, CalDavTag[] tags, CancellationToken ct)
    {
        var objects = new List<CalDavObject>();
        foreach (var tag in tags)
        {
            try
            {
                var (body, version) = await dav.Get(new Uri(calendar.Address, tag.Path), ct);
                objects.Add(new CalDavObject(tag.Path, version, System.Text.Encoding.UTF8.GetString(body)));
            }
            catch (MailServerException e) when (e.Failure == MailFailure.Permanent)
            {
                objects.Add(new CalDavObject(tag.Path, null, null));
            }
            catch (MailServerException e) when (IsTooLong(e))
            {
                objects.Add(new CalDavObject(tag.Path, tag.ETag, null) { Problem = e.Message });
            }
        }

        return objects;
    }

    private static bool IsTooLong(MailServerException failure) => failure.InnerException is WebLimitException { Limit: WebLimit.Bytes };

    private async Task<IReadOnlyList<Uri>> HomesFrom(Uri start, CancellationToken ct)
    {
        var (answer, described) = await Described(
            start,
            "0",
            ct,
            DavNames.D + "current-user-principal",
            DavNames.C + "calendar-home-set",
            DavNames.D + "resourcetype"
        );
        if (described.Find(resource => resource.Status < 300) is not { } here)
            return [];

        // The address may be a calendar itself, and then that one is meant; or the place where the calendars lie.
        if (here.Is(DavNames.C + "calendar"))
            return [answer.At];
        if (here.Links(DavNames.C + "calendar-home-set").ToList() is { Count: > 0 } homes)
            return homes;
        if (here.Links(DavNames.D + "current-user-principal").FirstOrDefault() is { } principal)
        {
            dav.TrustBeside(principal);
            var (_, user) = await Described(principal, "0", ct, DavNames.C + "calendar-home-set");
            homes = [.. user.SelectMany(resource => resource.Links(DavNames.C + "calendar-home-set"))];
            if (homes.Count > 0)
                return homes;
        }

        // A server without principals: does the place itself hold calendars?
        var (_, inside) = await Described(answer.At, "1", ct, DavNames.D + "resourcetype");
        return inside.Exists(resource => resource.Is(DavNames.C + "calendar")) ? [answer.At] : [];
    }

    /// <summary>
    /// A place and, at depth 1, what lies in it; of a place that holds more than any home of calendars does, only the first.
    /// </summary>
    private async Task<(MultistatusEnd Answer, List<DavResource> Resources)> Described(
        Uri place,
        string depth,
        CancellationToken ct,
        params XName[] properties
    )
    {
        var resources = new List<DavResource>();
        var answer = await dav.Ask("PROPFIND", place, depth, DavNames.PropFind(properties), Take, ct);
        return (answer, resources);

        void Take(DavResource resource)
        {
            if (resources.Count < MostInHome)
                resources.Add(resource);
        }
    }

    private CalDavCalendar? CalendarFrom(DavResource resource)
    {
        var skip = SkipReason(resource);
        if (!resource.Is(DavNames.C + "calendar") && skip is null)
            return null;

        var reports = resource.Property(DavNames.D + "supported-report-set");
        return new CalDavCalendar
        {
            Address = resource.Address,
            Name = dav.Conceal(
                resource.Text(DavNames.D + "displayname") ?? Uri.UnescapeDataString(resource.Path.TrimEnd('/').Split('/')[^1])
            ),
            CanSync = reports?.Descendants(DavNames.D + "sync-collection").Any() == true,
            SyncToken = resource.Text(DavNames.D + "sync-token"),
            ChangeTag = resource.Text(DavNames.Apple + "getctag"),
            IsShared = IsShared(resource),
            SkipReason = skip,
        };
    }

    /// <summary>
    /// Whether a calendar belongs to somebody else: by its owner (RFC 3744), by the mark of a sharee's copy, or by the owner Nextcloud
    /// names. A server that says nothing of it has no other people's calendars in this place.
    /// </summary>
    private static bool IsShared(DavResource resource)
    {
        if (resource.Is(DavNames.Apple + "shared") || resource.Is(DavNames.D + "shared"))
            return true;
        if (resource.Links(DavNames.D + "current-user-principal").FirstOrDefault()?.AbsolutePath.TrimEnd('/') is not { } user)
            return false;

        var owners = resource.Links(DavNames.D + "owner").Select(owner => owner.AbsolutePath)
            .Concat(resource.Text(DavNames.Owncloud + "owner-principal") is { } named ? [named] : []);
        return owners.Select(owner => owner.TrimEnd('/')).Any(owner => owner.Length > 0 && !IsSame(user, owner));
    }

    /// <summary>Nextcloud names principals by their paths below its own root.</summary>
    private static bool IsSame(string user, string owner) =>
        user == owner || user.EndsWith('/' + owner.TrimStart('/'), StringComparison.Ordinal);

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

    private static bool IsCollection(DavResource resource, CalDavCalendar calendar) =>
        resource.Path.TrimEnd('/') == calendar.Address.AbsolutePath.TrimEnd('/');

    /// <summary>Collects the tags of a calendar's objects.</summary>
    private sealed class TagList(CalDavCalendar calendar)
    {
        private readonly List<CalDavTag> tags = [];
        private int resources;
        private bool isMissing;

        public void Take(DavResource resource)
        {
            resources++;
            isMissing = resource.Status is 404 or 410;
            if (resource.Status < 300 && !IsCollection(resource, calendar) && !resource.Is(DavNames.D + "collection"))
                tags.Add(new CalDavTag(resource.Path, resource.Text(DavNames.D + "getetag")));
        }

        /// <exception cref="MailServerException">There is no such calendar: some say it inside the answer, about an address they cannot
        /// even write down.</exception>
        public List<CalDavTag> Finish() =>
            resources == 1 && isMissing
                ? throw new MailServerException(
                    MailFailure.Permanent,
                    $"there is no calendar at {calendar.Address.GetLeftPart(UriPartial.Path)}; check the address"
                )
                : tags;
    }
}
