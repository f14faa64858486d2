using System.Text.RegularExpressions;
using CrmSync.Domain.Company;
using CrmSync.Domain.Languages;
using CrmSync.Domain.Time;
using NodaTime;

namespace CrmSync.Domain.Tests.Languages;

public sealed partial class FrenchTests
{
    private static readonly Wording Words = Wording.In(Language.French);

    // A Wednesday.
    private static readonly LocalDate Today = new(2026, 3, 4);

    [Theory]
    [InlineData("2026-03-04", "aujourd’hui à 10:05", "d’aujourd’hui à 10:05", "jusqu’à aujourd’hui à 10:05")]
    [InlineData("2026-03-03", "hier à 10:05", "d’hier à 10:05", "jusqu’à hier à 10:05")]
    [InlineData("2026-02-28", "samedi à 10:05", "de samedi à 10:05", "jusqu’à samedi à 10:05")]
    [InlineData("2026-02-01", "le dim. 1er février à 10:05", "du dim. 1er février à 10:05", "jusqu’au dim. 1er février à 10:05")]
    [InlineData("2025-12-30", "le mar. 30 décembre 2025 à 10:05", "du mar. 30 décembre 2025 à 10:05",
        "jusqu’au mar. 30 décembre 2025 à 10:05")]
    public void A_moment_has_the_article_of_its_day(string date, string at, string of, string until)
    {
        var moment = Seen(date);
        Assert.Equal($"Échéance {at}", Words.Items.DueAt(moment));
        Assert.Equal($"message {of}", Words.Briefs.FromEmail(moment, ""));
        Assert.Equal($"X\u202F: absence, {until}", Words.News.HeldBackUntil("X", Words.News.TheyAreAway, moment));
    }

    [Theory]
    [InlineData(1, TimeUnit.Week, "chaque semaine")]
    [InlineData(6, TimeUnit.Week, "toutes les 6 semaines")]
    [InlineData(30, TimeUnit.Day, "tous les 30 jours")]
    [InlineData(3, TimeUnit.Month, "tous les 3 mois")]
    [InlineData(2, TimeUnit.BusinessHour, "toutes les 2 heures ouvrées")]
    [InlineData(2, TimeUnit.Year, "tous les 2 ans")]
    public void Lengths_have_their_gender(int amount, TimeUnit unit, string every) =>
        Assert.EndsWith(
            $"\u202F; {every}",
            Words.Reasons.LastContact(Seen("2026-03-03"), "appel d’Ana", new LengthOfTime(amount, unit)),
            StringComparison.Ordinal);

    [Theory]
    [InlineData(0, "0 contact", "0 nouvelle")]
    [InlineData(1, "1 contact", "1 nouvelle")]
    [InlineData(2, "2 contacts", "2 nouvelles")]
    public void None_and_one_are_singular(int count, string contacts, string news)
    {
        Assert.Equal(contacts, Words.Firm.Contacts(count));
        Assert.Equal(news, Words.Digests.ThingsToKnow(count));
    }

    [Theory]
    [InlineData("Ana", "boîte d’Ana")]
    [InlineData("Émile", "boîte d’Émile")]
    [InlineData("Tim", "boîte de Tim")]
    [InlineData("Hélène", "boîte d’Hélène")]
    [InlineData("Henri", "boîte d’Henri")]
    [InlineData("Yves", "boîte d’Yves")]
    [InlineData("Hans", "boîte de Hans")]
    [InlineData("Yann", "boîte de Yann")]
    public void Names_are_elided(string name, string box) => Assert.Equal(box, Words.Digests.MailboxBelongingTo(name, isCalendar: false));

    [Fact]
    public void Marks_have_narrow_blanks_before_them_and_what_is_quoted_stays_as_it_was()
    {
        Assert.Equal("«\u202Fd’accord : 3 ; non ?\u202F»", Words.Dates.Quote("d’accord : 3 ; non ?"));
        Assert.All(
            Words.Answers.Examples.Concat([Words.Digests.Proposals, Words.Refusals.IsQuestion, Words.News.SeemsToHaveLeft("A", "b", "C")]),
            sentence => Assert.DoesNotMatch(WideBlank(), sentence));
    }

    private static SeenTime Seen(string date) =>
        new(NodaTime.Text.LocalDatePattern.Iso.Parse(date).Value + new LocalTime(10, 5), Today);

    [GeneratedRegex("« | [:;!?»]")]
    private static partial Regex WideBlank();
}
