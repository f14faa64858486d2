using CrmSync.Domain.Time;
using NodaTime;

namespace CrmSync.Domain.Company;

public sealed record Person(string Id, EmailAddress Email)
{
    public string? Name { get; init; }

    /// <summary>The language they are written to.</summary>
    public Language Language { get; init; }

    public IReadOnlyList<EmailAddress> Also { get; init; } = [];

    /// <summary>Their telephones, extensions too, as calls name them.</summary>
    public IReadOnlyList<EmailAddress> Telephones { get; init; } = [];

    /// <summary>The id of the manager.</summary>
    public string? Manager { get; init; }

    /// <summary>Their own calendar, else the default one.</summary>
    public BusinessCalendar? Calendar { get; init; }

    public IReadOnlyList<Absence> Away { get; init; } = [];

    /// <summary>The id of whoever looks after their items while something else than the policy says that they are away.</summary>
    public string? Cover { get; init; }

    public LocalDate? Left { get; init; }

    /// <summary>The id of the successor.</summary>
    public string? Successor { get; init; }

    public Place? Place { get; init; }
}

/// <summary>Days away, both inclusive, local to the default calendar, with the id of the cover.</summary>
public sealed record Absence(LocalDate From, LocalDate To, string? Cover)
{
    /// <summary>What says so.</summary>
    public AbsenceSource Source { get; init; }

    /// <summary>Whether <paramref name="date"/> is one of the days.</summary>
    public bool Includes(LocalDate date) => From <= date && date <= To;
}
