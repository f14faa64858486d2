using CrmSync.Domain.Log;
using CrmSync.Storage.Harvest;
using CrmSync.Storage.Log;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.Tests.Jobs;

namespace CrmSync.Worker.Tests.Harvest;

/// <summary>What an edit of the policy makes of a log that was harvested before.</summary>
public sealed class DerivingTheLog : IAsyncLifetime
{
    private RunningCompany company = null!;

    public async Task InitializeAsync()
    {
        company = await RunningCompany.Open();
        await company.Harvest(TestCompany.Monday);
        await company.Program.Part<LogDerivation>().DeriveWhatChanged(default);
    }

    public async Task DisposeAsync() => await company.DisposeAsync();

    [Theory]
    [InlineData("within: 4bh", "within: 8bh")]
    [InlineData("at: \"08:00\"", "at: \"09:00\"")]
    [InlineData("09:00-17:00", "08:00-12:00")]
    [InlineData("people: {", "limits: [ { cap: few, max: 2, window: 7d } ]\npeople: {")]
    public async Task An_edited_rule_limit_or_digest_writes_nothing(string before, string after)
    {
        var written = Written();
        await using var edited = await Open(before, after);
        Assert.Equal(written, Written());
    }

    [Fact]
    public async Task Who_is_ours_changes_the_log()
    {
        Assert.Equal(InteractionClass.Human, Assert.Single(await Log(company.Program)).Class);
        await using var edited = await Open("domains: [us.example]", "domains: [us.example, acme.example]");
        Assert.Equal(InteractionClass.Internal, Assert.Single(await Log(edited)).Class);
    }

    [Fact]
    public async Task Whoever_comes_while_another_program_derives_waits_and_takes_what_that_made()
    {
        Task<TestProgram> second;
        await using (await AccountLock.Wait(company.Program.Database, "derivation", TimeSpan.Zero, default))
        {
            second = Open("domains: [us.example]", "domains: [us.example, acme.example]");
            await Task.Delay(TimeSpan.FromMilliseconds(200));
            Assert.False(second.IsCompleted);
        }

        await using var edited = await second;
        Assert.Equal(InteractionClass.Internal, Assert.Single(await Log(edited)).Class);
    }

    private Task<TestProgram> Open(string before, string after)
    {
        Assert.Contains(before, RunningCompany.Policy, StringComparison.Ordinal);
        company.Write(RunningCompany.Policy.Replace(before, after, StringComparison.Ordinal));
        return TestProgram.Open(company.PathTo("config"), TestCompany.Monday);
    }

    /// <summary>Another with everything that is written to the database.</summary>
    private string Written()
    {
        var log = new FileInfo(Assert.Single(Directory.GetFiles(company.PathTo("config"), "*-wal", SearchOption.AllDirectories)));
        return $"{log.Length} {log.LastWriteTimeUtc:O}";
    }

    private static async Task<IReadOnlyList<Interaction>> Log(TestProgram program) =>
        await program.Log.Read(new LogFilter(), default).ToListAsync();
}
