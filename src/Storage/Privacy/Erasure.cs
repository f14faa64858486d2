using CrmSync.Domain.Log;
using CrmSync.Domain.Meetings;
using CrmSync.Storage.Calls;
using CrmSync.Storage.Digests;
using CrmSync.Storage.Directories;
using CrmSync.Storage.Harvest;
using CrmSync.Storage.Log;
using CrmSync.Storage.Pages;
using Dapper;
using NodaTime;

namespace CrmSync.Storage.Privacy;

/// <summary>What was taken out for somebody, or would be.</summary>
public sealed record ErasureCounts
{
    /// <summary>Lines of the log that were theirs alone, and are gone: mails, meetings, commands and notes.</summary>
    public int Removed { get; init; }

    /// <summary>Lines of others that no longer name them, and lost subject and text.</summary>
    public int Reduced { get; init; }

    /// <summary>Lines that keep all but an id that held their name.</summary>
    public int Renamed { get; init; }

    /// <summary>Mails of ours that named them, and lost their bytes.</summary>
    public int Mails { get; init; }

    /// <summary>Mails to the command mailbox that named them, and lost what they said.</summary>
    public int CommandMails { get; init; }

    /// <summary>Everything else: cards, bounces, quarantined items, kept items, notifications, messages of the program.</summary>
    public int Others { get; init; }
}

/// <summary>A mail of ours that names the person is being handed over, and nobody can tell yet whether it left.</summary>
public sealed class MailUnderWayException(string mail)
    : Exception(
        $"{mail} names the person and is being sent right now; nothing was erased. Try again in a minute; where no program sends any "
            + $"more, in a quarter of an hour"
    );

/// <summary>
/// Erases people from every table, in one transaction, and keeps them erased by salted hashes of what they are known by. What the database
/// no longer holds is then removed from its files (<see cref="ContactDatabase.Compact"/>).
/// </summary>
/// <param name="database">The database.</param>
/// <param name="textOfMail">What a mail that is kept as bytes says: its subject and all its texts.</param>
public sealed class Erasure(ContactDatabase database, Func<byte[], string> textOfMail)
{
    /// <summary>A mail being handed over for so long belongs to a worker that is gone.</summary>
    private static readonly Duration Lease = Duration.FromMinutes(15);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Erases a person.</summary>
    /// <param name="person">The person.</param>
    /// <param name="classifier">Knows who is ours.</param>
    /// <param name="merge">Merges the meetings they were in.</param>
    /// <param name="now">The moment.</param>
    /// <param name="patience">How long to wait for a mail that is being sent.</param>
    /// <param name="ct">Cancels; then nothing was erased.</param>
    /// <exception cref="MailUnderWayException">A mail is still being sent.</exception>
    public async Task<ErasureCounts> Forget(
        SomePerson person,
        Classifier classifier,
        MeetingMerge merge,
        Instant now,
        TimeSpan patience,
        CancellationToken ct)
    {
        var start = database.Time.GetTimestamp();
        while (true)
        {
            try
            {
                return await database.WriteDurably(
                    async scope =>
                    {
                        var words = await PersonTraces.Words(scope, person);
                        return await SendingNow(scope, words, person) is { } mail
                            ? throw new MailUnderWayException(mail)
                            : await Erase(scope, person, words, classifier, merge, now);
                    },
                    ct);
            }
            catch (MailUnderWayException) when (database.Time.GetElapsedTime(start) < patience)
            {
                await Task.Delay(Pause, database.Time, ct);
            }
        }
    }

    /// <summary>What <see cref="Forget"/> would take out; nothing is.</summary>
    public Task<ErasureCounts> Rehearse(SomePerson person, Classifier classifier, MeetingMerge merge, Instant now, CancellationToken ct) =>
        database.Rehearse(async scope => await Erase(scope, person, await PersonTraces.Words(scope, person), classifier, merge, now), ct);

    /// <summary>Where the person still stands, in any table.</summary>
    /// <param name="person">The person.</param>
    /// <param name="words">Names and telephone numbers found before they were erased (<see cref="KnownAs"/>).</param>
    /// <param name="ct">Cancels.</param>
    public Task<IReadOnlyList<Trace>> Search(SomePerson person, KnownAs words, CancellationToken ct) =>
        new DatabaseSearch(database).Find(new PersonWords(person.Addresses, words.Names, words.Telephones), textOfMail, ct);

    /// <summary>What the person is called in the log and in notes.</summary>
    public Task<KnownAs> KnownAs(SomePerson person, CancellationToken ct) => database.Write(
        async scope =>
        {
            var words = await PersonTraces.Words(scope, person);
            return new KnownAs(words.Names, words.Telephones);
        },
        ct);

