using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using NodaTime;

namespace CrmSync.Storage.Log;

/// <summary>
/// Keeps threads as <see cref="Threads.Resolve"/> over the whole log would give them, by looking only at mails a change can affect: those
/// that share a Message-ID with it, those that share subject and person within the window, what these could have been joined to by subject,
/// and every thread any of them is in. Every other mail keeps all the mails it was joined to, and nothing nearer has come.
/// </summary>
internal sealed class ThreadSettler(WriteScope scope)
{
    private readonly HashSet<long> affected = [];
    private readonly HashSet<string> threads = new(StringComparer.Ordinal);

    /// <summary>Before lines are taken out: remembers their threads and whom they met.</summary>
    public async Task Remember(IReadOnlyCollection<long> numbers)
    {
        affected.UnionWith(await Neighbours(numbers));
        affected.ExceptWith(numbers);
        threads.UnionWith(await scope.Query<string>(
            $"select distinct thread from interaction where {scope.Engine.AnyOf("number", "@numbers")} and thread is not null",
            new { numbers = scope.Engine.List(numbers) }));
    }

    /// <summary>Before lines are written: settles the threads of those in the log; gives the thread of each to be written.</summary>
    public async Task<Dictionary<long, string>> Settle(IReadOnlyList<WrittenMail> written)
    {
        affected.UnionWith(await Meeting(written));
        var reached = affected.Count == 0 ? affected : [.. affected, .. await Earlier(affected)];
        if (reached.Count > 0)
        {
            threads.UnionWith(await scope.Query<string>(
                $"select distinct thread from interaction where {scope.Engine.AnyOf("number", "@numbers")} and thread is not null",
                new { numbers = scope.Engine.List(reached) }));
        }

        var members = await Members();
        var resolved = Threads.Resolve([.. written.Select(w => w.Mail), .. members.Select(m => m.Mail)]);
        var rows = scope.Rows(
            "update interaction set thread = r.thread from {rows} r where interaction.number = r.number",
            Column.Number("number"),
            Column.Text("thread"));
        foreach (var (number, was, mail) in members)
        {
            if (resolved[mail.Id] is var thread && thread != was)
                rows.Add(number).Add(thread).End();
        }

        await rows.Flush();
        return written.ToDictionary(w => w.Number, w => resolved[w.Mail.Id]);
    }

    /// <summary>Every mail in the log that shares a key with one of these, of subjects within the window.</summary>
    private async Task<IEnumerable<long>> Meeting(IReadOnlyList<WrittenMail> written)
    {
        var ids = new HashSet<long>();
        var subjects = new Dictionary<long, List<long>>();
        foreach (var (key, moment, relation) in written.SelectMany(w => w.Keys))
        {
            if (relation != KeyRelation.Subject)
                ids.Add(key);
            else if (subjects.TryGetValue(key, out var moments))
                moments.Add(moment);
            else
                subjects.Add(key, [moment]);
        }

        var window = (long)Threads.SubjectWindow.TotalSeconds;
        var found = new HashSet<long>();
        if (ids.Count > 0)
        {
            found.UnionWith(
                await scope.Query<long>(
                    $"select interaction from thread_key where {scope.Engine.AnyOf("thread_key", "@ids")} and moment = 0",
                    new { ids = scope.Engine.List(ids) }));
        }

        if (subjects.Count == 0)
            return found;

        // One range for all of them lets the index find the rows; a batch is of one time, so few rows are fetched in vain.
        var near = await scope.Query<(long Key, long Moment, long Interaction)>(
            $"select thread_key, moment, interaction from thread_key where {scope.Engine.AnyOf("thread_key", "@subjects")} and moment "
                + $"between @earliest and @latest",
            new
            {
                subjects = scope.Engine.List(subjects.Keys),
                earliest = subjects.Values.Min(moments => moments.Min()) - window,
                latest = subjects.Values.Max(moments => moments.Max()) + window,
            });
        found.UnionWith(
            near.Where(row => subjects[row.Key].Exists(moment => Math.Abs(row.Moment - moment) <= window)).Select(row => row.Interaction));
        return found;
    }

