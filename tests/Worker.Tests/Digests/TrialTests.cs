using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Fixtures.Digests;
using CrmSync.Fixtures.Servers;
using CrmSync.Mail.Mime;
using CrmSync.Storage.Log;
using CrmSync.Worker.Digests;
using CrmSync.Worker.Tests.Cli;
using CrmSync.Worker.Tests.Delivery;
using CrmSync.Worker.Tests.Harvest;
using NodaTime;

namespace CrmSync.Worker.Tests.Digests;

/// <summary>
/// A first week that bothers nobody (<c>run --trial</c>): every mail goes to <c>defaults.owner</c> alone, and when it ends nobody misses
/// anything or gets a week of mails at once.
/// </summary>
public sealed class TrialTests : IAsyncLifetime
{
    /// <summary>Monday, after the customer should have been answered and the manager is to know.</summary>
    private static readonly Instant Afternoon = Instant.FromUtc(2026, 3, 2, 14, 30);

    /// <summary>Tuesday; digests leave at 8:00 in Berlin.</summary>
    private static readonly Instant Morning = Instant.FromUtc(2026, 3, 3, 7, 0);

    /// <summary>An hour later.</summary>
    private static readonly Instant Answered = Morning + Duration.FromHours(1);

    private TestCompany company = null!;

    private string Out => Path.Combine(company.Folder, "out");

    public async Task InitializeAsync()
    {
        company = await TestCompany.Open();
        File.WriteAllText(
            company.PathTo("mail", "ana", "first.eml"), TestCompany.MailText(body: "When do they come?", id: "1@acme.example"));
        Configure();
    }

    public async Task DisposeAsync() => await company.DisposeAsync();

    [Fact]
    public async Task Every_mail_goes_to_the_owner_alone_and_says_for_whom_it_would_have_been()
    {
        await using var trial = await Open(isTrial: true);
        Assert.Equal(["[trial, for olga@us.example] Escalated: Answer jane@acme.example - 15:30"], await Send(trial, Afternoon));
        var morning = await Send(trial, Morning);

        Assert.Contains(morning, subject => subject.StartsWith("[trial, for ana@us.example] ", StringComparison.Ordinal));
        Assert.Contains(morning, subject => subject.StartsWith("[trial, for olga@us.example] ", StringComparison.Ordinal));
        Assert.Empty(await Send(trial, Morning + Duration.FromMinutes(5)));
        Assert.All(Mails(), mail => Assert.Equal(["it@us.example"], mail.To.Concat(mail.Cc).Concat(mail.Bcc).Select(one => one.Address)));
    }

