using System.Diagnostics;
using CrmSync.Worker.Tests.Cli;
using CrmSync.Worker.Tests.Harvest;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Worker.Tests.Webhooks;

/// <summary>
/// The real program is killed (SIGKILL) at every step of a post. What has certainly not left is posted by the next one; what may have been
/// is not posted twice; the mails leave in any case.
/// </summary>
public abstract class KilledPosts : IAsyncLifetime, IAsyncDisposable
{
    private static readonly Instant Afternoon = Instant.FromUtc(2026, 3, 2, 14, 30);

    private readonly PostServer desk = new();
    private TestCompany company = null!;

    /// <summary>Makes a database; null: the file of the configuration.</summary>
    protected abstract Task<string?> NewDatabase();

    public virtual async Task InitializeAsync()
    {
        company = await TestCompany.Open();
        File.WriteAllText(
            company.PathTo("mail", "ana", "first.eml"), TestCompany.MailText(body: "When do they come?", id: "1@acme.example"));
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public virtual async ValueTask DisposeAsync()
    {
        await desk.DisposeAsync();
        await company.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData("CONNECT")]
    [InlineData("HEAD")]
    [InlineData("BODY")]
    [InlineData("ANSWERED")]
    public async Task Killed_at_any_step_it_is_posted_at_most_once_and_what_certainly_has_not_left_is_posted(string step)
    {
        Configure(await NewDatabase());
        Assert.Equal(0, (await TheProgram.Run("sync", "--config", company.PathTo("config"), "--now", Time(Afternoon))).Status);
        Process? killed = null;
        var isStarted = new TaskCompletionSource();
        desk.OnStep = async reached =>
        {
            if (reached != step)
                return;

            await isStarted.Task;
            killed!.Kill();
        };
        using (killed = Start(Afternoon))
        {
            isStarted.SetResult();
            await killed.WaitForExitAsync();
        }

        desk.OnStep = _ => Task.CompletedTask;
        Assert.Single(Directory.EnumerateFiles(Path.Combine(company.Folder, "out"), "*.eml"));

        // The claim of a worker that is gone lasts a quarter of an hour of the database's own time.
        await Pass();
        for (var i = 0; i < 2; i++)
        {
            using var next = Start(Afternoon + Duration.FromMinutes(20));
            await next.WaitForExitAsync();
        }

        if (step is "BODY" or "ANSWERED")
            Assert.Single(desk.Taken);
        else
            Assert.InRange(desk.Taken.Count, 0, 1);

        if (step == "CONNECT" && desk.Taken.Count == 0)
            Assert.Fail("It had certainly not left and is lost.");
    }

    /// <summary>Lets the claims of workers that are gone grow old.</summary>
    protected abstract Task Pass();

    protected string Folder => company.PathTo("config");

    private Process Start(Instant now) => TheProgram.Start(["digest", "--send", "--config", company.PathTo("config"), "--now", Time(now)]);

    private static string Time(Instant at) => InstantPattern.General.Format(at);

    private void Configure(string? postgres)
    {
        File.WriteAllText(
            company.PathTo("config", "crmsync.yaml"),
            $$"""
            version: 1
            {{(postgres is null ? "storage: { sqlite: data/crmsync.db }" : $"storage: {{ postgres: \"{postgres}\" }}")}}
            capture: { since: 2026-01-01 }
            accounts: [ { eml: ../mail/ana, address: ana@us.example, name: ana } ]
            delivery: { from: crmsync@us.example, folder: ../out }
            webhooks: { desk: { url: "{{desk.Url}}" } }

            """);
        File.WriteAllText(
            company.PathTo("config", "policy.yaml"),
            """
            version: 1
            us: { domains: [us.example] }
            defaults: { calendar: office, owner: ana }
            calendars: { office: { zone: Europe/Berlin, hours: { mon-fri: "09:00-17:00" } } }
            people: { ana: { email: ana@us.example } }
            rules: [ { respond: reply, within: 4bh, escalate: [ { after: 0m, to: owner } ] } ]
            notifications: { webhook: desk }

            """);
    }
}
