using CrmSync.Domain.Time;
using NodaTime;

namespace CrmSync.Domain.Company;

public sealed record Privacy
{
    public PrivacyFilter NoCapture { get; init; } = new();

    public PrivacyFilter MetadataOnly { get; init; } = new();

    /// <summary>What makes mails private that bear it, or lie in it.</summary>
    public PrivateLabels Labels { get; init; } = PrivateLabels.None;

    /// <summary>How long bodies are kept; null: as long as the line.</summary>
    public LengthOfTime? Retain { get; init; }

    /// <summary>Texts of before this moment are not kept; null: all are.</summary>
    /// <param name="now">The moment.</param>
    /// <param name="zone">Days, weeks, months and years are those of this zone.</param>
    public Instant? KeepsSince(Instant now, DateTimeZone zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        if (Retain is not { } length)
            return null;

        var period = length.Unit switch
        {
            TimeUnit.Day => Period.FromDays(length.Amount),
            TimeUnit.Week => Period.FromWeeks(length.Amount),
            TimeUnit.Month => Period.FromMonths(length.Amount),
            TimeUnit.Year => Period.FromYears(length.Amount),
            _ => throw new NotSupportedException($"privacy.retain cannot be counted in {length.Unit}"),
        };
        return now.InZone(zone).LocalDateTime.Minus(period).InZoneLeniently(zone).ToInstant();
    }
}

public sealed record PrivacyFilter
{
    public IReadOnlySet<EmailAddress> Addresses { get; init; } = new HashSet<EmailAddress>();

    /// <summary>With subdomains.</summary>
    public IReadOnlyList<string> Domains { get; init; } = [];

    /// <summary>In lower case.</summary>
    public IReadOnlyList<string> SubjectHas { get; init; } = [];

    /// <summary>Whether it covers nobody by their address.</summary>
    public bool IsEmpty => Addresses.Count == 0 && Domains.Count == 0;
}
