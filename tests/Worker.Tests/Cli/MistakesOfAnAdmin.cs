using CrmSync.Worker.Tests.Harvest;
using PolicyFixture = CrmSync.Worker.Tests.PolicyFiles.Fixture;
using PolicyProgram = CrmSync.Worker.Tests.PolicyFiles.TheProgram;

namespace CrmSync.Worker.Tests.Cli;

/// <summary>
/// What admins get wrong, each in a file of its own with what <c>check</c> says to it. A file replaces those of the two files it writes;
/// the others are as they lie beside it.
/// </summary>
public sealed class MistakesOfAnAdmin : IAsyncLifetime
{
    private const string Mark = "--- ";
    private const string Expected = Mark + "expected\n";

    private static readonly string Folder = Path.Combine(PolicyFixture.Repository, "tests", "Fixtures", "mistakes");

    private TestCompany company = null!;

    public static TheoryData<string> Mistakes { get; } =
        [.. Directory.EnumerateFiles(Folder, "*.txt").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    public async Task InitializeAsync() => company = await TestCompany.Open();

    public Task DisposeAsync() => company.DisposeAsync().AsTask();

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_answered_with_place_and_remedy(string mistake)
    {
        var file = Path.Combine(Folder, mistake + ".txt");
        var text = File.ReadAllText(file);
        var end = text.IndexOf(Expected, StringComparison.Ordinal) + Expected.Length;
        var config = company.PathTo("config", "x")[..^2];
        Write(config, text[..end]);

        var (status, output, error) = PolicyProgram.Does("check", "--config", config, "--now", "2026-03-02T09:00:00Z");

        var shown = (error + output).Replace(config, "/etc/crmsync", StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable("CRMSYNC_APPROVE") == "1")
            File.WriteAllText(file, text[..end] + shown);

        Assert.Equal(text[end..], shown);
        Assert.Equal(shown.Contains(": error ", StringComparison.Ordinal) ? 1 : 0, status);
    }

    [Fact]
    public void There_are_forty_and_none_of_them_is_taken_for_right()
    {
        Assert.InRange(Mistakes.Count, 40, 100);
        Assert.All(
            Directory.EnumerateFiles(Folder, "*.txt"),
            file => Assert.DoesNotContain("no problems", File.ReadAllText(file), StringComparison.Ordinal));
    }

    [Fact]
    public void Without_a_mistake_nothing_is_said()
    {
        var config = company.PathTo("config", "x")[..^2];
        Write(config, Mark + "crmsync.yaml\n" + File.ReadAllText(Path.Combine(Folder, "crmsync.yaml")));

        var (status, output, error) = PolicyProgram.Does("check", "--config", config, "--now", "2026-03-02T09:00:00Z");

        Assert.Equal((0, "no problems\n", ""), (status, output, error));
    }

    private static void Write(string config, string text)
    {
        var parts = ("\n" + text)
            .Split("\n" + Mark)
            .Skip(1)
            .Select(part => part.Split('\n', 2))
            .Where(part => part[0] != "expected")
            .ToList();
        foreach (var name in parts.Count > 0 ? ["crmsync.yaml", "policy.yaml"] : (string[])[])
            File.Copy(Path.Combine(Folder, name), Path.Combine(config, name));

        foreach (var part in parts)
            File.WriteAllText(Path.Combine(config, part[0]), part[1] + "\n");
    }
}
