using System.Globalization;
using CrmSync.Domain.Digests;
using FsCheck;
using FsCheck.Fluent;

namespace CrmSync.Domain.Tests.Digests;

public sealed class PlainWordsTests
{
    [Fact]
    public void Lines_become_one_and_controls_vanish() =>
        Assert.Equal("a b c d", PlainWords.Flatten("  a\r\nb\t\tc\u0000\u0007 d\u00A0", 20));

    [Fact]
    public void Marks_that_turn_the_writing_are_dropped() =>
        Assert.Equal("safe txt.exe", PlainWords.Flatten("safe \u202Etxt\u202C.\u2066exe\u2069\u200F", 40));

    [Fact]
    public void What_is_too_long_ends_with_an_ellipsis_between_characters_as_people_count_them()
    {
        Assert.Equal("👨‍👩‍👧👨‍👩‍👧…", PlainWords.Flatten(string.Concat(Enumerable.Repeat("👨‍👩‍👧", 5)), 2));
        Assert.Equal(141, PlainWords.Flatten(new string('x', 10_000), 140).Length);
    }

    [Fact]
    public void A_letter_under_a_thousand_marks_stays_small() =>
        Assert.InRange(PlainWords.Flatten("e" + new string('\u0301', 10_000) + "nd", 140).Length, 3, 20);

    [Fact]
    public void Any_text_becomes_one_valid_short_line() =>
        Prop.ForAll<string, byte>((text, most) =>
        {
            var flat = PlainWords.Flatten(text, most);
            return !flat.Any(char.IsControl)
                && new StringInfo(flat).LengthInTextElements <= most + 1
                && flat == flat.Trim()
                && System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(flat)) == flat;
        }).QuickCheckThrowOnFailure();
}
