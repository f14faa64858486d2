namespace CrmSync.Storage;

/// <summary>Files and folders that nobody but the user of this program may read: they hold what customers write.</summary>
public static class PrivateFiles
{
    private const UnixFileMode FileMode600 = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode FolderMode700 = FileMode600 | UnixFileMode.UserExecute;

    /// <summary>Makes a folder with the folders above it; one that is there stays as it is.</summary>
    public static void CreateFolder(string? path)
    {
        if (path is not { Length: > 0 })
            return;

        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, FolderMode700);
    }

    /// <summary>Makes an empty file; one that is there stays as it is. What SQLite puts beside its file gets the same rights.</summary>
    public static void Create(string path)
    {
        if (!File.Exists(path) && !Directory.Exists(path))
            Open(path, FileMode.OpenOrCreate, FileShare.ReadWrite, FileOptions.None).Dispose();
    }

    /// <summary>Opens a file to read and write; a new one is private.</summary>
    public static FileStream Open(string path, FileMode mode, FileShare share, FileOptions options)
    {
        var how = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share, Options = options, BufferSize = 1 };
        if (!OperatingSystem.IsWindows())
            how.UnixCreateMode = FileMode600;

        return new FileStream(path, how);
    }
}
