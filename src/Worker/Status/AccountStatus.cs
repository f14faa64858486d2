using System.Globalization;
using CrmSync.Domain.Harvest;
using CrmSync.Worker.Printing;
using NodaTime;

namespace CrmSync.Worker.Status;

/// <summary>How one account is doing.</summary>
/// <param name="Name">Of the account.</param>
/// <param name="State">As the database knows it; null before it was first read.</param>
/// <param name="Items">How many items stand where.</param>
/// <param name="NextRun">When a running worker reads it next; null for an account that is no longer configured.</param>
internal sealed record AccountStatus(string Name, string Kind, AccountState? State, IReadOnlyList<ItemCount> Items, Instant? NextRun)
{
    /// <summary>A failure that passes by itself is left to itself for so long.</summary>
    private static readonly Duration Patience = Duration.FromHours(1);

    /// <summary>How often it is read by the schedule.</summary>
    public required Duration Every { get; init; }

    /// <summary>Such as <c>120 done, 3 skipped</c>.</summary>
    public string ItemsInWords =>
        string.Join(
            ", ",
            Items
                .GroupBy(i => i.State, StringComparer.Ordinal)
                .Select(g => string.Create(CultureInfo.InvariantCulture, $"{g.Sum(i => i.Items)} {g.Key}")));

    /// <summary>Why somebody should look at it, in words; null when nobody need.</summary>
    public string? WhyLookAt(Instant now)
    {
        if (State is not { } state || NextRun is not { } next)
            return null;

        var failsForLong = state.ErrorSince is { } since && now - since > Duration.Max(Patience, 4 * Every);
        if (state.LastError is { } words && (state.LastErrorPermanent || failsForLong))
            return $"account {Name}: {words}";

        return now > next + Duration.Max(Patience, 2 * Every)
            ? $"account {Name}: it should have been read at {Moments.Print(next)}; see whether crmsync is running"
            : null;
    }

    /// <summary>How long ago everything that had arrived was in the log, in words; null before the first complete reading.</summary>
    public string? BehindAt(Instant now) => LagAt(now) is { } lag ? InWords(lag) : null;

    /// <param name="now">The moment of the question.</param>
    /// <param name="zone">Of the times in a table; null: UTC.</param>
    public static ListFormat<AccountStatus> FormatAt(Instant now, DateTimeZone? zone = null) => new(
        (json, account) =>
        {
            json.WriteString("account", account.Name);
            json.WriteString("kind", account.Kind);
            json.Write("last_success", account.State?.LastSuccess);
            json.Write("last_attempt", account.State?.LastAttempt);
            json.WriteString("error", account.State?.LastError);
            json.WriteBoolean("permanent", account.State?.LastErrorPermanent ?? false);
            json.Write("failing_since", account.State?.ErrorSince);
            if (account.LagAt(now) is { } lag)
                json.WriteNumber("lag_seconds", (long)lag.TotalSeconds);
            else
                json.WriteNull("lag_seconds");

            json.WriteStartObject("items");
            foreach (var state in account.Items.GroupBy(i => i.State, StringComparer.Ordinal))
                json.WriteNumber(state.Key, state.Sum(i => i.Items));

            json.WriteEndObject();
            json.WriteStartObject("skipped_because");
            foreach (var skipped in account.Items.Where(i => i.Reason is not null))
                json.WriteNumber(skipped.Reason!, skipped.Items);

            json.WriteEndObject();
            json.Write("next_run", account.NextRun);
        },
        ("account", a => a.Name),
        ("last success", a => Shown(a.State?.LastSuccess, zone) ?? "never"),
        ("behind", a => a.BehindAt(now)),
        ("items", a => a.ItemsInWords),
        ("next run", a => a.NextRun is null && a.State is not null ? "no longer configured" : Shown(a.NextRun, zone)),
        (
            "problem",
            a => a.State is { LastError: { } words } state
                ? (state.LastErrorPermanent ? "needs somebody: " : "will pass: ") + Shown(words, zone)
                : ""));

    private static string? Shown(Instant? moment, DateTimeZone? zone) => zone is null ? Moments.Print(moment) : Moments.Print(moment, zone);

    private static string Shown(string words, DateTimeZone? zone) => zone is null ? words : Moments.Localize(words, zone);

    /// <summary>How long ago everything that had arrived was in the log; null before the first complete reading.</summary>
    public Duration? LagAt(Instant now) => State?.ReadUntil is { } until ? Duration.Max(Duration.Zero, now - until) : null;

    private static string InWords(Duration lag) =>
        lag.TotalDays >= 2 ? $"{(int)lag.TotalDays} days"
        : lag.TotalHours >= 2 ? $"{(int)lag.TotalHours} hours"
        : $"{(int)lag.TotalMinutes} min";
}
