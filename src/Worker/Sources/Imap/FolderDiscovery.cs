using System.Globalization;
using CrmSync.Domain.Harvest;
using CrmSync.Worker.MailServers;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Worker.Sources.Imap;

/// <summary>
/// Finds what is new in one folder (mail-servers.md section 2): by UID from a contiguous frontier on, with an overlap for stores that show
/// messages out of order, and once a day all of it. What the server does not say is unknown, never zero.
/// </summary>
internal sealed class FolderDiscovery(ImapMailbox mailbox, KnownItems known, Instant now, Instant since)
{
    private const int PageSize = 1000;
    private const uint Overlap = 200;

    /// <summary>
    /// So many renumberings are believed with no listing in between that finds the numbers kept; after that the folder is left alone for a
    /// day each time.
    /// </summary>
    private const int MostResets = 5;

    private static readonly Duration AuditEvery = Duration.FromHours(24);
    /// <summary>How often labels are looked for where the server does not tell that they changed.</summary>
    private static readonly Duration LabelsEvery = Duration.FromMinutes(15);

    private static readonly Duration ParkedAfterRefusal = Duration.FromHours(6);

    /// <summary>Dates of arrival are wrong by weeks after some migrations; two months beyond the horizon nothing is missed.</summary>
    private static readonly Duration Slack = Duration.FromDays(60);

    private static readonly Duration WithoutValidity = Duration.FromDays(7);
    private static readonly LocalDatePattern SearchDate = LocalDatePattern.CreateWithInvariantCulture("d-MMM-uuuu");

    /// <summary>Lists one folder. Nothing at all when it is parked.</summary>
    /// <exception cref="MailServerException">When the connection is lost or the whole account is in trouble.</exception>
    public async Task<IEnumerable<Listing>> List(MailboxFolder folder, CancellationToken ct)
    {
        var state = FolderIdentity.Likely(known.Folders, folder) is { } likely ? KnownFolder.From(likely) : null;
        if (state?.ParkedUntil > now)
            return [];

        if (
            state is not null
            && !AuditDue(state)
            && FolderSnapshot.Parse(state.Cursor.Snapshot) is { } snapshot
            && snapshot.IsStill(folder.Status)
            && !HasToLookForLabels(snapshot, folder.Status))
            return
            [
                new ListedPage(state, [], (int)Math.Max(0, snapshot.Exists - snapshot.Old), state.Cursor) { Skipped = Old(snapshot.Old) },
            ];

        // Nothing was ever here, and nothing is: that needs no look.
        if (state is null or { Cursor: { Frontier: 0, UidValidity: null } } && FolderSnapshot.From(folder.Status, 0) is { Exists: 0 })
            return [];

        try
        {
            return await Open(folder, state, ct);
        }
        catch (MailServerException e) when (ServerTrouble.IsLocal(e))
        {
            return await Refused(folder, state, e, ct);
        }
    }

    /// <summary>
    /// Whether labels may have been set since, although nothing was added or removed: servers without CONDSTORE do not tell.
    /// </summary>
    private bool HasToLookForLabels(FolderSnapshot snapshot, FolderStatus? status) =>
        snapshot.Labels != known.PrivateLabels.Edition
        || (snapshot.Labels is not null
            && status?.HighestModSeq is null
            && now - Instant.FromUnixTimeSeconds(snapshot.LabelsAt) >= LabelsEvery);

    private bool AuditDue(KnownFolder state) => state.Cursor.LastFullAt is not { } last || now - last >= AuditEvery;

    /// <summary>
    /// A folder that was deleted, renamed or made anew since it was listed is no trouble. One that cannot be opened although it is there is
    /// left alone for some hours: Dovecot lists roots of shared namespaces.
    /// </summary>
    private async Task<IEnumerable<Listing>> Refused(
        MailboxFolder folder,
        KnownFolder? state,
        MailServerException refusal,
        CancellationToken ct)
    {
        if (refusal.Failure != MailFailure.Permanent || folder.Role == FolderRole.Inbox)
            return [ServerTrouble.OfFolder($"folder {folder.Name}", refusal)];

        if ((await mailbox.Folders(withStatus: false, ct)).All(listed => listed.Name != folder.Name))
            return [];

        try
        {
            return await Open(folder, state, ct);
        }
        catch (MailServerException again) when (ServerTrouble.IsLocal(again))
        {
            return
            [
                new FolderParked(
                    state ?? known.Folder(folder.Name, folder.Name, FolderNames.Word(folder.Role)),
                    now + ParkedAfterRefusal,
                    ServerTrouble.From($"folder {folder.Name}", again)),
            ];
        }
    }

