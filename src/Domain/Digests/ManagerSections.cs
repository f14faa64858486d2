using System.Globalization;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Languages;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Digests;

/// <summary>What managers are told about the people below them, besides items.</summary>
internal sealed class ManagerSections(
    DigestFacts facts,
    PeopleBook people,
    ReaderClock clock,
    IReadOnlySet<string> scope,
    Instant since,
    int maxItems)
{
    private const int MostMails = 3;

    private readonly int mostRows = Math.Min(15, maxItems);
    private const int ShownWeeks = 6;

    public TableSection? OverdueByOwner()
    {
        var words = new ItemWords(people, clock);
        var rows = facts.Evaluation.Items
            .Where(item => item.ToldState == ItemState.Overdue && scope.Contains(item.Owner) && item.Rule is not WatchRule)
            .GroupBy(item => item.Owner)
            .OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => new TableRow([
                people.FullName(group.Key),
                Number(group.Count()),
                string.Join('\n', Overdue([.. group.OrderBy(item => item.Due).ThenBy(item => item.Id, StringComparer.Ordinal)], words)),
            ]))
            .ToList();
        return rows.Count == 0 ? null : new TableSection(SectionNames.OverdueByOwner, clock.Words.Digests.OverdueByOwner)
        {
            Caption = Words.OverdueCaption,
            Columns = Words.OverdueColumns,
            Rows = rows,
        };
    }

    /// <summary>Good news of the people below the reader: what a <c>watch</c> with <c>good: true</c> noticed since the last mail.</summary>
    public NewsSection? News()
    {
        var lines = GoodNews.From(facts, people, clock, scope.Contains, since).ToList();
        return lines.Count == 0 ? null : new NewsSection(SectionNames.News, clock.Words.Digests.News)
        {
            Lines = [.. lines.Take(mostRows)],
            More = Math.Max(0, lines.Count - mostRows),
        };
    }

    private IEnumerable<string> Overdue(List<Item> items, ItemWords words)
    {
        var shown = items.Take(maxItems).Select(item => Words.Item(words.What(item), words.Due(item)));
        return items.Count <= maxItems ? shown : shown.Append(clock.Words.Digests.More(items.Count - maxItems));
    }

    public TableSection? Cases()
    {
        var rows = facts.Cases.Where(one => scope.Contains(one.Owner)).OrderBy(one => one.Opened)
            .Select(one => new TableRow(
            [
                $"{people.Name(one.Contact)}{About(one.Subject)}",
                $"{one.Case.Replace('-', ' ')}\n{clock.Words.Dates.Length(facts.Now - one.Opened).Replace(' ', '\u00A0')}",
                one.BallIsOurs
                    ? Words.OurTurn(people.FirstName(one.Owner), clock.At(one.Since))
                    : Words.TheirTurn(clock.At(one.Since)),
            ]))
            .ToList();
        return Table(SectionNames.Cases, clock.Words.Digests.Cases, Words.CasesCaption, Words.CasesColumns, rows);
    }

    public TableSection? OverContacted()
    {
        var rows = facts
            .OverContacted.Where(over => scope.Contains(over.Owner))
            .OrderByDescending(over => over.Counted.Count)
            .ThenBy(over => over.About, StringComparer.Ordinal)
            .Select(over => new TableRow([
                Company.EmailAddress.TryParseContact(over.About, out var contact)
                    ? people.Name(contact)
                    : PlainWords.Flatten(over.About, PlainWords.Name),
                $"{Words.Contacts(over.Counted.Count)}\n{Words.AtMost(over.Cap.Max, over.Cap.Window)}",
                string.Join('\n', Mails(over.Counted)),
            ]))
            .ToList();
        return Table(
            SectionNames.OverContacted,
            clock.Words.Digests.OverContacted,
            Words.OverContactedCaption,
            Words.OverContactedColumns,
            rows);
    }

    public NewsSection? Expired()
    {
        var lines = facts
            .Evaluation.Closed.Where(closed =>
                closed.As == ItemClosing.Expired
                && scope.Contains(closed.Owner)
                && since < Instant.Max(closed.At, closed.KnownAt)
                && closed.At <= facts.Now)
            .Select(closed => new NewsLine(
                closed.Rule.Name.Replace('-', ' '),
                clock.Words.Digests.Labelled(
                    $"{(closed.Contact is { } contact ? people.Name(contact) : PlainWords.Flatten(closed.About, PlainWords.Name))}"
                        + $"{About(people.Subject(closed.About))} ({people.FirstName(closed.Owner)})",
                    PlainWords.Flatten(closed.Reason?.Briefly(clock.Words.Reasons, clock.At) ?? closed.Why, PlainWords.Excerpt))))
            .ToList();
        return lines.Count == 0
            ? null
            : new NewsSection(SectionNames.Expired, clock.Words.Digests.Expired)
            {
                Lines = [.. lines.Take(mostRows)],
                More = Math.Max(0, lines.Count - mostRows),
            };
    }

    /// <summary>How much of what fell due was done in time, with the contacts of the last weeks.</summary>
    public TableSection? Numbers(NumbersBy by) => new NumbersTable(facts, people, clock, scope).Write(by, Weeks);

    /// <summary>Mails both ways, meetings held and calls of the people below the reader with people outside, week by week.</summary>
    private WeeksPicture Weeks()
    {
        var first = clock.Today.PlusDays(-(int)clock.Today.DayOfWeek + 1).PlusWeeks(1 - ShownWeeks);
        var start = clock.Zone.AtStartOfDay(first).ToInstant();
        var counts = new int[ShownWeeks];
        for (var i = people.Interactions.Count - 1; i >= 0 && people.Interactions[i].At >= start; i--)
        {
            var line = people.Interactions[i];
            if (people.IsContact(line) && line.At <= facts.Now && people.OursIn(line).Any(person => scope.Contains(person.Id)))
                counts[Period.DaysBetween(first, clock.Date(line.At)) / 7]++;
        }

        return new WeeksPicture(
            Words.WeeksCaption,
            [
                .. counts.Select(
                    (count, week) =>
                        new WeekCount(week == ShownWeeks - 1
                            ? Words.ThisWeek
                            : clock.Words.Dates.ShortDay(first.PlusWeeks(week)), count)),
            ]);
    }

    /// <summary>Whether everything is read, which policy counts, and what rules on trial would have said.</summary>
    public NewsSection? Health()
    {
        var lines = facts
            .Accounts.Where(account => account.Trouble is not null)
            .Select(account => new NewsLine(
                Words.CannotBeRead,
                Words.AccountTrouble(
                    PlainWords.Flatten(account.Account, PlainWords.Name),
                    PlainWords.Flatten(account.Trouble, 240),
                    account.NeedsSomebody,
                    account.LastRead is { } read ? clock.At(read) : null))
            {
                IsBad = true,
            })
            .Concat(facts.Troubles.Select(tell => new NewsLine(Words.Attention, PlainWords.Flatten(tell(clock), 240)) { IsBad = true }))
            .Concat(
                facts
                    .PolicyChanges.Where(change => since < change.At && change.At <= facts.Now)
                    .Select(change => new NewsLine(
                        change.IsWarning ? Words.Attention : Words.PolicyChanged,
                        PlainWords.Flatten(change.Text, 240))
                    {
                        IsBad = change.IsWarning,
                    }))
            .ToList();
        var hasTrouble = lines.Count > 0;
        var well = facts.Accounts.Where(account => account.Trouble is null && account.LastRead is not null).ToList();
        if (well.Count > 0)
            lines.Add(
                new NewsLine(
                    Words.Read,
                    Words.AccountsRead(
                        well.Count,
                        well.Count == facts.Accounts.Count,
                        clock.At(well.Min(account => account.LastRead!.Value)))));

        lines.AddRange(
            facts
                .Evaluation.Observed.GroupBy(item => item.Rule.Name)
                .OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => new NewsLine(
                    Words.OnTrial,
                    Words.WouldList(group.Key.Replace('-', ' '), group.Count(), new ItemWords(people, clock).What(group.First())))));
        lines.AddRange(
            facts
                .Evaluation.Items.SelectMany(item => item.WouldBeHeldBy.Select(limit => (limit, item)))
                .GroupBy(one => one.limit, one => one.item, StringComparer.Ordinal)
                .OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => new NewsLine(
                    Words.OnTrial,
                    Words.WouldHoldBack(group.Key.Replace('-', ' '), group.Count(), new ItemWords(people, clock).What(group.First())))));
        lines.AddRange(NotUseful());
        if (facts.PrivateThreads > 0)
            lines.Add(new NewsLine(Words.Private, Words.PrivateThreads(facts.PrivateThreads)));

        lines.Add(new NewsLine(Words.PolicyVersion, PlainWords.Flatten(facts.Policy.Version, PlainWords.Name)));
        return new NewsSection(SectionNames.Health, clock.Words.Digests.Health) { Lines = lines, IsWorthAMail = hasTrouble };
    }

    /// <summary>What readers found of no use, by rule: whoever writes the policy should look at these.</summary>
    private IEnumerable<NewsLine> NotUseful()
    {
        var month = facts.Now - Duration.FromDays(30);
        var rules = people.Interactions
            .Where(line => line is { Command: { Verb: CommandVerb.NotUseful, Rule: not null } } && month < line.At)
            .GroupBy(line => line.Command!.Rule!, StringComparer.Ordinal)
            .OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => $"{PlainWords.Flatten(group.Key.Replace('-', ' '), PlainWords.Name)} {group.Count()}")
            .ToList();
        if (rules.Count > 0)
            yield return new NewsLine(Words.NotUseful, Words.NotUsefulByRule(string.Join(", ", rules.Take(mostRows))));
    }

    /// <summary>The newest, in words, and how many came before.</summary>
    private IEnumerable<string> Mails(IReadOnlyList<Log.Interaction> counted)
    {
        var before = Math.Max(0, counted.Count - Math.Min(MostMails, maxItems));
        var shown = counted
            .Skip(before)
            .Select(line =>
                $"{(people.Actor(line) is { } actor ? people.FirstName(actor.Id) : Words.We)}, "
                    + $"{clock.When(line.At)}{About(line.Subject)}"
            );
        return before == 0 ? shown : shown.Prepend(Words.Earlier(before));
    }

    private TableSection? Table(string name, string title, string caption, IReadOnlyList<string> columns, List<TableRow> rows)
    {
        if (rows.Count == 0)
            return null;

        if (rows.Count > mostRows)
            rows =
            [
                .. rows.Take(mostRows),
                new TableRow([clock.Words.Digests.More(rows.Count - mostRows), .. Enumerable.Repeat("", columns.Count - 1)]),
            ];

        return new TableSection(name, title) { Caption = caption, Columns = columns, Rows = rows };
    }

    private IFirmPhrases Words => clock.Words.Firm;

    private string About(string? subject) => PlainWords.About(subject, clock.Words);

    private static string Number(int count) => count.ToString(CultureInfo.InvariantCulture);
}
