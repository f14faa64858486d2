using System.CommandLine;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Policy;
using CrmSync.Worker.PolicyFiles;
using NodaTime;

namespace CrmSync.Worker.Cli;

/// <summary>
/// <c>policy backtest</c>: replays the log and tells what the policy would have done. It sends nothing and writes nothing.
/// </summary>
internal static class BacktestVerb
{
    private const string LastGood = "last-good";

    private static readonly Option<int> Days = new("--days")
    {
        Description = "How far back, in days.",
        HelpName = "N",
        DefaultValueFactory = _ => 90,
    };

    private static readonly Option<string?> Against = new("--against")
    {
        Description = "Show only how this policy differs from another: last-good, or a configuration folder.",
        HelpName = "last-good",
    };

    private static readonly Option<string?> Rule = new("--rule") { Description = "Only this rule.", HelpName = "x" };

    public static Command Create() =>
        new Command("backtest", "Replay the log and show what the policy would have done.")
        {
            Days,
            Against,
            Rule,
            CommonOptions.Format,
            CommonOptions.Now,
        }.Does(Run);

    private static async Task<int> Run(ParseResult parsed, CancellationToken ct)
    {
        var asked = Invocation.Of(parsed);
        var days = parsed.GetValue(Days);
        if (days is < 1 or > 3660)
            throw new UsageException("--days must be a number from 1 to 3660");

        await using var program = await Composition.Open(asked.Folder, asked.Now, ct);
        var rule = parsed.GetValue(Rule);
        var other = parsed.GetValue(Against) is { } against ? Other(against, asked, program) : null;
        if (other is null || rule is null || !other.Rules.Any(r => r.Name == rule))
            ExplainVerb.MustBeARule(rule, program.Policy);

        var log = await program.Snapshot(asked.Now, withText: false, ct);
        var from = asked.Now - Duration.FromDays(days);
        var report = Replayed(program.Policy, log, from, asked.Now);
        var printer = new BacktestPrinter(asked, program.Policy.DefaultCalendar.Zone);
        if (other is null)
            printer.Print(report, rule);
        else
            printer.Print(BacktestReport.Compare(Replayed(other, log, from, asked.Now), report), rule);
        return CommandLine.Done;
    }

    /// <summary>The past is taken as fully read: how far accounts are behind today says nothing about then.</summary>
    private static BacktestReport Replayed(CompanyPolicy policy, ContactLogSnapshot log, Instant from, Instant to)
    {
        var running = new RunningPolicy(policy);
        running.Put(log.Interactions);
        return running.Backtest(from, to);
    }

    private static CompanyPolicy Other(string against, Invocation asked, Composition program)
    {
        var options = CheckCommand.OptionsOf(asked, program.Settings);
        if (against == LastGood)
        {
            return LastGoodPolicy.For(asked.Folder, program.Settings).Read(options)?.Written?.Policy
                ?? throw new UsageException("there is no last good version yet; it is kept once `crmsync run` has taken a policy");
        }

        var reading = PolicyFolder.Read(against, options);
        return reading.Written?.Policy ?? throw new ConfigurationUnusableException(reading.Problems.InOrder());
    }
}
