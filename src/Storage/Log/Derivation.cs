using System.Globalization;
using CrmSync.Domain.Log;
using Dapper;

namespace CrmSync.Storage.Log;

/// <summary>
/// Derives anew what the configuration makes of the mails in the log: class, direction, moment, internal people, markers, threads.
/// </summary>
public sealed class Derivation(ContactDatabase database, Settings settings)
{
    /// <summary>
    /// Goes up whenever the program makes something else of the same facts: a log that an earlier version derived is derived again.
    /// </summary>
    public const int Version = 6;

    private const string Done = "derived with";
    private const string Begun = "being derived with";

    /// <summary>How many mails are derived in one transaction.</summary>
    internal int PageSize { get; init; } = 500;

    /// <summary>Whether the log was derived to its end with a configuration of this hash.</summary>
    public async Task<bool> IsCurrent(string hash, CancellationToken ct) => await settings.Get(Done, ct) == hash;

    /// <summary>Whether there are lines, and they were not derived to their end with a configuration of this hash.</summary>
    public async Task<bool> IsOutdated(string hash, CancellationToken ct)
    {
        if (await IsCurrent(hash, ct))
            return false;

        await using var connection = await database.Connect(ct);
        return await connection.ExecuteScalarAsync<bool>(
            new CommandDefinition("select exists (select 1 from interaction)", cancellationToken: ct));
    }

    /// <summary>Forgets with which configuration the log was derived: it has to be derived again, from the beginning.</summary>
    public async Task Forget(CancellationToken ct)
    {
        await settings.Set(Done, null, ct);
        await settings.Set(Begun, null, ct);
    }

    /// <summary>
    /// Derives every mail anew, page by page; broken off, it goes on behind the last page the next time. Meetings are merged anew by
    /// <see cref="Meetings.MeetingLog.Derive"/>, and <see cref="Finish"/> notes that all is done.
    /// </summary>
    /// <param name="classifier">Of the configuration as it is now.</param>
    /// <param name="hash">Tells this configuration from others.</param>
    /// <param name="progress">Told after each page how many mails are done, or null.</param>
    /// <param name="ct">Cancels between pages.</param>
    /// <returns>How many mails were derived now.</returns>
    public async Task<long> Run(Classifier classifier, string hash, IProgress<long>? progress, CancellationToken ct)
    {
        await settings.Set(Done, null, ct);
        long done = 0;
        var after = await LastDone(hash, ct);
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            var page = await database.Write(scope => Page(scope, classifier, after), ct);
            if (page.Length == 0)
                break;

            done += page.Length;
            after = page[^1];
            await settings.Set(Begun, string.Create(CultureInfo.InvariantCulture, $"{after} {hash}"), ct);
            progress?.Report(done);
        }

        return done;
    }

    /// <summary>Notes that mails and meetings were derived with a configuration of this hash.</summary>
    public async Task Finish(string hash, CancellationToken ct)
    {
        await settings.Set(Done, hash, ct);
        await settings.Set(Begun, null, ct);
    }

    /// <summary>The last mail that was derived with a configuration of this hash before that was broken off; zero when none was.</summary>
    private async Task<long> LastDone(string hash, CancellationToken ct) =>
        await settings.Get(Begun, ct) is { } begun
        && begun.Split(' ', 2) is [var number, var with]
        && with == hash
        && long.TryParse(number, CultureInfo.InvariantCulture, out var last)
            ? last
            : 0;

    private async Task<long[]> Page(WriteScope scope, Classifier classifier, long after)
    {
        long[] numbers =
        [
            .. await scope.Query<long>(
                $"select number from interaction where kind = {InteractionKind.Mail:d} and number > @after order by number limit @size",
                new { after, size = PageSize }),
        ];
        var lines = await new StoredLines(scope).Load(numbers);
        await new LineChanges(scope, classifier).Apply([.. numbers.Select(number => new LineChange(number, lines[number], [number]))]);
        return numbers;
    }
}
