using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Mail.Mime;
using CrmSync.Storage.Log;
using CrmSync.Storage.Privacy;
using CrmSync.Worker.Digests;
using CrmSync.Worker.Harvest;
using Dapper;
using Microsoft.Data.Sqlite;
using NodaTime;
using static CrmSync.Worker.Tests.Harvest.TestCompany;

namespace CrmSync.Worker.Tests.Jobs;

public sealed class PolicyInTheWorker
{
    [Fact]
    public async Task What_the_worker_keeps_up_to_date_is_what_items_finds_from_scratch_and_reads_only_what_changed()
    {
        await using var company = await RunningCompany.Open();
        await company.Harvest(Monday);
        Assert.Equal(["open"], await Same(company, Monday + Hours(1)));

        company.Mail(
            "second",
            MailText(
                "Nails",
                from: "li@gamma.example",
                date: "Mon, 2 Mar 2026 10:00:00 +0000",
                body: "How many?",
                id: "second@gamma.example"));
        await company.Harvest(Monday + Hours(2));
        Assert.Equal(["open", "open"], await Same(company, Monday + Hours(2)));
        Assert.Equal(1, company.Program.Part<UnitLook>().Judged);

        company.Mail(
            "answer",
            MailText(
                "Re: Hinges",
                from: "ana@us.example",
                to: "jane@acme.example",
                date: "Mon, 2 Mar 2026 11:00:00 +0000",
                body: "On Friday.",
                id: "answer@us.example",
                more: "In-Reply-To: <first@acme.example>\r\n"));
        await company.Harvest(Monday + Hours(3));
        Assert.Equal(["open"], await Same(company, Monday + Hours(3)));
        Assert.Equal(1, company.Program.Part<UnitLook>().Judged);

        Assert.Equal(["overdue"], await Same(company, Monday + Hours(30)));

        await new Erasure(company.Program.Database, OwnMailText.Read).Forget(
            new SomePerson([EmailAddress.Parse("li@gamma.example")]),
            new Classifier(company.Program.Policy),
            MeetingHarvest.MergeFor(ReadingRules.From(company.Program.Policy)),
            Monday,
            TimeSpan.Zero,
            default);
        Assert.Empty(await Same(company, Monday + Hours(31)));
    }

    [Fact]
    public async Task Owner_and_organisation_of_contacts_are_written_for_reports()
    {
        await using var company = await RunningCompany.Open();
        await company.Harvest(Monday);
        await company.AtWork.CatchUp(Monday, default);

        await using var reports = new SqliteConnection($"Data Source={company.PathTo("config", "data", "crmsync.db")};Mode=ReadOnly");
        Assert.Equal(
            ("jane@acme.example", "ana", "acme.example"),
            await reports.QuerySingleAsync<(string Address, string Owner, string Organisation)>(
                "select address, owner, organisation from contacts"));
    }

