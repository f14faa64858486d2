using CrmSync.Worker.Tests.PolicyFiles;

namespace CrmSync.Worker.Tests.Install;

/// <summary>The single file of linux-x64 as <c>build/publish</c> makes it, once for all tests that try it.</summary>
public sealed class PublishedProgram : IAsyncLifetime
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("crmsync-published-");

    /// <summary>Where it lies, with its checksum beside it.</summary>
    public string Folder => folder.FullName;

    /// <summary>The file.</summary>
    public string File => Path.Combine(Folder, "crmsync-linux-x64");

    public async Task InitializeAsync()
    {
        var (status, said) = await Tool.Run(Path.Combine(Fixture.Repository, "build", "publish"), [Folder, "linux-x64"]);
        Assert.True(status == 0, said);
    }

    public Task DisposeAsync()
    {
        folder.Delete(recursive: true);
        return Task.CompletedTask;
    }
}
