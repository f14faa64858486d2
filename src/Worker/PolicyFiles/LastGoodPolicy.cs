using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CrmSync.Worker.Yaml;

namespace CrmSync.Worker.PolicyFiles;

/// <summary>
/// The last policy that passed every check, kept on disk with the lists it names, so that a restart can use it while the files are broken.
/// </summary>
/// <param name="path">The file it is kept in.</param>
internal sealed class LastGoodPolicy(string path)
{
    private const int Form = 1;

    private readonly string told = path + ".told";

    /// <summary>Where it is kept: beside the database, or in <c>data</c> of the configuration folder.</summary>
    public static LastGoodPolicy For(string configurationFolder, Configuration.CrmSyncConfiguration configuration)
    {
        var folder = configuration.Storage is Configuration.StorageChoice.Sqlite sqlite
            ? System.IO.Path.GetDirectoryName(sqlite.File)!
            : System.IO.Path.GetFullPath(System.IO.Path.Combine(configurationFolder, "data"));
        return new LastGoodPolicy(System.IO.Path.Combine(folder, "policy-last-good.json"));
    }

    /// <summary>
    /// Keeps a policy in place of the one before. It is written beside and moved, so that a crash leaves one of the two whole.
    /// </summary>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public void Save(PolicyReading reading)
    {
        if (reading.Written is null)
            throw new ArgumentException("Only a policy without errors is kept.", nameof(reading));

        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
        var lists = reading.Lists.Files.ToHashSet();
        var kept = new Kept(Form, [.. reading.Files.Select(f => new KeptFile(f.Name, f.Path, f.Text, lists.Contains(f)))]);
        var beside = path + ".new";
        Storage.PrivateFiles.Create(beside);
        File.WriteAllText(beside, JsonSerializer.Serialize(kept));
        File.Move(beside, path, overwrite: true);
        File.Delete(told);
    }

    /// <summary>
    /// Notes that the admin is told of these errors. False when they have been told of exactly these already, also before a restart; a good
    /// policy in between starts afresh.
    /// </summary>
    public bool Tell(string errors)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(errors)));
        if (File.Exists(told) && File.ReadLines(told).Contains(hash))
            return false;

        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
        File.AppendAllLines(told, [hash]);
        return true;
    }

    /// <summary>
    /// Reads the policy that was kept; null when there is none, or when it no longer passes (the program has become stricter).
    /// </summary>
    public PolicyReading? Read(ReadingOptions options)
    {
        if (!File.Exists(path))
            return null;

        Kept? kept;
        try
        {
            kept = JsonSerializer.Deserialize<Kept>(File.ReadAllText(path));
        }
        catch (JsonException)
        {
            return null;
        }

        if (kept is not { Form: Form, Files: { Count: > 0 } files })
            return null;

        var problems = ProblemList.ForPolicy();
        var sources = files.Where(f => !f.List).Select(f => new SourceFile(f.Name, f.Path, f.Text)).ToList();
        var lists = files.Where(f => f.List).ToDictionary(f => f.Path, StringComparer.Ordinal);
        var reading = PolicyFolder.Read(
            sources,
            new ListFiles(problems, lists.ContainsKey, (name, full) => new SourceFile(name, full, lists[full].Text)),
            options,
            problems);
        return reading.Written is null ? null : reading;
    }

    private sealed record Kept(int Form, IReadOnlyList<KeptFile> Files);

    private sealed record KeptFile(string Name, string Path, string Text, bool List);
}
