using System.Collections.Concurrent;
using CrmSync.Worker.Configuration;
using NodaTime;

namespace CrmSync.Worker.Sources.Graph;

/// <summary>The tenants of the configuration, each made when it is first needed and kept between harvests.</summary>
internal sealed class GraphTenants(IClock clock, TimeProvider time, GraphPatience? patience = null) : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<GraphTenant>> tenants = new(StringComparer.Ordinal);

    /// <summary>The time.</summary>
    public IClock Clock => clock;

    public GraphTenant Tenant(GraphAccount account) =>
        tenants.GetOrAdd(account.Name, _ => new Lazy<GraphTenant>(() => new GraphTenant(account, clock, time, patience))).Value;

    public void Dispose()
    {
        foreach (var tenant in tenants.Values.Where(t => t.IsValueCreated))
            tenant.Value.Dispose();
    }
}

/// <summary>The accounts one entry of the configuration stands for: the mailboxes it lists, and the members of its group.</summary>
internal static class GraphAccounts
{
    /// <summary>An account for each listed mailbox, and one for the group.</summary>
    /// <param name="account">As configured.</param>
    /// <param name="tenants">Keeps the connections.</param>
    /// <param name="capture">How far back is read.</param>
    public static IEnumerable<ReadableAccount> Accounts(GraphAccount account, GraphTenants tenants, CaptureSettings capture)
    {
        foreach (var mailbox in account.Mailboxes)
            yield return One(account, tenants, capture, mailbox, mailbox.Value);

        if (account.Group is { } group)
        {
            yield return new ReadableAccount(
                account.Name,
                account.Kind,
                group,
                now => new GroupSource(account.Name, ct => Members(account, tenants, capture, ct), now))
            {
                Members = ct => Members(account, tenants, capture, ct),
            };
        }
    }

    private static async Task<IReadOnlyList<ReadableAccount>> Members(
        GraphAccount account,
        GraphTenants tenants,
        CaptureSettings capture,
        CancellationToken ct)
    {
        var members = await new GraphMembers(tenants.Tenant(account).LineTo(""), account.Name).Read(account.Group!, ct);
        return [.. members.Where(m => !account.Mailboxes.Contains(m.Address)).Select(m => One(account, tenants, capture, m.Address, m.Id))];
    }

    private static ReadableAccount One(
        GraphAccount account,
        GraphTenants tenants,
        CaptureSettings capture,
        Domain.Company.EmailAddress mailbox,
        string user)
    {
        var name = account.MailboxAccountName(mailbox);
        return new ReadableAccount(
            name,
            account.Kind,
            mailbox,
            now => Open(
                name,
                user,
                mailbox,
                tenants.Tenant(account),
                new GraphChoice(account.IncludedFolders, account.ExcludedFolders),
                capture.From(now),
                tenants.Clock,
                now));
    }

    /// <summary>The mailbox with its calendars.</summary>
    /// <param name="name">Of the account.</param>
    /// <param name="user">Its id or address.</param>
    /// <param name="owner">Whose it is.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="choice">Which of its folders and calendars are read.</param>
    /// <param name="since">Nothing older is asked for.</param>
    /// <param name="clock">The time.</param>
    /// <param name="now">The time of the harvest.</param>
    public static GraphMailboxSource Open(
        string name,
        string user,
        Domain.Company.EmailAddress owner,
        GraphTenant tenant,
        GraphChoice choice,
        Instant since,
        IClock clock,
        Instant now)
    {
        var line = tenant.LineTo(user);
        return new GraphMailboxSource(
            name,
            user,
            line,
            since,
            clock,
            choice,
            new GraphCalendars(line, user, name, owner, choice, since, now));
    }
}
