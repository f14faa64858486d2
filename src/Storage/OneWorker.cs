using System.Globalization;
using System.Text;

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
        var path = PathOf(database);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        FileStream? held = null;
        try
        {
            // Whoever only reads the process id opens without sharing restrictions and is not kept out.
            held = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.None);
            held.SetLength(0);
            held.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
            held.Flush();
            return new OneWorker(held);
        }
        catch (IOException failure) when (held is null && File.Exists(path))
        {
            var holder = Holder(database) is { } process ? $"process {process}" : "another process";
            throw new DatabaseUnusableException(
                $"{database}: crmsync run already works with this database ({holder}); an SQLite file is for one worker, so stop that one first",
                failure);
        }
    }

    /// <summary>The process id of the worker that has the database; null when none does, or it cannot be told.</summary>
    public static int? Holder(string database)
    {
        try
        {
            using var file = new FileStream(PathOf(database), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(file, Encoding.ASCII);
            return int.TryParse(reader.ReadToEnd(), NumberStyles.None, CultureInfo.InvariantCulture, out var process) ? process : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public void Dispose() => claim.Dispose();

    /// <summary>Two names of one file are one database.</summary>
    private static string PathOf(string database)
    {
        var path = Path.GetFullPath(database);
        return (new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path) + "-run.lock";
    }
}
