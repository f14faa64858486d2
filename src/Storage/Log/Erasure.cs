using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Domain.Meetings;
using CrmSync.Storage.Meetings;
using NodaTime;

namespace CrmSync.Storage.Log;

/// <summary>What was taken out of the log for somebody.</summary>
/// <param name="Removed">Lines that were theirs alone, and are gone.</param>
/// <param name="Reduced">Lines of others that no longer name them, and lost their text.</param>
public sealed record ErasureCounts(int Removed, int Reduced);

/// <summary>Everything held about one person: ready to be written as JSON.</summary>
/// <param name="Address">The address asked for.</param>
/// <param name="Lines">Every line with them in it, oldest first.</param>
/// <param name="Facts">What else is kept of these lines, by id: headers and references, as stored.</param>
/// <param name="IsErased">Whether they were erased before.</param>
public sealed record PersonRecord(
    EmailAddress Address,
    IReadOnlyList<Interaction> Lines,
    IReadOnlyDictionary<string, string> Facts,
    bool IsErased);

/// <summary>Erases people and keeps them erased; tells what is held about one.</summary>
public sealed class Erasure(ContactDatabase database)
{
    /// <summary>
    /// Erases a person in one transaction: their own mails and mails with nobody else outside go; other lines lose their address, name and
    /// the text; a salted hash of the address stays, so that reading a mailbox anew does not bring them back.
    /// </summary>
    /// <param name="addresses">Every address of the person.</param>
    /// <param name="classifier">Knows who is ours.</param>
    /// <param name="merge">Merges the meetings they were in anew.</param>
    /// <param name="now">The moment.</param>
    /// <param name="ct">Cancels; then nothing was erased.</param>
    public async Task<ErasureCounts> Forget(
        IReadOnlyCollection<EmailAddress> addresses, Classifier classifier, MeetingMerge merge, Instant now, CancellationToken ct)
    {
        var counts = await database.WriteDurably(
            async scope =>
            {
                if (scope.Engine.IsSqlite)
                    await scope.Execute("pragma secure_delete = on");

                var salt = await ErasedPeople.Salt(scope);
                foreach (var address in addresses)
                {
                    await scope.Execute(
                        "insert into erased (address_hash, erased_at) values (@hash, @now) on conflict (address_hash) do nothing",
                        new { hash = ErasedPeople.Hash(salt, address), now });
                }

                var erased = await ErasedPeople.Load(scope);
                var mails = await Mails(scope, addresses, erased, classifier);
                var others = await Commands(scope, addresses);
                var meetings = await Meetings(scope, addresses, erased, merge, classifier.Ours);
                await Elsewhere(scope, addresses);
                return new ErasureCounts(mails.Removed + others + meetings.Removed, mails.Reduced + meetings.Reduced);
            },
            ct);
        await database.Compact(ct);
        return counts;
    }

    /// <summary>Everything held about the person of an address.</summary>
    public async Task<PersonRecord> Export(EmailAddress address, CancellationToken ct)
    {
        var lines = new List<Interaction>();
        await foreach (var line in new ContactLog(database).Read(new LogFilter { With = [address] }, ct))
            lines.Add(line);

        return await database.Write(
            async scope =>
            {
                var facts = await scope.Query<(string Id, string Facts)>(
                    $"select id, facts from interaction where facts is not null and {scope.Engine.AnyOf("id", "@ids")}",
                    new { ids = scope.Engine.List(lines.ConvertAll(l => l.Id)) });
                return new PersonRecord(
                    address,
                    lines,
                    facts.ToDictionary(f => f.Id, f => f.Facts, StringComparer.Ordinal),
                    (await ErasedPeople.Load(scope)).Contains(address));
            },
            ct);
    }

    private static async Task<ErasureCounts> Mails(
        WriteScope scope,
        IReadOnlyCollection<EmailAddress> addresses,
        ErasedPeople erased,
        Classifier classifier)
    {
        var numbers = (await Lines(scope, addresses, InteractionKind.Mail)).ToArray();
        var stored = await new StoredLines(scope).Load(numbers);
        var removed = new List<long>();
        var reduced = new List<LineChange>();
        foreach (var (number, line) in stored)
        {
            if (erased.Without(line, classifier) is not { } rest)
                removed.Add(number);
            else if (!ReferenceEquals(rest, line))
                reduced.Add(new LineChange(number, rest, [number]));
        }

        await new LineChanges(scope, classifier).Apply(reduced, removed);
        await scope.Execute(
            $"""
            update remote_item
               set interaction = null, state = @skipped, reason = 'about a person who was erased', place = null
             where {scope.Engine.AnyOf("interaction", "@removed")}
            """,
            new { skipped = (int)Harvest.ItemState.Skipped, removed = scope.Engine.List(removed) });
        return new ErasureCounts(removed.Count, reduced.Count);
    }

