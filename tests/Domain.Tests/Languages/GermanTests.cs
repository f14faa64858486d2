using CrmSync.Domain.Company;
using CrmSync.Domain.Languages;
using CrmSync.Domain.Time;
using NodaTime;

namespace CrmSync.Domain.Tests.Languages;

public sealed class GermanTests
{
    private static readonly Wording Words = Wording.In(Language.German);

    // A Wednesday.
    private static readonly LocalDate Today = new(2026, 3, 4);

    [Theory]
    [InlineData("2026-03-04", "heute um 10:05 Uhr", "von heute, 10:05 Uhr")]
    [InlineData("2026-03-03", "gestern um 10:05 Uhr", "von gestern, 10:05 Uhr")]
    [InlineData("2026-03-05", "morgen um 10:05 Uhr", "von morgen, 10:05 Uhr")]
    [InlineData("2026-02-28", "am Samstag um 10:05 Uhr", "vom Samstag, 10:05 Uhr")]
    [InlineData("2026-02-02", "am Mo., 2. Februar, um 10:05 Uhr", "vom Mo., 2. Februar, 10:05 Uhr")]
    [InlineData("2025-12-31", "am Mi., 31. Dezember 2025, um 10:05 Uhr", "vom Mi., 31. Dezember 2025, 10:05 Uhr")]
    public void A_moment_has_the_preposition_of_its_day(string date, string at, string of)
    {
        var moment = Seen(date);
        Assert.Equal($"Fällig {at}", Plain(Words.Items.DueAt(moment)));
        Assert.Equal($"erste E-Mail {of}", Plain(Words.Reasons.FirstWrote(moment)));
    }

    [Theory]
    [InlineData(1, TimeUnit.Day, "jeden Tag", "nach 1 Tag aufgegeben")]
    [InlineData(30, TimeUnit.Day, "alle 30 Tage", "nach 30 Tagen aufgegeben")]
    [InlineData(1, TimeUnit.Week, "jede Woche", "nach 1 Woche aufgegeben")]
    [InlineData(6, TimeUnit.Week, "alle 6 Wochen", "nach 6 Wochen aufgegeben")]
    [InlineData(3, TimeUnit.Month, "alle 3 Monate", "nach 3 Monaten aufgegeben")]
    [InlineData(1, TimeUnit.Year, "jedes Jahr", "nach 1 Jahr aufgegeben")]
    [InlineData(2, TimeUnit.BusinessDay, "alle 2 Arbeitstage", "nach 2 Arbeitstagen aufgegeben")]
    public void Lengths_stand_in_their_case(int amount, TimeUnit unit, string every, string after)
    {
        var length = new LengthOfTime(amount, unit);
        Assert.EndsWith($"; {every}", Words.Reasons.LastContact(Seen("2026-03-03"), "Anruf von Ana", length), StringComparison.Ordinal);
        Assert.Equal(after, Words.Reasons.GivenUp(length));
    }

    [Theory]
    [InlineData(1, "1 Eskalation", "1 Termin", "1 Neuigkeit", "und 1 weiterer Eintrag", "und 1 weiterer Gast")]
    [InlineData(3, "3 Eskalationen", "3 Termine", "3 Neuigkeiten", "und 3 weitere Einträge", "und 3 weitere Gäste")]
    public void Counts_have_their_plurals(int count, string escalations, string meetings, string news, string more, string guests) =>
        Assert.Equal(
            [escalations, meetings, news, more, guests],
            [
                Words.Digests.NeedYou(count), Words.Digests.Meetings(count), Words.Digests.ThingsToKnow(count), Words.Digests.More(count),
                Words.Digests.MoreGuests(count),
            ]);

    [Fact]
    public void Names_keep_their_capitals_behind_a_colon_and_nouns_too()
    {
        Assert.Equal("1 überfällig. Zuerst: Jo Keane antworten", Words.Digests.BeginWith("1 überfällig", Words.Items.Answer("Jo Keane")));
        Assert.Equal("X: Übergabe, fällig", Words.Items.InOneLine("X", Words.Items.Status(ToldAs.Handover, "fällig")));
        Assert.Equal("X: gefährdet", Words.Items.InOneLine("X", Words.Items.Status(ToldAs.AtRisk, null)));
    }

    private static SeenTime Seen(string date) =>
        new(NodaTime.Text.LocalDatePattern.Iso.Parse(date).Value + new LocalTime(10, 5), Today);

    private static string Plain(string words) => words.Replace('\u00A0', ' ');
}
