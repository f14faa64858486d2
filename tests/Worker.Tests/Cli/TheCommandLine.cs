using System.CommandLine;
using CrmSync.Worker.Cli;
using CrmSync.Worker.Cli.Shells;
using CrmSync.Worker.Tests.Harvest;

namespace CrmSync.Worker.Tests.Cli;

/// <summary>What the program makes of its arguments, and how it helps who does not know them.</summary>
public sealed class TheCommandLine
{
    public static TheoryData<string> Commands { get; } = [.. CommandTree.All(CommandLine.Build()).Select(CommandTree.Path)];

    [Theory]
    [InlineData("statsu", "there is no verb \"statsu\"; did you mean status?")]
    [InlineData("polcy check", "there is no verb \"polcy\"; did you mean policy?")]
    [InlineData("policy explan jane@acme.example", "there is no verb \"explan\"; did you mean explain?")]
    [InlineData("policy frobnicate", "there is no verb \"frobnicate\"; there are check, test, schema, explain, backtest")]
    [InlineData("sync --acount ana", "crmsync sync has no option \"--acount\"; did you mean --account?")]
    [InlineData("log --confg /etc/crmsync", "crmsync log has no option \"--confg\"; did you mean --config?")]
    [InlineData("log jane", "crmsync log does not know what to do with \"jane\"")]
    [InlineData("digest --format xml", "Argument 'xml' not recognized. Must be one of: 'text' 'html' 'eml' 'json'")]
    [InlineData(
        "items --now 7x",
        "\"7x\" is not a moment; write 2026-03-02T09:00:00Z, \"2026-03-02 09:00\" (local), yesterday or 7d (ago)")]
    public void What_is_not_understood_is_said_once_with_what_may_have_been_meant(string arguments, string words) =>
        Assert.Equal([words], Misunderstanding.In(CommandLine.Build().Parse(arguments)));

    [Theory]
    [InlineData("", "crmsync [command]")]
    [InlineData("policy", "crmsync policy [command]")]
    public async Task Called_alone_a_command_that_holds_others_shows_its_help(string arguments, string usage)
    {
        var run = await TheProgram.Run(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal((0, ""), (run.Status, run.Error));
        Assert.Contains(usage, run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_command_has_examples_and_each_of_them_parses(string path)
    {
        var examples = Examples.For(path);

        Assert.NotEmpty(examples);
        Assert.All(examples, example =>
        {
            Assert.StartsWith(path, example.Line, StringComparison.Ordinal);
            Assert.Empty(CommandLine.Build().Parse(example.Line["crmsync".Length..]).Errors);
            Assert.EndsWith(".", example.Meaning, StringComparison.Ordinal);
        });
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void The_help_of_every_command_ends_with_its_examples(string path)
    {
        using var output = new StringWriter();
        var asked = CommandLine.Build().Parse(path["crmsync".Length..] + " --help");
        var status = asked.Invoke(new InvocationConfiguration { Output = output });

        Assert.Equal(0, status);
        Assert.EndsWith(Examples.For(path)[^1].Meaning, output.ToString().TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Moments_are_read_and_shown_in_the_time_of_the_policys_calendar()
    {
        await using var company = await TestCompany.Open();
        await File.WriteAllTextAsync(company.PathTo("mail", "ana", "1.eml"), TestCompany.MailText("Hinges", body: "When do they come?"));
        var config = TheProgram.Configuration(company, "  - { eml: ../mail/ana, address: ana@us.example, name: ana }");
        await TheProgram.Run("sync", "--config", config, "--now", "2026-03-02 10:00");

        var overdue = await TheProgram.Run("items", "--config", config, "--now", "2026-03-02 13:01");
        var open = await TheProgram.Run("items", "--config", config, "--now", "2026-03-02 13:00");
        var none = await TheProgram.Run("log", "--config", config, "--now", "2026-03-09 12:00", "--since", "yesterday");
        var one = await TheProgram.Run("log", "--config", config, "--now", "2026-03-09 08:00", "--since", "7d");

        Assert.Contains("overdue", overdue.Output, StringComparison.Ordinal);
        Assert.Contains("2026-03-02 13:00", overdue.Output, StringComparison.Ordinal);
        Assert.Contains(" open ", open.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Hinges", none.Output, StringComparison.Ordinal);
        Assert.Contains("Hinges", one.Output, StringComparison.Ordinal);
    }
}