    [Fact]
    public async Task Its_mails_offer_no_way_to_act_in_the_name_of_those_they_are_for()
    {
        await using var trial = await Open(isTrial: true);
        await Send(trial, Morning);

        Assert.NotEmpty(Mails());
        Assert.All(Mails(), mail => Assert.Empty(mail.ReplyTo));
        Assert.All(Files(), file => Assert.DoesNotContain("crmsync+", File.ReadAllText(file), StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_the_owner_answers_to_a_mail_of_their_own_is_done_and_in_the_log_as_ever()
    {
        Configure(owner: "it", readsCommands: true);
        await using var trial = await Open(isTrial: true);
        await Send(trial, Morning);
        Answer("it", "done 1");
        await Read(trial, Answered);

        var done = Assert.Single(await trial.Log.Read(new LogFilter { Kinds = [InteractionKind.Command] }, default).ToListAsync());
        Assert.Equal(
            (CommandVerb.Done, "it@us.example", "jane@acme.example"),
            (done.Command!.Verb, done.Command.By.Value, done.Command.Contact?.Value));
        var after = new Evaluator(trial.Policy).Evaluate(await trial.Snapshot(Answered), Answered);
        Assert.Empty(after.Items);
        Assert.Single(after.Closed);
    }

    [Fact]
    public async Task What_the_owner_answers_to_the_mail_of_somebody_else_does_nothing_and_says_why()
    {
        Configure(readsCommands: true);
        await using var trial = await Open(isTrial: true);
        await Send(trial, Morning);
        Answer("ana", "done 1");
        await Read(trial, Answered);

        Assert.Empty(await trial.Log.Read(new LogFilter { Kinds = [InteractionKind.Command] }, default).ToListAsync());
        var answer = Assert.Single(await trial.Part<CommandInbox>().Since(Morning, default));
        Assert.Equal(CommandMailState.Refused, answer.State);
        Assert.Contains("not written for it", answer.Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_it_everybody_gets_the_digest_of_the_day_and_nothing_of_what_it_told_before()
    {
        await using (var trial = await Open(isTrial: true))
        {
            await Send(trial, Afternoon);
            await Send(trial, Morning);
            Empty();
        }

        await using var real = await Open(isTrial: false);
        await Send(real, Morning + Duration.FromMinutes(30));

        // Nothing of ana's is old for her: she was told nothing.
        Assert.Equal(["ana@us.example", "olga@us.example"], Mails().Select(mail => mail.To.Single().Address).Distinct().Order());
        Assert.DoesNotContain(Mails(), mail => mail.Subject.Contains("trial", StringComparison.Ordinal));
        Assert.DoesNotContain(Mails(), mail => mail.Subject.StartsWith("Escalated", StringComparison.Ordinal));
        var mine = Mails().Single(mail => mail.To.Single().Address == "ana@us.example");
        Assert.Contains("When do they come?", mine.Text, StringComparison.Ordinal);
        Assert.Contains("new", mine.Text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task After_it_what_comes_new_is_told_at_once_to_those_it_is_for()
    {
        await using (var trial = await Open(isTrial: true))
            await Send(trial, Afternoon);

        File.WriteAllText(
            company.PathTo("mail", "ana", "second.eml"),
            TestCompany.MailText(
                "Nails", "li@gamma.example", date: "Tue, 3 Mar 2026 08:00:00 +0000", body: "And when those?", id: "2@gamma.example"));
        Empty();
        await using var real = await Open(isTrial: false);
        Assert.Equal(["Escalated: Answer li@gamma.example - 15:30"], await Send(real, Afternoon + Duration.FromDays(1)));
        Assert.Equal("olga@us.example", Mails().Single().To.Single().Address);
    }

    [Fact]
    public async Task A_mail_of_the_trial_that_has_not_left_never_does_and_one_of_ours_waits_until_the_trial_is_over()
    {
        await using (var before = await Open(isTrial: false))
            await Write(before, Afternoon);

        await using (var trial = await Open(isTrial: true))
        {
            // The one that waits is told of in words all the same, and nobody is asked to wait for it.
            Assert.False(await trial.Digests.HasUnsent(default));
            Assert.Empty(await Send(trial, Afternoon, isRead: false, isWritten: false));
            await Write(trial, Morning);
            Assert.True(await trial.Digests.HasUnsent(default));
        }

        await using var real = await Open(isTrial: false);
        await Send(real, Morning, isWritten: false);
        Assert.Equal(["olga@us.example"], Mails().Select(mail => mail.To.Single().Address));
        Assert.False(await real.Digests.HasUnsent(default));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    public async Task Two_workers_send_each_mail_once_and_one_that_sends_to_all_takes_nothing_from_a_trial(bool first, bool second)
    {
        await using var server = await PostgresServer.Start();
        Configure($"storage: {{ postgres: \"{await server.NewDatabase()}\" }}");
        await using (var one = await Open(first))
        await using (var other = await Open(second))
        {
            await Read(one, Morning);
            await Task.WhenAll(one.Digests.Send(Morning, null, default), other.Digests.Send(Morning, null, default));
            await Task.WhenAll(one.Digests.Send(Morning, null, default), other.Digests.Send(Morning, null, default));
        }

        Npgsql.NpgsqlConnection.ClearAllPools();
        var sent = Mails().Select(mail => (mail.To.Single().Address, mail.Subject)).ToList();
        Assert.Equal(sent.Distinct().Count(), sent.Count);
        var trial = sent.Where(mail => mail.Subject.StartsWith("[trial", StringComparison.Ordinal)).ToList();
        Assert.All(trial, mail => Assert.Equal("it@us.example", mail.Address));
        Assert.Equal(second ? 0 : trial.Count, sent.Count - trial.Count);
        Assert.NotEmpty(trial);
    }

    [Fact]
    public async Task The_outbox_of_a_trial_lets_nothing_out_that_names_anybody_else()
    {
        var owner = Some.Policy.People.First(person => person.Id != "ana");
        await using var sending = await SendingCompany.Open(
            new FakeSmtpServer(), reads: false, Written.Sender with { CommandMailbox = null, Tokens = null, OnlyReader = owner });
        await sending.Keep("ana");

        var refused = (await sending.Send()).Problems.Single().Reason;
        Assert.Contains("ana@bright.example is neither in people", refused, StringComparison.Ordinal);
        Assert.Empty(sending.Server.Taken);
    }

    [Fact]
    public async Task Run_says_that_it_is_one_and_to_whom_mails_go()
    {
        await using var program = RunningProgram.Start(["--trial", "--config", company.PathTo("config")]);
        await program.Hear("this is a trial: every mail goes to it@us.example alone; start without --trial to send to all readers");
        await program.Hear("account ana: 1 new");
        Assert.Equal(0, (await program.Stop()).Status);
    }

    private async Task<TestProgram> Open(bool isTrial)
    {
        var program = await TestProgram.Open(
            LoadedConfiguration.Read(company.PathTo("config"), Morning) with { IsTrial = isTrial });
        await program.Digests.Begin(default);
        return program;
    }

    private static async Task Read(TestProgram program, Instant now)
    {
        await foreach (var done in program.Harvest.Run(program.Readable, now, null, default))
            Assert.Null(done.Problem);
    }

    private static async Task Write(TestProgram program, Instant now)
    {
        await Read(program, now);
        Assert.Empty(await program.Digests.Write(new PolicyMoment(program.Policy, now), default));
    }

    /// <summary>Reads the mailbox and sends what is due; gives the subjects of the mails that appeared.</summary>
    private async Task<IReadOnlyList<string>> Send(TestProgram program, Instant now, bool isRead = true, bool isWritten = true)
    {
        var before = Files().ToHashSet();
        if (isRead)
            await Read(program, now);

        var report = isWritten
            ? await program.Digests.Send(now, null, default)
            : await program.Digests.SendReady(now, null, default);
        Assert.Empty(report.Problems);
        Assert.Empty(report.Unwritten);
        return [.. Files().Except(before).Select(file => MimeReader.Read(File.ReadAllBytes(file)).Subject)];
    }

    /// <summary>
    /// The owner of the trial answers a mail written for a person, by hand: its mails name no address for answers.
    /// </summary>
    private void Answer(string person, string text)
    {
        var subject = $"[trial, for {person}@us.example] ";
        var mail = Mails().First(one => one.Subject.StartsWith(subject, StringComparison.Ordinal));
        File.WriteAllText(
            company.PathTo("mail", "commands", "answer.eml"),
            "Authentication-Results: mx.us.example; dkim=pass header.d=us.example; spf=pass smtp.mailfrom=us.example\r\n"
                + TestCompany.MailText(
                    $"Re: {mail.Subject}",
                    "it@us.example",
                    "crmsync@us.example",
                    "Tue, 3 Mar 2026 07:30:00 +0000",
                    text,
                    "answer@us.example",
                    $"In-Reply-To: <{mail.MessageId}>\r\n"));
    }

    private void Empty()
    {
        foreach (var file in Files().ToList())
            File.Delete(file);
    }

    private IEnumerable<string> Files() => Directory.Exists(Out) ? Directory.EnumerateFiles(Out, "*.eml") : [];

    private List<MimeMessage> Mails() => [.. Files().Select(file => MimeReader.Read(File.ReadAllBytes(file)))];

    private void Configure(string storage = "", string owner = "ana", bool readsCommands = false)
    {
        var commands = readsCommands ? ", { eml: ../mail/commands, address: crmsync@us.example, name: commands }" : "";
        Directory.CreateDirectory(company.PathTo("mail", "commands"));
        File.WriteAllText(
            company.PathTo("config", "crmsync.yaml"),
            $$"""
            version: 1
            {{storage}}
            capture: { since: 2026-01-01 }
            accounts: [ { eml: ../mail/ana, address: ana@us.example, name: ana }{{commands}} ]
            delivery:
              from: crmsync@us.example
              folder: ../out
              commands: { address: crmsync@us.example, secret: a-long-secret-of-these-tests, trusted_servers: [mx.us.example] }

            """);
        File.WriteAllText(
            company.PathTo("config", "policy.yaml"),
            $$"""
            version: 1
            us: { domains: [us.example] }
            defaults: { calendar: office, owner: it }
            calendars: { office: { zone: Europe/Berlin, hours: { mon-fri: "09:00-17:00" } } }
            people:
              it: { email: it@us.example }
              ana: { email: ana@us.example, manager: olga }
              olga: { email: olga@us.example }
            assign: [ { owner: {{owner}} } ]
            rules: [ { respond: reply, within: 4bh, escalate: [ { after: 2bh, to: manager } ] } ]
            digests:
              - { digest: my-day, to: owners, at: "08:00", days: daily }
              - { digest: the-firm, to: [olga], at: "08:00", sections: [needs_you, overdue_by_owner], days: daily }

            """);
    }
}
