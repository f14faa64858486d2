using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Policy;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Yaml;

namespace CrmSync.Worker.PolicyFiles;

/// <summary>
/// How far accounts were read in a test. An account goes by the name it has in crmsync.yaml, by the person or address whose it is, or by a
/// kind and an address (<c>caldav:ana@us.example</c>); whatever is not named was read.
/// </summary>
internal sealed class TestCoverage(CompanyPolicy policy, ReadingOptions options, ProblemList problems)
{
    private static readonly string[] CalendarKinds = ["caldav", "ics"];

    /// <summary>What accounts are read at where nobody says otherwise: tests mean the same whatever crmsync.yaml says.</summary>
    private static readonly ScheduleSettings Usual = new();

    /// <summary>The accounts of a check; null where it names none.</summary>
    public IReadOnlyList<AccountCoverage>? Read(IReadOnlyList<Named<string, Answer<WrittenMoment>>>? written)
    {
        if (written is null)
            return null;

        var accounts = new List<AccountCoverage>();
        foreach (var (name, node, read) in written)
        {
            if (Find(name) is not var (address, isCalendar))
            {
                problems.Error(node, "030", $"no person or account '{name}'", Spelling.Closest(name, Names));
                continue;
            }

            accounts.Add(new AccountCoverage(name, address, read.Value?.In(policy.DefaultCalendar.Zone))
            {
                Grace = AccountCoverage.GraceFor(isCalendar ? Usual.Calendar : Usual.Mail),
                IsCalendar = isCalendar,
            });
        }

        return accounts;
    }

    /// <summary>Whether two names mean one account.</summary>
    public bool IsSame(string one, string other) => one == other || (Find(one) is { } account && Find(other) == account);

    private IEnumerable<string> Names => policy.People.Select(person => person.Id).Concat(options.Accounts.Keys);

    private (EmailAddress Address, bool IsCalendar)? Find(string name)
    {
        if (options.Accounts.TryGetValue(name, out var configured))
            return configured;

        if (policy.People.FirstOrDefault(person => person.Id == name) is { } who)
            return (who.Email, false);

        var kind = name.IndexOf(':', StringComparison.Ordinal);
        return EmailAddress.TryParse(name[(kind + 1)..], out var address)
            ? (address, kind > 0 && CalendarKinds.Contains(name[..kind]))
            : null;
    }
}
