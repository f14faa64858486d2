using CrmSync.Domain.Contacts;
using CrmSync.Domain.Log;

namespace CrmSync.Domain.Policy.Engine;

/// <summary>How far each account has been read: an item that rests on something not having come is unsure while an account that could hold it lags.</summary>
internal sealed class Coverage
{
    private readonly Dictionary<string, List<(string Account, long ReadUpTo)>> byAddress = new(StringComparer.Ordinal);

    public Coverage(IEnumerable<AccountCoverage> accounts)
    {
        foreach (var account in accounts)
        {
            if (!byAddress.TryGetValue(account.Address.Value, out var list))
                byAddress[account.Address.Value] = list = [];

            list.Add((account.Account, account.ReadUpTo?.ToUnixTimeTicks() ?? long.MinValue));
        }
    }

    /// <summary>
    /// The accounts, in ordinal order, that could hold what an item misses and have not been read up to <paramref name="until"/>: the owner's, the addressees', those of
    /// our people in the thread, and their shared mailboxes.
    /// </summary>
    public IReadOnlyList<string> Lagging(View view, Draft draft, int owner, long until)
    {
        var addresses = new HashSet<string>(StringComparer.Ordinal);
        AddPerson(view.Plan, owner, addresses);
        if (draft.Thread is { } thread)
        {
            foreach (var line in thread.Lines)
            {
                if (line.Seen > view.Now)
                    continue;

                foreach (var address in line.OurAddresses)
                    addresses.Add(address);
                foreach (var person in line.Ours)
                    AddPerson(view.Plan, person, addresses);
                if (line.Person >= 0)
                    AddPerson(view.Plan, line.Person, addresses);
            }
        }
        else if (draft.Trigger is { } trigger)
        {
            foreach (var address in trigger.OurAddresses)
                addresses.Add(address);
            foreach (var person in trigger.Ours)
                AddPerson(view.Plan, person, addresses);
        }

        SortedSet<string>? lagging = null;
        foreach (var address in addresses)
        {
            foreach (var (account, readUpTo) in byAddress.GetValueOrDefault(address) ?? [])
            {
                if (readUpTo < until)
                    (lagging ??= new SortedSet<string>(StringComparer.Ordinal)).Add(account);
            }
        }

        return lagging is null ? [] : [.. lagging];
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
