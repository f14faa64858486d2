using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Domain.Meetings;
using CrmSync.Storage.Harvest;
using CrmSync.Storage.Log;
using CrmSync.Storage.Meetings;

namespace CrmSync.Storage.Privacy;

/// <summary>Takes a person out of the lines of the log: a line that is theirs alone goes, any other loses what names them.</summary>
internal static class LogErasure
{
    private const int Batch = 500;

    public static async Task<ErasureCounts> Mails(
        WriteScope scope,
        PersonWords words,
        ErasedPeople erased,
        Classifier classifier,
        Dictionary<string, string> moved)
    {
        var counts = new ErasureCounts();
        foreach (var numbers in (await PersonTraces.Mails(scope, words)).Chunk(Batch))
        {
            var before = await Threads(scope, numbers);
            var removed = new List<long>();
            var changed = new List<LineChange>();
            foreach (var (number, line) in await new StoredLines(scope).Load(numbers))
            {
                if (erased.Without(line, classifier) is not { } rest)
                {
                    removed.Add(number);
                    continue;
                }

                if (ReferenceEquals(rest, line))
                    continue;

                changed.Add(new LineChange(number, rest, [number]));
                counts = rest.Participants.Count < line.Participants.Count || rest.Subject != line.Subject || rest.Text != line.Text
                    ? counts with { Reduced = counts.Reduced + 1 }
                    : counts with { Renamed = counts.Renamed + 1 };
            }

            await new LineChanges(scope, classifier).Apply(changed, removed);
            await scope.Execute(
                $"""
                update remote_item
                   set interaction = null, state = @skipped, reason = @reason, place = null, remedy = null, web_link = null
                 where {scope.Engine.AnyOf("interaction", "@removed")}
                """,
                new { skipped = (int)ItemState.Skipped, reason = ErasedPeople.Reason, removed = scope.Engine.List(removed) });
            await scope.Execute(
                $"update remote_item set web_link = null where {scope.Engine.AnyOf("interaction", "@numbers")}",
                new { numbers = scope.Engine.List(changed.ConvertAll(change => change.Number)) });
            counts = counts with { Removed = counts.Removed + removed.Count };
            foreach (var (number, thread) in await ThreadsNow(scope, before.Keys))
            {
                if (before[number] != thread)
                    moved[before[number]] = thread;
            }
        }

        return counts;
    }

    /// <summary>The threads of the lines that share one with some lines: a thread is called by its first line, which may go.</summary>
    private static async Task<Dictionary<long, string>> Threads(WriteScope scope, IReadOnlyCollection<long> numbers) =>
        (await scope.Query<(long Number, string Thread)>(
            $"""
            select number, thread
              from interaction
             where thread in (select i.thread from interaction i where {scope.Engine.AnyOf("i.number", "@numbers")})
            """,
            new { numbers = scope.Engine.List(numbers) })).ToDictionary(row => row.Number, row => row.Thread);

    private static Task<IEnumerable<(long Number, string Thread)>> ThreadsNow(WriteScope scope, IReadOnlyCollection<long> numbers) =>
        scope.Query<(long Number, string Thread)>(
            $"select number, thread from interaction where thread is not null and {scope.Engine.AnyOf("number", "@numbers")}",
            new { numbers = scope.Engine.List(numbers) });

    /// <summary>What commands can be about: threads and lines.</summary>
    public static async Task<HashSet<string>> Abouts(WriteScope scope) =>
        (await scope.Query<string>("select thread from interaction where thread is not null union select id from interaction")).ToHashSet(
            StringComparer.Ordinal);

    /// <summary>
    /// Commands and notes about them, or about threads and meetings that went with them. A thread that lost its first line is called
    /// otherwise.
    /// </summary>
    public static async Task<(int Removed, int Reduced)> Commands(
        WriteScope scope,
        ErasedPeople erased,
        HashSet<string> before,
        Dictionary<string, string> moved)
    {
        var removed = new List<long>();
        var reduced = 0;
        var finder = new LineFinder(scope);
        before.ExceptWith(await Abouts(scope));
        before.ExceptWith(moved.Keys);
        foreach (var (number, line) in await PersonTraces.Commands(scope))
        {
            if (erased.Without(line) is not { } rest || (rest.Command!.About is { } gone && before.Contains(gone)))
            {
                removed.Add(number);
                continue;
            }

            if (rest.Command.About is { } about && moved.TryGetValue(about, out var thread))
                rest = rest with { Command = rest.Command with { About = thread } };

            if (!ReferenceEquals(rest, line))
            {
                await scope.Execute(
                    "update interaction set command = @command where number = @number",
                    new { command = CommandText.Write(rest.Command!), number });
                await scope.Execute("delete from line_target where interaction = @number", new { number });
                finder.Add(number, rest);
                reduced++;
            }
        }

        await finder.Flush();
        await new PlainLines(scope).Remove(removed);
        return (removed.Count, reduced);
    }

    public static async Task<(int Removed, int Reduced)> Meetings(
        WriteScope scope,
        PersonWords words,
        ErasedPeople erased,
        MeetingMerge merge,
        InternalAddresses ours)
    {
        var touched = new HashSet<string>(StringComparer.Ordinal);
        foreach (var row in await PersonTraces.Copies(scope, words))
        {
            var copy = Json.Read<MeetingCopy>(row.Copy);
            var rest = erased.Without(copy, ours);
            if (ReferenceEquals(rest, copy))
                continue;

            touched.Add(row.Series);
            await scope.Execute(
                "delete from meeting_copy where account = @Account and series = @Series and occurrence = @Occurrence",
                new
                {
                    row.Account,
                    row.Series,
                    row.Occurrence,
                });
            if (rest is null)
                continue;

            touched.Add(rest.Key.Uid);
            await scope.Execute(
                "insert into meeting_copy (account, series, occurrence, copy) values (@Account, @series, @Occurrence, @copy) on conflict "
                    + "do nothing",
                new { row.Account, series = rest.Key.Uid, row.Occurrence, copy = Json.Write(rest) });
        }

        foreach (var row in await PersonTraces.Messages(scope, words))
        {
            var message = Json.Read<InvitationMail>(row.Message);
            var rest = erased.Without(message, ours);
            if (ReferenceEquals(rest, message))
                continue;

            touched.Add(row.Series);
            await scope.Execute("delete from meeting_mail where series = @Series and hash = @Hash", new { row.Series, row.Hash });
            if (rest is null)
                continue;

            touched.Add(rest.Series);
            await scope.Execute(
                "insert into meeting_mail (series, hash, message) values (@series, @hash, @message) on conflict do nothing",
                new { series = rest.Series, hash = MeetingLog.Hash(rest), message = Json.Write(rest) });
        }

        // What a merge left behind of them without a copy: the meeting is one nobody's calendar holds any more.
        touched.UnionWith(await PersonTraces.MeetingSeries(scope, words));
        if (touched.Count == 0)
            return (0, 0);

        var before = await scope.One<long>(
            $"select count(*) from interaction where kind = {InteractionKind.Meeting:d} and {scope.Engine.AnyOf("series", "@series")}",
            new { series = scope.Engine.List(touched) });
        await MeetingLog.Merge(scope, touched, merge, ours);
        var after = await scope.One<long>(
            $"select count(*) from interaction where kind = {InteractionKind.Meeting:d} and {scope.Engine.AnyOf("series", "@series")}",
            new { series = scope.Engine.List(touched) });
        return ((int)(before - after), (int)after);
    }
}
