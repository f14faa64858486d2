using System.CommandLine;
using System.Globalization;
using CrmSync.Domain.Evaluation;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Digests;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.PolicyFiles;
using CrmSync.Worker.Printing;
using NodaTime;

namespace CrmSync.Worker.Cli;

/// <summary><c>demo</c>: the whole main job on the shipped sample company, with nothing but this program.</summary>
internal sealed class DemoVerb(
    HarvestAll harvest,
    AccountSources accounts,
    HarvestedLog harvested,
    PolicyInForce policy,
    DigestDispatch dispatch
)
{
    private static readonly Duration ReadBefore = Duration.FromSeconds(20);

    private static readonly Option<string> Out = new("--out")
    {
        Description = "Where the database and the digests go.",
        HelpName = "DIR",
        DefaultValueFactory = _ => "out/demo",
    };

    private static readonly Option<Instant?> Now = CommonOptions.Moment(
        "--now", "The moment to ask for; default: the story's own.", "INSTANT", _ => SampleCompany.Zone);

    public static Command Create() =>
        new Command("demo", "Show the whole job on the shipped sample company: no server, no password, no network.")
        {
            Out,
            Now,
        }.Does(Run);

    private static async Task<int> Run(ParseResult parsed, CancellationToken ct)
    {
        var place = Path.GetFullPath(parsed.GetValue(Out)!);
        var folder = SampleCompany.CopyTo(place);
        var now = parsed.GetValue(Now) ?? SampleCompany.StoryIn(folder);
        var sample = LoadedConfiguration.Read(folder, now);
        var delivery = sample.Settings.Delivery! with { Way = new DeliveryChoice.Folder(place) };

        var configuration = sample with { Settings = sample.Settings with { Delivery = delivery } };
        await using var program = await CrmSyncProgram.Open(configuration, CommandLine.Time, null, ct);
        return await program.Create<DemoVerb>().Show(folder, place, now, ct);
    }

    private async Task<int> Show(string folder, string place, Instant now, CancellationToken ct)
    {
        using var output = new Output(Console.OpenStandardOutput(), OutputFormat.Table, width: null);
        var zone = policy.Policy.DefaultCalendar.Zone;
        var date = now.InZone(zone).ToString("dddd d MMMM uuuu, HH:mm", CultureInfo.InvariantCulture);
        output.Line($"This is the sample company, at its story's own date: {date} in {zone.Id}.");
        output.Flush();

        var order = new HarvestOrder(accounts.All);
        var summaries = new List<HarvestSummary>();
        using (var bars = HarvestBars.OnTerminal(accounts.All.Count))
        {
            // As in life: what the accounts hold was read a moment before the policy is asked.
            await foreach (var summary in harvest.Run(accounts.All, now - ReadBefore, bars, ct))
                summaries.AddRange(order.Next(summary));
        }

        summaries.AddRange(order.Rest());

        var log = await harvested.Snapshot(now, withText: false, ct);
        var evaluation = new Evaluator(policy.Policy).Evaluate(log, now);
        output.Line();
        output.Line($"Read {summaries.Count} mailboxes and calendars into a contact log of {log.Interactions.Count} lines:");
        output.List(summaries, HarvestFormat.Summaries);
        output.Line();
        output.Line($"Asked the policy, which sees {evaluation.Items.Count} things to do or hold back:");
        output.List(evaluation.Items, ItemFormat.In(zone));

        var report = await dispatch.Send(now, lease: Duration.Zero, ct);
        output.Line();
        output.Line(
            $"Wrote {report.Sent.Count} mails (the digests of the day, and an answer) to {place}; open these in a browser or a mail "
                + $"program:"
        );
        foreach (var sent in report.Sent)
            output.Line($"  {sent.Digest} for {sent.Reader}: {Path.Combine(place, sent.MessageId + ".html")}");

        output.Line();
        output.Line($"Look further with: crmsync log --config {folder} --now {Moments.Print(now)}");
        output.Line(
            "(and contacts, items, status, policy explain in the same way; everything an admin can write stands in that folder, with "
                + "comments)"
        );
        output.Flush();
        foreach (var summary in summaries)
            await HarvestFormat.Complain(summary);

        foreach (var problem in report.Problems)
            await Console.Error.WriteLineAsync($"crmsync: {problem}");

        return summaries.TrueForAll(s => s.IsClean) && report.Problems.Count == 0 ? CommandLine.Done : CommandLine.ProblemsFound;
    }
}
