using System.Text.RegularExpressions;
using CrmSync.Worker.Tests.Cli;
using CrmSync.Worker.Tests.Harvest;

namespace CrmSync.Worker.Tests.Install;

/// <summary>The Dockerfile keeps the rules of its trade, and its health check works.</summary>
public sealed partial class ContainerRecipe
{
    private static readonly (string Instruction, string Arguments)[] Recipe = Read();

    [Fact]
    public void Every_image_it_builds_on_has_a_version() =>
        Assert.All(
            Recipe.Where(line => line.Instruction == "FROM"),
            line => Assert.Matches(@"^mcr\.microsoft\.com/dotnet/[a-z-]+:10\.0-\w+( AS build)?$", line.Arguments));

    [Fact]
    public void It_runs_as_somebody_who_is_not_root()
    {
        var last = Recipe.Last(line => line.Instruction == "USER").Arguments;
        Assert.Matches(@"^[1-9]\d+:[1-9]\d+$", last);
        Assert.DoesNotContain(Recipe.SkipWhile(line => line.Instruction != "USER"), line => line.Instruction == "RUN");
    }

    [Fact]
    public void Only_the_volume_is_written_to()
    {
        Assert.Equal("/var/lib/crmsync", Recipe.Single(line => line.Instruction == "VOLUME").Arguments);
        var environment = Recipe.Single(line => line.Instruction == "ENV").Arguments;
        Assert.Contains("DOTNET_BUNDLE_EXTRACT_BASE_DIR=/var/lib/crmsync/", environment, StringComparison.Ordinal);
        Assert.Contains("DOTNET_EnableDiagnostics=0", environment, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_fetched_that_could_be_another_tomorrow_and_no_secret_is_named()
    {
        Assert.DoesNotContain(Recipe, line => line.Instruction == "ADD");
        Assert.DoesNotContain(Recipe, line => Regex.IsMatch(line.Arguments, @"curl|wget|apt-get|:latest", RegexOptions.IgnoreCase));
        Assert.DoesNotContain(Recipe, line => Regex.IsMatch(line.Arguments, "password|secret|token", RegexOptions.IgnoreCase));
    }

    [Fact]
    public void It_is_started_and_stopped_without_a_shell_in_between()
    {
        Assert.Equal("[\"/usr/local/bin/crmsync\"]", Recipe.Single(line => line.Instruction == "ENTRYPOINT").Arguments);
        Assert.StartsWith("[\"run\"", Recipe.Single(line => line.Instruction == "CMD").Arguments, StringComparison.Ordinal);
        Assert.Equal("SIGTERM", Recipe.Single(line => line.Instruction == "STOPSIGNAL").Arguments);
    }

    [Fact]
    public async Task The_health_check_is_content_while_the_program_lives_and_not_when_it_is_gone()
    {
        await using var company = await TestCompany.Open();
        File.WriteAllText(company.PathTo("mail", "ana", "one.eml"), TestCompany.MailText());
        var config = TheProgram.Configuration(company, "  - { eml: ../mail/ana, address: ana@us.example, name: ana }");
        await File.AppendAllTextAsync(Path.Combine(config, "crmsync.yaml"), "status: { listen: \"127.0.0.1:0\" }\n");
        string port;
        await using (var program = RunningProgram.Start(["--config", config]))
        {
            port = (await program.Hear("the status page is at ")).Split(':')[^1].Trim();
            Assert.Equal(0, (await Tool.Run("/bin/bash", ["-c", HealthCheck(port)])).Status);
        }

        Assert.NotEqual(0, (await Tool.Run("/bin/bash", ["-c", HealthCheck(port)])).Status);
    }

    /// <summary>The command of the recipe, as the container would run it, for another port.</summary>
    private static string HealthCheck(string port)
    {
        var json = Command().Match(Recipe.Single(line => line.Instruction == "HEALTHCHECK").Arguments).Groups["found"].Value;
        var words = System.Text.Json.JsonSerializer.Deserialize<string[]>(json)!;
        Assert.Equal(["/bin/bash", "-c"], words[..2]);
        return words[2].Replace("8025", port, StringComparison.Ordinal);
    }

    private static (string, string)[] Read()
    {
        var text = File.ReadAllText(Path.Combine(PolicyFiles.Fixture.Repository, "build", "container", "Dockerfile"));
        var lines = Regex.Replace(text, @"\\\n\s*", "").Split('\n').Where(line => line.Length > 0 && line[0] != '#');
        return [.. lines.Select(line => line.Split(' ', 2)).Select(parts => (parts[0], parts[1].Trim()))];
    }

    [GeneratedRegex(@"CMD (?<found>\[.*\])$")]
    private static partial Regex Command();
}
