namespace CrmSync.Worker.Tests.PolicyFiles;

/// <summary>Every case of the fixtures, through the verb an admin uses.</summary>
public sealed class WorkedTimelines
{
    [Theory]
    [InlineData("timelines.yaml", 25)]
    [InlineData("more-timelines.yaml", 69)]
    [InlineData("give-and-undo.yaml", 6)]
    [InlineData("coverage.yaml", 12)]
    [InlineData("forwards.yaml", 10)]
    [InlineData("absences.yaml", 6)]
    [InlineData("forms.yaml", 10)]
    [InlineData("answers.yaml", 5)]
    [InlineData("calls.yaml", 7)]
    public void All_cases_of_a_file_pass(string file, int cases)
    {
        var (status, output, error) = TheProgram.Does("policy", "test", Fixture.Path(file), "--config", Fixture.Path("none"));

        Assert.Equal(("", $"{cases} passed, 0 failed\n", 0), (error, output, status));
    }

    [Theory]
    [InlineData("small-business")]
    [InlineData("support")]
    [InlineData("sales")]
    public void The_tests_of_a_complete_example_pass(string name)
    {
        var (status, output, error) = TheProgram.Does("policy", "test", "--config", Fixture.Path("examples", name));

        Assert.Equal(("", "1 passed, 0 failed\n", 0), (error, output, status));
    }
}
