using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using Dapper;
using NodaTime;

namespace CrmSync.Storage.Log;

/// <summary>
/// What the policy made of each organisation, kept beside the log. The database itself notes which lines came, changed or went since
/// (<c>line_touch</c>), in the transaction that did it; whose organisations these are is for the policy to say.
/// </summary>
public sealed class Units(ContactDatabase database)
{
    private const int Some = 1000;

    /// <summary>How far organisations were judged; null when nothing is kept.</summary>
    public async Task<UnitState?> State(CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        return (await connection.QueryAsync<UnitState>(new CommandDefinition(Selected, cancellationToken: ct))).SingleOrDefault();
    }

    /// <summary>
    /// Begins a look. Under another policy than before, every organisation is to be judged again; what was kept stays meanwhile.
    /// </summary>
    /// <param name="fingerprint">Tells the policy from others.</param>
    /// <param name="now">The moment of the look.</param>
    /// <param name="ct">Cancels.</param>
    public Task<UnitState> Begin(string fingerprint, Instant now, CancellationToken ct) => database.Write(
        async scope =>
        {
            var known = (await scope.Query<UnitState>(Selected)).SingleOrDefault();
            if (known is null || known.Fingerprint != fingerprint || now + Duration.FromDays(1) < known.JudgedAt)
            {
                await scope.Execute("delete from line_touch");
                await scope.Execute("delete from unit_state");
                await scope.Execute(
                    """
                    insert into unit_state (one, fingerprint, generation, place, is_complete, look, judged_at)
                    values (1, @fingerprint, @generation, null, @none, @look, @now)
                    """,
                    new { fingerprint, generation = (known?.Generation ?? 0) + 1, none = false, look = (known?.Look ?? 0) + 1, now });
            }
            else
            {
                await scope.Execute("update unit_state set look = look + 1");
            }

            // Changes are numbered under the lock of the one writer, which this transaction holds: none with a smaller number can still
            // come.
            var newest = await scope.One<long>("select coalesce(max(number), 0) from line_touch");
            return (await scope.Query<UnitState>(Selected)).Single() with { Newest = newest };
        },
        ct);

    /// <summary>Keeps what was made of some organisations, with the cards of their people.</summary>
    /// <param name="look">The look; nothing is kept of one that another overtook.</param>
    /// <param name="units">What to keep.</param>
    /// <param name="place">Where the judging of everybody has got to, if it moved on.</param>
    /// <param name="now">The moment of the look.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>Whether it was kept.</returns>
    public Task<bool> Keep(UnitState look, IReadOnlyList<Unit> units, string? place, Instant now, CancellationToken ct) => database.Write(
        async scope =>
        {
            if (!await Holds(scope, look, now))
                return false;

            foreach (var some in units.Chunk(Some))
            {
                await Write(scope, look, some);
                await EventBook.Note(scope, some, now);
            }

            if (place is not null)
                await scope.Execute("update unit_state set place = @place", new { place });

            return true;
        },
        ct);

    /// <summary>Notes that every organisation was judged; what is left of organisations that are none any more goes.</summary>
    public Task<bool> Complete(UnitState look, Instant now, CancellationToken ct) => database.Write(
        async scope =>
        {
            if (!await Holds(scope, look, now))
                return false;

            await scope.Execute(
                "delete from unit_other where organisation in (select u.organisation from unit u where u.generation <> @Generation)",
                new { look.Generation });
            await scope.Execute("delete from unit where generation <> @Generation", new { look.Generation });
            await scope.Execute("update unit_state set is_complete = @yes", new { yes = true });
            await EventBook.Complete(scope, now);
            return true;
        },
        ct);

    /// <summary>Ends a look: every change noted before it began has been judged.</summary>
    public Task<bool> End(UnitState look, Instant now, CancellationToken ct) => database.Write(
        async scope =>
        {
            if (!await Holds(scope, look, now))
                return false;

            await scope.Execute("delete from line_touch where number <= @Newest", new { look.Newest });
            return true;
        },
        ct);

