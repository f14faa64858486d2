using System.Text;
using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Storage.Digests;
using CrmSync.Storage.Harvest;
using CrmSync.Storage.Log;
using CrmSync.Storage.Pages;
using CrmSync.Worker.Delivery;
using CrmSync.Worker.Digests;
using CrmSync.Worker.PolicyFiles;
using CrmSync.Worker.Tests.Cli;
using CrmSync.Worker.Tests.Digests;
using NodaTime;
using static CrmSync.Worker.Tests.Forgetting.PlantedCompany;

namespace CrmSync.Worker.Tests.Forgetting;

/// <summary>Somebody is forgotten while a worker is at a mail that names them, or their policy still does.</summary>
public sealed class ForgottenMeanwhile : IAsyncLifetime, IAsyncDisposable
{
    private readonly HtmlPages pages = new();
    private PlantedCompany company = null!;
    private TestProgram program = null!;

    public async Task InitializeAsync()
    {
        company = await PlantedCompany.Open();
        company.Plant(1);
        program = await company.Begin(Tuesday);
        await HarvestAll(program, Tuesday);
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await program.DisposeAsync();
        await company.DisposeAsync();
        await pages.DisposeAsync();
    }

    [Fact]
    public async Task What_was_read_before_is_not_kept_in_any_mail()
    {
        var erasures = await ErasedPeople.Count(program.Database, default);
        var facts = await program.Part<DigestFactsReader>().Facts(new PolicyMoment(program.Policy, Tuesday), default);
        var inbox = program.Part<CommandInbox>();
        var mails = new DigestMails(Written.Sender, pages);
        var answers = new AnswerRun(program.Part<DigestLedger>(), inbox, mails, program.Part<ReaderFeeds>(), program.Part<AuditTrail>())
        {
            Erasures = erasures,
        };
        var owed = await answers.Due(program.Policy, Tuesday, default);
        Assert.NotEmpty(owed);
        await Forget(program, 1, Tuesday);

        var digests = new DigestRun(program.Part<DigestLedger>(), program.Part<ToldItems>(), inbox, mails, []) { Erasures = erasures };
        Assert.Empty(await digests.Write(facts, default));
        var notices = new NoticeRun(program.Part<DigestLedger>(), program.Part<Notifications>(), mails) { Erasures = erasures };
        Assert.Empty(await notices.Write(facts, default));
        await answers.Write(owed, facts, default);
        await program.Database.Compact(tables: false, default);
        HoldsNothing(await company.Everything());
        HoldsNothing(company.Files());

        // The next run writes the same digests without them.
        Assert.Empty((await program.Digests.Send(Tuesday, Duration.Zero, default)).Problems);
        Assert.NotEmpty(Directory.GetFiles(company.PathTo("out"), "*.eml"));
        foreach (var mail in Directory.EnumerateFiles(company.PathTo("out")))
            HoldsNothing(await File.ReadAllTextAsync(mail, Encoding.UTF8));
    }

    [Fact]
    public async Task What_leaves_is_what_the_mail_says_now_and_not_when_it_was_found_ready()
    {
        // Digests wait behind a note; while that leaves, the person in them is forgotten and they are written anew.
        await program.Digests.TellAdmin(_ => ("Something", "Else"), Tuesday - Duration.FromHours(6), default);
        await program.Digests.Write(new PolicyMoment(program.Policy, Tuesday), default);
        var ready = await program.Part<DigestLedger>().Ready(null, Tuesday, Duration.Zero, 10, default);
        Assert.True(ready.Count > 1);
        await using var way = new Meanwhile(async () =>
        {
            await Forget(program, 1, Tuesday);
            await program.Digests.Write(new PolicyMoment(program.Policy, Tuesday), default);
        });
        var report = await new Outbox(
            program.Part<DigestLedger>(),
            program.Part<DeliveryHealth>(),
            way,
            new SentCopies(program.Part<Accounts>(), program.Part<DigestLedger>(), commandMailbox: null),
            program.Policy,
            Written.Sender,
            MachineTime.Instance).SendAll(Tuesday, null, default);
        Assert.True(report.Sent.Count > 1, string.Join('\n', report.Problems));
        foreach (var mail in way.Delivered.Skip(1))
            HoldsNothing(OwnMailText.Read(mail.ToArray()));
    }

    [Fact]
    public async Task Whoever_the_policy_still_names_is_in_no_mail_and_no_row_and_the_line_is_told()
    {
        var them = Address(1);
        var policy = await File.ReadAllTextAsync(company.PathTo("config", "policy.yaml"));
        await File.WriteAllTextAsync(
            company.PathTo("config", "policy.yaml"),
            policy.Replace("rules:\n", "rules:\n  - { date: birthdays, field: birthday, before: 1bd }\n", StringComparison.Ordinal)
                + $"contacts:\n  - {{ primary: {them}, name: \"{Name(1)}\", dates: {{ birthday: \"03-04\" }} }}\n");
        await program.DisposeAsync();
        program = await company.Begin(Tuesday);

        // Before, the birthday is told.
        var shown = await program.Digests.Show(Tuesday, default);
        Assert.Contains(shown, one => OwnMailText.Read(one.Mail.Bytes).Contains("birthday", StringComparison.OrdinalIgnoreCase));
        string[] config = ["--config", company.Config, "--now", "2026-03-03T11:00:00Z"];
        var forgotten = await TheProgram.Run(["forget", them, "--format", "json", .. config]);
        Assert.Equal(0, forgotten.Status);
        var lines = forgotten.Json.Single().GetProperty("cannot_erase").EnumerateArray().Select(one => one.GetString());
        Assert.Contains(lines, line => line!.StartsWith("policy.yaml:", StringComparison.Ordinal));

        // A worker that holds the policy in memory notices, and so does a program that begins anew.
        foreach (var begunAnew in new[] { false, true })
        {
            if (begunAnew)
            {
                await program.DisposeAsync();
                program = await company.Begin(Tuesday);
            }

            Assert.Empty((await program.Digests.Send(Tuesday, Duration.Zero, default)).Problems);
            HoldsNothing(await company.Everything());
            foreach (var mail in Directory.EnumerateFiles(company.PathTo("out")))
                HoldsNothing(await File.ReadAllTextAsync(mail, Encoding.UTF8));
        }

        // Lifted, the entry counts again.
        Assert.Equal(0, (await TheProgram.Run(["forget", them, "--undo", .. config])).Status);
        await program.DisposeAsync();
        program = await company.Begin(Tuesday + Duration.FromHours(1));
        var again = new Evaluator(program.Part<PolicyInForce>().Policy).Evaluate(await program.Snapshot(Tuesday), Tuesday);
        Assert.Contains(again.Items, item => item.Contact == EmailAddress.Parse(them));
    }

    /// <summary>Takes every mail; something happens while the first one leaves.</summary>
    private sealed class Meanwhile(Func<Task> happens) : IMailDelivery
    {
        public List<ReadOnlyMemory<byte>> Delivered { get; } = [];

        public Repetition Repetition => Repetition.Doubles;

        public async Task<DeliveryAnswer> Deliver(LeavingMail mail, CancellationToken ct)
        {
            Delivered.Add(mail.Bytes);
            if (Delivered.Count == 1)
                await happens();

            return new DeliveryAnswer.Accepted();
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
