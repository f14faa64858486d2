using CrmSync.Domain.Contacts;
using CrmSync.Domain.Log;
using CrmSync.Storage.Rows;
using NodaTime;

namespace CrmSync.Storage.Log;

/// <summary>
/// Keeps threads as <see cref="Threads.Resolve"/> over the whole log would give them, by looking only at mails a change can affect: those that share a Message-ID
/// with it, those that share subject and person within the window, what these could have been joined to by subject, and every thread any of them is in.
/// Every other mail keeps all the mails it was joined to, and nothing nearer has come.
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

    /// <summary>After lines are written, each as a thread of its own: settles the threads.</summary>
    public async Task Settle(IReadOnlyList<(long Number, ThreadMail Mail)> written)
    {
        var inHand = written.ToDictionary(w => w.Number, w => w.Mail);
        affected.UnionWith(await Neighbours(inHand.Keys));
        affected.UnionWith(inHand.Keys);
        if (affected.Count == 0 && threads.Count == 0)
            return;

        var reached = affected.Union(await Earlier(affected)).Where(number => !inHand.ContainsKey(number)).ToArray();
       if (reached.Length > 0)
        {
            threads.UnionWith(await scope.Query<string>(
                $"select distinct thread from interaction where {scope.Engine.AnyOf("number", "@numbers")} and thread is not null",
                new { numbers = scope.Engine.List(reached) }));
        }

       var mails = await Members(inHand);
        var resolved = Threads.Resolve([.. mails.Select(m => m.Mail)]);
       var rows = scope.Rows(
            "update interaction set thread = r.thread from {rows} r where interaction.number = r.number", Column.Number("number"), Column.Text("thread"));
        foreach (var (number, was, mail) in mails)
        {
            if (resolved[mail.Id] is var thread && thread != was)
                rows.Add(number).Add(thread).End();
        }

        await rows.Flush();
    }

    /// <summary>Every mail that shares a key with one of these, of subjects within the window.</summary>
    private Task<IEnumerable<long>> Neighbours(IReadOnlyCollection<long> numbers) =>
        scope.Query<long>(
            $"""
            select distinct other.interaction
              from thread_key mine
              join thread_key other on other.thread_key = mine.thread_key and other.moment between mine.moment - @window and mine.moment + @window
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
             where mine.relation = 2 and {scope.Engine.AnyOf("mine.interaction", "@numbers")}
            """,
            new { numbers = scope.Engine.List(numbers), window = (long)Threads.SubjectWindow.TotalSeconds });

    /// <summary>The mails in hand and everything in the threads reached.</summary>
    private async Task<List<(long Number, string? Thread, ThreadMail Mail)>> Members(Dictionary<long, ThreadMail> inHand)
    {
        var mails = inHand.Select(w => (w.Key, (string?)w.Value.Id, w.Value)).ToList();
        if (threads.Count == 0)
            return mails;

        var rows = (await scope.Query<MemberRow>(
            $"""
            select number, id, at, class, subject, in_reply_to, refs, thread
              from interaction
             where {scope.Engine.AnyOf("thread", "@threads")}
            """,
            new { threads = scope.Engine.List(threads) })).Where(row => !inHand.ContainsKey(row.Number)).ToList();
        var numbers = scope.Engine.List(rows.ConvertAll(r => r.Number));
        var messageIds = (await scope.Query<(long Interaction, string MessageId)>(
            $"select interaction, message_id from mail_identity where message_id <> '' and {scope.Engine.AnyOf("interaction", "@numbers")}", new { numbers }))
            .ToLookup(row => row.Interaction, row => row.MessageId);
        var outsiders = (await scope.Query<(long Interaction, string Address)>(
            $"select interaction, address from participant where not internal and role <> @replyTo and {scope.Engine.AnyOf("interaction", "@numbers")}",
            new { numbers, replyTo = (int)ParticipantRole.ReplyTo }))
            .ToLookup(row => row.Interaction, row => row.Address);

        mails.AddRange(rows.Select(row => (
            row.Number,
            (string?)row.Thread,
            new ThreadMail(
                row.Id,
                row.At,
                [.. messageIds[row.Number].Distinct(StringComparer.Ordinal)],
                [.. LineFacts.Split(row.Refs).Concat(row.InReplyTo is null ? [] : [row.InReplyTo]).Distinct(StringComparer.Ordinal)],
                row.Subject,
                row.Class == (int)InteractionClass.Human ? outsiders[row.Number].Select(EmailAddress.Parse).ToHashSet() : []))));
        return mails;
    }

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
    }
}
