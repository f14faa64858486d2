using CrmSync.Domain.Company;
using CrmSync.Worker.Sources;
using CrmSync.Worker.Sources.Files;
using CrmSync.Worker.Tests.Graph;
using CrmSync.Worker.Tests.Harvest;
using NodaTime;

namespace CrmSync.Worker.Tests.Labels;

/// <summary>Categories of Outlook, and what programs write into files (<c>privacy.labels</c>, <c>privacy.folders</c>).</summary>
public sealed class PrivateLabelsElsewhere
{
    private const string From = "From jane@acme.example Mon Mar  2 08:00:00 2026\n";

    private static readonly Privacy Policy = new() { Labels = new PrivateLabels(["Private", "Strictly private"], ["Personal"]) };

    [Fact]
    public async Task A_category_of_outlook_counts_when_read_and_when_it_is_set_later()
    {
        await using var company = await GraphCompany.Open(privacy: Policy);
        var ana = company.Service.AddMailbox("ana@us.example");
        ana.Add("inbox", Mail("one")).Categories = ["private"];
        ana.Add("inbox", Mail("two")).Categories = ["Private matters", "Red category"];
        var third = ana.Add("inbox", Mail("three"));
        await company.Harvest(ana);
        Assert.Equal(["three", "two"], await Subjects(company.Company));

        ana.Categorise(third, "Strictly Private");
        await company.Harvest(ana);
        Assert.Equal(["two"], await Subjects(company.Company));

        ana.Categorise(third);
        await company.Harvest(ana);
        Assert.Equal(["two"], await Subjects(company.Company));
        Assert.Equal(3, (await company.Company.Log()).Count);
    }

    [Fact]
    public async Task Categories_are_asked_for_only_where_the_policy_names_labels_and_then_of_what_was_read_before()
    {
        await using var company = await GraphCompany.Open();
        var ana = company.Service.AddMailbox("ana@us.example");
        ana.Add("inbox", Mail("one")).Categories = ["Private"];
        ana.Add("inbox", Mail("two"));
        await company.Harvest(ana);
        Assert.DoesNotContain(company.Service.Seen, request => request.ToString().Contains("categories", StringComparison.Ordinal));

        company.Company.Privacy = Policy;
        await company.Harvest(ana);
        Assert.Equal(["two"], await Subjects(company.Company));
        Assert.Equal(2, (await company.Company.Log()).Count);
    }

    [Theory]
    [InlineData("X-Gmail-Labels: Inbox,Private,Unread", true)]
    [InlineData("X-Gmail-Labels: Inbox,\"Strictly private\"", true)]
    [InlineData("X-Gmail-Labels: Inbox,Private/Family", false)]
    [InlineData("X-Mozilla-Keys: $label1 private", true)]
    [InlineData("X-Mozilla-Keys: strictly_private", true)]
    [InlineData("X-Mozilla-Keys: privately", false)]
    [InlineData("X-Keywords: Private", true)]
    [InlineData("Keywords: Private", false)]
    [InlineData("Received: from a by b; Mon, 2 Mar 2026 08:00:00 +0000\r\nX-Mozilla-Keys: private", false)]
    public async Task What_a_program_wrote_into_a_file_counts_and_what_its_sender_wrote_does_not(string header, bool isPrivate)
    {
        await using var company = await TestCompany.Open(privacy: Policy);
        await File.WriteAllTextAsync(company.PathTo("mail", "one.eml"), header + "\r\n" + Mail("one"));
        await File.WriteAllTextAsync(company.PathTo("box"), $"{From}{header}\r\n{Mail("two")}\n");
        await company.Harvest("eml", new EmlSource(company.PathTo("mail", "")));
        await company.Harvest("mbox", new MboxSource(company.PathTo("box")));
        Assert.Equal(isPrivate ? [] : ["one", "two"], await Subjects(company));
        Assert.Equal(2, (await company.Log()).Count);
    }

