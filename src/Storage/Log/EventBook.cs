using System.Text.Json;
using CrmSync.Domain.Evaluation;
using Dapper;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Storage.Log;

/// <summary>
/// What happened, for whoever is told of it: new lines, and items that opened and closed, each noted in the transaction that made it so.
/// Of a line nothing but its id is kept here; what is told of it is read when it is sent, so that what left the log meanwhile is not told.
/// </summary>
public sealed class EventBook(ContactDatabase database)
{
    /// <summary>So long events are kept, to be sent again when asked for.</summary>
    public static readonly Duration Kept = Duration.FromDays(30);

    private const string Columns = "number, type, at, line, data";

    private static readonly string[] Tables = ["event_state", "event_item", "event_gone", "event"];

    /// <summary>How far events were sent; null while nothing is noted.</summary>
    public async Task<EventState?> State(CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        return (await connection.QueryAsync<EventState>(
            new CommandDefinition(
                """
                select s.sent,
                       coalesce((select max(e.number) from event e), 0) as newest,
                       coalesce((select min(e.number) from event e), 0) as oldest
                  from event_state s
                """,
                cancellationToken: ct))).SingleOrDefault();
    }

    /// <summary>From now on notes what happens. The items that are open already are found out first, and are no news.</summary>
    public async Task Begin(CancellationToken ct)
    {
        if (await State(ct) is not null)
            return;

        await database.Write(
            async scope =>
            {
                await scope.Execute(
                    """
                    insert into event_state (one, sent, knows_items, token)
                    values (1, coalesce((select max(number) from event), 0), @no, 0)
                        on conflict do nothing
                    """,
                    new { no = false });
                await Units.Drop(scope);
            },
            ct);
    }

    /// <summary>Notes nothing any more, and lets go of what was noted.</summary>
    public async Task End(CancellationToken ct)
    {
        if (await State(ct) is null)
            return;

        await database.Write(
            async scope =>
            {
                foreach (var table in Tables)
                    await scope.Execute($"delete from {table}");
            },
            ct);
    }

    /// <summary>Takes the right to send. Whoever holds it renews it with each event; one that is gone is waited for a little.</summary>
    /// <param name="lease">How long the right lasts without being renewed, by the time of the database.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>What every step has to show; null when somebody else sends.</returns>
    public Task<long?> Claim(Duration lease, CancellationToken ct) => database.WriteBriefly(
        async scope => (await scope.Query<long?>(
            """
            update event_state
               set token = token + 1, renewed_at = crmsync_now(0)
             where renewed_at is null or renewed_at <= crmsync_now(@stale)
            returning token
            """,
            new { stale = -(long)lease.TotalSeconds })).SingleOrDefault(),
        ct);

    /// <summary>Says that whoever sends is still at it; false when somebody else has taken over.</summary>
    public Task<bool> Renew(long token, CancellationToken ct) => database.WriteBriefly(
        async scope => await scope.Execute("update event_state set renewed_at = crmsync_now(0) where token = @token", new { token }) == 1,
        ct);

    /// <summary>Gives the right to send back.</summary>
    public Task Release(long token, CancellationToken ct) => database.WriteBriefly(
        scope => scope.Execute("update event_state set renewed_at = null where token = @token", new { token }), ct);

    /// <summary>The next events, in their order.</summary>
    public async Task<IReadOnlyList<NotedEvent>> Next(int most, CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        return
        [
            .. await connection.QueryAsync<NotedEvent>(
                new CommandDefinition(
                    $"select {Columns} from event where number > (select sent from event_state) order by number limit @most",
                    new { most },
                    cancellationToken: ct)),
        ];
    }

    /// <summary>
    /// Notes that an event has arrived, and all before it; false when somebody else sends, or others are to be sent again.
    /// </summary>
    /// <param name="token">As it was given with the right to send.</param>
    /// <param name="number">The event.</param>
    /// <param name="ct">Cancels.</param>
    public Task<bool> Advance(long token, long number, CancellationToken ct) => database.WriteBriefly(
        async scope => await scope.Execute(
            "update event_state set sent = @number, renewed_at = crmsync_now(0) where token = @token", new { token, number }) == 1,
        ct);

    /// <summary>Has everything from a position on sent again; whoever is sending begins anew there.</summary>
    /// <returns>False while nothing is noted.</returns>
    public Task<bool> Replay(long position, CancellationToken ct) => database.WriteBriefly(
        async scope => await scope.Execute(
            "update event_state set sent = @before, token = token + 1, renewed_at = null",
            new { before = Math.Max(0, position - 1) }) == 1,
        ct);

    /// <summary>Lets go of events that were sent and are too old to be asked for again.</summary>
    /// <param name="now">The moment.</param>
    /// <param name="ct">Cancels.</param>
    public Task<int> Prune(Instant now, CancellationToken ct) => database.Write(
        scope => scope.Execute(
            "delete from event where at < @before and number <= (select sent from event_state)", new { before = now - Kept }),
        ct);

