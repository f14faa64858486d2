using System.Globalization;
using NodaTime;
using NodaTime.Extensions;
using Npgsql;

namespace CrmSync.Worker.Tests.Month;

/// <summary>What the workers of a shared database have before them, as the tables of Quartz tell it.</summary>
internal sealed class ClusterView(string connectionString) : IAsyncDisposable
{
    private readonly NpgsqlDataSource source = NpgsqlDataSource.Create(connectionString + ";Maximum Pool Size=1;Application Name=test");

    /// <summary>When the next job is due; null while something is to be done now by a worker that can.</summary>
    /// <param name="now">The time.</param>
    /// <param name="able">The workers that are neither stopped nor gone.</param>
    public async Task<Instant?> NextIfQuiet(Instant now, IReadOnlyCollection<string> able)
    {
        try
        {
            return await Ask(now, able);
        }
        catch (NpgsqlException)
        {
            // The server has been started again since the last question.
            return null;
        }
    }

    private async Task<Instant?> Ask(Instant now, IReadOnlyCollection<string> able)
    {
        await using var command = source.CreateCommand(
            """
            select (select count(*) from qrtz_triggers t
                     where t.next_fire_time <= @now
                       and (t.trigger_state = 'WAITING'
                            or t.trigger_state = 'ACQUIRED' and exists
                               (select 1 from qrtz_fired_triggers f
                                 where f.trigger_name = t.trigger_name and f.trigger_group = t.trigger_group
                                   and f.instance_name = any(@able))))
                 + (select count(*) from qrtz_fired_triggers where state = 'EXECUTING' and instance_name = any(@able)),
                   (select min(next_fire_time) from qrtz_triggers where next_fire_time > @now)
            """);
        command.Parameters.AddWithValue("now", now.ToDateTimeOffset().UtcTicks);
        command.Parameters.AddWithValue("able", able.ToArray());
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        return row.GetInt64(0) > 0 || await row.IsDBNullAsync(1)
            ? null
            : new DateTimeOffset(row.GetInt64(1), TimeSpan.Zero).ToInstant();
    }

    /// <summary>Jobs that will never run again by themselves.</summary>
    public async Task<IReadOnlyList<string>> Stuck()
    {
        await using var command = source.CreateCommand(
            "select trigger_name || ' ' || trigger_state from qrtz_triggers where trigger_state in ('ERROR', 'PAUSED')");
        await using var row = await command.ExecuteReaderAsync();
        var stuck = new List<string>();
        while (await row.ReadAsync())
            stuck.Add(row.GetString(0));

        return stuck;
    }

    /// <summary>What is planned, in words.</summary>
    public async Task<string> Plan()
    {
        await using var command = source.CreateCommand(
            """
            select string_agg(trigger_name || ' ' || trigger_state || ' ' || next_fire_time, '; ')
                   || (select coalesce(string_agg('; at work: ' || trigger_name || ' ' || instance_name || ' ' || state, ''), '')
                         from qrtz_fired_triggers)
              from qrtz_triggers
            """);
        return Convert.ToString(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture) ?? "";
    }

    /// <summary>Ends connections of the workers, each by chance.</summary>
    public async Task CutConnections()
    {
        await using var command = source.CreateCommand(
            """
            select count(pg_terminate_backend(pid)) from pg_stat_activity
             where datname = current_database() and pid <> pg_backend_pid() and application_name <> 'test' and random() < 0.5
            """);
        await command.ExecuteScalarAsync();
    }

    public ValueTask DisposeAsync() => source.DisposeAsync();
}
