using CrmSync.Domain.Company;
using CrmSync.Domain.Time;
using NodaTime;

namespace CrmSync.Domain.Evaluation;

/// <summary>
/// How far each account has been read (policy-language.md section 11, "Coverage"): what is unsure because an account lags, and what nobody
/// may be accused of because an account was not read since it was due.
/// </summary>
internal sealed class Coverage
{
    /// <summary>
    /// A reading that began so long after the due time has seen whatever was sent in time: mail travels, and clocks differ a little.
    /// </summary>
    private const long AfterDue = NodaConstants.TicksPerMinute;

    /// <summary>
    /// After so long an accusation is told with the reservation: an account nobody can read must not hide what is late for ever.
    /// </summary>
    private static readonly LengthOfTime LongestWait = new(1, TimeUnit.BusinessDay);

    private readonly Reading[] readings;
    private readonly Dictionary<(Reading[] Of, int Count, bool Calendars, bool Calls), string[]> names = [];
    private Reading[] lagging = [];
    private long laggingAt = long.MinValue;

    /// <param name="accounts">Every account of ours.</param>
    /// <param name="commandMailbox">Its account counts for every item: a command closes any.</param>
    public Coverage(IReadOnlyList<AccountCoverage> accounts, EmailAddress? commandMailbox)
    {
        Accounts = accounts;
        readings =
        [
            .. accounts.Select(account => new Reading(
                    account.Account,
                    account.Address.Value,
                    account.ReadUpTo?.ToUnixTimeTicks() ?? long.MinValue,
                    account.Grace.BclCompatibleTicks,
                    account.IsCalendar,
                    account.IsCalls,
                    account.Address == commandMailbox))
                .OrderBy(reading => reading.UpTo).ThenBy(reading => reading.Account, StringComparer.Ordinal),
        ];
    }

    /// <summary>As it was handed over.</summary>
    public IReadOnlyList<AccountCoverage> Accounts { get; }

    /// <summary>The item with what is not certain about it.</summary>
    /// <param name="item">The item as the log alone makes it.</param>
    /// <param name="restsOn">The accounts it rests on.</param>
    /// <param name="now">The moment.</param>
    public Item Doubt(Item item, RestsOn restsOn, Instant now)
    {
        if (restsOn == RestsOn.Nothing)
            return item;

        var due = item.Due?.ToUnixTimeTicks() ?? long.MaxValue;
        var unsure = Lagging(restsOn, due, now.ToUnixTimeTicks());
        var unread = item.State == ItemState.Overdue ? Unread(restsOn, due) : [];
        return unsure.Length + unread.Length == 0 ? item : item with
        {
            Unsure = unsure,
            Unread = unread,
            Held = unread.Length > 0 && now < ToldAnyway(item),
        };
    }

    /// <summary>
    /// The accounts, in ordinal order, that have not been read up to the due time or, if that is earlier, up to now less their grace.
    /// </summary>
    public string[] Lagging(RestsOn restsOn, long due, long now)
    {
        if (laggingAt != now)
            (lagging, laggingAt) = (Array.FindAll(readings, reading => reading.UpTo < now - reading.Grace), now);

        return Named(lagging, due, restsOn, everyMailbox: false);
    }

    /// <summary>
    /// The accounts, in ordinal order, that no reading since the due time covers: those the item rests on and, for a thread, every mailbox
    /// of ours, for any colleague may have answered.
    /// </summary>
    public string[] Unread(RestsOn restsOn, long due) => Named(readings, Saturated(due), restsOn, everyMailbox: !restsOn.Everywhere);

    /// <summary>
    /// Whether whatever could hold an answer in a thread was read since it was due. While a mailbox was not, it is unsure whatever it rests
    /// on; null where only calendars were not and it matters whose.
    /// </summary>
    public bool? IsSure(long due, RestsOn? restsOn)
    {
        var count = CountBefore(readings, Saturated(due));
        for (var i = 0; i < count; i++)
        {
            if (readings[i].IsMailbox)
                return false;
        }

        return count == 0 ? true
            : restsOn is null ? null
            : Unread(restsOn, due).Length == 0;
    }