    /// <summary>Every mail that shares a key with one of these, of subjects within the window.</summary>
    private Task<IEnumerable<long>> Neighbours(IReadOnlyCollection<long> numbers) =>
        scope.Query<long>(
            $"""
            select distinct other.interaction
              from thread_key mine
              join thread_key other on other.thread_key = mine.thread_key
                                   and other.moment between mine.moment - @window and mine.moment + @window
             where {scope.Engine.AnyOf("mine.interaction", "@numbers")}
            """,
            new { numbers = scope.Engine.List(numbers), window = (long)Threads.SubjectWindow.TotalSeconds });

    /// <summary>Every earlier mail one of these could be joined to by subject.</summary>
    private Task<IEnumerable<long>> Earlier(IReadOnlyCollection<long> numbers) =>
        scope.Query<long>(
            $"""
            select distinct other.interaction
              from thread_key mine
              join thread_key other on other.thread_key = mine.thread_key and other.moment between mine.moment - @window and mine.moment
             where mine.relation = {KeyRelation.Subject:d} and {scope.Engine.AnyOf("mine.interaction", "@numbers")}
            """,
            new { numbers = scope.Engine.List(numbers), window = (long)Threads.SubjectWindow.TotalSeconds });

    /// <summary>Everything in the threads reached.</summary>
    private async Task<List<(long Number, string Thread, ThreadMail Mail)>> Members()
    {
        if (threads.Count == 0)
            return [];

        var rows = (await scope.Query<MemberRow>(
            $"""
            select number, id, at, class, subject, in_reply_to, refs, thread, learned,
                   case when facts like '%"thread-index"%' or facts like '%"hidden"%' then facts end as facts
              from interaction
             where {scope.Engine.AnyOf("thread", "@threads")}
            """,
            new { threads = scope.Engine.List(threads) })).ToList();
        var numbers = scope.Engine.List(rows.ConvertAll(r => r.Number));
        var messageIds = (
            await scope.Query<(long Interaction, string MessageId)>(
                $"select interaction, message_id from mail_identity where message_id <> '' and "
                    + $"{scope.Engine.AnyOf("interaction", "@numbers")}",
                new { numbers })).ToLookup(row => row.Interaction, row => row.MessageId);
        var outsiders = (
            await scope.Query<(long Interaction, string Address)>(
                $"select interaction, address from participant where not internal and role <> @replyTo and "
                    + $"{scope.Engine.AnyOf("interaction", "@numbers")}",
                new { numbers, replyTo = (int)ParticipantRole.ReplyTo })).ToLookup(row => row.Interaction, row => row.Address);

        return rows.ConvertAll(row => (
            row.Number,
            row.Thread,
            new ThreadMail(
                row.Id,
                row.At,
                [.. messageIds[row.Number].Distinct(StringComparer.Ordinal)],
                [.. LineFacts.Split(row.Refs).Concat(row.InReplyTo is null ? [] : [row.InReplyTo]).Distinct(StringComparer.Ordinal)],
                row.Subject,
                Outsiders(row, outsiders[row.Number]),
                ThreadIndex.TryParse(LineFacts.HeaderIn(row.Facts, "thread-index"), out var index) ? index : null)
            {
                Hidden = LineFacts.HiddenIn(row.Facts),
            }));
    }

    /// <summary>The same people as <see cref="Classifier.CreateThreadMail(MailLine, Classification)"/> gives.</summary>
    private static HashSet<EmailAddress> Outsiders(MemberRow row, IEnumerable<string> external) =>
        row.Class == (int)InteractionClass.Human ? [.. external.Select(EmailAddress.Parse)]
        : LineFacts.ReadLearned(row.Learned).Forwarded is { } forwarded ? [forwarded.Author]
        : [];

    private sealed record MemberRow
    {
        public long Number { get; init; }

        public required string Id { get; init; }

        public Instant At { get; init; }

        public int? Class { get; init; }

        public string? Subject { get; init; }

        public string? InReplyTo { get; init; }

        public string? Refs { get; init; }

        public required string Thread { get; init; }

        public string? Facts { get; init; }

        public string? Learned { get; init; }
    }
}
