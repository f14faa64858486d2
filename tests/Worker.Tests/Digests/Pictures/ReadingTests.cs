using System.Text.Json;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Domain.Time;
using CrmSync.Fixtures.Digests;
using NodaTime;

namespace CrmSync.Worker.Tests.Digests.Pictures;

/// <summary>
/// Whether what stands in a mail can be read, as a browser works it out: on the narrowest phone, by day and by night, whatever customers
/// write.
/// </summary>
[Collection(ChromiumTests.Name)]
public sealed class ReadingTests(Chromium chromium, SampleCompany company) : IClassFixture<SampleCompany>
{
    private const double Enough = 4.5;

    /// <summary>The contrast (WCAG 2.2) of every text that is shown with what lies behind it.</summary>
    private const string Contrasts = """
        () => {
          const parts = colour => colour.match(/[\d.]+/g).map(Number);
          const luminance = ([r, g, b]) => {
            const [x, y, z] = [r, g, b].map(v => v / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
            return 0.2126 * x + 0.7152 * y + 0.0722 * z;
          };
          const behind = e => {
            for (; e; e = e.parentElement) {
              const c = parts(getComputedStyle(e).backgroundColor);
              if (c.length < 4 || c[3] > 0) return c;
            }
            return [255, 255, 255];
          };
          const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const text = walker.currentNode.textContent.trim(), e = walker.currentNode.parentElement;
            if (!text || !e.getClientRects().length) continue;
            const [a, b] = [luminance(parts(getComputedStyle(e).color)), luminance(behind(e))];
            found.push({ text, contrast: (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) });
          }
          return found;
        }
        """;

    public static TheoryData<string> Evil { get; } =
    [
        new string('W', 10_000),
        string.Concat(Enumerable.Repeat("<b>W</b>", 1000)),
        "</td></tr></table></div><table width=\"2000\"><tr><td>" + new string('x', 200),
        "<style>*{width:3000px}</style><img width=3000 src=x>",
        "\u202E\u2067" + string.Concat(Enumerable.Repeat("שלוםעולם", 400)),
        string.Concat(Enumerable.Repeat("👩‍👩‍👧‍👦", 2000)),
        string.Concat(Enumerable.Repeat("a\u0301\u0323\u0335\u0489", 2000)),
        new string('_', 300) + "@" + new string('-', 300),
        "Ana\r\nBcc: everybody@evil.example\r\n\r\n" + new string('W', 300),
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_text_on_the_page_has_a_contrast_of_at_least_4_5_to_1(bool dark)
    {
        foreach (var (_, mail) in await company.DigestsAt(SampleCompany.Story))
        {
            var page = await chromium.Open(mail.Html, 375, dark);
            var texts = (await page.EvaluateAsync<JsonElement>(Contrasts)).EnumerateArray().ToList();
            await page.CloseAsync();
            Assert.True(texts.Count > 20);
            Assert.All(texts, text => Assert.True(text.GetProperty("contrast").GetDouble() >= Enough, text.ToString()));
        }
    }

    [Fact]
    public async Task The_digests_of_the_sample_company_fit_the_narrowest_phone()
    {
        foreach (var (digest, mail) in await company.DigestsAt(SampleCompany.Story))
            Assert.Equal((digest.Run.Reader.Id, 320), (digest.Run.Reader.Id, await Width(mail.Html, 320)));
    }

    [Theory]
    [MemberData(nameof(Evil))]
    public async Task Whatever_customers_write_nothing_sticks_out_on_a_phone(string evil)
    {
        foreach (var run in new[] { Some.Run(), Some.Run(Some.TheFirm, Some.Olga) })
        {
            var mail = await Written.From(Facts(evil), run);
            Assert.Equal(375, await Width(mail.Html, 375));
            Assert.InRange(mail.Mail.Bytes.Length, 1000, 100_000);
        }
    }

    [Fact]
    public async Task A_page_that_sticks_out_is_noticed() =>
        Assert.Equal(600, await Width("<!DOCTYPE html><body style=\"margin:0\"><div style=\"width:600px\">x</div>", 375));

    private async Task<int> Width(string html, int width)
    {
        var page = await chromium.Open(html, width);
        var scroll = await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth");
        await page.CloseAsync();
        return scroll;
    }

    /// <summary>The same text as name, subject, text, reason, advice, note and name of the meeting, in every section there is.</summary>
    private static DigestFacts Facts(string evil)
    {
        var chase = new ChaseRule("no-answer-yet", Some.Nowhere)
        {
            Calendar = Some.Office,
            After = new(4, TimeUnit.BusinessDay),
            Say = evil,
        };
        var watch = new WatchRule("losing-them", Some.Nowhere)
        {
            Calendar = Some.Office,
            Metric = WatchMetric.Marker,
            Of = "competitor",
            Window = new(90, TimeUnit.Day),
            AtLeast = 2,
        };
        Item[] items =
        [
            Some.Item("LATE1", state: ItemState.Overdue) with
            {
                Why = evil,
                Level = 1,
                Steps = [new ItemStep(Some.Now, "olga", Via.Email)],
                Unsure = [evil],
            },
            Some.Item("OPEN1") with
            {
                Why = evil,
            },
            Some.Item("CHASE", chase),
            Some.Item("WATCH", watch) with
            {
                About = evil,
                Contact = null,
            },
            Some.Item("HELD1", chase, state: ItemState.Suppressed) with
            {
                By = "not-too-often",
            },
        ];
        var meeting = new Interaction
        {
            Id = "meeting",
            Kind = InteractionKind.Meeting,
            At = Some.Now + Duration.FromHours(2),
            Seen = Some.Now - Duration.FromDays(3),
            Subject = evil,
            Meeting = new MeetingFacts { Uid = "u", Start = Some.Now + Duration.FromHours(2), End = Some.Now + Duration.FromHours(3) },
            Participants =
            [
                new Participant(Some.Ana.Email, null, ParticipantRole.Organizer, true, MeetingResponse.Accepted),
                new Participant(Some.Address("jo@acme.example"), evil, ParticipantRole.Attendee, false, MeetingResponse.Accepted),
            ],
        };
        var log = items.Select(item => Some.Mail(item.Id, name: evil, subject: evil, text: evil)).Append(meeting).ToList();
        var closed = new ClosedItem("X", chase, "thread-OPEN1", ItemClosing.Expired, Some.Now - Duration.FromHours(2))
        {
            Owner = "ana",
            Opened = Some.Now,
            Why = evil,
            Contact = Some.Address("jo@acme.example"),
        };
        var answered = new ClosedItem("Y", Some.Answer, "t", ItemClosing.Met, Some.Now - Duration.FromHours(20))
        {
            Owner = "ana",
            Opened = Some.Now,
            Why = evil,
        };
        return Some.Facts(items, log, closed: [closed, answered]) with
        {
            Cases =
            [
                new CaseState("complaint", "t", Some.Address("jo@acme.example"), "ana", Some.Now - Duration.FromHours(3), true, Some.Now)
                {
                    Subject = evil,
                },
            ],
            OverContacted =
            [
                new OverContact(
                    new CapLimit("calm", Some.Nowhere) { Max = 2, Window = new(7, TimeUnit.Day) },
                    "jo@acme.example",
                    "ana",
                    log),
            ],
            Accounts = [new AccountHealth(evil, Some.Now, evil)],
            Troubles = [_ => evil],
            PolicyChanges = [new PolicyChange(Some.Now - Duration.FromHours(1), evil)],
        };
    }
}
