using NodaTime;

namespace CrmSync.Worker.Tests.Month;

/// <summary>
/// Compares what readers were told with what the story says they had to be told: nothing missing, nothing twice, nobody accused without
/// reason.
/// </summary>
/// <param name="received">What our people got.</param>
/// <param name="days">The days that count.</param>
/// <param name="troubles">What went wrong meanwhile: what falls due then, or a while after, may be told later.</param>
internal sealed class TheCheck(IReadOnlyList<MonthMail> received, Days days, IReadOnlyList<Fault> troubles)
{
    /// <summary>A login that was refused is tried again after an hour.</summary>
    private static readonly Duration Aftermath = Duration.FromMinutes(90);

    /// <summary>How much later than without trouble something may be told, in minutes.</summary>
    private const int MostLate = 180;

    /// <summary>
    /// The policy is asked every quarter of an hour; an accusation waits for mailboxes that are read after it fell due, and what cannot
    /// wait waits ten minutes for more of its kind.
    /// </summary>
    private const int Usual = 32;

    private readonly List<string> faults = [];

    /// <summary>What is wrong, in words; and how much was looked at.</summary>
    public (IReadOnlyList<string> Faults, int Checks) Run()
    {
        var checks = 0;
        NothingTwice();
        foreach (var one in MonthStory.Cases.Where(one => one.Opens >= days.First.AtMidnight() && one.Opens.Date <= days.Last))
        {
            checks += ListedWhileOpen(one);
            checks += ToldAtOnce(one);
            if (one.IsInTime)
                NobodyAccused(one);
        }

        return (faults, checks);
    }

    private void NothingTwice()
    {
        faults.AddRange(Doubles(received.Select(mail => $"{mail.Reader} {mail.Mail.MessageId}")).Select(twice => $"twice: {twice}"));
        var digests = received.Where(mail => mail.Digest is "my-day" or "the-firm");
        faults.AddRange(
            Doubles(digests.Select(mail => $"{mail.Digest} for {mail.Reader} on {mail.Day}")).Select(twice => $"two digests: {twice}"));
    }

    /// <summary>Every morning on which a case is open its owner is told of it, and on no other.</summary>
    private int ListedWhileOpen(Case one)
    {
        var checks = 0;
        foreach (var day in days.Working())
        {
            var (morning, owner) = (day.At(new LocalTime(8, 30)), MonthStory.OwnerOn(day, one.Owner));
            var late = Late(morning);
            var mine = received.Where(mail => mail.Digest == "my-day" && mail.Day == day).ToList();
            var tells = mine.Where(mail => mail.Titles().Any(title => title.StartsWith(one.Title, StringComparison.Ordinal))).ToList();
            if (one.Opens <= morning.PlusMinutes(-30) && one.Closes > morning.PlusMinutes(Usual + late))
            {
                checks++;
                if (!tells.Exists(mail => mail.Reader == owner))
                    faults.Add($"missing: {owner} was not told on {day} of \"{one.Title}\"");
            }

            if (one.Opens.Date > day || one.Closes <= morning.PlusMinutes(-30 - late))
                faults.AddRange(tells.Select(mail => $"told of \"{one.Title}\" which is not open: {mail}"));

            foreach (var mail in tells.Where(mail => mail.Reader != owner))
                faults.Add($"told of \"{one.Title}\" which is {owner}'s: {mail}");
        }

        return checks;
    }

    /// <summary>Each step reaches its reader once and soon, and nobody else hears at once.</summary>
    private int ToldAtOnce(Case one)
    {
        var told = received
            .Where(mail => mail.Digest == "immediate")
            .SelectMany(mail => Headings(mail, one, [Step.Soon, Step.Overdue, Step.Escalated]).Select(heading => (Heading: heading, mail)))
            .ToList();
        var steps = one.Steps.Where(step => step.From.Date <= days.Last).ToList();
        foreach (var step in steps)
        {
            // A clock that is wrong may be ahead by two minutes.
            var from = step.From.PlusMinutes(troubles.Count > 0 ? -3 : 0).InUtc().ToInstant();
            var until = LatestFor(step).InUtc().ToInstant();
            var found = told.FindIndex(one =>
                one.Heading == step.Heading && one.mail.Reader == step.Reader && one.mail.At >= from && one.mail.At <= until);
            if (found >= 0)
                told.RemoveAt(found);
            else
                faults.Add($"missing: {step.Reader} was not told \"{step.Heading}: {one.Title}\" between {from} and {until}");
        }

        faults.AddRange(told.Select(extra => $"told too much or too late: {extra.Heading} \"{one.Title}\": {extra.mail}"));
        return steps.Count;
    }

    /// <summary>What would be told after closing may wait for the next opening.</summary>
    private LocalDateTime LatestFor(Step step)
    {
        var latest = step.From.PlusMinutes(Usual + Late(step.From));
        var opening = OpenTime.Roll(latest);
        return opening == latest ? latest : opening.PlusMinutes(Usual + Late(opening));
    }

    private int Late(LocalDateTime moment)
    {
        var at = moment.InUtc().ToInstant();
        return troubles.Any(trouble => trouble.From < at + Duration.FromMinutes(Usual) && at < trouble.Until + Aftermath) ? MostLate : 0;
    }

    private void NobodyAccused(Case one) =>
        faults.AddRange(
            received.Where(mail => Headings(mail, one, [Step.Overdue, Step.Escalated, "NEEDS YOU"]).Any())
                .Select(mail => $"accused although settled in time, at {one.Closes}: \"{one.Title}\" in {mail}"));

    /// <summary>Those of some headings under which a mail lists a case.</summary>
    private static IEnumerable<string> Headings(MonthMail mail, Case one, string[] some) =>
        some.Where(heading => mail.Titles(heading).Any(title => title.StartsWith(one.Title, StringComparison.Ordinal)));

    private static IEnumerable<string> Doubles(IEnumerable<string> all) =>
        all.GroupBy(one => one, StringComparer.Ordinal).Where(group => group.Count() > 1).Select(group => group.Key);
}
