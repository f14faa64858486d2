using System.Text.RegularExpressions;

namespace CrmSync.Worker.Tests.Install;

/// <summary>What is published works where nothing else of CrmSync is (docs/operations/install.md).</summary>
[Collection(PublishedProgramTests.Name)]
public sealed partial class WaysToInstall(PublishedProgram published) : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("crmsync-install-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task One_published_file_does_the_whole_job_without_NET_on_the_machine()
    {
        Assert.Equal(
            ["SHA256SUMS", "crmsync-linux-x64"],
            Directory.EnumerateFiles(published.Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        await Well("sha256sum", ["--check", "SHA256SUMS"], published.Folder);

        // No variable of this process tells it where a .NET would be.
        string[] alone =
            ["-i", $"HOME={folder.FullName}", $"DOTNET_BUNDLE_EXTRACT_BASE_DIR={folder.FullName}/unpacked", published.File];
        Assert.Matches(Version(), (await Well("env", [.. alone, "--version"], folder.FullName)).Trim());
        var told = await Well("env", [.. alone, "demo", "--out", Path.Combine(folder.FullName, "demo")], folder.FullName);
        Assert.Contains("digest", told, StringComparison.Ordinal);
        Assert.NotEmpty(folder.EnumerateFiles("*.eml", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task As_a_tool_of_dotnet_it_does_the_whole_job_too()
    {
        await Well(
            "dotnet",
            [
                "pack", "src/Worker", "--configuration", "Release", "--output", folder.FullName, "--verbosity", "quiet",
                "--artifacts-path", Path.Combine(folder.FullName, "artifacts"),
                "-p:TreatWarningsAsErrors=false", "-p:RunAnalyzers=false", "-p:RestorePackagesWithLockFile=false",
                $"-p:NuGetLockFilePath={folder.FullName}/none.lock.json",
            ]);
        await File.WriteAllTextAsync(
            Path.Combine(folder.FullName, "nuget.config"),
            "<configuration><packageSources><clear /><add key=\"here\" value=\".\" /></packageSources></configuration>");
        await Well(
            "dotnet",
            ["tool", "install", "crmsync", "--prerelease", "--tool-path", "tools", "--configfile", "nuget.config"],
            folder.FullName);

        var program = Path.Combine(folder.FullName, "tools", "crmsync");
        Assert.Matches(Version(), (await Well(program, ["--version"], folder.FullName)).Trim());
        await Well(program, ["demo", "--out", Path.Combine(folder.FullName, "demo")], folder.FullName);
        Assert.NotEmpty(folder.EnumerateFiles("*.eml", SearchOption.AllDirectories));
    }

    private static async Task<string> Well(string program, IEnumerable<string> arguments, string? place = null)
    {
        var (status, said) = await Tool.Run(program, arguments, place);
        Assert.True(status == 0, $"{program}: {said}");
        return said;
    }

    /// <summary>As MinVer makes it from the tags.</summary>
    [GeneratedRegex(@"^\d+\.\d+\.\d+(-[0-9A-Za-z.]+)?(\+[0-9a-f]+)?$")]
    private static partial Regex Version();
}
