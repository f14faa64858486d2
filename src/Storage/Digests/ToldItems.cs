using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
using Dapper;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Storage.Digests;

/// <summary>Which mail of ours told whom of which item: what a digest counts as known, and what a number in a reply means.</summary>
/// <param name="database">Where it is kept.</param>
/// <param name="names">See <see cref="DigestLedger"/>.</param>
public sealed class ToldItems(ContactDatabase database, LedgerReaders? names = null)
{
    private readonly LedgerReaders kept = names ?? LedgerReaders.Real;

    /// <summary>
    /// The last digests of one name that told readers something before a date, the newest first; those who were told nothing are not
    /// among them.
    /// </summary>
    public async Task<IReadOnlyDictionary<string, DigestHistory>> Histories(
        string digest,
        IReadOnlyCollection<string> readers,
        LocalDate before,
        CancellationToken ct)
    {
        var date = LocalDatePattern.Iso.Format(before);
        await using var connection = await database.Connect(ct);
        var mails = (
            await connection.QueryAsync<HistoryRow>(
                new CommandDefinition(
                    $"""
                    select message_id as MessageId, reader as Reader, local_date as LocalDate, due_at as DueAt
                      from (select message_id, reader, local_date, due_at,
                                   row_number() over (partition by reader order by local_date desc) as place
                              from digest
                             where digest = @digest and {database.Engine.AnyOf("reader", "@readers")}
                               and local_date < @date and state in {LedgerStates.Told}) told
                     where place <= @most
                     order by reader, place
                    """,
                    new
                    {
                        digest,
                        readers = database.Engine.List([.. readers.Select(kept.Kept)]),
                        date,
                        most = DigestHistory.FoldAfter,
                    },
                    cancellationToken: ct))).AsList();
        var items = (
            await connection.QueryAsync<ItemRow>(
                new CommandDefinition(
                    $"""
                    select message_id as MessageId, number as Number, item as Item, state as State, due_at as Due
                      from digest_item
                     where {database.Engine.AnyOf("message_id", "@ids")}
                     order by number
                    """,
                    new { ids = database.Engine.List([.. mails.Select(mail => mail.MessageId)]) },
                    cancellationToken: ct))).ToLookup(row => row.MessageId);
        return mails
            .GroupBy(mail => mail.Reader, StringComparer.Ordinal)
            .ToDictionary(
                told => kept.Person(told.Key),
                told => new DigestHistory([
                    .. told.Select(mail => new SentDigest(
                        LocalDatePattern.Iso.Parse(mail.LocalDate).Value,
                        mail.DueAt,
                        [.. items[mail.MessageId].Select(row => new ListedItem((int)row.Number, row.Item, (ItemState)row.State, row.Due))]
                    )),
                ]),
                StringComparer.Ordinal);
    }

    /// <summary>What readers were told by mails due since a moment: everything by those of one name, what is overdue by all.</summary>
    public async Task<IReadOnlyList<ToldItem>> Told(string digest, Instant since, CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        return
        [
            .. (
                await connection.QueryAsync<ToldRow>(
                    new CommandDefinition(
                        $"""
                        select d.reader as Reader, i.item as Item, i.state as State, d.due_at as At
                          from digest d
                          join digest_item i on i.message_id = d.message_id
                         where d.due_at >= @since and d.state in {LedgerStates.Told} and (d.digest = @digest or i.state = @overdue)
                           and {kept.AreOurs("d.reader")}
                        """,
                        new
                        {
                            since,
                            digest,
                            overdue = (int)ItemState.Overdue,
                        },
                        cancellationToken: ct)))
                .Select(row => new ToldItem(kept.Person(row.Reader), row.Item, (ItemState)row.State, row.At)),
        ];
    }

    /// <summary>The ids of the items of a mail, by the numbers they had in it.</summary>
    public async Task<IReadOnlyDictionary<int, string>> ReadItems(string messageId, CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        var rows = await connection.QueryAsync<(long Number, string Item)>(
            new CommandDefinition(
                "select number, item from digest_item where message_id = @messageId",
                new { messageId },
                cancellationToken: ct));
        return rows.ToDictionary(row => (int)row.Number, row => row.Item);
    }

    private sealed record HistoryRow
    {
        public required string MessageId { get; init; }

        public required string Reader { get; init; }

        public required string LocalDate { get; init; }

        public required Instant DueAt { get; init; }
    }

    private sealed record ItemRow
    {
        public required string MessageId { get; init; }

        public required long Number { get; init; }

        public required string Item { get; init; }

        public required long State { get; init; }

        public Instant? Due { get; init; }
    }

    private sealed record ToldRow
    {
        public required string Reader { get; init; }

        public required string Item { get; init; }

        public required long State { get; init; }

        public required Instant At { get; init; }
    }
}