    [Fact]
    public async Task A_maildir_tells_its_keywords_by_letters_and_a_letter_that_is_added_later_counts()
    {
        await using var company = await TestCompany.Open(privacy: Policy);
        await File.WriteAllTextAsync(company.PathTo("maildir", "dovecot-keywords"), "0 $label1\n1 Private\n");
        foreach (var (name, flags) in new[] { ("one", ":2,Sb"), ("two", ":2,Sa"), ("three", ":2,S") })
            await File.WriteAllTextAsync(company.PathTo("maildir", "cur", name + flags), Mail(name));

        await File.WriteAllTextAsync(company.PathTo("maildir", ".Personal.Old", "cur", "four:2,S"), Mail("four"));
        await File.WriteAllTextAsync(company.PathTo("maildir", ".Personally", "cur", "five:2,S"), Mail("five"));
        await company.Harvest("ana", Maildir());
        Assert.Equal(["five", "three", "two"], await Subjects(company));

        File.Move(company.PathTo("maildir", "cur", "three:2,S"), company.PathTo("maildir", "cur", "three:2,Sb"));
        await company.Harvest("ana", Maildir());
        Assert.Equal(["five", "two"], await Subjects(company));
        Assert.Equal(5, (await company.Log()).Count);

        ISource Maildir() => new MaildirSource(company.PathTo("maildir", ""));
    }

    [Fact]
    public async Task Folders_of_files_and_an_mbox_that_bear_the_name_count()
    {
        await using var company = await TestCompany.Open(privacy: Policy);
        await File.WriteAllTextAsync(company.PathTo("mail", "Personal", "2026", "one.eml"), Mail("one"));
        await File.WriteAllTextAsync(company.PathTo("mail", "Personality", "two.eml"), Mail("two"));
        await File.WriteAllTextAsync(company.PathTo("Personal.mbox"), $"{From}{Mail("three")}\n");
        await company.Harvest("eml", new EmlSource(company.PathTo("mail", "")));
        await company.Harvest("mbox", new MboxSource(company.PathTo("Personal.mbox")));
        Assert.Equal(["two"], await Subjects(company));
        Assert.Equal(3, (await company.Log()).Count);
    }

    [Fact]
    public async Task An_entry_of_a_calendar_with_such_a_category_goes_and_comes_back_without_it()
    {
        await using var company = await TestCompany.Open(privacy: Policy);
        foreach (var (categories, subjects) in new (string, string[])[]
        {
            ("", ["Call", "Visit"]),
            ("CATEGORIES:Travel,private\r\n", ["Visit"]),
            ("CATEGORIES:Travel\\,private\r\n", ["Call", "Visit"]),
        })
        {
            await File.WriteAllTextAsync(
                company.PathTo("ana.ics"),
                $"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\n{Event("Call", categories)}{Event("Visit", "")}END:VCALENDAR\r\n");
            var owner = EmailAddress.Parse("ana@us.example");
            var window = new Interval(TestCompany.Monday - Duration.FromDays(90), TestCompany.Monday + Duration.FromDays(90));
            var series = new SeriesItems(new MeetingTranslation("ana", owner, TestCompany.Monday), window);
            await company.Harvest("ana", new IcsSource(company.PathTo("ana.ics"), new CalendarItems(series), DateTimeZone.Utc));
            Assert.Equal(subjects, await Subjects(company));
        }

        static string Event(string name, string categories) =>
            $"BEGIN:VEVENT\r\nUID:{name}@us.example\r\nDTSTAMP:20260301T080000Z\r\nDTSTART:20260310T100000Z\r\n"
                + $"DTEND:20260310T110000Z\r\nSUMMARY:{name}\r\n{categories}"
                + "ORGANIZER:mailto:ana@us.example\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:jane@acme.example\r\nEND:VEVENT\r\n";
    }

    private static string Mail(string name) => TestCompany.MailText(name, body: $"The words of {name}", id: $"{name}@acme.example");

    private static async Task<IReadOnlyList<string>> Subjects(TestCompany company) =>
        [.. (await company.Log()).Select(line => line.Subject).OfType<string>().Order(StringComparer.Ordinal)];
}
