using System.Runtime.CompilerServices;
using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using Dapper;
using NodaTime;

namespace CrmSync.Storage.Log;

/// <summary>Which lines of the log are wanted. Everything null: all of them.</summary>
public sealed record LogFilter
{
    /// <summary>As known at this moment: lines seen later do not exist.</summary>
    public Instant? Now { get; init; }

    /// <summary>Lines with one of these people.</summary>
    public IReadOnlyCollection<EmailAddress>? With { get; init; }

    /// <summary>From this moment on.</summary>
    public Instant? Since { get; init; }

    /// <summary>Before this moment.</summary>
    public Instant? Until { get; init; }

    /// <summary>
    /// Mails of these classes only; lines without a class (meetings, commands) stay unless <see cref="Kinds"/> says otherwise.
    /// </summary>
    public IReadOnlyCollection<InteractionClass>? Classes { get; init; }

    public IReadOnlyCollection<InteractionKind>? Kinds { get; init; }

    /// <summary>Lines with one of these ids.</summary>
    public IReadOnlyCollection<string>? Ids { get; init; }

    /// <summary>Lines of one of these threads.</summary>
    public IReadOnlyCollection<string>? Threads { get; init; }

    /// <summary>Lines that are about one of these people beside their own participants: commands, forwarded mail.</summary>
    public IReadOnlyCollection<EmailAddress>? About { get; init; }

    /// <summary>Only lines that say that some of our people are away.</summary>
    public bool SayAway { get; init; }

    /// <summary>Lines with one of these numbers.</summary>
    internal IReadOnlyCollection<long>? Numbers { get; init; }

    /// <summary>Leaves the kept texts out: the policy needs none of them.</summary>
    public bool WithoutText { get; init; }
}

/// <summary>The contact log, read.</summary>
public sealed class ContactLog(ContactDatabase database)
{
    private const int PageSize = 2000;

    /// <summary>The lines wanted, oldest first, then by id; read in pages, so a log of any length takes little memory.</summary>
    public async IAsyncEnumerable<Interaction> Read(LogFilter filter, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        var page = new LogPage(database.Engine, connection, filter);
        (Instant At, string Id)? after = null;
        while (true)
        {
            var lines = await page.Read(after, PageSize, ct);
            foreach (var line in lines)
                yield return line;

            if (lines.Count < PageSize)
                yield break;

            after = (lines[^1].At, lines[^1].Id);
        }
    }

    /// <summary>The lines the policy wants to judge an organisation, without texts, in no particular order.</summary>
    /// <param name="wanted">Which.</param>
    /// <param name="now">Lines seen later do not exist.</param>
    /// <param name="ct">Cancels.</param>
    /// <param name="known">The numbers of lines that were read before and are not read again; those read now are added.</param>
    public async Task<IReadOnlyList<Interaction>> Read(LinesWanted wanted, Instant now, CancellationToken ct, ISet<long>? known = null)
    {
        await using var connection = await database.Connect(ct);
        var found = await LineSearch.Find(database.Engine, connection, wanted, ct);
        var numbers = known is null ? found : [.. found.Where(known.Add)];
        var lines = new List<Interaction>(numbers.Count);
        foreach (var some in numbers.Chunk(PageSize))
        {
            var page = new LogPage(database.Engine, connection, new LogFilter { Now = now, Numbers = some, WithoutText = true });
            lines.AddRange(await page.Read(after: null, PageSize, ct));
        }

        return lines;
    }

    /// <summary>The kept texts of some lines by their ids; lines without one are left out.</summary>
    public async Task<IReadOnlyDictionary<string, string>> Texts(IReadOnlyCollection<string> ids, CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var some in ids.Chunk(PageSize))
        {
            var rows = await connection.QueryAsync<(string Id, string Body)>(new CommandDefinition(
                $"select id, body from interaction where body is not null and {database.Engine.AnyOf("id", "@ids")}",
                new { ids = database.Engine.List(some) },
                cancellationToken: ct));
            foreach (var (id, body) in rows)
                texts[id] = body;
        }

        return texts;
    }

    /// <summary>The threads that lines are in, by the ids of the lines; a thread is in itself.</summary>
    public async Task<IReadOnlyDictionary<string, string>> Threads(IReadOnlyCollection<string> ids, CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        var threads = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var some in ids.Chunk(PageSize))
        {
            var rows = await connection.QueryAsync<(string Id, string Thread)>(new CommandDefinition(
                $"select id, thread from interaction where thread is not null and {database.Engine.AnyOf("id", "@ids")}",
                new { ids = database.Engine.List(some) },
                cancellationToken: ct));
            foreach (var (id, thread) in rows)
                threads[id] = thread;
        }

        return threads;
    }

    /// <summary>How people last signed, as known at a moment; who never did is left out.</summary>
    public async Task<IReadOnlyDictionary<EmailAddress, string>> Names(
        IReadOnlyCollection<EmailAddress> people,
        Instant now,
        CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        var names = new Dictionary<EmailAddress, string>();
        foreach (var some in people.Chunk(PageSize))
        {
            var rows = await connection.QueryAsync<(string Address, string Name)>(
                new CommandDefinition(
                    $"""
                    select address, name
                      from (select p.address, p.name, row_number() over (partition by p.address order by i.at desc, i.id desc,
                           p.role desc) as place
                              from participant p
                              join interaction i on i.number = p.interaction
                             where {database.Engine.AnyOf(
                        "p.address",
                        "@addresses")} and not p.internal and p.name is not null and trim(p.name) <> '' and i.seen <= @now) signed
                     where place = 1
                    """,
                    new { addresses = database.Engine.List([.. some.Select(one => one.Value)]), now },
                    cancellationToken: ct));
            foreach (var (address, name) in rows)
                names[EmailAddress.Parse(address)] = name;
        }

        return names;
    }
}