    private async Task<IEnumerable<Listing>> Open(MailboxFolder folder, KnownFolder? likely, CancellationToken ct)
    {
        var status = await mailbox.Examine(folder, ct);
        var remoteId = likely is not null && FolderIdentity.HasId(likely.RemoteId, status)
            ? likely.RemoteId
            : FolderIdentity.From(folder, status);
        var state = known.Folder(remoteId, folder.Name, FolderNames.Word(folder.Role));
        if (state.ParkedUntil > now)
            return [];

        var from = First(state);
        Listing? numbers = null;
        var (cursor, snapshot) = (state.Cursor, FolderSnapshot.Parse(state.Cursor.Snapshot));
        if (cursor.UidValidity is { } before && status.UidValidity is { } after && after != (ulong)before)
        {
            (status, var renumbered) = await Renumbered(folder, status, (ulong)before, FolderSample.Parse(cursor.Text), ct);
            if (renumbered && state.ValidityResets >= MostResets && state.ParkedUntil is null && folder.Role != FolderRole.Inbox)
                return [ParkForADay(folder, state)];

            if (renumbered)
            {
                var validity = (long)status.UidValidity!.Value;
                numbers = new FolderRenumbered(state, validity);
                cursor = new FolderCursor { UidValidity = validity, LastFullAt = cursor.LastFullAt };
                (state, snapshot, from) = (state with { Cursor = cursor }, null, 1);
            }
        }
        else if (state.ValidityResets > 0)
        {
            numbers = new FolderNumbersKept(state);
        }

        var full = from == 1;
        if (status.UidValidity is null && cursor.UidValidity is not null)
            return [.. numbers is null ? [] : (IEnumerable<Listing>)[numbers], .. await ByDate(state, status, ct)];

        // "n:*" always holds the last message, however low its number.
        IReadOnlyList<uint> found = status.Exists == 0 ? [] : [.. (await Search(from, ct)).Where(uid => uid >= from)];
        // One in and one out leaves the count as it was; what was counted must agree with what was listed, or everything is looked at
        // again.
        var old = full ? Math.Max(0, (status.Exists ?? found.Count) - found.Count) : snapshot?.Old ?? 0;
        cursor = cursor with
        {
            UidValidity = (long?)status.UidValidity ?? cursor.UidValidity,
            LastFullAt = full ? now : cursor.LastFullAt,
            Text = await Sample(cursor, found, full, ct),
        };
        var listedBefore = Math.Max(0, (status.Exists ?? found.Count) - found.Count - old);
        IReadOnlyList<(string Key, string Because)> labelled = status.Exists == 0 ? [] : await Labelled(folder, ct);
        var listed = FolderSnapshot.From(status, old) is { } counted && known.PrivateLabels.Edition is { } labels
            ? counted with { Labels = labels, LabelsAt = now.ToUnixTimeSeconds() }
            : FolderSnapshot.From(status, old);
        var pages = Pages(state, found, cursor, listed?.ToString(), listedBefore, old, labelled);
        return numbers is null ? pages : pages.Prepend(numbers);
    }

    /// <summary>
    /// Ascending pages, so that the frontier never leaves a gap behind; the snapshot counts only once everything is stored. Made one after
    /// the other: a folder may hold millions.
    /// </summary>
    private static IEnumerable<Listing> Pages(
        KnownFolder state,
        IReadOnlyList<uint> found,
        FolderCursor cursor,
        string? snapshot,
        long listedBefore,
        long old,
        IReadOnlyList<(string Key, string Because)> labelled)
    {
        var frontier = state.Cursor.Frontier;
        for (var start = 0; start < found.Count - PageSize; start += PageSize)
        {
            frontier = Math.Max(frontier, found[start + PageSize - 1]);
            yield return new ListedPage(
                state,
                Locators(start, PageSize),
                0,
                state.Cursor with
                {
                    UidValidity = cursor.UidValidity,
                    Frontier = frontier,
                    Snapshot = null,
                });
        }

        var rest = found.Count == 0 ? 0 : ((found.Count - 1) % PageSize) + 1;
        frontier = found.Count == 0 ? frontier : Math.Max(frontier, found[^1]);
        yield return new ListedPage(
            state,
            Locators(found.Count - rest, rest),
            (int)Math.Min(listedBefore, int.MaxValue),
            cursor with
            {
                Frontier = frontier,
                Snapshot = snapshot,
            })
        {
            Skipped = Old(old),
            Private = labelled,
        };

        Locator[] Locators(int start, int count) =>
            [.. Enumerable.Range(start, count).Select(i => new Locator(found[i].ToString(CultureInfo.InvariantCulture)))];
    }

