using CrmSync.Domain.Company;
using CrmSync.Domain.Policy;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Yaml;

namespace CrmSync.Worker.PolicyFiles;

/// <summary>A policy with everything that can be said against it: what reading finds, tests that fail, rules no test exercises.</summary>
/// <param name="Reading">The policy as read; its problems hold those of the tests, too.</param>
/// <param name="Tests">Null when the policy could not be read.</param>
internal sealed record CheckedPolicy(PolicyReading Reading, TestOutcome? Tests)
{
    /// <summary>The policy when it may be used: no errors, and every test passes.</summary>
    public CompanyPolicy? Usable => Reading.Problems.HasErrors ? null : Reading.Written?.Policy;
}

/// <summary>Checks a policy whole before it is used (policy-language.md section 13).</summary>
internal static class PolicyCheck
{
    public static CheckedPolicy Run(string folder, ReadingOptions options) => Run(PolicyFolder.Read(folder, options), options);

    public static CheckedPolicy Run(PolicyReading reading, ReadingOptions options)
    {
        if (reading.Written is not { } written)
            return new CheckedPolicy(reading, null);

        var outcome = new PolicyTests(options, reading.Problems).RunOwn(reading);
        foreach (var failed in outcome.Results.Where(r => !r.Passed))
            reading.Problems.Error(failed.Place, "050", $"test failed: {string.Join("; ", failed.Differences)}");

        foreach (var (kind, name, _) in outcome.Unexercised)
        {
            if (written.Rules.FirstOrDefault(r => r.Rule.Name == name && r.Rule.Kind.Name == kind) is { } rule)
                reading.Problems.Warn(rule.Node, "061", $"no test exercises rule '{name}'");
        }

        return new CheckedPolicy(reading, outcome);
    }

    /// <summary>Warns of accounts whose address the policy does not know: mail from there would be nobody's.</summary>
    public static void Accounts(CrmSyncConfiguration configuration, CompanyPolicy policy, ProblemList problems)
    {
        var ours = new InternalAddresses(
            policy with
            {
                Us = policy.Us with { Addresses = [.. policy.Us.Addresses.Except(configuration.Addresses)] },
            });
        foreach (var account in configuration.Accounts)
        {
            foreach (var address in account.Addresses.Where(a => !ours.Contains(a)))
                problems.Warn(
                    account.Place,
                    "040",
                    $"the policy does not know {address}; add it to people, to a team's mailboxes or to us.addresses");
        }
    }
}
