using CrmSync.Domain.Calls;
using CrmSync.Domain.Company;
using CrmSync.Domain.Harvest;
using CrmSync.Domain.Log;
using CrmSync.Storage.Log;

namespace CrmSync.Storage.Calls;

/// <summary>Keeps every account's rows about calls, and the lines they make together.</summary>
public sealed class CallLog(ContactDatabase database)
{
    /// <summary>
    /// Puts rows in the place of what was read under the same rows before, and joins anew the calls with those in them, in one transaction.
    /// </summary>
    /// <param name="account">The account.</param>
    /// <param name="rows">Each row with the leg it is; null where it is none, or none any more.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>Of each row whether it made a line of its own, and whether it is about somebody who was erased.</returns>
    public Task<IReadOnlyDictionary<string, (bool IsNew, bool IsErased)>> Store(
        AccountState account, IReadOnlyDictionary<string, CallLeg?> rows, CancellationToken ct) =>
        database.Write<IReadOnlyDictionary<string, (bool IsNew, bool IsErased)>>(
            async scope =>
            {
                var erased = await ErasedPeople.Load(scope);
                var kept = rows.Values.OfType<CallLeg>().Where(leg => !IsErased(erased, leg.Number))
                    .Select(leg => leg with { Name = Texts.Clean(erased.WithoutAddresses(leg.Name)) })
                    .ToDictionary(leg => leg.Row, StringComparer.Ordinal);
                var before = (
                    await scope.Query<string>(
                        $"select leg from call_leg where account = @Number and {scope.Engine.AnyOf("row_key", "@keys")}",
                        new { account.Number, keys = scope.Engine.List([.. rows.Keys]) })).Select(Json.Read<CallLeg>)
                    .ToDictionary(leg => leg.Row, StringComparer.Ordinal);

                // What was read before keeps when it was seen.
                foreach (var (row, leg) in kept.ToList())
                {
                    if (before.TryGetValue(row, out var old))
                        kept[row] = leg with { FirstSeen = old.FirstSeen };
                }

                var numbers = kept.Values.Concat(before.Values).Select(leg => leg.Number).ToHashSet();
                var lines = await Lines(scope, numbers);
                await scope.Execute(
                    $"delete from call_leg where account = @Number and {scope.Engine.AnyOf("row_key", "@keys")}",
                    new { account.Number, keys = scope.Engine.List([.. rows.Keys]) });
                await Write(scope, account, kept.Values);
                var now = await Lines(scope, numbers);
                await Replace(scope, lines, now);

                var known = lines.Values.SelectMany(line => line.Legs).Select(leg => (leg.Account, leg.Row)).ToHashSet();
                var makers = now.Values.Where(line => !line.Legs.Any(leg => known.Contains((leg.Account, leg.Row))))
                    .Select(line => line.Legs[0])
                    .Where(leg => leg.Account == account.Name)
                    .Select(leg => leg.Row)
                    .ToHashSet(StringComparer.Ordinal);
                return rows.ToDictionary(
                    row => row.Key,
                    row => (makers.Contains(row.Key), row.Value is not null && !kept.ContainsKey(row.Key)),
                    StringComparer.Ordinal);
            },
            ct);

    /// <summary>Takes out all calls with people who have just been erased.</summary>
    /// <returns>How many lines.</returns>
    internal static async Task<int> LeaveOut(WriteScope scope, ErasedPeople erased)
    {
        var numbers = (await scope.Query<string>("select distinct number from call_leg")).Select(EmailAddress.Parse)
            .Where(number => IsErased(erased, number))
            .ToHashSet();
        if (numbers.Count == 0)
            return 0;

        var lines = await Lines(scope, numbers);
        await scope.Execute(
            $"delete from call_leg where {scope.Engine.AnyOf("number", "@numbers")}",
            new { numbers = scope.Engine.List([.. numbers.Select(number => number.Value)]) });
        await Replace(scope, lines, []);
        return lines.Count;
    }

    private static bool IsErased(ErasedPeople erased, EmailAddress number) =>
        erased.Contains(number) || erased.IsNamedIn(number.Value["tel:".Length..]);

    /// <summary>The calls with some telephones as their rows make them, by the ids of their lines.</summary>
    private static async Task<Dictionary<string, (Interaction Line, IReadOnlyList<CallLeg> Legs)>> Lines(
        WriteScope scope, IReadOnlyCollection<EmailAddress> numbers) =>
        (await scope.Query<string>(
            $"select leg from call_leg where {scope.Engine.AnyOf("number", "@numbers")}",
            new { numbers = scope.Engine.List([.. numbers.Select(number => number.Value)]) }))
            .Select(Json.Read<CallLeg>)
            .GroupBy(leg => leg.Number)
            .SelectMany(CallMerge.Merge)
            .ToDictionary(call => call.Line.Id, StringComparer.Ordinal);

    private static async Task Write(WriteScope scope, AccountState account, IEnumerable<CallLeg> legs)
    {
        var rows = scope.Rows(
            """
            insert into call_leg (account, row_key, number, leg)
            select r.account, r.row_key, r.number, r.leg
              from {rows} r
            """,
            Column.Number("account"), Column.Text("row_key"), Column.Text("number"), Column.Text("leg"));
        foreach (var leg in legs)
            rows.Add(account.Number).Add(leg.Row).Add(leg.Number.Value).Add(Json.Write(leg)).End();

        await rows.Flush();
    }

    /// <summary>Writes the lines that are other ones than before, and takes out those that are none any more.</summary>
    private static async Task Replace(
        WriteScope scope,
        Dictionary<string, (Interaction Line, IReadOnlyList<CallLeg> Legs)> before,
        Dictionary<string, (Interaction Line, IReadOnlyList<CallLeg> Legs)> now)
    {
        var same = before.Where(old => now.TryGetValue(old.Key, out var line) && Json.Write(line.Line) == Json.Write(old.Value.Line))
            .Select(old => old.Key)
            .ToHashSet(StringComparer.Ordinal);
        string[] gone = [.. before.Keys.Where(id => !same.Contains(id))];
        var numbers = await scope.Query<long>(
            $"select number from interaction where {scope.Engine.AnyOf("id", "@gone")}", new { gone = scope.Engine.List(gone) });
        await new PlainLines(scope).Remove([.. numbers]);
        await new PlainLines(scope).Add(
            [.. now.Where(line => !same.Contains(line.Key)).Select(line => (line.Value.Line, (string?)null))]);
    }
}
