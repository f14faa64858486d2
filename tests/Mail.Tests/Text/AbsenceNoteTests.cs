using CrmSync.Mail.Text;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Mail.Tests.Text;

public sealed class AbsenceNoteTests
{
    /// <summary>A Monday.</summary>
    private static readonly LocalDate Written = new(2026, 5, 4);

    public static TheoryData<string> Names() => [.. LabelledFact.Read("returns.txt").Select(fact => fact.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_notice_names_the_day_of_return_or_none(string name)
    {
        var fact = LabelledFact.Read("returns.txt").Single(one => one.Name == name);
        var found = AbsenceNote.Find(fact.Labels.GetValueOrDefault("subject"), fact.Text, Written);
        Assert.Equal(fact.Labels["expect"], found is null ? "none" : LocalDatePattern.Iso.Format(found.Day));
    }

    [Fact]
    public void The_sentence_it_rests_on_is_told() =>
        Assert.Equal(
            "I am away until 12 May.",
            AbsenceNote.Find(null, "Hello,\nthank you for your mail. I am away\nuntil 12 May. Regards", Written)!.Sentence);

    [Theory]
    [InlineData("2026-12-21", "I am away until 4 January.", "2027-01-04")]
    [InlineData("2026-01-30", "I will be back on the 31st.", "2026-01-31")]
    [InlineData("2026-01-31", "I'm away and will be back on the 2nd.", "2026-02-02")]
    [InlineData("2028-02-20", "I am away until 29 February.", "2028-02-29")]
    public void A_day_without_a_year_or_month_is_the_next_one(string written, string text, string day) =>
        Assert.Equal(LocalDatePattern.Iso.Parse(day).Value, AbsenceNote.Find(null, text, LocalDatePattern.Iso.Parse(written).Value)!.Day);

    [Theory]
    [InlineData("I am away until 31 February.")]
    [InlineData("I am away until 12 May 2999.")]
    [InlineData("I am away until 0 May.")]
    public void A_day_that_does_not_exist_is_none(string text) => Assert.Null(AbsenceNote.Find(null, text, Written));
}
