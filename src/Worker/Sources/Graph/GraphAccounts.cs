using System.Collections.Concurrent;
using CrmSync.Domain.Harvest;
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
                now => new GraphGroupSource(account.Name, ct => Members(account, tenants, capture, ct), now))
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
            now => Open(name, user, mailbox, tenants.Tenant(account), capture.From(now), tenants.Clock, now));
    }

    /// <summary>The mailbox with its calendar.</summary>
    /// <param name="name">Of the account.</param>
    /// <param name="user">Its id or address.</param>
    /// <param name="owner">Whose it is.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="since">Nothing older is asked for.</param>
    /// <param name="clock">The time.</param>
    /// <param name="now">The time of the harvest.</param>
    public static GraphMailboxSource Open(
        string name,
        string user,
        Domain.Company.EmailAddress owner,
        GraphTenant tenant,
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
            new GraphCalendar(line, user, name, new GraphEvents(name, owner, now), since, now));
    }
}

/// <summary>A group as such: it can be asked who is in it and whether they can be read; it holds nothing itself.</summary>
internal sealed class GraphGroupSource(string account, Func<CancellationToken, Task<IReadOnlyList<ReadableAccount>>> members, Instant now)
    : ISource
{
    /// <summary>More problems would not help whoever reads them.</summary>
    private const int MostProblems = 5;

    public async Task Connect(CancellationToken ct)
    {
        var problems = new ConcurrentQueue<SourceException>();
        var all = await members(ct);
        await Parallel.ForEachAsync(
            all,
            new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = ct },
            async (member, cancel) =>
            {
                try
                {
                    await member.Open(now).Connect(cancel);
                }
                catch (SourceException failure)
                {
                    problems.Enqueue(failure);
                }
                catch (Exception failure) when (Unexpected.IsContained(failure, cancel))
                {
                    problems.Enqueue(new SourceException(Unexpected.TroubleFrom(member.Name, failure), isPermanent: false, failure));
                }
            });
        if (problems.IsEmpty)
            return;

        var told = string.Join(" · ", problems.Select(p => p.Message).Order(StringComparer.Ordinal).Take(MostProblems));
        throw new SourceException(
            new Trouble(account, $"{problems.Count} of its {all.Count} mailboxes cannot be read: {told}", "the others are read"),
            problems.Any(p => p.IsPermanent));
    }

    public async IAsyncEnumerable<Listing> Discover(
        KnownItems known,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        await Task.CompletedTask;
        yield break;
    }

    public async IAsyncEnumerable<Reading> Read(
        IReadOnlyList<RemoteItem> items,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        await Task.CompletedTask;
        foreach (var item in items)
            yield return new GoneReading(item);
    }
}
