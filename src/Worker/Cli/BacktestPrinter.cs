using System.Globalization;
using System.Text.Json.Nodes;
using CrmSync.Domain.Evaluation;
using CrmSync.Worker.Printing;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Worker.Cli;

/// <summary>Shows a replay of the log: tables for people, one JSON object a line for programs.</summary>
internal sealed class BacktestPrinter(Invocation asked, DateTimeZone zone)
{
    private static readonly LocalDateTimePattern Local = LocalDateTimePattern.CreateWithInvariantCulture("ddd d MMM uuuu HH:mm");

    public void Print(BacktestReport report, string? rule)
    {
        var rules = report.Rules.Where(r => rule is null || r.Name == rule).ToList();
        if (asked.Json)
        {
            Lines(rules.Select(Json));
            if (rule is null)
                Lines(report.Limits.Select(Json));
            Lines(report.People.Select(Json));
            Lines(
                report.Contacts.Select(c => new JsonObject
                {
                    ["contact"] = c.Contact.Value,
                    ["items"] = c.Items,
                    ["suppressed"] = c.Suppressed,
                }));
            return;
        }

        asked.Out.WriteLine($"{Moment(report.From)} to {Moment(report.To)}; nothing was sent or written");
        Table(
            "Rules",
            ["rule", "opened", "met", "late", "satisfied", "expired", "cancelled", "suppressed by"],
            rules.Select(r =>
                new[]
                {
                    r.Name + (r.Observed ? " (observed)" : ""),
                    Number(r.Opened),
                    Number(r.Met),
                    Number(r.Late),
                    Number(r.Satisfied),
                    Number(r.Expired),
                    Number(r.Cancelled),
                    string.Join(
                        ", ",
                        Sorted(r.SuppressedBy)
                            .Select(s => $"{s.Key} {Number(s.Value)}")
                            .Concat(Sorted(r.WouldSuppress).Select(s => $"{s.Key} {Number(s.Value)} (observed)"))),
                }));
        Table(
            "Due in this time",
            ["rule", "due", "in time", "late", "by hand", "not yet", "unsure", "median"],
            rules.Where(r => r.Figures.All > 0).Select(r =>
                new[]
                {
                    r.Name + (r.Observed ? " (observed)" : ""),
                    Number(r.Figures.All),
                    Number(r.Figures.InTime),
                    Number(r.Figures.Late),
                    Number(r.Figures.ByHand),
                    Number(r.Figures.NotYet),
                    Number(r.Figures.Unsure),
                    Median(r.Figures),
                }));
        Table(
            "People, a day",
            ["person", "mails", "worst", "digest lines", "worst"],
            report.People.Select(p =>
                new[]
                {
                    p.Id,
                    Half(p.MedianMails),
                    Worst(p.MostMails, p.MostMailsOn),
                    Half(p.MedianLines),
                    Worst(p.MostLines, p.MostLinesOn),
                }));
        Table(
            "Contacts affected most",
            ["contact", "items", "suppressed"],
            report.Contacts.Select(c => new[] { c.Contact.Value, Number(c.Items), Number(c.Suppressed) }));
    }

