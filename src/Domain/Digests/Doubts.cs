using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Languages;
using NodaTime;

namespace CrmSync.Domain.Digests;

/// <summary>
/// What a reader is told about accounts that lag: on the line of each item they make unsure or, where one account does that to many lines,
/// once at the head (policy-language.md section 11, "Coverage").
/// </summary>
internal sealed class Doubts
{
    /// <summary>An account that makes more lines unsure is named at the head instead.</summary>
    private const int MostLines = 3;

    /// <summary>A line names so many accounts and counts the rest.</summary>
    private const int MostNamed = 3;

    private readonly Dictionary<string, AccountCoverage> accounts;
    private readonly HashSet<string> atHead;
    private readonly PeopleBook people;
    private readonly ReaderClock clock;

    /// <param name="evaluation">How far the accounts have been read.</param>
    /// <param name="told">The items of the mail.</param>
    /// <param name="people">Whose accounts they are.</param>
    /// <param name="clock">The reader's.</param>
    public Doubts(EvaluationResult evaluation, IEnumerable<Item> told, PeopleBook people, ReaderClock clock)
    {
        (this.people, this.clock) = (people, clock);
        accounts = evaluation
            .Coverage.DistinctBy(account => account.Account, StringComparer.Ordinal)
            .ToDictionary(account => account.Account, StringComparer.Ordinal);
        atHead = told.SelectMany(Accounts)
            .CountBy(account => account, StringComparer.Ordinal)
            .Where(one => one.Value > MostLines)
            .Select(one => one.Key)
            .ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>What stands at the head; null when lines say it all.</summary>
    public string? Head => atHead.Count == 0 ? null : Sentence(atHead, Words.Reservation);

    /// <summary>Whether something about an item is not certain.</summary>
    public static bool Concern(Item item) => item.Unsure.Count > 0 || IsToldUnproven(item);

    /// <summary>What the line of an item says about it; null when the head does, or nothing is doubtful.</summary>
    public string? About(Item item) =>
        Accounts(item).Where(account => !atHead.Contains(account)).ToList() is { Count: > 0 } left ? Sentence(left, Words.Lagging) : null;

    /// <summary>It waited a business day for accounts to be read, and is told all the same.</summary>
    private static bool IsToldUnproven(Item item) => item is { ToldState: ItemState.Overdue, Unread.Count: > 0 };

    private static IReadOnlyList<string> Accounts(Item item) => IsToldUnproven(item) ? item.Unread : item.Unsure;

    /// <summary>
    /// <c>Bob's mailbox was last read Tue 14:10, the mailbox support@us.example has never been read</c>; who lags most first.
    /// </summary>
    private string Sentence(IEnumerable<string> names, Func<IReadOnlyList<string>, int, string> words)
    {
        var lagging = names
            .OrderBy(name => accounts.GetValueOrDefault(name)?.ReadUpTo ?? Instant.MinValue)
            .ThenBy(name => name, StringComparer.Ordinal)
            .Select(LastRead)
            .Distinct(StringComparer.Ordinal)
            .ToList();
        var told = lagging.Take(lagging.Count <= MostNamed + 1 ? lagging.Count : MostNamed).ToList();
        return words(told, lagging.Count - told.Count);
    }

    private string LastRead(string name)
    {
        if (!accounts.TryGetValue(name, out var account))
            return Words.NeverReadable(PlainWords.Flatten(name, PlainWords.Name));

        return account.ReadUpTo is { } read
            ? Words.LastRead(Owned(account), clock.At(read))
            : Words.NeverRead(Owned(account));
    }

    private string Owned(AccountCoverage account) =>
        account.IsCalls ? Words.CallRecords(PlainWords.Flatten(account.Account, PlainWords.Name))
        : people.Ours(account.Address) is { } owner ? Words.MailboxBelongingTo(people.FirstName(owner.Id), account.IsCalendar)
        : account.Address == people.CommandMailbox ? Words.CommandMailbox
        : Words.Mailbox(PlainWords.Flatten(account.Address.Value, PlainWords.Name), account.IsCalendar);

    private IDigestPhrases Words => clock.Words.Digests;
}
