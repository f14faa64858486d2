using CrmSync.Domain.Harvest;
using CrmSync.Worker.Sources;

namespace CrmSync.Worker.Directories;

/// <summary>Files that other programs write and rewrite, read whole.</summary>
internal static class DirectoryFile
{
    private const long Most = 256L << 20;

    /// <summary>The file, or the files with one of these endings in the folder, by name.</summary>
    /// <exception cref="SourceException">It is not there, or cannot be listed: then nobody knows what it would say.</exception>
    public static IReadOnlyList<string> List(string path, string written, params string[] endings)
    {
        try
        {
            if (File.Exists(path))
                return [path];

            if (Directory.Exists(path))
                return
                [
                    .. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
                        .Where(file => Array.Exists(endings, ending => file.EndsWith(ending, StringComparison.OrdinalIgnoreCase)))
                        .Where(file => !Path.GetFileName(file).StartsWith('.'))
                        .Order(StringComparer.Ordinal),
                ];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SourceException(
                new Trouble(written, failure.Message, "let this program read it; what it said before stands"), isPermanent: true, failure);
        }

        throw new SourceException(
            new Trouble(written, "there is no such file or folder", "correct the path in crmsync.yaml, or put it there"),
                isPermanent: true);
    }

    /// <summary>What a file is called: as it is written in the configuration, or below the folder written there.</summary>
    public static string NameIn(string path, string written, string file) =>
        file == path ? written : $"{written.TrimEnd('/')}/{Path.GetRelativePath(path, file)}";

    /// <summary>The bytes, or why there are none: the file is empty, or cannot be read.</summary>
    public static async Task<(byte[]? Bytes, Trouble? Trouble)> Read(string name, string file, CancellationToken ct)
    {
        try
        {
            var length = new FileInfo(file).Length;
            if (length is 0 or > Most)
                return (
                    null,
                    length == 0
                        ? new Trouble(name, "the file is empty", "export it again; to take everything away that it said, remove the file")
                        : new Trouble(name, "the file is larger than 256 MB", "split it into several files in a folder"));

            return (await File.ReadAllBytesAsync(file, ct), null);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return (null, new Trouble(name, failure.Message, "let this program read it; what it said before stands"));
        }
    }

    /// <summary>The file ends where no exported file does.</summary>
    public static Trouble CutShort(string name) =>
        new(name, "the file ends in the middle", "it is read again by itself; if it stays, export it again. What it said before stands");
}
