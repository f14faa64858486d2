using CrmSync.Domain.Company;
using CrmSync.Domain.Harvest;

namespace CrmSync.Storage.Directories;

/// <summary>A part of a directory as it was read just now.</summary>
/// <param name="Name">What it is called in its directory.</param>
public sealed record KeptPart(string Name)
{
    /// <summary>Everything it says; null: what it said before stands.</summary>
    public IReadOnlyList<DirectoryCard>? Cards { get; init; }

    /// <summary>What changes whenever its content does, or null.</summary>
    public string? Version { get; init; }

    /// <summary>What of it cannot be read.</summary>
    public IReadOnlyList<Trouble> Troubles { get; init; } = [];
}

/// <summary>What came of keeping what a directory says.</summary>
/// <param name="New">Cards that say something new.</param>
/// <param name="Known">Cards that say what they said.</param>
/// <param name="Skipped">Cards of people who were erased.</param>
public sealed record KeptCounts(int New, int Known, int Skipped);
