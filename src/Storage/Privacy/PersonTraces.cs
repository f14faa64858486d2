using System.Text.RegularExpressions;
using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Domain.Meetings;
using CrmSync.Storage.Digests;
using CrmSync.Storage.Directories;
using CrmSync.Storage.Log;
using NodaTime;

namespace CrmSync.Storage.Privacy;

/// <summary>Finds the rows that speak of a person, table by table: for those who erase them and those who tell what is held.</summary>
internal static partial class PersonTraces
{
    /// <summary>
    /// A command and the mail that said it arrive within this; of several commands in one mail each counts a second later.
    /// </summary>
    private static readonly Duration SameMail = Duration.FromMinutes(1);

    /// <summary>Texts in which the program says something about itself, and whose row they are.</summary>
    public static IReadOnlyList<(string Table, string Key, string Column)> ProgramTexts { get; } =
    [
        ("meta", "name", "value"),
        ("account", "number", "last_error"),
        ("folder", "number", "parked_reason"),
        ("login_failure", "login || ' ' || fingerprint", "words"),
        ("login_failure", "login || ' ' || fingerprint", "remedy"),
        ("digest", "message_id", "problem"),
        ("digest", "message_id", "copy_problem"),
        ("directory_part", "directory || ' ' || part", "troubles"),
    ];

    /// <summary>
    /// What the person is known by: besides their addresses the names they were written with, telephone numbers in notes about them, and
    /// what directories say.
    /// </summary>
    public static async Task<PersonWords> Words(WriteScope scope, SomePerson person)
    {
        var people = scope.Engine.List([.. person.Addresses.Select(address => address.Value)]);
        var names = await scope.Query<string>(
            $"""
            select distinct name from participant where name is not null and {scope.Engine.AnyOf("address", "@people")}
            union
            select distinct name from contact_alias where name is not null and ({scope.Engine.AnyOf(
                "address",
                "@people")} or {scope.Engine.AnyOf("contact", "@people")})
            """,
            new { people });
        var telephones = (await Commands(scope))
            .Where(row => IsAbout(row.Line, person.Addresses))
            .SelectMany(row => TelephonesNoted(row.Line.Command!.Text));
        var cards = await DirectoryCards.About(scope, person.Addresses);
        return new PersonWords(
            person.Addresses,
            names.Concat(person.Names).Concat(cards.Select(card => card.Name).OfType<string>()),
            person.Telephones.Concat(telephones).Concat(await DirectoryCards.Telephones(scope, person.Addresses)));
    }

    public static bool IsAbout(Interaction line, IReadOnlyCollection<EmailAddress> people) =>
        line.Command is { } command
        && (
            (command.Contact is { } contact && people.Contains(contact))
            || (command.Other is { } other && people.Contains(other))
            || (EmailAddress.TryParseContact(command.About, out var about) && people.Contains(about)));

    /// <summary>The numbers of the mails with the person in them: among their people, in a report, in a header, an id or a text.</summary>
    public static async Task<IReadOnlyCollection<long>> Mails(WriteScope scope, PersonWords words)
    {
        var people = scope.Engine.List([.. words.Addresses.Select(address => address.Value)]);
        var found = (
            await scope.Query<long>(
                $"""
                select p.interaction
                  from participant p
                  join interaction i on i.number = p.interaction
                 where i.kind = {InteractionKind.Mail:d} and {scope.Engine.AnyOf("p.address", "@people")}
                union
                select interaction from bounce where {scope.Engine.AnyOf("address", "@people")}
                """,
                new { people })).ToHashSet();
        await using (
            var command = scope.Command(
                $"""
                select number, author, subject, body, facts, refs, message_id, in_reply_to
                  from interaction
                 where kind = {InteractionKind.Mail:d}
                """))
        await using (var row = await command.ExecuteReaderAsync(scope.Cancellation))
        {
            while (await row.ReadAsync(scope.Cancellation))
            {
                if (
                    Texts(row, 1, 7).Any(words.AreIn)
                    || Texts(row, 5, 7).Any(words.MayBeHeldBy)
                    || (!row.IsDBNull(4) && words.MayBeHeldBy(row.GetString(4))))
                    found.Add(row.GetInt64(0));
            }
        }

        await using (var command = scope.Command("select interaction, message_id from mail_identity where message_id <> ''"))
        await using (var row = await command.ExecuteReaderAsync(scope.Cancellation))
        {
            while (await row.ReadAsync(scope.Cancellation))
            {
                if (words.MayBeHeldBy(row.GetString(1)) || words.AreIn(row.GetString(1)))
                    found.Add(row.GetInt64(0));
            }
        }

        return found;
    }