    /// <summary>Notes which items of some organisations opened and closed with what is kept of them now.</summary>
    internal static async Task Note(WriteScope scope, IReadOnlyList<Unit> units, Instant now)
    {
        if (await KnowsItems(scope) is not { } knows)
            return;

        var open = units.SelectMany(unit => unit.Open.Select(item => (Item: item, unit.Organisation)))
            .DistinctBy(one => one.Item.Id, StringComparer.Ordinal)
            .ToDictionary(one => one.Item.Id, StringComparer.Ordinal);
        var organisations = units.Select(unit => unit.Organisation).ToHashSet(StringComparer.Ordinal);
        var known = (
            await scope.Query<(string Item, string Organisation)>(
                $"""
                select item, organisation from event_item
                 where {scope.Engine.AnyOf("organisation", "@organisations")} or {scope.Engine.AnyOf("item", "@items")}
                """,
                new { organisations = scope.Engine.List(organisations), items = scope.Engine.List([.. open.Keys]) }))
            .ToDictionary(row => row.Item, row => row.Organisation, StringComparer.Ordinal);
        foreach (var (id, (item, organisation)) in open.OrderBy(one => one.Value.Item.Opened))
        {
            if (known.ContainsKey(id))
                continue;

            await scope.Execute("insert into event_item (item, organisation) values (@id, @organisation)", new { id, organisation });
            if (knows)
                await NoteOpened(scope, item, organisation, now);
        }

        var closed = units.SelectMany(unit => unit.Closed).GroupBy(item => item.Id, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Last(), StringComparer.Ordinal);
        foreach (var (id, organisation) in known)
        {
            if (open.ContainsKey(id) || !organisations.Contains(organisation))
                continue;

            await scope.Execute("delete from event_item where item = @id", new { id });
            if (knows)
                await NoteClosed(scope, id, closed.GetValueOrDefault(id), organisation, now);
        }
    }

    /// <summary>Every organisation was judged: what is left of others closes, and from now on items are news.</summary>
    internal static async Task Complete(WriteScope scope, Instant now)
    {
        if (await KnowsItems(scope) is not { } knows)
            return;

        const string Left =
            "organisation not in (select u.organisation from unit u where u.items is not null)";
        foreach (var (item, organisation) in (await scope.Query<(string, string)>(
            $"select item, organisation from event_item where {Left}")).AsList())
        {
            await scope.Execute("delete from event_item where item = @item", new { item });
            if (knows)
                await NoteClosed(scope, item, null, organisation, now);
        }

        await scope.Execute("update event_state set knows_items = @yes", new { yes = true });
    }

    /// <summary>Lets go of every event that names somebody who is erased, or is about an item that does.</summary>
    internal static async Task<int> LeaveOut(WriteScope scope, IReadOnlyCollection<string> addresses, IReadOnlyCollection<string> items)
    {
        var people = scope.Engine.List(addresses);
        var list = scope.Engine.List(items);
        await scope.Execute(
            $"delete from event_item where {scope.Engine.AnyOf("organisation", "@people")} or {scope.Engine.AnyOf("item", "@list")}",
            new { people, list });
        return await scope.Execute(
            $"""
            delete from event
             where {scope.Engine.AnyOf("contact", "@people")} or {scope.Engine.AnyOf("organisation", "@people")}
                or {scope.Engine.AnyOf("item", "@list")}
                or (line is not null and not exists (select 1 from interaction i where i.id = event.line))
            """,
            new { people, list });
    }

    private static async Task<bool?> KnowsItems(WriteScope scope) =>
        (await scope.Query<bool?>("select knows_items from event_state")).SingleOrDefault();

    private static Task<int> NoteOpened(WriteScope scope, Item item, string organisation, Instant now) => Add(
        scope,
        "item.opened",
        item.Id,
        item.Contact?.Value,
        organisation,
        now,
        JsonSerializer.Serialize(new
        {
            id = item.Id,
            rule = item.Rule.Name,
            contact = item.Contact?.Value,
            organisation,
            owner = item.Owner,
            state = item.State.ToString().ToLowerInvariant(),
            opened = InstantPattern.General.Format(item.Opened),
            due = item.Due is { } due ? InstantPattern.General.Format(due) : null,
        }));

    private static Task<int> NoteClosed(WriteScope scope, string id, ClosedItem? closed, string organisation, Instant now) => Add(
        scope,
        "item.closed",
        id,
        closed?.Contact?.Value,
        organisation,
        now,
        JsonSerializer.Serialize(new
        {
            id,
            rule = closed?.Rule.Name,
            contact = closed?.Contact?.Value,
            organisation,
            owner = closed?.Owner,
            @as = (closed?.As ?? ItemClosing.Cancelled).ToString().ToLowerInvariant(),
            at = InstantPattern.General.Format(closed?.At ?? now),
        }));

    private static Task<int> Add(
        WriteScope scope, string type, string item, string? contact, string organisation, Instant now, string data) => scope.Execute(
        """
        insert into event (type, at, item, contact, organisation, data)
        values (@type, @now, @item, @contact, @organisation, @data)
        """,
        new { type, now, item, contact, organisation, data });
}
