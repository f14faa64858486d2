using System.Globalization;

namespace CrmSync.Storage;

/// <summary>
/// Keeps two running workers off one SQLite file. Held by an open file beside the database, so it ends with the process that took it,
/// however that ends.
/// </summary>
public sealed class OneWorker : IDisposable
{
    private readonly FileStream claim;

    private OneWorker(FileStream claim) => this.claim = claim;

    /// <summary>Claims the database for this process.</summary>
    /// <param name="database">The SQLite file; it need not exist yet.</param>
    /// <exception cref="DatabaseUnusableException">Another worker has it; the message names its process.</exception>
    public static OneWorker Claim(string database)
    {
        var path = PathTo(database);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        FileStream? held = null;
        try
        {
            held = PrivateFiles.Open(path, FileMode.OpenOrCreate, FileShare.None, FileOptions.None);

            // Beside it, for nobody else can open what is held.
            PrivateFiles.Create(Named(path));
            File.WriteAllText(Named(path), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return new OneWorker(held);
        }
        catch (IOException failure) when (held is null && File.Exists(path))
        {
            var holder = Holder(path) is { } process ? $"process {process}" : "another process";
            throw new DatabaseUnusableException(
                $"{database}: crmsync run already works with this database ({holder}); an SQLite file is for one worker: "
                    + "stop that one first",
                failure);
        }
    }

    public void Dispose() => claim.Dispose();

    /// <summary>The process id of the worker that has the database; null when it cannot be told.</summary>
    private static int? Holder(string path)
    {
        try
        {
            return int.TryParse(File.ReadAllText(Named(path)), NumberStyles.None, CultureInfo.InvariantCulture, out var process)
                ? process
                : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Named(string path) => path + ".pid";

    /// <summary>Two names of one file are one database.</summary>
    private static string PathTo(string database)
    {
        var path = Path.GetFullPath(database);
        return (File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path : path) + "-run.lock";
    }
}
