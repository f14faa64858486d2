using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
using CrmSync.Storage;
using CrmSync.Storage.Log;
using CrmSync.Storage.Pages;
using CrmSync.Worker.Configuration;
using NodaTime;

namespace CrmSync.Worker.Pages;

/// <summary>
/// The calendars of readers as they are now. The policy is asked once a minute for all of them, whoever asks how often, and a calendar is
/// written only when something in it changed.
/// </summary>
internal sealed class FeedBook(
    Uri address,
    ItemsReading policy,
    CrmSyncConfiguration configuration,
    ReaderFeeds feeds,
    ContactLog log,
    Storage.Settings settings,
    ContactDatabase database,
    TimeProvider time)
{
    /// <summary>How long what the policy said holds.</summary>
    private static readonly Duration Holds = Duration.FromMinutes(1);

    /// <summary>People sign otherwise now and then; that is found out when something else changes, or after so long.</summary>
    private static readonly Duration NamesHold = Duration.FromHours(1);

    /// <summary>Whoever has the policy is done by then, as a rule.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Lock gate = new();
    private readonly ConcurrentDictionary<string, WrittenFeed> written = new(StringComparer.Ordinal);
    private volatile OpenItems? open;
    private Task<OpenItems>? asking;

    /// <summary>The calendar of a reader.</summary>
    /// <param name="reader">Whose.</param>
    /// <param name="now">The moment.</param>
    /// <param name="ct">Cancels the wait.</param>
    /// <exception cref="TimeoutException">The policy is in use for long, as when the program has just begun.</exception>
    public async Task<WrittenFeed> Read(Person reader, Instant now, CancellationToken ct)
    {
        // Somebody may have been erased since: what is kept here may name them.
        var items = await Ask(now, await ErasedPeople.Count(database, ct), ct);
        var shown = items.ByOwner[reader.Id].OrderBy(item => item.Due).ThenBy(item => item.Id, StringComparer.Ordinal).ToList();
        var state = string.Join('\n', shown.Select(State));
        if (
            written.TryGetValue(reader.Id, out var known)
            && known.State == state
            && ReferenceEquals(known.Policy, items.Policy)
            && known.Erasures == items.Erasures
            && now - known.At < NamesHold)
            return known;

        var bytes = await Write(items, reader, shown, now, ct);
        return written[reader.Id] = new WrittenFeed(bytes, ETag(bytes), state, items.Policy, items.Erasures, now);
    }

    private async Task<byte[]> Write(OpenItems items, Person reader, List<Item> shown, Instant now, CancellationToken ct)
    {
        var clock = ReaderClock.From(items.Policy, reader, now);
        var names = await log.Names([.. shown.Select(item => item.Contact).OfType<EmailAddress>().Distinct()], now, ct);
        var words = new ItemWords(new PeopleBook(items.Policy, [], now, names), clock);
        var entries = shown.Select(item => FeedEntry.From(item, words)).ToList();
        var changed = await feeds.Settle(
            reader.Id,
            entries.ToDictionary(entry => entry.Item, entry => entry.ToString(), StringComparer.Ordinal),
            now,
            ct);
        var sender = configuration.Delivery?.FromName ?? "CrmSync";
        var domain = items.Policy.Us.Domains is [var ours, ..] ? ours : address.Host;
        return FeedText.Write(
            new FeedContent(
                $"{sender} · {PlainWords.Flatten(reader.Name ?? reader.Id, PlainWords.Name)}",
                clock.Zone,
                (await settings.Installation(ct))[..8],
                DomainNames.ToAscii(domain),
                address.AbsoluteUri.TrimEnd('/'),
                [.. entries.Select(entry => (entry, changed[entry.Item]))]));
    }

    /// <summary>What the policy last said, unless that is too long ago or somebody was erased since.</summary>
    private async Task<OpenItems> Ask(Instant now, long erasures, CancellationToken ct)
    {
        while (true)
        {
            Task<OpenItems> answer;
            lock (gate)
            {
                if (open is { } kept && kept.Erasures == erasures && now >= kept.At && now - kept.At < Holds)
                    return kept;

                // One asks, the others wait for the answer. Whoever asked may be gone before there is one; the next is glad of it.
                if (asking is null or { IsCompleted: true })
                    asking = Task.Run(() => AskPolicy(now), CancellationToken.None);

                answer = asking;
            }

            var items = await answer.WaitAsync(Patience, time, ct);
            if (items.Erasures >= erasures)
                return items;
        }
    }

    private async Task<OpenItems> AskPolicy(Instant now) => open = OpenItems.From(await policy(now, CancellationToken.None));

    private static string State(Item item) =>
        string.Create(CultureInfo.InvariantCulture, $"{item.Id} {item.Due?.ToUnixTimeTicks()} {item.Contact}");

    private static string ETag(byte[] bytes) => $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 16))}\"";
}
