using CrmSync.Domain.Company;
using CrmSync.Domain.Harvest;

namespace CrmSync.Worker.Directories;

/// <summary>How one directory is read; nothing in it is ever changed.</summary>
internal interface IDirectory
{
    /// <summary>Logs in, or looks whether the files are there, and nothing more.</summary>
    /// <exception cref="Sources.SourceException">It cannot be read.</exception>
    Task Connect(CancellationToken ct);

    /// <summary>Everything it says now, part by part: a file, an address book, a mailbox.</summary>
    /// <param name="versions">The versions of the parts as they were last read, by name; a part that is still at it need not be
    /// read.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="Sources.SourceException">It cannot be read: nothing it said before is taken away.</exception>
    Task<IReadOnlyList<DirectoryPart>> Read(IReadOnlyDictionary<string, string> versions, CancellationToken ct);
}

/// <summary>A part of a directory.</summary>
/// <param name="Name">What it is called in its directory.</param>
internal sealed record DirectoryPart(string Name)
{
    /// <summary>Everything it says; null where it is as it was, or cannot be read: then what it said before stands.</summary>
    public IReadOnlyList<DirectoryCard>? Cards { get; init; }

    /// <summary>What changes whenever its content does; null where the directory knows no such thing.</summary>
    public string? Version { get; init; }

    /// <summary>Why it cannot be read; null when it could, or need not be.</summary>
    public Trouble? Trouble { get; init; }

    /// <summary>Cards and rows that cannot be read.</summary>
    public IReadOnlyList<Trouble> BadCards { get; init; } = [];
}
