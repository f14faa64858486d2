using CrmSync.Domain.Commands;
using CrmSync.Domain.Company;
using NodaTime;

namespace CrmSync.Domain.Tests.Commands;

public sealed class CommandTokensTests
{
    private static readonly LocalDate Day = new(2026, 3, 4);
    private static readonly CommandTokens Tokens = new("a secret for tests");

    [Fact]
    public void A_token_names_its_reader_as_often_as_it_is_used()
    {
        var token = Tokens.ForItem("ana", "F7K2Q", Day);
        Assert.Equal(
            ["ana", "ana"],
            [Tokens.ReadItem(token, "F7K2Q", Day).Reader!, Tokens.ReadItem(token.ToLowerInvariant(), "F7K2Q", Day.PlusDays(60)).Reader!]);
    }

    [Fact]
    public void It_is_refused_for_another_item_another_reader_another_day_another_secret()
    {
        var token = Tokens.ForItem("ana", "F7K2Q", Day);
        Assert.NotNull(Tokens.ReadItem(token, "B3MXA", Day).Refused);
        Assert.NotNull(Tokens.ReadItem("tim" + token[3..], "F7K2Q", Day).Refused);
        Assert.NotNull(Tokens.ReadItem(token.Replace(".2254.", ".9999.", StringComparison.Ordinal), "F7K2Q", Day).Refused);
        Assert.NotNull(new CommandTokens("another secret").ReadItem(token, "F7K2Q", Day).Refused);
        Assert.All(
            ["", "ana", "ana.2254", "ana.2254.", "ana.x.y.z"],
            forged => Assert.NotNull(Tokens.ReadItem(forged, "F7K2Q", Day).Refused));
    }

    [Fact]
    public void It_expires_and_says_so() =>
        Assert.Equal(
            "the mail it stands in is 61 days old; tokens hold for 60 days",
            Tokens.ReadItem(Tokens.ForItem("ana", "F7K2Q", Day), "F7K2Q", Day.PlusDays(61)).Refused);

    [Fact]
    public void A_reply_address_leads_back_to_its_mail_in_upper_or_lower_case()
    {
        var address = Tokens.ReplyAddress(EmailAddress.Parse("crmsync@bright.example"), "UUMESKNOZPIKFXGRGI4A52FHWQ")!;
        Assert.InRange(address.LocalPart.Length, 1, 64);
        Assert.Equal("UUMESKNOZPIKFXGRGI4A52FHWQ", Tokens.Mail(address));
        Assert.Null(Tokens.Mail(EmailAddress.Parse(address.Value.Replace("uume", "uumf", StringComparison.Ordinal))));
        Assert.Null(Tokens.Mail(EmailAddress.Parse("crmsync+done@bright.example")));
        Assert.Null(Tokens.ReplyAddress(EmailAddress.Parse(new string('x', 40) + "@bright.example"), "UUMESKNOZPIKFXGRGI4A52FHWQ"));
    }

    [Fact]
    public void What_a_calendar_asks_with_is_one_for_each_mail_that_asked_for_it_and_opens_nothing_else()
    {
        var feed = Tokens.ForFeed("ana", "mail-1");
        Assert.Matches("^[a-z2-7]{32}$", feed);
        Assert.Equal(feed, Tokens.ForFeed("ana", "mail-1"));
        Assert.Equal(
            4,
            new HashSet<string>
            {
                feed,
                Tokens.ForFeed("ana", "mail-2"),
                Tokens.ForFeed("tim", "mail-1"),
                new CommandTokens("other").ForFeed("ana", "mail-1"),
            }.Count);
        Assert.NotNull(Tokens.ReadPages(feed, Day).Refused);
        Assert.NotNull(Tokens.ReadItem(feed, "F7K2Q", Day).Refused);
    }

    [Fact]
    public void An_empty_secret_is_refused() => Assert.Throws<ArgumentException>(() => new CommandTokens(" "));

    [Fact]
    public void What_the_secret_before_signed_is_still_taken_and_nothing_is_signed_with_it()
    {
        var token = new CommandTokens("the old one").ForItem("ana", "F7K2Q", Day);
        var tokens = new CommandTokens("the new one", "the old one");

        Assert.Equal("ana", tokens.ReadItem(token, "F7K2Q", Day).Reader);
        Assert.NotEqual(token, tokens.ForItem("ana", "F7K2Q", Day));
        Assert.NotNull(new CommandTokens("the new one").ReadItem(token, "F7K2Q", Day).Refused);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("f", "MY")]
    [InlineData("fo", "MZXQ")]
    [InlineData("foobar", "MZXW6YTBOI")]
    public void Base32_follows_the_examples_of_its_rfc(string text, string encoded) =>
        Assert.Equal(encoded, Base32.Encode(System.Text.Encoding.ASCII.GetBytes(text)));
}
