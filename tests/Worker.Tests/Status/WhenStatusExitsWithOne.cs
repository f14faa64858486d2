using CrmSync.Storage.Digests;
using CrmSync.Worker.Digests;
using CrmSync.Worker.Status;
using CrmSync.Worker.Tests.Cli;
using CrmSync.Worker.Tests.Jobs;
using Dapper;
using Microsoft.Data.Sqlite;
using NodaTime;
using static CrmSync.Worker.Tests.Harvest.TestCompany;

namespace CrmSync.Worker.Tests.Status;

/// <summary><c>status</c> exits with 1 when something needs a person, and says what; what passes by itself is shown and is 0.</summary>
public sealed class WhenStatusExitsWithOne : IAsyncLifetime
{
    private RunningCompany company = null!;

    public static TheoryData<string, string, int> Cases { get; } = new()
    {
        { "nothing", "", 0 },
        { "the policy files have errors", "the policy files have errors and are not taken; the first: policy.yaml:4:2", 1 },
        { "the policy cannot be evaluated", "policy, since 2026-03-02 10:00+01:00: it was given up", 1 },
        { "sending fails", "sending, since 2026-03-02 10:00+01:00: it was given up", 1 },
        { "retention fails", "retention, since 2026-03-02 10:00+01:00: it was given up", 1 },
        { "an account needs somebody", "account ana: the password is wrong", 1 },
        { "an account fails for two hours", "account ana: the server does not answer", 1 },
        { "an account fails for half an hour", "", 0 },
        { "an account was not read for two hours", "account ana: it should have been read at", 1 },
        { "mails do not leave", "mails do not leave since 2026-03-02 10:00+01:00: the login is refused", 1 },
        { "mails do not leave for two hours", "mails do not leave since 2026-03-02 10:00+01:00: the server does not answer", 1 },
        { "mails do not leave for a minute", "mails do not leave since 2026-03-02 10:00+01:00: the server does not answer", 0 },
        { "the command mailbox takes no copies", "mails leave without a copy for the command mailbox", 1 },
        { "a mail was refused", "did not reach its reader: no such mailbox", 1 },
        { "a mail waits", "has not left yet: try later", 0 },
    };

    public async Task InitializeAsync()
    {
        company = await RunningCompany.Open();
        await company.Harvest(Monday);
    }

    public Task DisposeAsync() => company.DisposeAsync().AsTask();

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task It_says_why(string what, string words, int status)
    {
        var passed = await Arrange(what);

        var run = await TheProgram.Run("status", "--config", company.PathTo("config"), "--now", (Monday + passed).ToString());

        Assert.True(status == run.Status, run.Output + run.Error);
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
        Assert.True(words.Length > 0 || run.Error.Length == 0, run.Error);
    }

    /// <summary>Lets it happen on Monday at nine, and says how much later it is looked at.</summary>
    private async Task<Duration> Arrange(string what)
    {
        var program = company.Program;
        var account = await program.Accounts.Register("ana", "eml", "ana@us.example", default);
        switch (what)
        {
            case "the policy files have errors":
                await program.Part<PolicyNews>().NoteRefused(["policy.yaml:4:2: error P012: no such segment"], default);
                break;
            case "the policy cannot be evaluated":
                await program.Part<JobTroubles>().Note(JobTroubles.Policy, "it was given up", Monday, default);
                break;
            case "sending fails":
                await program.Part<JobTroubles>().Note(JobTroubles.Sending, "it was given up", Monday, default);
                break;
            case "retention fails":
                await program.Part<JobTroubles>().Note(JobTroubles.Retention, "it was given up", Monday, default);
                break;
            case "an account needs somebody":
                await program.Accounts.NoteFailure(account, Monday, "the password is wrong", permanent: true, default);
                break;
            case "an account fails for two hours":
                await program.Accounts.NoteFailure(account, Monday, "the server does not answer", permanent: false, default);
                await program.Accounts.NoteFailure(account, Monday + Hours(2), "the server does not answer", permanent: false, default);
                return Hours(2);
            case "an account fails for half an hour":
                await program.Accounts.NoteFailure(account, Monday, "the server does not answer", permanent: false, default);
                return Duration.FromMinutes(30);
            case "an account was not read for two hours":
                return Hours(2);
            case "mails do not leave":
                await program.Part<DeliveryHealth>().Set(
                    new DeliveryTrouble("the login is refused", Monday, 1, Monday + Hours(1), NeedsSomebody: true), default);
                break;
            case "mails do not leave for a minute" or "mails do not leave for two hours":
                await program.Part<DeliveryHealth>().Set(
                    new DeliveryTrouble("the server does not answer", Monday, 1, Monday + Hours(1), NeedsSomebody: false), default);
                return what.EndsWith("hours", StringComparison.Ordinal) ? Hours(2) : Duration.FromMinutes(1);
            case "the command mailbox takes no copies":
                await program.Part<DeliveryHealth>().SetCopyTrouble("it is full", default);
                break;
            case "a mail was refused":
                await Mail("state = 4, bytes = null, problem = 'no such mailbox'");
                break;
            case "a mail waits":
                await Mail("state = 1, problem = 'try later'");
                break;
        }

        return Duration.FromMinutes(1);
    }

    private async Task Mail(string change)
    {
        await company.Program.Digests.Send(Monday, Duration.Zero, default);
        await using var connection = new SqliteConnection(
            $"Data Source={company.PathTo("config", "data", "crmsync.db")};Pooling=False");
        Assert.True(await connection.ExecuteAsync($"update digest set {change}") > 0);
    }

    private static Duration Hours(int hours) => Duration.FromHours(hours);
}