    /// <summary>
    /// Lets go of what is kept where nobody has looked for so long: changes of the log are not noted for nobody. The next look judges
    /// everybody.
    /// </summary>
    /// <param name="moment">The last look was before.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>Whether anything was let go of.</returns>
    public async Task<bool> DropUnused(Instant moment, CancellationToken ct) =>
        await State(ct) is { } state
        && state.JudgedAt < moment
        && await database.Write(
            async scope =>
            {
                if ((await scope.Query<UnitState>(Selected)).SingleOrDefault() is not { } last || last.JudgedAt >= moment)
                    return false;

                await Drop(scope);
                return true;
            },
            ct);

    /// <summary>Lets go of everything that is kept: any of it may name whoever was erased, or hold words that are not to be kept.</summary>
    internal static async Task Drop(WriteScope scope)
    {
        foreach (var table in new[] { "unit_state", "unit", "unit_other", "line_touch" })
            await scope.Execute($"delete from {table}");
    }

    /// <summary>Everything that is kept: every organisation that has items or rests on what accounts were read.</summary>
    public async Task<IReadOnlyList<Unit>> All(CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        return
        [
            .. (await connection.QueryAsync<(string Organisation, string Items)>(
                new CommandDefinition("select organisation, items from unit where items is not null", cancellationToken: ct)))
                .Select(row => new Unit(row.Organisation, row.Items)),
        ];
    }

    /// <summary>The organisations in which something changes by a moment though the log does not.</summary>
    public async Task<IReadOnlyList<string>> Due(Instant now, CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        return (
            await connection.QueryAsync<string>(
                new CommandDefinition(
                    "select organisation from unit where next_change is not null and next_change <= @ticks",
                    new { ticks = now.ToUnixTimeTicks() },
                    cancellationToken: ct))).AsList();
    }

    /// <summary>The organisations of which there is something to tell beside their items, at a moment or later.</summary>
    public async Task<IReadOnlyList<string>> ToldSince(Instant moment, CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        return (
            await connection.QueryAsync<string>(
                new CommandDefinition(
                    "select organisation from unit where told_until >= @ticks",
                    new { ticks = moment.ToUnixTimeTicks() },
                    cancellationToken: ct))).AsList();
    }

    /// <summary>The organisations what is kept of which rests on any of some others.</summary>
    public async Task<IReadOnlyList<string>> RestingOn(IReadOnlyCollection<string> others, CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var some in others.Chunk(Some))
        {
            found.UnionWith(
                await connection.QueryAsync<string>(
                    new CommandDefinition(
                        $"select distinct organisation from unit_other where {database.Engine.AnyOf("other", "@some")}",
                        new { some = database.Engine.List(some) },
                        cancellationToken: ct)));
        }

