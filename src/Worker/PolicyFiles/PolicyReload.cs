using CrmSync.Domain.Policy;
using CrmSync.Worker.Yaml;
using NodaTime;

namespace CrmSync.Worker.PolicyFiles;

/// <summary>What came of a change of the policy files.</summary>
internal abstract record ReloadOutcome
{
    /// <summary>The new policy is in force.</summary>
    /// <param name="Before">The version before.</param>
    /// <param name="Policy">The policy in force now.</param>
    /// <param name="Changes">In words, which rules and other parts changed; empty when only comments did.</param>
    internal sealed record Swapped(string Before, CompanyPolicy Policy, IReadOnlyList<string> Changes) : ReloadOutcome;

    /// <summary>The files have errors; the policy before stays in force.</summary>
    /// <param name="Problems">All of them, by place.</param>
    /// <param name="IsNew">Whether the admin has not been told of exactly these errors yet.</param>
    internal sealed record Refused(IReadOnlyList<Problem> Problems, bool IsNew) : ReloadOutcome;
}

/// <summary>
/// Keeps the policy in force: takes a changed one only when it reads, validates and passes its tests, and otherwise keeps the last good
/// version (policy-language.md section 13). The policy is one reference: whoever took it at the start of an evaluation keeps it to the end.
/// </summary>
internal sealed class PolicyReload
{
    private readonly string folder;
    private readonly Func<LocalDate, ReadingOptions> options;
    private readonly LastGoodPolicy lastGood;
    private readonly PolicyWatch watch;
    private IReadOnlyList<string> watched;
    private volatile PolicyReading inForce;

    private PolicyReload(
        string folder,
        Func<LocalDate, ReadingOptions> options,
        LastGoodPolicy lastGood,
        PolicyReading inForce,
        IEnumerable<string> watched)
    {
        this.folder = folder;
        this.options = options;
        this.lastGood = lastGood;
        this.inForce = inForce;
        this.watched = [.. watched];
        watch = new PolicyWatch(folder);
    }

    /// <summary>The policy to evaluate by.</summary>
    public CompanyPolicy Current => inForce.Written!.Policy;

    /// <summary>Why the files are not in force, for the manager digest; empty when they are.</summary>
    public IReadOnlyList<Problem> Refused { get; private set; } = [];

    /// <summary>Starts with the files or, when they cannot be used, with the last good version.</summary>
    /// <param name="folder">The configuration folder.</param>
    /// <param name="options">What a policy is read with on a date.</param>
    /// <param name="lastGood">Where the last good version is kept.</param>
    /// <param name="now">The moment of starting.</param>
    /// <returns>The reload and what came of the files; the reload is null on a first start without any usable policy.</returns>
    public static (PolicyReload? Reload, ReloadOutcome Outcome) Start(
        string folder,
        Func<LocalDate, ReadingOptions> options,
        LastGoodPolicy lastGood,
        Instant now)
    {
        var today = options(now.InUtc().Date);
        var check = PolicyCheck.Run(folder, today);
        if (check.Usable is { } policy)
        {
            lastGood.Save(check.Reading);
            var fresh = new PolicyReload(folder, options, lastGood, check.Reading, check.Reading.Lists.Paths);
            fresh.watch.HasChanged(fresh.watched, now);
            return (fresh, new ReloadOutcome.Swapped(policy.Version, policy, []));
        }

        var errors = Errors(check.Reading);
        if (lastGood.Read(today) is not { } kept)
            return (null, new ReloadOutcome.Refused(errors, IsNew: true));

        var reload = new PolicyReload(folder, options, lastGood, kept, check.Reading.Lists.Paths.Concat(kept.Lists.Paths).Distinct())
        {
            Refused = errors,
        };
        reload.watch.HasChanged(reload.watched, now);
        return (reload, new ReloadOutcome.Refused(errors, lastGood.Tell(Text(errors))));
    }

    /// <summary>
    /// Takes over files that have changed; call it every second or so, between two evaluations. Null: nothing has changed, or they are not
    /// quiet yet.
    /// </summary>
    public ReloadOutcome? TakeOver(Instant now)
    {
        if (!watch.HasChanged(watched, now))
            return null;

        var check = PolicyCheck.Run(folder, options(now.InUtc().Date));
        watched = [.. check.Reading.Lists.Paths];
        watch.HasChanged(watched, now);
        if (check.Usable is { } policy)
        {
            var before = inForce;
            lastGood.Save(check.Reading);
            inForce = check.Reading;
            Refused = [];
            return new ReloadOutcome.Swapped(
                before.Written!.Policy.Version,
                policy,
                PolicyChanges.Between(before.Root!, check.Reading.Root!));
        }

        Refused = Errors(check.Reading);
        return new ReloadOutcome.Refused(Refused, lastGood.Tell(Text(Refused)));
    }

    private static IReadOnlyList<Problem> Errors(PolicyReading reading) =>
        [.. reading.Problems.InOrder().Where(p => p.Severity == Severity.Error)];

    private static string Text(IReadOnlyList<Problem> errors) => string.Join('\n', errors);
}