    /// <summary>
    /// Lifts the erasure of a person: what is read from now on is kept again, also what was skipped meanwhile. What was erased does not
    /// come back by it.
    /// </summary>
    /// <returns>False when none of the addresses was erased.</returns>
    public Task<bool> Lift(SomePerson person, CancellationToken ct) => database.WriteDurably(
        async scope =>
        {
            var salt = await ErasedPeople.Salt(scope);
            var marks = scope.Engine.List([.. person.Addresses.SelectMany(address => ErasedPeople.Marks(salt, address))]);
            var lifted = await scope.Execute(
                $"""
                delete from erasure
                 where person in (select e.person from erasure e where e.kind = @address and {scope.Engine.AnyOf("e.mark", "@marks")})
                """,
                new { address = (int)MarkKind.Address, marks });
            if (lifted > 0)
            {
                await ErasedPeople.Note(scope);
                await scope.Execute("update folder set last_full_at = null");
                await DirectoryCards.ReadAgain(scope);
                await scope.Execute(
                    """
                    update remote_item
                       set state = @pending, attempts = 0, deaths = 0, lone_deaths = 0, next_attempt_at = null, reason = null
                     where state = @skipped and reason = @reason
                    """,
                    new { pending = (int)ItemState.Pending, skipped = (int)ItemState.Skipped, reason = ErasedPeople.Reason });
            }

            return lifted > 0;
        },
        ct);

    /// <summary>A mail that names the person and is being handed over; null when there is none.</summary>
    private async Task<string?> SendingNow(WriteScope scope, PersonWords words, SomePerson person)
    {
        // Claims are judged by the time of the database.
        var now = await scope.One<Instant>("select crmsync_now(0)");
        foreach (var mail in await PersonTraces.OwnMails(scope, words, person.Items, textOfMail))
        {
            if (mail.State == LedgerState.Sending && mail.RenewedAt > now - Lease)
                return $"{mail.Digest} for {mail.Reader} of {mail.Occasion}";
        }

        return null;
    }

    private async Task<ErasureCounts> Erase(
        WriteScope scope,
        SomePerson person,
        PersonWords words,
        Classifier classifier,
        MeetingMerge merge,
        Instant now)
    {
        if (scope.Engine.IsSqlite)
            await scope.Execute("pragma secure_delete = on");

        await Mark(scope, person, words, now);
        await ErasedPeople.Note(scope);
        var erased = await ErasedPeople.Load(scope);

        // Before lines go: what was said about them is found by when it was said, and what we answered by what it answered.
        var ownMails = await OwnMails(scope, words, person);
        var commandMails = await CommandMails(scope, words);
        var known = await LogErasure.Abouts(scope);
        var moved = new Dictionary<string, string>(StringComparer.Ordinal);
        var mails = await LogErasure.Mails(scope, words, erased, classifier, moved);
        var meetings = await LogErasure.Meetings(scope, words, erased, merge, classifier.Ours);
        var calls = await CallLog.LeaveOut(scope, erased);
        var commands = await LogErasure.Commands(scope, erased, known, moved);
        return mails with
        {
            Removed = mails.Removed + meetings.Removed + calls + commands.Removed,
            Reduced = mails.Reduced + meetings.Reduced + commands.Reduced,
            Mails = ownMails,
            CommandMails = commandMails,
            Others = await Elsewhere(scope, words, person, erased),
        };
    }

    /// <summary>Writes the hashes down. Whoever was erased under one of the addresses before is the same person.</summary>
    private static async Task Mark(WriteScope scope, SomePerson person, PersonWords words, Instant now)
    {
        var salt = await ErasedPeople.Salt(scope);
        var addresses = words.Addresses.Select(address => ErasedPeople.Mark(salt, address)).ToArray();
        var group =
            (
                await scope.Query<string>(
                    $"select min(person) from erasure where kind = {MarkKind.Address:d} and {scope.Engine.AnyOf("mark", "@marks")}",
                    new { marks = scope.Engine.List(addresses) })).Single() ?? ErasedPeople.Mark(salt, person.Addresses[0]);
        var marks = addresses
            .Select(mark => (Kind: MarkKind.Address, Mark: mark))
            .Concat(
                words
                    .Addresses.Select(address => ErasedPeople.LocalPartMark(salt, address))
                    .OfType<string>()
                    .Select(mark => (MarkKind.LocalPart, mark)))
            .Concat(words.Telephones.Select(number => (MarkKind.Telephone, ErasedPeople.TelephoneMark(salt, number))));
        foreach (var (kind, mark) in marks.Distinct())
        {
            await scope.Execute(
                "insert into erasure (person, kind, mark, erased_at) values (@group, @kind, @mark, @now) on conflict do nothing",
                new { group, kind = (int)kind, mark, now });
        }
    }

