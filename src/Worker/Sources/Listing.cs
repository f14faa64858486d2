using CrmSync.Domain.Harvest;
using NodaTime;

namespace CrmSync.Worker.Sources;

/// <summary>One step of a listing. The harvest writes it down before it asks for the next.</summary>
internal abstract record Listing;

/// <summary>A step about one folder.</summary>
internal abstract record FolderListing(KnownFolder Folder) : Listing;

/// <summary>A page of a folder. A folder that was parked is so no longer.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="New">
/// Items the ledger does not hold. Equal keys of a folder (and epoch) are the same stored item; a source gives another key when the content
/// may have changed.
/// </param>
/// <param name="Known">How many items the page stands for that the ledger holds already.</param>
/// <param name="Cursor">How far the folder is listed once this page is stored.</param>
internal sealed record ListedPage(KnownFolder Folder, IReadOnlyList<Locator> New, int Known, FolderCursor Cursor) : FolderListing(Folder)
{
    /// <summary>
    /// Items left alone in every run (drafts, deleted mail), counted by reason. They have no place in the ledger, for the reason may go
    /// away.
    /// </summary>
    public IReadOnlyDictionary<string, int> Skipped { get; init; } = new Dictionary<string, int>();

    /// <summary>Keys of items that were read before and may have become private since, each with the label or folder in words.</summary>
    public IReadOnlyList<(string Key, string Because)> Private { get; init; } = [];
}

/// <summary>A folder that is left alone until a moment. The others go on.</summary>
internal sealed record FolderParked(KnownFolder Folder, Instant Until, Trouble Trouble) : FolderListing(Folder);

/// <summary>
/// The server has numbered the items of a folder anew: what was read stays, what was listed and not read is found under its new number.
/// </summary>
internal sealed record FolderRenumbered(KnownFolder Folder, long UidValidity) : FolderListing(Folder);

/// <summary>The numbers of a folder have stayed as they are: how often they changed before does not count any more.</summary>
internal sealed record FolderNumbersKept(KnownFolder Folder) : FolderListing(Folder);

/// <summary>A folder that was there and is not; it may come back, and is then listed from the beginning.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="Farewells">The items that say goodbye to what it held.</param>
internal sealed record FolderGone(KnownFolder Folder, IReadOnlyList<Locator> Farewells) : FolderListing(Folder);

/// <summary>A folder that could not be listed. The others go on.</summary>
internal sealed record FolderUnreadable(Trouble Trouble, bool IsPermanent) : Listing
{
    /// <summary>Whether nobody expected it: what the folder held when the account was first read is not known yet.</summary>
    public bool IsUnexpected { get; init; }
}

/// <summary>The listing told what its items say, and keeps it in memory: they are read before it goes on.</summary>
internal sealed record ReadNow : Listing;
