using System.Collections.Concurrent;
using System.Text.Json;
using CrmSync.Storage;
using CrmSync.Worker.Configuration;
using NodaTime;

namespace CrmSync.Worker.Sources.Imap;

/// <summary>
/// What was learned about mail servers, for all accounts of a server and over restarts. A lesson is believed when it was taught twice, and
/// forgotten after a month, for servers are repaired, too.
/// </summary>
/// <param name="clock">The time.</param>
/// <param name="settings">Where it is kept; null: in memory only.</param>
internal sealed class ServerLessons(IClock clock, Settings? settings = null)
{
    private const int Believed = 2;
    private static readonly Duration Forgotten = Duration.FromDays(30);

    private readonly ConcurrentDictionary<string, ConcurrentDictionary<ServerLesson, int>> seen = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, Dictionary<string, long>> learned = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What is known of a server.</summary>
    public async Task<IReadOnlyCollection<ServerLesson>> Read(Server server, CancellationToken ct)
    {
        var name = Name(server);
        if (!learned.TryGetValue(name, out var known))
            known = learned[name] = await Kept(name, ct);

        var since = (clock.GetCurrentInstant() - Forgotten).ToUnixTimeSeconds();
        return [.. Enum.GetValues<ServerLesson>().Where(lesson => known.GetValueOrDefault(lesson.ToString()) > since)];
    }

    /// <summary>Something happened that teaches a lesson.</summary>
    /// <returns>What is known now.</returns>
    public async Task<IReadOnlyCollection<ServerLesson>> Note(Server server, ServerLesson lesson, CancellationToken ct)
    {
        var name = Name(server);
        var times = seen.GetOrAdd(name, _ => new ConcurrentDictionary<ServerLesson, int>())
            .AddOrUpdate(lesson, 1, (_, before) => before + 1);
        if (times >= Believed && !(await Read(server, ct)).Contains(lesson))
        {
            var known = new Dictionary<string, long>(await Kept(name, ct), StringComparer.Ordinal)
            {
                [lesson.ToString()] = clock.GetCurrentInstant().ToUnixTimeSeconds(),
            };
            learned[name] = known;
            if (settings is not null)
                await settings.Set(name, JsonSerializer.Serialize(known), ct);
        }

        return await Read(server, ct);
    }

    private static string Name(Server server) => $"learned of {server.Host.ToLowerInvariant()}:{server.Port}";

    private async Task<Dictionary<string, long>> Kept(string name, CancellationToken ct)
    {
        if (settings is null)
            return learned.GetValueOrDefault(name) ?? [];

        try
        {
            return await settings.Get(name, ct) is { } text ? JsonSerializer.Deserialize<Dictionary<string, long>>(text) ?? [] : [];
        }
        catch (JsonException)
        {
            // Of another version: it is learned once more.
            return [];
        }
    }
}
