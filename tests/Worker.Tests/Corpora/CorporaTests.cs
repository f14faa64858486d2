using System.Globalization;
using System.Text.RegularExpressions;
using CrmSync.Fixtures;
using CrmSync.Worker.Tests.PolicyFiles;

namespace CrmSync.Worker.Tests.Corpora;

/// <summary>docs/corpora.md says what the program makes of real mail and calendars today.</summary>
public sealed partial class CorporaTests
{
    private static readonly string[] Page = File.ReadAllLines(Path.Combine(Fixture.Repository, "docs", "corpora.md"));

    public static TheoryData<string, string> Rows()
    {
        var rows = new TheoryData<string, string>();
        foreach (var (corpus, question) in Measures.All.Keys)
            rows.Add(corpus, question);
        return rows;
    }

    [Fact]
    public void The_page_has_a_row_for_each_measure_and_no_other() =>
        Assert.Equal(Measures.All.Keys, Page.Where(IsRow).Select(Cells).Select(cells => (cells[0], cells[2])));

    [CorpusTheory]
    [MemberData(nameof(Rows))]
    public void A_row_gives_what_is_right_and_the_page_argues_the_rest(string corpus, string question)
    {
        var folder = Path.Combine(SharedData.Folder!, corpus);
        var (of, wrong) = Measures.All[(corpus, question)](folder);
        var files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Count();
        Assert.Equal(
            string.Create(CultureInfo.InvariantCulture, $"{files:n0} | {question} | {of - wrong.Count:n0} | {of:n0} | {wrong.Count}"),
            string.Join(" | ", Cells(Page.Single(line => IsRow(line) && Cells(line) is [var first, _, var third, ..]
                && (first, third) == (corpus, question)))[1..]));
        Assert.Equal(wrong, Argued(corpus, question).Order(StringComparer.Ordinal));
    }

    private static bool IsRow(string line) => line.StartsWith("| `", StringComparison.Ordinal);

    private static string[] Cells(string row) =>
        [.. row.Trim('|').Split('|', StringSplitOptions.TrimEntries).Select(cell => cell.Trim('`'))];

    /// <summary>The names in the bullets below the heading of a row.</summary>
    private static IEnumerable<string> Argued(string corpus, string question) =>
        Page.SkipWhile(line => line != $"### {corpus}: {question}")
            .Skip(1)
            .TakeWhile(line => !line.StartsWith('#'))
            .SelectMany(line => Name().Matches(line))
            .Select(match => match.Groups[1].Value);

    /// <summary>A file of a corpus in code marks.</summary>
    [GeneratedRegex("`([^` ]+\\.[a-z]+)`")]
    private static partial Regex Name();
}
