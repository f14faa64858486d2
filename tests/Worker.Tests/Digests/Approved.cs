using System.Runtime.CompilerServices;

namespace CrmSync.Worker.Tests.Digests;

/// <summary>
/// Compares long output with files in the repository. What came out stands beside the approved file as <c>.received</c> when they differ;
/// whoever finds it right moves it over the approved one.
/// </summary>
internal static class Approved
{
    public static void Check(string name, string actual, [CallerFilePath] string source = "")
    {
        var approved = Path.Combine(Path.GetDirectoryName(source)!, "Approved", name);
        var received = approved + ".received";
        var expected = File.Exists(approved) ? File.ReadAllText(approved).ReplaceLineEndings("\n") : null;
        if (expected == actual.ReplaceLineEndings("\n"))
        {
            File.Delete(received);
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(approved)!);
        File.WriteAllText(received, actual);
        Assert.Fail($"{name} is not as approved. Compare {received} with {approved}, and move it there if it is right.");
    }

    /// <summary>Every approved file has come out.</summary>
    public static void CheckNames(IEnumerable<string> names, string folder = "", [CallerFilePath] string source = "") =>
        Assert.Empty(
            Directory
                .EnumerateFiles(Path.Combine(Path.GetDirectoryName(source)!, "Approved", folder))
                .Select(file => Path.GetFileName(file).Replace(".received", "", StringComparison.Ordinal))
                .Except(names));
}
