using CrmSync.Worker.Digests;
using CrmSync.Worker.PolicyFiles;
using CrmSync.Worker.Tests.Jobs;
using NodaTime;
using static CrmSync.Worker.Tests.Harvest.TestCompany;

namespace CrmSync.Worker.Tests.Absences;

/// <summary>From the calendar of one of us to the owner of an item, the digest of the cover, and back.</summary>
public sealed class AbsencesInTheWorker
{
    private const string Accounts =
        "  - { eml: ../mail/ana, address: ana@us.example, name: ana }\n"
            + "  - { ics: ../calendars/ana.ics, address: ana@us.example, name: ana-calendar }";

    private static readonly string[] Languages = ["en", "de", "fr"];

    [Fact]
    public async Task An_entry_moves_items_to_the_cover_and_one_that_is_moved_or_deleted_moves_them_back()
    {
        await using var company = await Open();
        Calendar(company, Entry("20260302", "20260304"), Other);
        await company.Harvest(Monday);
        Assert.Equal("tim", await Owner(company, Monday + Hours(1)));
        Assert.Equal("tim", await Owner(company, Monday + Hours(25)));
        Assert.Equal("ana", await Owner(company, Monday + Hours(49)));

        // Moved: Monday is free again.
        Calendar(company, Entry("20260303", "20260304"), Other);
        await company.Harvest(Monday + Hours(2));
        Assert.Equal("ana", await Owner(company, Monday + Hours(3)));
        Assert.Equal("tim", await Owner(company, Monday + Hours(25)));

        // A calendar that cannot be read takes nothing away.
        File.Delete(company.PathTo("calendars", "ana.ics"));
        await foreach (var _ in company.Program.Harvest.Run(company.Program.Readable, Monday + Hours(3), null, default))
        {
        }

        Assert.Equal("tim", await Owner(company, Monday + Hours(25)));

        // Deleted.
        Calendar(company, Other);
        await company.Harvest(Monday + Hours(4));
        Assert.Equal("ana", await Owner(company, Monday + Hours(25)));
    }

    [Fact]
    public async Task A_reply_moves_items_to_the_cover()
    {
        await using var company = await Open();
        Calendar(company, Other);
        company.Mail(
            "reply",
            MailText(
                "Automatic reply: Nails",
                from: "ana@us.example",
                to: "li@gamma.example",
                date: "Mon, 2 Mar 2026 09:30:00 +0000",
                body: "I am out of the office until 4 March.",
                id: "reply@us.example",
                more: "Auto-Submitted: auto-replied\r\n"));
        await company.Harvest(Monday + Hours(1));
        Assert.Equal("tim", await Owner(company, Monday + Hours(2)));
        Assert.Equal("ana", await Owner(company, Monday + Hours(49)));
    }

    [Fact]
    public async Task What_the_policy_says_of_the_day_goes_before_and_a_new_policy_keeps_what_the_log_says()
    {
        await using var company = await Open();
        Calendar(company, Entry("20260302", "20260304"), Other);
        await company.Harvest(Monday);
        company.Write(Policy("en", "away: [ { from: 2026-03-02, to: 2026-03-02 } ]"));
        await company.Begin();
        Assert.Equal("ana", await Owner(company, Monday + Hours(1)));
        Assert.Equal("tim", await Owner(company, Monday + Hours(25)));
    }

    [Theory, InlineData("en"), InlineData("de"), InlineData("fr")]
    public async Task Both_are_told_in_words_in_their_language(string language)
    {
        Assert.Contains(language, Languages);
        await using var company = await Open(language);
        Calendar(company, Entry("20260303", "20260307"), Other);
        await company.Harvest(Monday);
        var (before, during) = (await Absences(company, Monday), await Absences(company, Monday + Hours(24)));
        Assert.Equal(
            language switch
            {
                "en" => "ana: Your calendar says that you are away from Tue 3 March until Fri 6 March; Tim will see what is yours "
                    + "meanwhile.",
                "de" => "ana: Laut Ihrem Kalender sind Sie von Di., 3. März bis Fr., 6. März abwesend; Tim sieht solange, was Ihres ist.",
                _ => "ana: D’après votre calendrier, vous êtes en congé du mar. 3 mars au ven. 6 mars ; Tim verra entre-temps ce qui est "
                    + "à vous.",
            },
            before.Replace('\u00A0', ' ').Replace('\u202F', ' '));
        Assert.Equal(
            language switch
            {
                "en" => "tim: You are covering for Ana until Fri 6 March, as Ana's calendar says.",
                "de" => "tim: Sie vertreten Ana bis Fr., 6. März, laut dem Kalender von Ana.",
                _ => "tim: Vous remplacez Ana jusqu’au ven. 6 mars, d’après son calendrier.",
            },
            during.Replace('\u00A0', ' ').Replace('\u202F', ' '));
    }

    private static Duration Hours(int hours) => Duration.FromHours(hours);

    private static string Other { get; } = Event("other", "20260501", "20260502", "Spring");

    private static string Entry(string first, string after) => Event("away", first, after, "Vacation");

    private static string Event(string uid, string first, string after, string title) =>
        $"BEGIN:VEVENT\r\nUID:{uid}-of-ana@us.example\r\nDTSTAMP:20260101T000000Z\r\n"
            + $"DTSTART;VALUE=DATE:{first}\r\nDTEND;VALUE=DATE:{after}\r\n"
            + $"SUMMARY:{title}\r\nEND:VEVENT\r\n";

    private static string Policy(string language, string more = "") =>
        $$"""
        version: 1
        us: { domains: [us.example] }
        defaults: { calendar: office, owner: ana, language: {{language}} }
        calendars: { office: { zone: Europe/Berlin, hours: { mon-fri: "09:00-17:00" } } }
        people:
          ana: { email: ana@us.example, name: Ana Duarte, manager: tim, {{more}} }
          tim: { email: tim@us.example, name: Tim Okafor }
        rules: [ { respond: reply, within: 40bh } ]
        digests: [ { digest: my-day, to: owners, at: "08:00" } ]

        """;

    private static async Task<RunningCompany> Open(string language = "en")
    {
        var company = await RunningCompany.Open(Accounts);
        company.Write(Policy(language));
        await company.Begin();
        return company;
    }

    private static void Calendar(RunningCompany company, params string[] events)
    {
        Directory.CreateDirectory(company.PathTo("calendars"));
        File.WriteAllText(
            company.PathTo("calendars", "ana.ics"),
            $"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//EN\r\n{string.Concat(events)}END:VCALENDAR\r\n");
    }

    private static async Task<string> Owner(RunningCompany company, Instant now) =>
        Assert.Single((await company.AtWork.Complete(now, default)).Evaluation.Items).Owner;

    /// <summary>What the digest of the morning says of absences, and to whom.</summary>
    private static async Task<string> Absences(RunningCompany company, Instant now)
    {
        await company.Program.Part<KnownAbsences>().TakeIn(now, default);
        var shown = await company.Program.Part<DigestDispatch>().Show(now, default);
        var (digest, mail) = Assert.Single(shown, one => one.Digest.Absences.Count > 0);
        var text = Mail.Mime.MimeReader.Read(mail.Bytes).Text;
        foreach (var sentence in digest.Absences)
        {
            Assert.Contains(Collapse(sentence), Collapse(text), StringComparison.Ordinal);
            Assert.Contains(sentence, System.Net.WebUtility.HtmlDecode(mail.Html), StringComparison.Ordinal);
        }

        return $"{digest.Run.Reader.Id}: {string.Join(' ', digest.Absences)}";

        static string Collapse(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }
}
