using CrmSync.Domain.Log;

namespace CrmSync.Storage.Log;

/// <summary>
/// Derives anew what the configuration makes of the mails in the log: class, direction, moment, internal people, markers, threads.
/// </summary>
public sealed class Derivation(ContactDatabase database)
{
    /// <summary>
    /// Goes up whenever the program makes something else of the same facts: a log that an earlier version derived is derived again.
    /// </summary>
    public const int Version = 4;

    private const string Setting = "derived with";
    private const int PageSize = 500;

    /// <summary>Whether the log was derived with a configuration of this hash; an empty log always was.</summary>
    public async Task<bool> IsCurrent(string hash, CancellationToken ct)
    {
        if (await new Settings(database).Get(Setting, ct) == hash)
            return true;

        return await new ContactLog(database).Count(ct) == 0;
    }

    /// <summary>Forgets with which configuration the log was derived: it has to be derived again.</summary>
    public Task Forget(CancellationToken ct) => new Settings(database).Set(Setting, null, ct);

    /// <summary>
    /// Derives every mail anew, page by page, and notes the hash at the end; broken off, it begins anew the next time. Meetings are merged
    /// anew by
    /// <see cref="Meetings.MeetingLog.Derive"/>.
    /// </summary>
    /// <param name="classifier">Of the configuration as it is now.</param>
    /// <param name="hash">Tells this configuration from others.</param>
    /// <param name="progress">Told after each page how many mails are done, or null.</param>
    /// <param name="ct">Cancels between pages.</param>
    public async Task<long> Run(Classifier classifier, string hash, IProgress<long>? progress, CancellationToken ct)
    {
        var settings = new Settings(database);
        await settings.Set(Setting, null, ct);
        long done = 0;
        long after = 0;
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            var page = await database.Write(scope => Page(scope, classifier, after), ct);
            if (page.Length == 0)
                break;

            done += page.Length;
            after = page[^1];
            progress?.Report(done);
        }

        await settings.Set(Setting, hash, ct);
        return done;
    }

    private static async Task<long[]> Page(WriteScope scope, Classifier classifier, long after)
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
