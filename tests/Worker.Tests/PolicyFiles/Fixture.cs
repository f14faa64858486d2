namespace CrmSync.Worker.Tests.PolicyFiles;

/// <summary>Where the files of these tests lie.</summary>
internal static class Fixture
{
    public static string Repository { get; } = Find();

    public static string Path(params string[] parts) => System.IO.Path.Combine([Repository, "tests", "Fixtures", "policy", .. parts]);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "CrmSync.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}