    /// <summary>Every command of the log.</summary>
    public static async Task<IReadOnlyList<(long Number, Interaction Line)>> Commands(WriteScope scope) =>
        (await scope.Query<CommandRow>(
            $"select number, id, at, command from interaction where kind = {InteractionKind.Command:d} and command is not null"))
            .Select(row =>
                (
                    row.Number,
                    new Interaction
                    {
                        Id = row.Id,
                        Kind = InteractionKind.Command,
                        At = row.At,
                        Seen = row.At,
                        Command = CommandText.Read(row.Command),
                    }))
            .ToList();

    public static async Task<IReadOnlyList<CopyRow>> Copies(WriteScope scope, PersonWords words) =>
        [
            .. (await scope.Query<CopyRow>("select account, series, occurrence, copy from meeting_copy")).Where(row =>
                words.AreIn(row.Copy) || words.MayBeHeldBy(row.Series)),
        ];

    public static async Task<IReadOnlyList<MessageRow>> Messages(WriteScope scope, PersonWords words) =>
        [
            .. (await scope.Query<MessageRow>("select series, hash, message from meeting_mail")).Where(row =>
                words.AreIn(row.Message) || words.MayBeHeldBy(row.Series)),
        ];

    /// <summary>The series of the meetings in the log with the person in them.</summary>
    public static Task<IEnumerable<string>> MeetingSeries(WriteScope scope, PersonWords words) =>
        scope.Query<string>(
            $"""
            select distinct i.series
              from participant p
              join interaction i on i.number = p.interaction
             where i.kind = {InteractionKind.Meeting:d} and i.series is not null and {scope.Engine.AnyOf("p.address", "@people")}
            """,
            new { people = scope.Engine.List([.. words.Addresses.Select(address => address.Value)]) });

    /// <summary>
    /// Mails of ours that named the person: by an item about them, as an answer about them, or in what they say as far as it is kept,
    /// also by the subject of a line with them.
    /// </summary>
    public static async Task<IReadOnlyList<OwnMail>> OwnMails(
        WriteScope scope,
        PersonWords words,
        IReadOnlyCollection<string> items,
        Func<byte[], string> textOfMail)
    {
        var list = scope.Engine.List(items);
        var byItem = (
            await scope.Query<string>(
                $"""
                select message_id from digest_item where {scope.Engine.AnyOf("item", "@list")}
                union
                select message_id from notification where {scope.Engine.AnyOf("item", "@list")}
                """,
                new { list })
        ).Concat((await CommandMails(scope, words)).Select(mail => mail.ToldBy).OfType<string>()).ToHashSet(StringComparer.Ordinal);
        var subjects = new ShownSubjects(await SubjectsOfLines(scope, words));
        var mails = new List<OwnMail>();
        await using var command = scope.Command(
            "select message_id, digest, reader, local_date, state, due_at, renewed_at, sent_at, bytes from digest");
        await using var row = await command.ExecuteReaderAsync(scope.Cancellation);
        while (await row.ReadAsync(scope.Cancellation))
        {
            var text = row.IsDBNull(8) ? null : textOfMail(row.GetFieldValue<byte[]>(8));
            if (!byItem.Contains(row.GetString(0)) && !words.MayBeNamedIn(text) && !subjects.AreIn(text))
                continue;

            mails.Add(new OwnMail(row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), (LedgerState)row.GetInt32(4))
            {
                DueAt = scope.Engine.InstantAt(row, 5),
                RenewedAt = scope.Engine.NullableInstantAt(row, 6),
                SentAt = scope.Engine.NullableInstantAt(row, 7),
                Text = text,
            });
        }