    private static async Task<int> Commands(WriteScope scope, IReadOnlyCollection<EmailAddress> addresses)
    {
        var numbers = (await Lines(scope, addresses, InteractionKind.Command)).ToHashSet();
        foreach (
            var (number, command) in await scope.Query<(long Number, string Command)>(
                "select number, command from interaction where kind = 2"))
        {
            if (CommandText.Read(command) is { Contact: { } contact } && addresses.Contains(contact))
                numbers.Add(number);
        }

        await new PlainLines(scope).Remove(numbers);
        return numbers.Count;
    }

    private static async Task<ErasureCounts> Meetings(
        WriteScope scope, IReadOnlyCollection<EmailAddress> addresses, ErasedPeople erased, MeetingMerge merge, InternalAddresses ours)
    {
        var lines = (await Lines(scope, addresses, InteractionKind.Meeting)).ToArray();
        var series = new HashSet<string>(StringComparer.Ordinal);
        foreach (var row in await scope.Query<CopyRow>("select account, series, occurrence, copy from meeting_copy"))
        {
            if (!addresses.Any(a => row.Copy.Contains(a.Value, StringComparison.OrdinalIgnoreCase)))
                continue;

            series.Add(row.Series);
            await scope.Execute(
                "update meeting_copy set copy = @copy where account = @Account and series = @Series and occurrence = @Occurrence",
                new { copy = Json.Write(erased.Without(Json.Read<MeetingCopy>(row.Copy))), row.Account, row.Series, row.Occurrence });
        }

        foreach (var row in await scope.Query<MessageRow>("select series, hash, message from meeting_mail"))
        {
            if (!addresses.Any(a => row.Message.Contains(a.Value, StringComparison.OrdinalIgnoreCase)))
                continue;

            series.Add(row.Series);
            await (
                erased.Without(Json.Read<InvitationMail>(row.Message)) is { } rest
                    ? scope.Execute(
                        "update meeting_mail set message = @message where series = @Series and hash = @Hash",
                        new
                        {
                            message = Json.Write(rest),
                            row.Series,
                            row.Hash,
                        })
                    : scope.Execute("delete from meeting_mail where series = @Series and hash = @Hash", new { row.Series, row.Hash }));
        }

        if (series.Count == 0)
            return new ErasureCounts(0, 0);

        var counts = await MeetingLog.Merge(scope, series, merge, ours);
        return new ErasureCounts(counts.Gone, lines.Length - counts.Gone);
    }

    /// <summary>Where else an address may stand: the contacts, and digests that told of the person.</summary>
    private static async Task Elsewhere(WriteScope scope, IReadOnlyCollection<EmailAddress> addresses)
    {
        var people = scope.Engine.List([.. addresses.Select(a => a.Value)]);
        await scope.Execute(
            $"delete from contact_alias where {scope.Engine.AnyOf("address", "@people")} or {scope.Engine.AnyOf("contact", "@people")}",
            new { people });
        await scope.Execute($"delete from bounce where {scope.Engine.AnyOf("address", "@people")}", new { people });
        await scope.Execute("update digest set bytes = null where state in (3, 4)");
        foreach (var address in addresses)
        {
            // What became of a mail stays known; what it said, and what was said about it, goes with the person.
            var like =
                $"%{address.Value.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal)}%";
            await scope.Execute(
                """
                update command_mail
                   set words = 'about a person who was erased', mail = null, answer = null, sender = case when lower(sender) = @address then null else sender end,
                       state = case when state = 0 then 2 else state end
                 where lower(mail) like @like escape '\' or lower(words) like @like escape '\' or lower(answer) like @like escape '\' or lower(sender) = @address
                """,
                new { like, address = address.Value });
        }
    }

    private static Task<IEnumerable<long>> Lines(WriteScope scope, IReadOnlyCollection<EmailAddress> addresses, InteractionKind kind) =>
        scope.Query<long>(
            $"""
            select distinct i.number
              from participant p
              join interaction i on i.number = p.interaction
             where i.kind = @kind and {scope.Engine.AnyOf("p.address", "@people")}
            """,
            new { kind = (int)kind, people = scope.Engine.List([.. addresses.Select(a => a.Value)]) });

    private sealed record CopyRow
    {
        public long Account { get; init; }

        public required string Series { get; init; }

        public required string Occurrence { get; init; }

        public required string Copy { get; init; }
    }

    private sealed record MessageRow
    {
        public required string Series { get; init; }

        public required string Hash { get; init; }

        public required string Message { get; init; }
    }
}