    [Fact]
    public async Task A_changed_policy_is_in_force_for_the_next_evaluation_and_everybody_is_told_in_words()
    {
        await using var company = await RunningCompany.Open();
        await company.Harvest(Monday);
        await Look(company, Monday);
        company.Write(RunningCompany.Policy.Replace("within: 4bh", "within: 8bh", StringComparison.Ordinal));
        await Look(company, Monday + Hours(1));

        Assert.Contains(company.Said, said => said.Contains("rule 'reply' changed: within 4bh is now 8bh", StringComparison.Ordinal));
        var item = Assert.Single((await company.AtWork.Complete(Monday + Hours(2), default)).Evaluation.Items);
        Assert.Equal(Instant.FromUtc(2026, 3, 2, 16, 0), item.Due);
        Assert.Equal(["open"], await Same(company, Monday + Hours(2)));

        var desk = company.Program.Digests;
        var digests = await desk.Show(Instant.FromUtc(2026, 3, 3, 7, 0), default);
        Assert.All(digests, digest => Assert.Contains("within 4bh is now 8bh", digest.Mail.Html, StringComparison.Ordinal));
        Assert.Equal(["my-day", "the-firm"], digests.Select(digest => digest.Digest.Run.Definition.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Broken_files_leave_the_policy_in_force_and_are_mailed_once_and_stand_in_the_manager_digest()
    {
        await using var company = await RunningCompany.Open();
        await company.Harvest(Monday);
        var before = company.Program.Policy;
        for (var i = 0; i < 2; i++)
        {
            company.Write(RunningCompany.Policy.Replace("within: 4bh", "withn: 4bh", StringComparison.Ordinal));
            await Look(company, Monday + Hours(1 + i));
        }

        Assert.Same(before, company.Program.Policy);
        var desk = company.Program.Digests;
        await desk.Send(Monday + Hours(4), Duration.Zero, default);
        var mails = Directory.GetFiles(company.PathTo("out"), "*.eml").Select(File.ReadAllText);
        var note = Assert.Single(mails, mail => mail.Contains("X-CrmSync: note", StringComparison.Ordinal));
        Assert.Contains("withn", note, StringComparison.Ordinal);
        var health = (await desk.Show(Instant.FromUtc(2026, 3, 3, 7, 0), default)).Single(digest =>
            digest.Digest.Run.Definition.Name == "the-firm");
        Assert.Contains("the policy files have", health.Mail.Html, StringComparison.Ordinal);

        company.Write(RunningCompany.Policy);
        await Look(company, Monday + Hours(5));
        Assert.Empty(await company.Program.Part<PolicyNews>().Problems(default));
    }

    [Theory]
    [InlineData("de", "Die Dateien des Regelwerks haben Fehler", "die Dateien des Regelwerks haben 1 Fehler und werden nicht")]
    [InlineData("fr", "Les fichiers des règles contiennent des erreurs", "les fichiers des règles contiennent 1 erreur et ne sont pas")]
    public async Task Whoever_looks_after_it_and_managers_are_told_of_broken_files_in_their_language(
        string language, string subject, string line)
    {
        await using var company = await RunningCompany.Open();
        var policy = RunningCompany.Policy.Replace("owner: ana }", $"owner: ana, language: {language} }}", StringComparison.Ordinal);
        company.Write(policy);
        await company.Begin();
        await company.Harvest(Monday);
        company.Write(policy.Replace("within: 4bh", "withn: 4bh", StringComparison.Ordinal));
        await Look(company, Monday + Hours(1));

        var desk = company.Program.Digests;
        await desk.Send(Monday + Hours(4), Duration.Zero, default);
        var mails = Directory.GetFiles(company.PathTo("out"), "*.eml").Select(path => MimeReader.Read(File.ReadAllBytes(path)));
        Assert.Single(mails, mail => mail.Subject.StartsWith(subject, StringComparison.Ordinal));
        var firm = (await desk.Show(Instant.FromUtc(2026, 3, 3, 7, 0), default)).Single(digest =>
            digest.Digest.Run.Definition.Name == "the-firm");
        Assert.Contains(
            firm.Digest.Sections.OfType<NewsSection>().SelectMany(section => section.Lines),
            one => one.Text.StartsWith(line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_policy_that_newly_opens_more_than_fifty_items_says_so_before_the_first_mail_goes_out()
    {
        await using var company = await RunningCompany.Open();
        for (var i = 0; i < 51; i++)
            company.Mail(
                $"{i}",
                MailText($"Question {i}", from: $"someone{i}@acme{i}.example", body: $"Is this number {i}?", id: $"{i}@acme.example"));

        company.Write(RunningCompany.Policy.Replace("within: 4bh", "within: 4bh, mode: disabled", StringComparison.Ordinal));
        await company.Begin();
        await company.Harvest(Monday);
        company.Write(RunningCompany.Policy);
        await Look(company, Monday + Hours(1));

        Assert.Contains(company.Said, said => said.Contains("newly opens 52 items", StringComparison.Ordinal));
        var desk = company.Program.Digests;
        var sent = (await desk.Send(Instant.FromUtc(2026, 3, 3, 7, 0), Duration.Zero, default)).Sent;
        Assert.Equal("policy", sent[0].Digest);
        Assert.Contains("my-day", sent.Select(mail => mail.Digest));
    }

    [Fact]
    public async Task What_was_too_old_or_unwanted_is_read_when_it_no_longer_is()
    {
        await using var company = await RunningCompany.Open(since: "2026-03-02");
        company.Mail("old", MailText("Old", date: "Mon, 5 Jan 2026 08:00:00 +0000", body: "Old words", id: "old@acme.example"));
        company.Mail("secret", MailText("Salaries", from: "boss@payroll.example", body: "Secret words", id: "secret@payroll.example"));
        company.Write(RunningCompany.Policy + "privacy: { no_capture: { domains: [payroll.example] } }\n");
        await company.Begin();
        await company.Harvest(Monday);
        Assert.Equal(["first@acme.example"], await Log(company));

        company.Configure("  - { eml: ../mail/ana, address: ana@us.example, name: ana }", "2026-01-01");
        await company.Begin();
        await company.Harvest(Monday + Hours(1));
        Assert.Equal(["first@acme.example", "old@acme.example"], await Log(company));

        company.Write(RunningCompany.Policy);
        await Look(company, Monday + Hours(2));
        await company.Harvest(Monday + Hours(3));
        Assert.Equal(["first@acme.example", "old@acme.example", "secret@payroll.example"], await Log(company));
    }

    private static Duration Hours(int hours) => Duration.FromHours(hours);

    /// <summary>Looks twice, so that the files count as quiet.</summary>
    private static async Task Look(RunningCompany company, Instant now)
    {
        await company.Watch.Check(now, default);
        await company.Watch.Check(now + Duration.FromSeconds(3), default);
    }

    /// <summary>
    /// The states of the items in the worker, after making sure that they are those of a fresh evaluation, field by field.
    /// </summary>
    private static async Task<IEnumerable<string>> Same(RunningCompany company, Instant now)
    {
        var kept = (await company.AtWork.Complete(now, default)).Evaluation;
        var fresh = new RunningPolicy(company.Program.Policy);
        var log = await company.Program.Snapshot(now);
        fresh.Put(log.Interactions);
        fresh.Cover(log.Coverage);
        var scratch = fresh.Evaluate(now);
        Assert.Equal(scratch.Items.Select(Print), kept.Items.Select(Print));
        return kept.Items.Select(item => item.State.ToString().ToLowerInvariant());
    }

    private static string Print(Item item) =>
        $"{item.Id} {item.Rule.Name} {item.About} {item.Owner} {item.State} {item.Due} {item.Level} {item.Trigger} "
            + $"{string.Join(',', item.Unsure)}";

    private static async Task<IEnumerable<string?>> Log(RunningCompany company) =>
        (await company.Program.Log.Read(new LogFilter(), default).ToListAsync())
            .Select(line => line.MessageId)
            .Order(StringComparer.Ordinal);
}