    /// <summary>The names of the accounts that items rest on: those that could hold what would close them.</summary>
    /// <param name="results">Whose items.</param>
    /// <param name="asked">Which of them, as of <paramref name="now"/>.</param>
    /// <param name="now">The moment.</param>
    public IReadOnlySet<string> AccountsBehind(IEnumerable<OrganisationResult> results, Func<Item, bool> asked, Instant now)
    {
        var behind = new HashSet<string>(StringComparer.Ordinal);
        foreach (var found in results.SelectMany(result => result.Items))
        {
            if (asked(Doubt(found.Item, found.RestsOn, now)))
                behind.UnionWith(Concerned(found.RestsOn, forAccusing: found.Item.State == ItemState.Overdue));
        }

        return behind;
    }

    /// <summary>The accounts that could hold what an item misses, and those that must have been read before anybody is accused.</summary>
    public IEnumerable<string> Concerned(RestsOn restsOn, bool forAccusing) =>
        restsOn == RestsOn.Nothing ? []
        : restsOn.Everywhere ? AllNames(readings, readings.Length, restsOn.Meetings, restsOn.Calls)
        : readings.Where(reading => Concerns(reading, restsOn) || (forAccusing && reading.IsMailbox)).Select(reading => reading.Account);

    /// <summary>When an account next begins to lag if it is not read again, or <see cref="long.MaxValue"/>.</summary>
    public long NextLag(long now)
    {
        var next = long.MaxValue;
        foreach (var reading in readings)
        {
            if (reading.UpTo >= now - reading.Grace)
                next = Math.Min(next, reading.UpTo + reading.Grace + 1);
        }

        return next;
    }

    /// <summary>When an overdue item is told though not everything was read.</summary>
    public static Instant ToldAnyway(Item item) => item.Rule.Calendar.Deadline(item.Due!.Value, LongestWait);

    private static long Saturated(long due) => due > long.MaxValue - AfterDue ? due : due + AfterDue;

    /// <summary>Of readings in ascending order those that end before a moment and concern the item.</summary>
    private string[] Named(Reading[] ascending, long before, RestsOn restsOn, bool everyMailbox)
    {
        var count = CountBefore(ascending, before);
        if (count == 0 || restsOn == RestsOn.Nothing)
            return [];

        // What every mailbox makes unsure is the same list for thousands of items when many were never read.
        if (restsOn.Everywhere)
            return AllNames(ascending, count, restsOn.Meetings, restsOn.Calls);

        var concerned = new List<string>();
        for (var i = 0; i < count; i++)
        {
            if (Concerns(ascending[i], restsOn) && (!ascending[i].IsMailbox || !everyMailbox))
                concerned.Add(ascending[i].Account);
        }

        if (everyMailbox)
        {
            var mailboxes = AllNames(ascending, count, calendars: false, calls: false);
            if (concerned.Count == 0)
                return mailboxes;

            concerned.AddRange(mailboxes);
        }

        concerned.Sort(StringComparer.Ordinal);
        return [.. concerned];
    }

    private string[] AllNames(Reading[] ascending, int count, bool calendars, bool calls)
    {
        if (!names.TryGetValue((ascending, count, calendars, calls), out var known))
        {
            known =
            [
                .. ascending
                    .Take(count)
                    .Where(reading => reading.IsMailbox || (reading.IsCalendar && calendars) || (reading.IsCalls && calls))
                    .Select(reading => reading.Account)
                    .Order(StringComparer.Ordinal),
            ];
            names[(ascending, count, calendars, calls)] = known;
        }

        return known;
    }

    private static bool Concerns(Reading reading, RestsOn restsOn) =>
        reading.IsCommands
        || (reading.IsCalls && restsOn.Calls)
        || ((restsOn.Meetings || !reading.IsCalendar) && Array.IndexOf(restsOn.Addresses, reading.Address) >= 0);

    private static int CountBefore(Reading[] ascending, long before)
    {
        var (low, high) = (0, ascending.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (ascending[middle].UpTo < before)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    /// <summary>How far one account was read, in ticks since the Unix epoch.</summary>
    private readonly record struct Reading(
        string Account, string Address, long UpTo, long Grace, bool IsCalendar, bool IsCalls, bool IsCommands)
    {
        public bool IsMailbox => !IsCalendar && !IsCalls;
    }
}
