using System.Security.Cryptography;
using System.Text;
using Dapper;
using NodaTime;

namespace CrmSync.Storage.Pages;

/// <summary>
/// The calendars readers subscribe to: a hash of what each is asked for with, and when its entries last changed. Every worker and every
/// start of the program gives an entry the same version.
/// </summary>
public sealed class ReaderFeeds(ContactDatabase database)
{
    /// <summary>Gives a reader a calendar; the one they had is ended.</summary>
    /// <param name="reader">The id of the reader.</param>
    /// <param name="token">What it is asked for with.</param>
    /// <param name="now">The moment.</param>
    /// <param name="ct">Cancels.</param>
    public Task Give(string reader, string token, Instant now, CancellationToken ct) => database.WriteDurably(
        scope => scope.Execute(
            """
            insert into feed (reader, token, made_at) values (@reader, @token, @now)
            on conflict (reader) do update set token = excluded.token, made_at = excluded.made_at
             where feed.token <> excluded.token
            """,
            new { reader, token = Hash(token), now }),
        ct);

    /// <summary>The id of the reader whose calendar is asked for; null when it is nobody's, or not any more.</summary>
    public async Task<string?> Reader(string token, CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        return await connection.QuerySingleOrDefaultAsync<string?>(
            new CommandDefinition("select reader from feed where token = @token", new { token = Hash(token) }, cancellationToken: ct));
    }

    /// <summary>When each entry of a calendar last changed; what is no longer in it is forgotten.</summary>
    /// <param name="reader">The id of the reader.</param>
    /// <param name="contents">What each item is shown as.</param>
    /// <param name="now">When what is new or different changed.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<IReadOnlyDictionary<string, Instant>> Settle(
        string reader, IReadOnlyDictionary<string, string> contents, Instant now, CancellationToken ct)
    {
        var hashes = contents.ToDictionary(one => one.Key, one => Hash(one.Value), StringComparer.Ordinal);
        await using (var connection = await database.Connect(ct))
        {
            var rows = await connection.QueryAsync<Row>(new CommandDefinition(Select, new { reader }, cancellationToken: ct));
            if (Unchanged(rows.AsList(), hashes) is { } all)
                return all;
        }

        return await database.Write(
            async scope =>
            {
                var rows = (await scope.Query<Row>(Select, new { reader })).ToDictionary(row => row.Item, StringComparer.Ordinal);
                foreach (var gone in rows.Keys.Where(item => !hashes.ContainsKey(item)))
                    await scope.Execute("delete from feed_entry where reader = @reader and item = @gone", new { reader, gone });

                var settled = new Dictionary<string, Instant>(StringComparer.Ordinal);
                foreach (var (item, content) in hashes)
                {
                    if (rows.GetValueOrDefault(item) is { } row && row.Content == content)
                    {
                        settled[item] = row.ChangedAt;
                        continue;
                    }

                    settled[item] = now;
                    await scope.Execute(
                        """
                        insert into feed_entry (reader, item, content, changed_at) values (@reader, @item, @content, @now)
                        on conflict (reader, item) do update set content = excluded.content, changed_at = excluded.changed_at
                        """,
                        new { reader, item, content, now });
                }

                return settled;
            },
            ct);
    }

    private const string Select =
        "select item as Item, content as Content, changed_at as ChangedAt from feed_entry where reader = @reader";

    private static Dictionary<string, Instant>? Unchanged(List<Row> rows, Dictionary<string, string> hashes) =>
        rows.Count == hashes.Count && rows.TrueForAll(row => hashes.GetValueOrDefault(row.Item) == row.Content)
            ? rows.ToDictionary(row => row.Item, row => row.ChangedAt, StringComparer.Ordinal)
            : null;

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private sealed record Row
    {
        public required string Item { get; init; }

        public required string Content { get; init; }

        public required Instant ChangedAt { get; init; }
    }
}
