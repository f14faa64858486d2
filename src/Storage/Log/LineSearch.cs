using System.Data.Common;
using CrmSync.Domain.Evaluation;
using Dapper;

namespace CrmSync.Storage.Log;

/// <summary>Finds the numbers of the lines the policy wants, by indexes alone.</summary>
internal static class LineSearch
{
    /// <summary>The numbers in ascending order.</summary>
    public static async Task<IReadOnlyCollection<long>> Find(
        Engine engine,
        DbConnection connection,
        LinesWanted wanted,
        CancellationToken ct)
    {
        var numbers = new SortedSet<long>();
        foreach (var domain in wanted.Domains.Select(LineFinder.Turned))
            await Add(
                """
                select p.interaction
                  from outsider o
                  join participant p on p.address = o.address
                 where o.domain = @domain or o.domain > @below and o.domain < @behind
                union all
                select t.interaction
                  from outsider o
                  join line_target t on t.name = o.address
                 where o.domain = @domain or o.domain > @below and o.domain < @behind
                """,
                new { domain, below = domain + ".", behind = domain + "/" });

        if (wanted.Addresses.Count > 0)
            await Add(
                $"""
                select interaction from participant where {engine.AnyOf("address", "@people")}
                union all
                select interaction from line_target where {engine.AnyOf("name", "@people")}
                """,
                new { people = engine.List([.. wanted.Addresses.Select(address => address.Value)]) });

        if (wanted.Threads.Count > 0)
            await Add(
                $"select number from interaction where {engine.AnyOf("thread", "@threads")}",
                new { threads = engine.List(wanted.Threads) });

        if (wanted.Targets.Count > 0)
            await Add(
                $"select interaction from line_target where {engine.AnyOf("name", "@targets")}",
                new { targets = engine.List(wanted.Targets) });

        return numbers;

        async Task Add(string sql, object parameters) =>
            numbers.UnionWith(await connection.QueryAsync<long>(new CommandDefinition(sql, parameters, cancellationToken: ct)));
    }
}
