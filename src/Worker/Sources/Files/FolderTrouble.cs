using CrmSync.Domain.Harvest;

namespace CrmSync.Worker.Sources.Files;

/// <summary>What a folder or file that cannot be listed means, in words.</summary>
internal static class FolderTrouble
{
    /// <summary>The failure as the whole account's.</summary>
    public static SourceException OfAccount(string path, Exception failure) =>
        new(From(path, failure), IsPermanent(failure), failure);

    /// <summary>The failure as one folder's.</summary>
    public static FolderUnreadable OfFolder(string path, Exception failure) => new(From(path, failure), IsPermanent(failure));

    public static Trouble From(string path, Exception failure) => failure switch
    {
        UnauthorizedAccessException => new(path, "may not be read by this user", "give the user who runs crmsync the right to read it"),
        FileNotFoundException or DirectoryNotFoundException => new(path, "is not there", "correct the path in crmsync.yaml or put it back"),
        _ => new(path, failure.Message, "it is tried again with the next harvest; if it stays, check the disk"),
    };

    /// <summary>Opens a file or lists a folder, to see whether that is possible.</summary>
    public static Task Try(string path, string kind)
    {
        try
        {
            if (Directory.Exists(path))
                _ = Directory.EnumerateFileSystemEntries(path).Any();
            else if (File.Exists(path))
                File.OpenHandle(path).Dispose();
            else
                throw Missing(path, kind);

            return Task.CompletedTask;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw OfAccount(path, failure);
        }
    }

    private static bool IsPermanent(Exception failure) =>
        failure is UnauthorizedAccessException or FileNotFoundException or DirectoryNotFoundException;

    public static SourceException Missing(string path, string kind) =>
        new(
            new Trouble(
                path,
                $"there is no {kind} here",
                "correct the path in crmsync.yaml (it counts from that file's folder) or put it back"),
            isPermanent: true);
}