        return [.. found];
    }

    /// <summary>People outside in their order, by domain.</summary>
    /// <param name="after">The <see cref="UnitState.Place"/> they come after; null: from the first.</param>
    /// <param name="most">So many.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>Their addresses, and the place of the last; none when there are no more.</returns>
    public async Task<(IReadOnlyList<EmailAddress> People, string? Place)> People(string? after, int most, CancellationToken ct)
    {
        var place = after?.Split(' ') ?? ["", ""];
        await using var connection = await database.Connect(ct);
        var rows = (
            await connection.QueryAsync<(string Domain, string Address)>(
                new CommandDefinition(
                    """
                    select domain, address
                      from outsider
                     where (domain, address) > (@domain, @address)
                     order by domain, address
                     limit @most
                    """,
                    new { domain = place[0], address = place[1], most },
                    cancellationToken: ct)))
            .AsList();
        return rows.Count == 0
            ? ([], null)
            : ([.. rows.Select(row => EmailAddress.Parse(row.Address))], $"{rows[^1].Domain} {rows[^1].Address}");
    }

    /// <summary>
    /// The people and organisations that what changed of the log may concern, by address and name: of a line that is there, and of every
    /// line of its thread, the people and what it is about; of one that went or was another, what it was.
    /// </summary>
    /// <param name="newest">The last change that is asked for; null: all.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<IReadOnlySet<string>> Touched(long? newest, CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        var names = (
            await connection.QueryAsync<string>(
                new CommandDefinition(
                    "select distinct name from line_touch where number <= @newest",
                    new { newest = newest ?? long.MaxValue },
                    cancellationToken: ct))).ToHashSet(StringComparer.Ordinal);
        var lines = new HashSet<long>();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var next = names.ToList();
        while (next.Count > 0)
        {
            var found = new List<string>();
            foreach (var some in next.Chunk(Some))
            {
                var list = database.Engine.List(some);
                var rows = (
                    await connection.QueryAsync<(long Number, string Id, string? Thread)>(
                        new CommandDefinition(
                            $"""
                            select number, id, thread from interaction where {database.Engine.AnyOf("id", "@list")}
                            union
                            select number, id, thread from interaction where {database.Engine.AnyOf("thread", "@list")}
                            """,
                            new { list },
                            cancellationToken: ct))).Where(row => lines.Add(row.Number)).ToList();
                found.AddRange(rows.Select(row => row.Thread).OfType<string>());
                ids.UnionWith(rows.Select(row => row.Id));
                ids.UnionWith(rows.Select(row => row.Thread).OfType<string>());
                foreach (var numbers in rows.Select(row => row.Number).Chunk(Some))
                {
                    found.AddRange(
                        await connection.QueryAsync<string>(
                            new CommandDefinition(
                                $"""
                                select address
                                  from participant
                                 where {database.Engine.AnyOf("interaction", "@numbers")} and not internal
                                union
                                select name from line_target where {database.Engine.AnyOf("interaction", "@numbers")}
                                """,
                                new { numbers = database.Engine.List(numbers) },
                                cancellationToken: ct)));
                }
            }

            next = found.FindAll(names.Add);
        }

        names.ExceptWith(ids);
        return names;
    }

    private const string Selected = "select fingerprint, generation, place, is_complete, look, judged_at from unit_state";

    /// <summary>Whether a look is still the last that began; if so, when it was is noted.</summary>
    private static async Task<bool> Holds(WriteScope scope, UnitState look, Instant now) =>
        await scope.Execute(
            "update unit_state set judged_at = case when judged_at < @now then @now else judged_at end where look = @Look",
            new { look.Look, now }) == 1;

    private static bool IsWorthKeeping(Unit unit) =>
        unit.Items is not null || unit.NextChange is not null || unit.ToldUntil is not null || unit.Others.Count > 0;

    private static async Task Write(WriteScope scope, UnitState look, IReadOnlyList<Unit> units)
    {
        var organisations = scope.Engine.List([.. units.Select(unit => unit.Organisation)]);
        await scope.Execute($"delete from unit_other where {scope.Engine.AnyOf("organisation", "@organisations")}", new { organisations });
        await scope.Execute($"delete from unit where {scope.Engine.AnyOf("organisation", "@organisations")}", new { organisations });
        var rows = scope.Rows(
            """
            insert into unit (organisation, generation, items, next_change, told_until)
            select r.organisation, r.generation, r.items, r.next_change, r.told_until
              from {rows} r
            """,
            Column.Text("organisation"),
            Column.Number("generation"),
            Column.Text("items"),
            Column.Number("next_change"),
            Column.Number("told_until"));
        var others = scope.Rows(
            """
            insert into unit_other (other, organisation)
            select r.other, r.organisation
              from {rows} r
            """,
            Column.Text("other"),
            Column.Text("organisation"));
        foreach (var unit in units.Where(IsWorthKeeping))
        {
            rows.Add(unit.Organisation)
                .Add(look.Generation)
                .Add(unit.Items)
                .Add(unit.NextChange?.ToUnixTimeTicks())
                .Add(unit.ToldUntil?.ToUnixTimeTicks())
                .End();
            foreach (var other in unit.Others.Distinct(StringComparer.Ordinal))
                others.Add(other).Add(unit.Organisation).End();
        }

        await rows.Flush();
        await others.Flush();
        await ContactCards.Renew(scope, [.. units.Select(unit => unit.Organisation)], [.. units.SelectMany(unit => unit.Contacts)]);
    }
}
