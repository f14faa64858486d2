using System.CommandLine;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Policy;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.PolicyFiles;
using NodaTime;

namespace CrmSync.Worker.Cli;

/// <summary>
/// <c>policy backtest</c>: replays the log and tells what the policy would have done. It sends nothing and writes nothing.
/// </summary>
internal sealed class BacktestVerb(HarvestedLog harvested, PolicyInForce policy, CrmSyncConfiguration configuration)
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
        }.Reads<BacktestVerb>((verb, parsed, ct) => verb.Run(parsed, ct));

    private async Task<int> Run(ParseResult parsed, CancellationToken ct)
    {
        var asked = Invocation.From(parsed);
        var days = parsed.GetValue(Days);
        if (days is < 1 or > 3660)
            throw new UsageException("--days must be a number from 1 to 3660");

        var current = policy.Policy;
        var rule = parsed.GetValue(Rule);
        var other = parsed.GetValue(Against) is { } against ? Other(against, asked) : null;
        if (other is null || rule is null || !other.Rules.Any(r => r.Name == rule))
            ExplainVerb.MustBeARule(rule, current);

        var log = await harvested.Snapshot(asked.Now, withText: false, ct);
        var from = asked.Now - Duration.FromDays(days);
        var report = Replayed(current, log, from, asked.Now);
        var printer = new BacktestPrinter(asked, current.DefaultCalendar.Zone);
        if (other is null)
            printer.Print(report, rule);
        else
            printer.Print(BacktestReport.Compare(Replayed(other, log, from, asked.Now), report), rule);
        return CommandLine.Done;
    }

    /// <summary>The past is taken as fully read: how far accounts are behind today says nothing about then.</summary>
    private static BacktestReport Replayed(CompanyPolicy policy, ContactLogSnapshot log, Instant from, Instant to)
    {
        var running = new RunningPolicy(JoinedPeople.Apply(policy, log.Interactions, to));
        running.Put(log.Interactions);
        return running.Backtest(from, to);
    }

    private CompanyPolicy Other(string against, Invocation asked)
    {
        var options = CheckCommand.Options(asked, configuration);
        if (against == LastGood)
        {
            return LastGoodPolicy.For(asked.Folder, configuration).Read(options)?.Written?.Policy
                ?? throw new UsageException("there is no last good version yet; it is kept once `crmsync run` has taken a policy");
        }

        var reading = PolicyFolder.Read(against, options);
        return reading.Written?.Policy ?? throw new ConfigurationUnusableException(reading.Problems.InOrder());
    }
}
