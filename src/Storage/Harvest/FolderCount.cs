using NodaTime;

namespace CrmSync.Storage.Harvest;

/// <summary>How the folders of an account are doing, without naming one.</summary>
/// <param name="Account">The name of the account.</param>
/// <param name="Read">Folders that are read.</param>
/// <param name="Parked">Folders that could not be listed and are left alone for a while.</param>
/// <param name="ParkedSince">Since when the first of them cannot be listed; null when all can.</param>
public sealed record FolderCount(string Account, long Read, long Parked, Instant? ParkedSince);
