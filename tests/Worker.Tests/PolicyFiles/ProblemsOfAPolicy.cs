namespace CrmSync.Worker.Tests.PolicyFiles;

/// <summary>Every code has a policy that triggers it and, beside it, the text an admin reads.</summary>
public sealed class ProblemsOfAPolicy
{
    private static readonly string[] Names =
    [
        .. Directory.EnumerateDirectories(Fixture.Path("problems")).Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal),
    ];

    public static TheoryData<string> Folders { get; } = [.. Names];

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_mistake_is_shown_with_place_code_source_line_and_remedy(string folder)
    {
        var (status, output, error) = TheProgram.Does(
            "policy",
            "check",
            "--config",
            Fixture.Path("problems", folder),
            "--now",
            "2026-03-01T09:00:00Z");

        var shown = (error + output).Replace(Fixture.Repository, "", StringComparison.Ordinal);
        var expected = Fixture.Path("problems", folder, "expected.txt");
        if (Environment.GetEnvironmentVariable("CRMSYNC_APPROVE") == "1")
            File.WriteAllText(expected, shown);

        Assert.Equal(File.ReadAllText(expected), shown);
        Assert.Equal(shown.Contains(": error ", StringComparison.Ordinal) ? 1 : 0, status);
        if (folder[0] is 'P' or 'W')
            Assert.Contains($" {folder[..4]}: ", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_code_of_the_language_has_a_fixture()
    {
        string[] codes =
        [
            "P001",
            "P010",
            "P011",
            "P012",
            "P020",
            "P021",
            "P022",
            "P023",
            "P024",
            "P030",
            "P031",
            "P033",
            "P034",
            "P050",
            "P080",
            "W032",
            "W033",
            "W034",
            "W040",
            "W041",
            "W060",
            "W061",
        ];

        Assert.All(codes, code => Assert.Contains(Names, name => name.StartsWith(code, StringComparison.Ordinal)));
    }
}
