using System.Globalization;
using System.Text.Json.Nodes;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Policy;
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
            ["rule", "opened", "met", "late", "satisfied", "expired", "cancelled", "median", "suppressed by"],
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
                    r.MedianToAnswer is { } median ? Length(median) : "-",
                    string.Join(
                        ", ",
                        Sorted(r.SuppressedBy)
                            .Select(s => $"{s.Key} {Number(s.Value)}")
                            .Concat(Sorted(r.WouldSuppress).Select(s => $"{s.Key} {Number(s.Value)} (observed)"))),
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

    /// <summary>Only what differs between two policies, with an example each.</summary>
    public void Print(IReadOnlyList<BacktestDifference> differences, string? rule)
    {
        var shown = differences.Where(d => rule is null || d.Rule == rule).ToList();
        if (asked.Json)
        {
            Lines(shown.Select(d => new JsonObject
            {
                ["rule"] = d.Rule,
                ["added"] = d.Added,
                ["added_example"] = Json(d.AddedExample),
                ["removed"] = d.Removed,
                ["removed_example"] = Json(d.RemovedExample),
            }));
            return;
        }

        if (shown.Count == 0)
            asked.Out.WriteLine("no differences");

        foreach (var difference in shown)
        {
            asked.Out.WriteLine($"{difference.Rule}: {Number(difference.Added)} more, {Number(difference.Removed)} fewer");
            Example("more", difference.AddedExample);
            Example("fewer", difference.RemovedExample);
        }
    }

    private void Example(string which, BacktestItem? item)
    {
        if (item is not null)
            asked.Out.WriteLine($"  {which}, e.g. {item.Contact?.Value ?? item.About}, opened {Moment(item.Opened)}: {item.Why}");
    }

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
        ["median_minutes_to_answer"] = rule.MedianToAnswer is { } median ? Math.Round(median.TotalMinutes) : null,
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
