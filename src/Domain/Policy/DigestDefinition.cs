using CrmSync.Domain.Company;
using NodaTime;

namespace CrmSync.Domain.Policy;

/// <summary>An entry of <c>digests</c> (policy-language.md section 15).</summary>
public sealed record DigestDefinition(string Name, Place Place)
{
    /// <summary>
    /// The name as people write it: <c>The firm</c>. A manager gets two digests a morning and tells them apart by it.
    /// </summary>
    public string Title => $"{char.ToUpperInvariant(Name[0])}{Name[1..].Replace('-', ' ')}";

    /// <summary>Whether it goes to all owners, all managers, or to <see cref="People"/>.</summary>
    public DigestReaders Readers { get; init; }

    /// <summary>The ids of the readers when <see cref="Readers"/> is <see cref="DigestReaders.People"/>.</summary>
    public IReadOnlyList<string> People { get; init; } = [];

    /// <summary>Local time of the reader's own calendar.</summary>
    public required LocalTime At { get; init; }

    /// <summary>The days it goes out; null: the business days of the reader's own calendar.</summary>
    public IReadOnlySet<IsoDayOfWeek>? Days { get; init; }

    /// <summary>Names of sections in order; null: the default ones for its readers.</summary>
    public IReadOnlyList<string>? Sections { get; init; }

    public int MaxItems { get; init; } = 15;

    /// <summary><c>thread: week</c>: constant subject and one root per ISO week.</summary>
    public bool ThreadByWeek { get; init; }

    /// <summary><c>send_empty: weekly</c>.</summary>
    public bool SendEmptyWeekly { get; init; }

    /// <summary>How the section <c>numbers</c> counts.</summary>
    public NumbersBy Numbers { get; init; }
}

/// <summary>Whom the rows of <c>numbers</c> are about.</summary>
public enum NumbersBy
{
    Owner,
    Team,

    /// <summary>There is no such section.</summary>
    Off,
}

public enum DigestReaders
{
    Owners,
    Managers,
    People,
}
