using CrmSync.Worker.Tests.PolicyFiles;

namespace CrmSync.Worker.Tests.House;

/// <summary>How the source files are laid out.</summary>
public sealed class TheSources
{
    private const int Width = 140;

    [Fact]
    public void No_line_of_code_is_longer_than_the_style_allows()
    {
        var tooLong =
            from folder in new[] { "src", "tests", "bench" }
            from file in Directory.EnumerateFiles(Path.Combine(Fixture.Repository, folder), "*.cs", SearchOption.AllDirectories)
            where !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
            from line in File.ReadLines(file).Select((text, index) => (Text: text, Number: index + 1))
            where line.Text.Length > Width
            select $"{Path.GetRelativePath(Fixture.Repository, file)}:{line.Number} has {line.Text.Length} characters";

        Assert.Empty(tooLong);
    }
}