    /// <summary>Only what differs between two policies: the counts before and after, with an example of each kind of difference.</summary>
    public void Print(IReadOnlyList<BacktestDifference> differences, string? rule)
    {
        var shown = differences.Where(d => rule is null || (d.Name == rule && !d.IsLimit)).ToList();
        if (asked.Json)
        {
            Lines(shown.Select(Json));
            return;
        }

        if (shown.Count == 0)
            asked.Out.WriteLine("no differences");

        if (shown.Exists(d => !d.IsLimit))
        {
            Table(
                "Rules that differ",
                [
                    "rule",
                    "",
                    "opened",
                    "met",
                    "late",
                    "satisfied",
                    "expired",
                    "cancelled",
                    "suppressed",
                    "due",
                    "in time",
                    "not yet",
                    "median",
                ],
                shown.Where(d => !d.IsLimit).SelectMany(d => new[] { Row(d.Name, "before", d.RuleBefore), Row("", "after", d.RuleAfter) }));
        }

        if (shown.Exists(d => d.IsLimit))
        {
            Table(
                "Limits that differ",
                ["limit", "held before", "held after"],
                shown.Where(d => d.IsLimit).Select(d => new[] { d.Name, Held(d.LimitBefore), Held(d.LimitAfter) }));
        }

        foreach (var difference in shown.Where(d => d.Added + d.Removed + d.Changed > 0))
        {
            var (more, fewer) = difference.IsLimit ? ("held after only", "held before only") : ("after only", "before only");
            asked.Out.WriteLine();
            asked.Out.WriteLine(difference.Name);
            Example(difference.Added, more, difference.AddedExample);
            Example(difference.Removed, fewer, difference.RemovedExample);
            if (difference.ChangedExample is var (before, after))
            {
                asked.Out.WriteLine(
                    $"  {Number(difference.Changed)} otherwise, e.g. {Name(after)}, opened {Moment(after.Opened)}: {after.Why}");
                asked.Out.WriteLine($"    before: {End(before)}");
                asked.Out.WriteLine($"    after:  {End(after)}");
            }
        }
    }

    private static string[] Row(string name, string when, BacktestRule? rule) =>
        rule is null
            ? [name, when, "-", "-", "-", "-", "-", "-", "-", "-", "-", "-", "-"]
            :
            [
                name,
                when,
                Number(rule.Opened),
                Number(rule.Met),
                Number(rule.Late),
                Number(rule.Satisfied),
                Number(rule.Expired),
                Number(rule.Cancelled),
                Number(rule.Suppressed),
                Number(rule.Figures.All),
                Number(rule.Figures.InTime),
                Number(rule.Figures.NotYet),
                Median(rule.Figures),
            ];

    private static string Held(BacktestLimit? limit) =>
        limit is null ? "-" : Number(limit.Suppressed) + (limit.Observed ? " (observed)" : "");

    /// <summary>What is in the middle may wait still: then the median is more than that.</summary>
    private static string Median(Figures figures) =>
        figures.Median is { } median ? (figures.IsMedianOpen ? "over " : "") + Length(median) : "-";

    private void Example(int count, string which, BacktestItem? item)
    {
        if (item is not null)
            asked.Out.WriteLine($"  {Number(count)} {which}, e.g. {Name(item)}, opened {Moment(item.Opened)}: {item.Why}");
    }

    private static string Name(BacktestItem item) => item.Contact?.Value ?? item.About;

    private string End(BacktestItem item) =>
        (item is { As: { } closing, EndedAt: { } at } ? $"{closing.ToString().ToLowerInvariant()} {Moment(at)}" : "not ended")
        + (item.Due is { } due ? $", due {Moment(due)}" : "")
        + (item.HeldBy.Count > 0 ? $", held by {string.Join(", ", item.HeldBy)}" : "");

