using System.Text;
using CrmSync.Mail.Mime;
using CrmSync.Worker.Sources;
using NodaTime;

namespace CrmSync.Worker.Tests.Sources;

/// <summary>When a mail arrived, as its Received fields say: the topmost one, unless a program put it there years later.</summary>
public sealed class ArrivalOfMail
{
    [Theory]
    [InlineData("Mon, 2 Mar 2020 09:00:00 GMT", "2020-03-02T09:01:00Z", "Mon, 2 Mar 2026 10:00:00 GMT", "Mon, 2 Mar 2020 09:01:00 GMT")]
    [InlineData(
        "Mon, 2 Mar 2020 09:00:00 GMT",
        "2020-03-02T09:00:05Z",
        "Mon, 2 Mar 2026 10:00:00 GMT",
        "Fri, 2 May 2025 10:00:00 GMT",
        "Mon, 2 Mar 2020 09:00:05 GMT")] // imported twice
    [InlineData("Mon, 2 Mar 2026 09:00:00 GMT", "2026-03-02T09:05:00Z", "Mon, 2 Mar 2026 09:05:00 GMT", "Mon, 2 Mar 2026 09:01:00 GMT")]
    [InlineData("Mon, 2 Mar 2026 09:00:00 GMT", "2026-03-09T09:01:00Z", "Mon, 9 Mar 2026 09:01:00 GMT", "Mon, 2 Mar 2026 09:01:00 GMT")]
    [InlineData("Mon, 2 Mar 2026 09:00:00 GMT", "2026-03-02T09:01:00Z", "Mon, 9 Mar 2026 09:01:01 GMT", "Mon, 2 Mar 2026 09:01:00 GMT")]
    [InlineData("Sun, 1 Mar 2026 09:00:00 GMT", "2026-03-08T08:00:00Z", "Sun, 8 Mar 2026 08:00:00 GMT")] // greylisted for days
    [InlineData("Mon, 2 Mar 2020 09:00:00 GMT", "2026-03-02T10:00:00Z", "Mon, 2 Mar 2026 10:00:00 GMT")] // nothing below
    [InlineData("Mon, 2 Mar 2026 09:00:00 GMT", "2026-03-02T10:00:00Z", "Mon, 2 Mar 2026 10:00:00 GMT", "Thu, 2 Jan 1997 10:00:00 GMT")]
    public void A_fresh_field_on_top_of_an_old_mail_counts_for_nothing(string date, string arrived, params string[] received) =>
        Assert.Equal(arrived, Arrived(date, received)?.ToString());

    [Fact]
    public void Where_no_field_can_be_read_nothing_is_said_of_the_arrival()
    {
        Assert.Null(Arrived("Mon, 2 Mar 2026 09:00:00 GMT"));
        Assert.Null(Arrived("Mon, 2 Mar 2026 09:00:00 GMT", "yesterday"));
    }

    private static Instant? Arrived(string date, params string[] received)
    {
        var fields = string.Concat(received.Select(time => $"Received: from a.example by b.example; {time}\n"));
        var text = $"{fields}From: kim@castro.example\nTo: ana@hill.example\nDate: {date}\nSubject: Pumps\n\nHello\n";
        return MailTranslation.ReadFacts(MimeReader.Read(Encoding.UTF8.GetBytes(text)), stored: null).Received;
    }
}
