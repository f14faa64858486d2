namespace CrmSync.Fixtures;

/// <summary>
/// Where the optional corpus of real mail lies: <c>../shared/data</c> beside the checkout. Tests over it say so and do nothing when it is
/// absent.
/// </summary>
internal static class SharedData
{
    /// <summary>The folder of the corpus, or null when it is not on this machine.</summary>
    public static string? Folder { get; } = Find();

    /// <summary>The reason shown by tests that need the corpus when it is absent.</summary>
    public const string Absent = "the corpus ../shared/data is not here; the tests over it are skipped";

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var data = Path.Combine(folder.FullName, "shared", "data");
            if (File.Exists(Path.Combine(data, "MANIFEST.tsv")))
                return data;
        }

        return null;
    }
}

/// <summary>A fact about the corpus in <c>../shared/data</c>; skipped, with the reason, where the corpus is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CorpusFactAttribute : FactAttribute
{
    public CorpusFactAttribute() => Skip = SharedData.Folder is null ? SharedData.Absent : null!;
}

/// <summary>A theory over the corpus in <c>../shared/data</c>; skipped, with the reason, where the corpus is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CorpusTheoryAttribute : TheoryAttribute
{
    public CorpusTheoryAttribute() => Skip = SharedData.Folder is null ? SharedData.Absent : null!;
}
