using System.Text;
using CrmSync.Worker.Printing;
using NodaTime;

namespace CrmSync.Worker.Tests.Cli;

/// <summary>How moments are read, and how tables fit a terminal.</summary>
public sealed class PrintingTests
{
    private static readonly string Balloons = string.Concat(Enumerable.Repeat("🎈", 40));

    private static readonly DateTimeZone Berlin = DateTimeZoneProviders.Tzdb["Europe/Berlin"];

    /// <summary>The Monday after the clocks went forward.</summary>
    private static readonly Instant Now = Instant.FromUtc(2026, 3, 30, 10, 30);

    [Theory]
    [InlineData("2026-03-02T09:00:00Z", "2026-03-02T09:00:00Z")]
    [InlineData("2026-03-02T09:00+05:30", "2026-03-02T03:30:00Z")]
    [InlineData("2026-03-02 09:00Z", "2026-03-02T09:00:00Z")]
    [InlineData("2026-03-02 09:00", "2026-03-02T08:00:00Z")]
    [InlineData("2026-03-02T09:00:30", "2026-03-02T08:00:30Z")]
    [InlineData("2026-03-29 02:30", "2026-03-29T01:30:00Z")] // does not exist; forward by the size of the gap
    [InlineData("2026-10-25 02:30", "2026-10-25T00:30:00Z")] // exists twice; the first
    [InlineData("2026-07-01", "2026-06-30T22:00:00Z")]
    [InlineData("now", "2026-03-30T10:30:00Z")]
    [InlineData("today", "2026-03-29T22:00:00Z")]
    [InlineData("yesterday", "2026-03-28T23:00:00Z")]
    [InlineData("tomorrow", "2026-03-30T22:00:00Z")]
    [InlineData("90m", "2026-03-30T09:00:00Z")]
    [InlineData("48h", "2026-03-28T10:30:00Z")]
    [InlineData("2d", "2026-03-28T11:30:00Z")]
    [InlineData("2d ago", "2026-03-28T11:30:00Z")]
    [InlineData("1mo", "2026-02-28T11:30:00Z")]
    public void Moments_are_read_as_people_write_them(string text, string moment) =>
        Assert.Equal(moment, Moments.Print(new MomentReader(() => Berlin, Now).Read(text)));

    [Theory]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("7x")]
    [InlineData("-7d")]
    [InlineData("3bd")]
    [InlineData("2026-02-30")]
    [InlineData("2026-03-02 25:00")]
    [InlineData("2 March")]
    [InlineData("ago")]
    public void What_is_no_moment_is_none(string text) => Assert.Null(new MomentReader(() => Berlin, Now).Read(text));

    [Fact]
    public void A_long_cell_goes_on_in_the_next_line_and_nothing_of_it_is_lost()
    {
        string[][] rows =
        [
            ["account", "problem"],
            ["imap:ana@us.example", "the server does not take the password; change it in crmsync.yaml"],
        ];

        Assert.Equal(
            [
                "account              problem",
                "imap:ana@us.example  the server does not",
                "                     take the password;",
                "                     change it in",
                "                     crmsync.yaml",
            ],
            TableLayout.Lines(rows, 41));
    }

    [Fact]
    public void Outside_of_a_terminal_a_row_is_a_line() =>
        Assert.Equal(
            ["id  why", "1   " + new string('x', 300)],
            TableLayout.Lines([["id", "why"], ["1", new string('x', 300)]], null));

    [Theory]
    [InlineData(40)]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(200)]
    public void No_line_is_longer_than_the_terminal_and_every_character_stands_somewhere(int width)
    {
        string[][] rows =
        [
            ["contact", "why", "due"],
            ["somebody.with.a.long.name@a-long-domain.example", "silent for 30 days " + Balloons, "2026-03-02 09:00"],
            ["", new string('y', 150), ""],
        ];

        var lines = TableLayout.Lines(rows, width).ToList();

        Assert.All(lines, line => Assert.InRange(line.Length, 1, width));
        Assert.Equal(rows.Sum(row => row.Sum(cell => cell.Count(c => c != ' '))), lines.Sum(line => line.Count(c => c != ' ')));
        Assert.All(lines, line => Assert.DoesNotContain('\uFFFD', Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(line))));
    }
}