    private void Table(string title, string[] header, IEnumerable<string[]> rows)
    {
        var lines = rows.Prepend(header).ToList();
        asked.Out.WriteLine();
        asked.Out.WriteLine(title);
        if (lines.Count == 1)
        {
            asked.Out.WriteLine("  none");
            return;
        }

        var widths = header.Select((_, column) => lines.Max(line => line[column].Length)).ToArray();
        foreach (var line in lines)
            asked.Out.WriteLine(
                (
                    "  "
                    + string.Join(
                        "  ",
                        line.Select(
                            (cell, column) =>
                                column == 0 || column == line.Length - 1 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column])))
                ).TrimEnd());
    }

    private void Lines(IEnumerable<JsonObject> objects)
    {
        foreach (var json in objects)
            asked.Out.WriteLine(ProblemPrinter.OneLine(json));
    }

    private static JsonObject Json(BacktestRule rule) => new()
    {
        ["rule"] = rule.Name,
        ["kind"] = rule.Kind,
        ["observed"] = rule.Observed,
        ["opened"] = rule.Opened,
        ["met"] = rule.Met,
        ["late"] = rule.Late,
        ["satisfied"] = rule.Satisfied,
        ["expired"] = rule.Expired,
        ["cancelled"] = rule.Cancelled,
        ["suppressed_by"] = Json(rule.SuppressedBy),
        ["would_suppress"] = Json(rule.WouldSuppress),
        ["suppressed"] = rule.Suppressed,
        ["numbers"] = Json(rule.Figures),
        ["median_minutes_to_answer"] = rule.MedianToAnswer is { } median ? Math.Round(median.TotalMinutes) : null,
    };

    private static JsonObject Json(Figures figures) => new()
    {
        ["due"] = figures.All,
        ["in_time"] = figures.InTime,
        ["late"] = figures.Late,
        ["by_hand"] = figures.ByHand,
        ["not_yet"] = figures.NotYet,
        ["unsure"] = figures.Unsure,
        ["median_minutes"] = figures.Median is { } median ? Math.Round(median.TotalMinutes) : null,
        ["median_still_waits"] = figures.IsMedianOpen,
    };

    private static JsonObject Json(BacktestLimit limit) => new()
    {
        ["limit"] = limit.Name,
        ["kind"] = limit.Kind,
        ["observed"] = limit.Observed,
        ["suppressed"] = limit.Suppressed,
    };

    private static JsonObject Json(BacktestDifference difference) =>
        new()
        {
            [difference.IsLimit ? "limit" : "rule"] = difference.Name,
            ["before"] =
                difference is { RuleBefore: { } rule } ? Json(rule)
                : difference is { LimitBefore: { } limit } ? Json(limit)
                : null,
            ["after"] =
                difference is { RuleAfter: { } ruleAfter } ? Json(ruleAfter)
                : difference is { LimitAfter: { } limitAfter } ? Json(limitAfter)
                : null,
            ["added"] = difference.Added,
            ["added_example"] = Json(difference.AddedExample),
            ["removed"] = difference.Removed,
            ["removed_example"] = Json(difference.RemovedExample),
            ["changed"] = difference.Changed,
            ["changed_example"] = difference.ChangedExample is var (before, after)
                ? new JsonObject { ["before"] = Json(before), ["after"] = Json(after) }
                : null,
        };

    private static JsonObject Json(IReadOnlyDictionary<string, int> byLimit) =>
        new(Sorted(byLimit).Select(s => KeyValuePair.Create(s.Key, (JsonNode?)s.Value)));

    private static IEnumerable<KeyValuePair<string, int>> Sorted(IReadOnlyDictionary<string, int> byLimit) =>
        byLimit.OrderBy(s => s.Key, StringComparer.Ordinal);

    private static JsonObject Json(BacktestPerson person) => new()
    {
        ["person"] = person.Id,
        ["median_mails"] = person.MedianMails,
        ["most_mails"] = person.MostMails,
        ["most_mails_on"] = person.MostMailsOn is { } mails ? LocalDatePattern.Iso.Format(mails) : null,
        ["median_lines"] = person.MedianLines,
        ["most_lines"] = person.MostLines,
        ["most_lines_on"] = person.MostLinesOn is { } lines ? LocalDatePattern.Iso.Format(lines) : null,
    };

    private static JsonObject? Json(BacktestItem? item) => item is null ? null : new JsonObject
    {
        ["id"] = item.Id,
        ["about"] = item.About,
        ["contact"] = item.Contact?.Value,
        ["opened"] = Moments.Print(item.Opened),
        ["due"] = Moments.Print(item.Due),
        ["held_by"] = new JsonArray([.. item.HeldBy.Select(limit => (JsonNode)limit)]),
        ["as"] = item.As?.ToString().ToLowerInvariant(),
        ["at"] = Moments.Print(item.EndedAt),
        ["why"] = item.Why,
    };

    private string Moment(Instant moment) => Local.Format(moment.InZone(zone).LocalDateTime);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Half(double number) => number.ToString("0.#", CultureInfo.InvariantCulture);

    private static string Worst(int most, LocalDate? on) =>
        on is { } day ? $"{Number(most)} on {LocalDatePattern.Iso.Format(day)}" : Number(most);

    private static string Length(Duration length) => length.TotalDays >= 2
        ? $"{length.TotalDays.ToString("0.#", CultureInfo.InvariantCulture)} days"
        : $"{(int)length.TotalHours}:{length.Minutes:00} h";
}