    /// <summary>
    /// What of the open folder bears a label that makes it private, or lies in a folder that does; asked only where the policy names any.
    /// </summary>
    private async Task<IReadOnlyList<(string Key, string Because)>> Labelled(MailboxFolder folder, CancellationToken ct)
    {
        if (known.PrivateLabels.IsEmpty)
            return [];

        var found = new List<(string, string)>();
        if (known.PrivateLabels.WhyInFolder(folder.Name, folder.Delimiter) is { } because)
            found.AddRange((await mailbox.Messages.Search("UID 1:*", ct)).Select(uid => (Key(uid), because)));

        foreach (var label in known.PrivateLabels.Labels)
        {
            found.AddRange(
                (await mailbox.Messages.SearchLabel(label, mailbox.IsGmail, ct))
                    .Select(uid => (Key(uid), known.PrivateLabels.WhyLabelled([label])!)));
        }

        return found;

        static string Key(uint uid) => uid.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>From where a folder is listed: all of it when it is new, or when that was long ago.</summary>
    private uint First(KnownFolder state) => AuditDue(state) ? 1 : (uint)Math.Max(1, state.Cursor.Frontier - Overlap);

    /// <summary>
    /// UIDs from one on that are neither drafts nor deleted nor far older than wanted. Asked by range, for some servers give nonsense or
    /// BAD for everything else; those that know no dates or flags in a search are asked without.
    /// </summary>
    private async Task<IReadOnlyList<uint>> Search(uint from, CancellationToken ct)
    {
        try
        {
            return await mailbox.Messages.Search(Criteria(from), ct);
        }
        catch (MailServerException e) when (e.Failure == MailFailure.Protocol && !e.ConnectionLost)
        {
            return await mailbox.Messages.Search(Range(from), ct);
        }
    }

    private string Criteria(uint from)
    {
        var horizon = since - Slack;
        var date = SearchDate.Format(horizon.InUtc().Date);

        // Some migrations stamp everything with a day long past: only what was also sent long ago is old.
        var wanted = horizon > Instant.FromUtc(1980, 1, 1, 0, 0) ? $" OR SINCE {date} SENTSINCE {date}" : "";
        return $"{Range(from)}{wanted} UNDELETED UNDRAFT";
    }

    private static string Range(uint from) => string.Create(CultureInfo.InvariantCulture, $"UID {from}:*");

    /// <summary>
    /// Whether the messages really have other numbers now: asked a second time, then by Message-IDs that were noted before.
    /// </summary>
    private async Task<(FolderStatus Status, bool Renumbered)> Renumbered(
        MailboxFolder folder,
        FolderStatus status,
        ulong before,
        FolderSample? sample,
        CancellationToken ct)
    {
        var again = await mailbox.Examine(folder, ct);
        if (again.UidValidity == before)
            return (again, false);

        if (sample is null)
            return (again.OrElse(status), true);

        return (again.OrElse(status), !sample.Matches(await mailbox.Messages.MessageIds([.. sample.Ids.Keys], ct)));
    }

    private FolderParked ParkForADay(MailboxFolder folder, KnownFolder state) => new(
        state,
        now + AuditEvery,
        new Trouble(
            $"folder {folder.Name}",
            $"the server has numbered its mails anew {state.ValidityResets} times",
            "it is left alone for a day; ask the administrator of the mail server about UIDVALIDITY"));

    /// <summary>Without UIDVALIDITY numbers prove nothing: recent mail is looked at, and nothing is concluded from it.</summary>
    private async Task<IReadOnlyList<Listing>> ByDate(KnownFolder state, FolderStatus status, CancellationToken ct)
    {
        var recent = SearchDate.Format((now - WithoutValidity).InUtc().Date);
        var found = status.Exists == 0 ? [] : await mailbox.Messages.Search($"UID 1:* SINCE {recent}", ct);
        return [new ListedPage(state, [.. found.Select(uid => new Locator(uid.ToString(CultureInfo.InvariantCulture)))], 0, state.Cursor)];
    }

    /// <summary>Notes some Message-IDs, spread over the folder, the first time it is seen again and with each audit.</summary>
    private async Task<string?> Sample(FolderCursor cursor, IReadOnlyList<uint> found, bool full, CancellationToken ct)
    {
        if (cursor.Frontier == 0 || (!full && cursor.Text is not null) || found.Count == 0)
            return cursor.Text;

        var step = Math.Max(1, found.Count / FolderSample.Size);
        var ids = await mailbox.Messages.MessageIds([.. found.Where((_, i) => i % step == 0).TakeLast(FolderSample.Size)], ct);
        return ids.Count == 0 ? cursor.Text : new FolderSample(ids).ToString();
    }

    private static Dictionary<string, int> Old(long old) =>
        old > 0 ? new Dictionary<string, int> { ["draft, deleted or older than capture.since"] = (int)Math.Min(old, int.MaxValue) } : [];
}