        return mails;
    }

    /// <summary>What the mails and meetings with the person are about: these lines go, or lose what they say.</summary>
    private static async Task<IEnumerable<string>> SubjectsOfLines(WriteScope scope, PersonWords words)
    {
        var numbers = scope.Engine.List(await Mails(scope, words));
        var series = scope.Engine.List([.. await MeetingSeries(scope, words)]);
        return await scope.Query<string>(
            $"""
            select distinct subject from interaction
             where subject is not null and ({scope.Engine.AnyOf("number", "@numbers")} or {scope.Engine.AnyOf("series", "@series")})
            """,
            new { numbers, series });
    }

    /// <summary>
    /// Mails to the command mailbox that name the person, or said what is kept about them, and the mails of ours that told what came of
    /// them.
    /// </summary>
    public static async Task<IReadOnlyList<(string Id, string? ToldBy)>> CommandMails(WriteScope scope, PersonWords words)
    {
        var said = (await Commands(scope)).Where(row => IsAbout(row.Line, words.Addresses)).Select(row => row.Line.At).ToList();
        var rows = await scope.Query<CommandMailRow>(
            "select id, arrived_at, mail, sender, words, answer, people, told_by from command_mail");
        return
        [
            .. rows.Where(row =>
                    words.AreIn(row.Sender)
                    || words.AreIn(row.People)
                    || words.MayBeNamedIn(row.Mail)
                    || words.MayBeNamedIn(row.Words)
                    || words.MayBeNamedIn(row.Answer)
                    || said.Exists(at => at >= row.ArrivedAt && at - row.ArrivedAt <= SameMail))
                .Select(row => (row.Id, row.ToldBy)),
        ];
    }

    /// <summary>Items of servers and files whose name, place or trouble names the person.</summary>
    public static async Task<IReadOnlyList<ItemRow>> Items(WriteScope scope, PersonWords words) =>
        [
            .. (
                await scope.Query<ItemRow>(
                    """
                    select number, item_key, place, reason, remedy
                      from remote_item
                     where place is not null
                        or reason is not null
                        or remedy is not null
                        or item_key like '%@%'
                        or item_key like '%|%'
                        or item_key like '%40%'
                    """
                )).Where(row =>
                KeyWithout(row.ItemKey, words) != row.ItemKey
                || words.AreNamedIn(row.Place)
                || words.AreNamedIn(row.Reason)
                || words.AreNamedIn(row.Remedy)),
        ];

    /// <summary>
    /// The key of an item without the person. Where it names a series of meetings, it does so as listings do now; any other name of an item
    /// becomes one that says nothing.
    /// </summary>
    public static string KeyWithout(string key, PersonWords words) =>
        string.Join(
            '|',
            key.Split('|')
                .Select(part =>
                {
                    var plain = Uri.UnescapeDataString(part);
                    return
                        MeetingKey.IsName(part)
                        || !(words.AreNamedIn(plain) || (key.Contains('|', StringComparison.Ordinal) && words.MayBeHeldBy(plain)))
                        ? part
                        : MeetingKey.Name(plain);
                }));

    /// <summary>The telephone numbers a note gives in lines of their own.</summary>
    private static IEnumerable<string> TelephonesNoted(string? note) =>
        TelephoneLine().Matches(note ?? "").SelectMany(match => Mentions.TelephonesIn(match.Value));

    private static IEnumerable<string?> Texts(System.Data.Common.DbDataReader row, int first, int last) =>
        Enumerable.Range(first, last - first + 1).Select(column => row.IsDBNull(column) ? null : row.GetString(column));

    [GeneratedRegex(
        @"^[ \t]*(telephone|phone|tel|mobile|mob|cell|telefon|handy|portable|tel[eé]fono|telefono)\.?[ \t]*:[^\n]*",
        RegexOptions.Multiline
            | RegexOptions.IgnoreCase
            | RegexOptions.NonBacktracking
            | RegexOptions.ExplicitCapture
            | RegexOptions.CultureInvariant)]
    private static partial Regex TelephoneLine();

    /// <summary>A mail of ours that named the person.</summary>
    internal sealed record OwnMail(string MessageId, string Digest, string Reader, string Occasion, LedgerState State)
    {
        public required Instant DueAt { get; init; }

        /// <summary>When whoever hands it over was last known to be at it.</summary>
        public Instant? RenewedAt { get; init; }

        public Instant? SentAt { get; init; }

        /// <summary>What it says; null when its bytes are not kept any more.</summary>
        public string? Text { get; init; }
    }

    internal sealed record CopyRow
    {
        public long Account { get; init; }

        public required string Series { get; init; }

        public required string Occurrence { get; init; }

        public required string Copy { get; init; }
    }

    internal sealed record MessageRow
    {
        public required string Series { get; init; }

        public required string Hash { get; init; }

        public required string Message { get; init; }
    }

    internal sealed record ItemRow
    {
        public long Number { get; init; }

        public required string ItemKey { get; init; }

        public string? Place { get; init; }

        public string? Reason { get; init; }

        public string? Remedy { get; init; }
    }

    private sealed record CommandRow
    {
        public long Number { get; init; }

        public required string Id { get; init; }

        public Instant At { get; init; }

        public required string Command { get; init; }
    }

    private sealed record CommandMailRow
    {
        public required string Id { get; init; }

        public Instant ArrivedAt { get; init; }

        public string? Mail { get; init; }

        public string? Sender { get; init; }

        public string? Words { get; init; }

        public string? Answer { get; init; }

        public string? People { get; init; }

        public string? ToldBy { get; init; }
    }
}
