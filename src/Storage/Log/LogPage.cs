using System.Data.Common;
using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using Dapper;
using NodaTime;

namespace CrmSync.Storage.Log;

/// <summary>Reads one page of the log after another. Addresses, names of accounts and other repeated texts are kept once.</summary>
internal sealed class LogPage(Engine engine, DbConnection connection, LogFilter filter)
{
    private readonly Dictionary<string, EmailAddress> addresses = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> texts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<string>> lists = new(StringComparer.Ordinal);

    /// <summary>At most <paramref name="size"/> lines after a place in the order.</summary>
    public async Task<IReadOnlyList<Interaction>> Read((Instant At, string Id)? after, int size, CancellationToken ct)
    {
        var rows = new List<(long Number, Interaction Line)>(size);
        await using (var command = Lines(after, size))
        await using (var row = await command.ExecuteReaderAsync(ct))
        {
            while (await row.ReadAsync(ct))
                rows.Add((row.GetInt64(0), LineAt(row)));
        }

        if (rows.Count == 0)
            return [];

        var numbers = engine.List(rows.ConvertAll(r => r.Number));
        var participants = await Participants(numbers, ct);
        var accounts = await Accounts(numbers, ct);
        return rows.ConvertAll(r => r.Line with
        {
            Participants = participants.TryGetValue(r.Number, out var people) ? people : [],
            Accounts = accounts.TryGetValue(r.Number, out var names) ? names : [],
        });
    }

    private DbCommand Lines((Instant At, string Id)? after, int size)
    {
        var command = connection.CreateCommand();
        var conditions = new List<string>();
        if (after is { } place)
        {
            conditions.Add("(i.at, i.id) > (@afterAt, @afterId)");
            command.Set("@afterAt", engine.Value(place.At));
            command.Set("@afterId", place.Id);
        }

        if (filter.Now is { } now)
        {
            conditions.Add("i.seen <= @now");
            command.Set("@now", engine.Value(Instants.Floor(now)));
        }

        if (filter.Since is { } since)
        {
            conditions.Add("i.at >= @since");
            command.Set("@since", engine.Value(Instants.Ceiling(since)));
        }

        if (filter.Until is { } until)
        {
            conditions.Add("i.at < @until");
            command.Set("@until", engine.Value(Instants.Ceiling(until)));
        }

        if (filter.Classes is { } classes)
        {
            conditions.Add($"(i.class is null or {engine.AnyOf("i.class", "@classes")})");
            engine.Set(command, "@classes", [.. classes.Select(c => (long)c)]);
        }

        if (filter.Kinds is { } kinds)
        {
            conditions.Add(engine.AnyOf("i.kind", "@kinds"));
            engine.Set(command, "@kinds", [.. kinds.Select(k => (long)k)]);
        }

        if (filter.With is { } people)
        {
            conditions.Add($"i.number in (select p.interaction from participant p where {engine.AnyOf("p.address", "@people")})");
            engine.Set(command, "@people", [.. people.Select(p => p.Value)]);
        }

        if (filter.About is { } about)
        {
            conditions.Add($"i.number in (select t.interaction from line_target t where {engine.AnyOf("t.name", "@about")})");
            engine.Set(command, "@about", [.. about.Select(p => p.Value)]);
        }

        if (filter.SayAway)
            conditions.Add("i.away is not null");

        if (filter.Ids is { } ids)
        {
            conditions.Add(engine.AnyOf("i.id", "@ids"));
            engine.Set(command, "@ids", [.. ids]);
        }

        if (filter.Numbers is { } numbers)
        {
            conditions.Add(engine.AnyOf("i.number", "@numbers"));
            engine.Set(command, "@numbers", numbers);
        }

        if (filter.Threads is { } threads)
        {
            conditions.Add(engine.AnyOf("i.thread", "@threads"));
            engine.Set(command, "@threads", [.. threads]);
        }

        // Few lines say so. SQLite would walk all of them in their order for it; the sign keeps it to the index of those few.
        var order = filter.SayAway && engine == Engine.Sqlite ? "+i.at, +i.id" : "i.at, i.id";
        command.Set("@size", (long)size);
        command.CommandText =
            $"""
            select i.number, i.id, i.kind, i.at, i.seen, i.class, i.direction, i.author, i.subject, i.thread, i.message_id, i.in_reply_to,
                   {(
                filter.WithoutText ? "null" : "i.body")}, i.question, i.acknowledgement, i.attachments, i.markers, i.reasons, i.phrases,
                   i.uid, i.occurrence, i.starts_at, i.ends_at, i.all_day, i.cancelled_at, i.command, i.learned, i.away, i.seconds
              from interaction i
             {(conditions.Count == 0 ? "" : "where " + string.Join(" and ", conditions))}
             order by {order}
             limit @size
            """;
        return command;
    }

