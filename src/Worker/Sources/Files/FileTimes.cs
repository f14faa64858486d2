using System.IO.Enumeration;
using CrmSync.Domain.Harvest;
using Microsoft.Win32.SafeHandles;
using NodaTime;

namespace CrmSync.Worker.Sources.Files;

/// <summary>
/// When files were changed last. A file system may hold times that .NET has no date for (after the year 9999); they cost nobody but the
/// file.
/// </summary>
internal static class FileTimes
{
    /// <summary>The time of a listed file; null when there is no date for it.</summary>
    public static DateTimeOffset? Changed(ref FileSystemEntry entry)
    {
        try
        {
            return entry.LastWriteTimeUtc;
        }
        catch (ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    /// <summary>The time of a file in ticks, to see whether it was changed.</summary>
    public static long Ticks(FileInfo file)
    {
        try
        {
            return file.LastWriteTimeUtc.Ticks;
        }
        catch (ArgumentOutOfRangeException)
        {
            return DateTime.MaxValue.Ticks;
        }
    }

    /// <summary>The time of an open file; null when there is no date for it.</summary>
    public static Instant? Changed(SafeFileHandle file)
    {
        try
        {
            return Instant.FromDateTimeUtc(File.GetLastWriteTimeUtc(file));
        }
        catch (ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    /// <summary>What is said of an item of a file whose time has no date.</summary>
    public static UnreadableReading WithoutDate(RemoteItem item, string place) =>
        new(
            item,
            new Trouble(
                place,
                "the file's time of change lies after the year 9999",
                "give it the time the mail arrived (touch --date), then run: crmsync quarantine retry"));
}
