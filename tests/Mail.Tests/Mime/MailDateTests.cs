using CrmSync.Mail.Mime;
using NodaTime.Text;

namespace CrmSync.Mail.Tests.Mime;

public sealed class MailDateTests
{
    [Theory]
    [InlineData("Mon, 2 Mar 2026 09:00:00 +0100", "2026-03-02T09:00:00+01")]
    [InlineData("Mon,  2 Mar 2026 09:00:00 +0100 (CET)", "2026-03-02T09:00:00+01")]
    [InlineData("2 Mar 2026 09:00 +0100", "2026-03-02T09:00:00+01")]
    [InlineData("2 Mar 26 09:00:00 EST", "2026-03-02T09:00:00-05")]
    [InlineData("Fri, 21 Nov 97 09:55:06 -0600", "1997-11-21T09:55:06-06")]
    [InlineData("Mon, 2 Mar 126 09:00:00 GMT", "2026-03-02T09:00:00Z")]
    [InlineData("Mon Mar  2 09:00:00 2026", "2026-03-02T09:00:00Z")]
    [InlineData("Mon Mar  2 09:00:00 PST 2026", "2026-03-02T09:00:00-08")]
    [InlineData("Mon, 2 Mar 2026 09:00:00 -0000", "2026-03-02T09:00:00Z")]
    [InlineData("Mon, 2 Mar 2026 09:00:00 MEZ", "2026-03-02T09:00:00+01")]
    [InlineData("Mon, 2 Mar 2026 09:00:00 GMT+0200", "2026-03-02T09:00:00+02")]
    [InlineData("Mon, 2 Mar 2026 09:00:00 +02:00", "2026-03-02T09:00:00+02")]
    [InlineData("Mon, 2 Mar 2026 9:00:00 PM -0500", "2026-03-02T21:00:00-05")]
    [InlineData("2026-03-02T09:00:00Z", "2026-03-02T09:00:00Z")]
    [InlineData("2026-03-02 09:00:00.123+01:00", "2026-03-02T09:00:00+01")]
    [InlineData("3/2/2026 9:00 PM", "2026-03-02T21:00:00Z")]
    [InlineData("31.12.2025 23:59:58 +0100", "2025-12-31T23:59:58+01")]
    [InlineData("02-Mar-2026 09:00:00 +0100", "2026-03-02T09:00:00+01")]
    [InlineData("Mo, 02 Mär 2026 09:00:00 +0100", "2026-03-02T09:00:00+01")]
    [InlineData("lun., 2 mars 2026 09:00:00 +0100", "2026-03-02T09:00:00+01")]
    [InlineData("Mon, 2 Mar 2026 09:00:00 Z", "2026-03-02T09:00:00Z")]
    public void Every_way_to_write_a_date_is_read(string text, string expected)
    {
        var date = MailDate.Parse(text)!;
        Assert.Equal(expected, OffsetDateTimePattern.GeneralIso.Format(date.Value!.Value));
        Assert.True(date.Plausible);
    }

    [Theory]
    [InlineData("Mon, 2 Mar 2026 09:00:60 +0100")]
    [InlineData("Mon, 32 Mar 2026 09:00:00 +0100")]
    [InlineData("Mon, 29 Feb 2025 09:00:00 +0100")]
    [InlineData("Mon, 2 Mar 2026 25:00:00 +0100")]
    [InlineData("Thu, 00-Jan-0000 00:00:00 GMT")]
    [InlineData("Sat, 24 Dec 0001 22:26:44 -0800 (PST)")]
    [InlineData("Mon, 31 Dec 1979 16:00:00 -0800")]
    [InlineData("Mon, 30 Jun 3609 15:33:50 +0600")]
    [InlineData("yesterday")]
    [InlineData("%date%")]
    public void What_cannot_be_is_flagged(string text) => Assert.False(MailDate.Parse(text)!.Plausible);

    [Fact]
    public void A_received_field_ends_with_its_date()
    {
        var mail = Fixture.Lines(
            "Received: from a by b; Mon, 2 Mar 2026 09:00:05 +0100",
            "Received: from x (note; with semicolon) by y;",
            "\tMon, 2 Mar 2026 08:59:00 +0100 (CET)",
            "Received: nonsense",
            "",
            "x");
        Assert.Equal(
            ["2026-03-02T08:00:05Z", "2026-03-02T07:59:00Z"],
            mail.Received.Select(r => InstantPattern.General.Format(r.Instant!.Value)));
    }

    [Fact]
    public void No_text_is_no_date() => Assert.Null(MailDate.Parse("  "));
}
