using CrmSync.Domain.Company;
using NodaTime;

namespace CrmSync.Domain.Digests;

/// <summary>A contact's page as one reader may see it. All texts are single safe lines.</summary>
/// <param name="Contact">The primary address.</param>
/// <param name="Brief">What a brief tells, without its limits of length.</param>
public sealed record PersonPage(EmailAddress Contact, Brief Brief)
{
    /// <summary>What passed with them, the newest first.</summary>
    public required IReadOnlyList<PageLine> History { get; init; }

    /// <summary>How many contacts there were before these.</summary>
    public int Earlier { get; init; }

    /// <summary>The oldest first; the last one is the month that runs.</summary>
    public required IReadOnlyList<MonthCount> Months { get; init; }

    /// <summary>Who of us was in touch with them, whoever was most often first.</summary>
    public required IReadOnlyList<ColleagueShare> Colleagues { get; init; }

    public required IReadOnlyList<PageFact> Facts { get; init; }
}

/// <summary>One contact.</summary>
/// <param name="Line">The id of the line of the log.</param>
/// <param name="Month">The month it lies in: <c>March 2026</c>.</param>
/// <param name="By">Who turned to whom.</param>
/// <param name="Words">When, who and what about.</param>
public sealed record PageLine(string Line, string Month, ContactSide By, string Words);

/// <summary>Who turned to whom.</summary>
public enum ContactSide
{
    Theirs,
    Ours,

    /// <summary>A meeting or a telephone call.</summary>
    Both,
}

/// <summary>How many contacts there were in a month.</summary>
/// <param name="Month">Its first day.</param>
public sealed record MonthCount(LocalDate Month, int Theirs, int Ours, int Both)
{
    public int All => Theirs + Ours + Both;
}

/// <summary>How often one of us was in touch.</summary>
/// <param name="Name">In full.</param>
/// <param name="Count">How often.</param>
/// <param name="Last">When last, in words.</param>
public sealed record ColleagueShare(string Name, int Count, string Last);

/// <summary>Something known of a contact.</summary>
/// <param name="Words">What.</param>
/// <param name="From">Which mail or note says so; null where the policy does.</param>
public sealed record PageFact(string Words, string? From);