    private Interaction LineAt(DbDataReader row)
    {
        string? Text(int column) => row.IsDBNull(column) ? null : row.GetString(column);
        return new Interaction
        {
            Id = row.GetString(1),
            Kind = (InteractionKind)row.GetInt32(2),
            At = engine.InstantAt(row, 3),
            Seen = engine.InstantAt(row, 4),
            Class = row.IsDBNull(5) ? null : (InteractionClass)row.GetInt32(5),
            Direction = row.IsDBNull(6) ? null : (Direction)row.GetInt32(6),
            Author = row.IsDBNull(7) ? null : Address(row.GetString(7)),
            Subject = Text(8),
            Thread = Once(Text(9)),
            MessageId = Text(10),
            InReplyTo = Text(11),
            Text = Text(12),
            Question = row.GetBoolean(13),
            Acknowledgement = row.GetBoolean(14),
            Attachments = row.GetInt32(15),
            Markers = Split(Text(16)),
            Reasons = Split(Text(17)),
            Phrases = row.IsDBNull(18) ? [] : PhraseBook.TextsAmong(LineFacts.Split(row.GetString(18))),
            SubjectPhrases = row.IsDBNull(18) ? [] : PhraseBook.SubjectTextsAmong(LineFacts.Split(row.GetString(18))),
            Meeting = row.IsDBNull(19)
                ? null
                : new MeetingFacts
                {
                    Uid = row.GetString(19),
                    Occurrence = engine.NullableInstantAt(row, 20),
                    Start = engine.InstantAt(row, 21),
                    End = engine.InstantAt(row, 22),
                    AllDay = row.GetBoolean(23),
                    CancelledAt = engine.NullableInstantAt(row, 24),
                },
            Call = (InteractionKind)row.GetInt32(2) != InteractionKind.Call
                ? null
                : new CallFacts(
                    engine.InstantAt(row, 21), engine.InstantAt(row, 22), row.IsDBNull(28) ? null : row.GetInt32(28)),
            Command = row.IsDBNull(25) ? null : CommandText.Read(row.GetString(25)),
            Learned = LineFacts.ReadLearned(Text(26)),
            Away = LineFacts.ReadAway(Text(27)),
        };
    }

    private async Task<Dictionary<long, IReadOnlyList<Participant>>> Participants(
        SqlMapper.ICustomQueryParameter numbers,
        CancellationToken ct)
    {
        await using var command = connection.CreateCommand();
        command.CommandText =
            $"""
            select interaction, role, address, name, internal, response, bounced
              from participant
             where {engine.AnyOf("interaction", "@numbers")}
             order by interaction, role, place, address
            """;
        numbers.AddParameter(command, "@numbers");
        var found = new Dictionary<long, IReadOnlyList<Participant>>(2000);
        var people = new List<Participant>();
        long of = 0;
        await using var row = await command.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct))
        {
            var number = row.GetInt64(0);
            if (number != of && people.Count > 0)
            {
                found.Add(of, people.ToArray());
                people.Clear();
            }

            of = number;
            people.Add(new Participant(
                Address(row.GetString(2)),
                row.IsDBNull(3) ? null : Once(row.GetString(3)),
                (ParticipantRole)row.GetInt32(1),
                row.GetBoolean(4),
                row.IsDBNull(5) ? null : (MeetingResponse)row.GetInt32(5),
                engine.NullableInstantAt(row, 6)));
        }

        if (people.Count > 0)
            found.Add(of, people.ToArray());

        return found;
    }

    private async Task<Dictionary<long, IReadOnlyList<string>>> Accounts(SqlMapper.ICustomQueryParameter numbers, CancellationToken ct)
    {
        await using var command = connection.CreateCommand();
        command.CommandText =
            $"""
            select s.interaction, a.name
              from sighting s
              join account a on a.number = s.account
             where {engine.AnyOf("s.interaction", "@numbers")}
            """;
        numbers.AddParameter(command, "@numbers");
        var found = new Dictionary<long, IReadOnlyList<string>>(2000);
        await using var row = await command.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct))
        {
            var (number, name) = (row.GetInt64(0), row.GetString(1));
            found[number] = found.TryGetValue(number, out var names) ? [.. names.Append(name).Order(StringComparer.Ordinal)] : Split(name);
        }

        return found;
    }

    private EmailAddress Address(string value)
    {
        if (!addresses.TryGetValue(value, out var address))
            addresses.Add(value, address = EmailAddress.Parse(value));

        return address;
    }

    private string? Once(string? text)
    {
        if (text is null)
            return null;

        if (!texts.TryGetValue(text, out var kept))
            texts.Add(text, kept = text);

        return kept;
    }

    private IReadOnlyList<string> Split(string? column)
    {
        if (column is null)
            return [];

        if (!lists.TryGetValue(column, out var list))
            lists.Add(column, list = LineFacts.Split(column));

        return list;
    }
}
