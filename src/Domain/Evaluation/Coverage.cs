using CrmSync.Domain.Company;
using NodaTime;

namespace CrmSync.Domain.Evaluation;

/// <summary>
/// How far each account has been read: an item that rests on something not having come is unsure while an account that could hold it lags.
/// </summary>
internal sealed class Coverage
{
    private readonly Dictionary<string, List<(string Account, Instant ReadUpTo)>> byAddress = new(StringComparer.Ordinal);

    public Coverage(IEnumerable<AccountCoverage> accounts)
    {
        foreach (var account in accounts)
        {
            if (!byAddress.TryGetValue(account.Address.Value, out var list))
                byAddress[account.Address.Value] = list = [];

            list.Add((account.Account, account.ReadUpTo ?? Instant.MinValue));
        }
    }

    /// <summary>
    /// The addresses whose accounts could hold what an item misses: the owner's, the addressees', those of our people in the thread, and
    /// their shared mailboxes.
    /// </summary>
    public static string[] RestsOn(View view, Draft draft, int owner)
    {
        var addresses = new HashSet<string>(StringComparer.Ordinal);
        AddPerson(view.Plan, owner, addresses);
        if (draft.Thread is { } thread)
        {
            foreach (var line in thread.Lines)
            {
                if (view.Reached(line.Seen))
                    AddOurs(view.Plan, line, addresses);
            }
        }
        else if (draft.Trigger is { } trigger)
        {
            AddOurs(view.Plan, trigger, addresses);
        }

        return [.. addresses];
    }

    /// <summary>
    /// The item with the accounts, in ordinal order, that have not been read up to its due or, if that is earlier, up to now.
    /// </summary>
    public Item Doubt(Item item, string[] restsOn, Instant now)
    {
        var until = item.Due is { } due && due < now ? due : now;
        SortedSet<string>? lagging = null;
        foreach (var address in restsOn)
        {
            foreach (var (account, readUpTo) in byAddress.GetValueOrDefault(address) ?? [])
            {
                if (readUpTo < until)
                    (lagging ??= new SortedSet<string>(StringComparer.Ordinal)).Add(account);
            }
        }

        return lagging is null ? item : item with { Unsure = [.. lagging] };
    }

    private static void AddOurs(Plan plan, Line line, HashSet<string> addresses)
    {
        foreach (var address in line.OurAddresses)
            addresses.Add(address);
        foreach (var person in line.Ours)
            AddPerson(plan, person, addresses);
        if (line.Person >= 0)
            AddPerson(plan, line.Person, addresses);
    }

    private static void AddPerson(Plan plan, int person, HashSet<string> addresses)
    {
        var who = plan.Policy.People[person];
        addresses.Add(who.Email.Value);
        foreach (var also in who.Also)
            addresses.Add(also.Value);

        foreach (var team in plan.Policy.Teams)
        {
            if (team.Lead != who.Id && !team.Members.Contains(who.Id))
                continue;

            foreach (var mailbox in team.Mailboxes)
                addresses.Add(mailbox.Value);
        }
    }
}