    /// <summary>
    /// Mails of ours that name them keep what they are and lose what they say. One that has not left is written once more without the
    /// person, under the same id; an answer that has not left is not given any more.
    /// </summary>
    private async Task<int> OwnMails(WriteScope scope, PersonWords words, SomePerson person)
    {
        var count = 0;
        foreach (var mail in await PersonTraces.OwnMails(scope, words, person.Items, textOfMail))
        {
            var isAnswer =
                await scope.One<long>("select count(*) from command_mail where told_by = @MessageId", new { mail.MessageId }) > 0
                && mail.Occasion.Contains(mail.MessageId[..Math.Min(8, mail.MessageId.Length)], StringComparison.Ordinal);
            var state = mail.State switch
            {
                LedgerState.Rendered => isAnswer ? LedgerState.Empty : LedgerState.Planned,
                LedgerState.Sending => LedgerState.Refused,
                var kept => kept,
            };
            var emptied = await scope.Execute(
                $"""
                update digest
                   set bytes = null,
                       state = @state,
                       problem = case when @state = {LedgerState.Refused:d} and state = {LedgerState.Sending:d} then @doubt else null end,
                       copy_problem = null
                 where message_id = @MessageId and state = @before
                """,
                new
                {
                    mail.MessageId,
                    state = (int)state,
                    before = (int)mail.State,
                    doubt = "it may have left when the program stopped; it named a person who was erased and is not sent a second time",
                });

            // Taken to be sent since it was looked at: claims do not wait for whoever writes.
            if (emptied == 0)
                throw new MailUnderWayException($"{mail.Digest} for {mail.Reader} of {mail.Occasion}");

            count += emptied;
            if (mail.State == LedgerState.Rendered)
                await scope.Execute("delete from digest_item where message_id = @MessageId", new { mail.MessageId });
        }

        var items = scope.Engine.List(person.Items);
        await scope.Execute($"delete from digest_item where {scope.Engine.AnyOf("item", "@items")}", new { items });
        await scope.Execute($"delete from notification where {scope.Engine.AnyOf("item", "@items")}", new { items });
        await scope.Execute($"delete from feed_entry where {scope.Engine.AnyOf("item", "@items")}", new { items });
        return count;
    }

    /// <summary>What mails to the command mailbox said of the person, and what was said about it.</summary>
    private static async Task<int> CommandMails(WriteScope scope, PersonWords words)
    {
        var count = 0;
        foreach (var (id, _) in await PersonTraces.CommandMails(scope, words))
        {
            count += await scope.Execute(
                $"""
                update command_mail
                   set words = @reason,
                       mail = null,
                       bytes = null,
                       answer = null,
                       people = null,
                       sender = case when reader is null then null else sender end,
                       state = case when state = {CommandMailState.Waiting:d} then {CommandMailState.Refused:d} else state end
                 where id = @id
                """,
                new { id, reason = ErasedPeople.Reason });
        }

        return count;
    }

    /// <summary>
    /// Where else a person may stand: cards, reports, quarantined items, names of items, what the program said about itself.
    /// </summary>
    private static async Task<int> Elsewhere(WriteScope scope, PersonWords words, SomePerson person, ErasedPeople erased)
    {
        var people = scope.Engine.List([.. person.Addresses.Select(a => a.Value)]);
        await LineFinder.LeaveOutStrangers(scope);
        await Units.Drop(scope);
        await EventBook.LeaveOut(scope, [.. person.Addresses.Select(a => a.Value)], person.Items);
        var count = await scope.Execute(
            $"delete from contact_alias where {scope.Engine.AnyOf("address", "@people")} or {scope.Engine.AnyOf("contact", "@people")}",
            new { people });
        count += await scope.Execute($"delete from bounce where {scope.Engine.AnyOf("address", "@people")}", new { people });
        count += await AuditTrail.LeaveOut(scope, person.Addresses);
        count += await DirectoryCards.LeaveOut(scope, erased);
        foreach (var item in await PersonTraces.Items(scope, words))
        {
            count += await scope.Execute(
                """
                update remote_item
                   set item_key = @key, place = @place, reason = @reason, remedy = @remedy
                 where number = @Number
                """,
                new
                {
                    item.Number,
                    key = PersonTraces.KeyWithout(item.ItemKey, words),
                    place = words.AreNamedIn(item.Place) ? null : item.Place,
                    reason = words.AreNamedIn(item.Reason) ? ErasedPeople.Reason : item.Reason,
                    remedy = words.AreNamedIn(item.Remedy) ? null : item.Remedy,
                });
        }

        foreach (var (table, key, column) in PersonTraces.ProgramTexts)
        {
            foreach (
                var (row, text) in (
                    await scope.Query<(string Key, string Text)>(
                        $"select cast({key} as varchar(1000)), {column} from {table} where {column} is not null")).AsList())
            {
                if (words.AreIn(text) && erased.WithoutAddresses(text) is var rest && rest != text)
                    count += await scope.Execute(
                        $"update {table} set {column} = @rest where cast({key} as varchar(1000)) = @row",
                        new { rest, row });
            }
        }

        return count;
    }
}

/// <summary>What somebody is called, besides their addresses.</summary>
/// <param name="Names">Display names.</param>
/// <param name="Telephones">Telephone numbers.</param>
public sealed record KnownAs(IReadOnlyCollection<string> Names, IReadOnlyCollection<string> Telephones);
