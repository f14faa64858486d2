using CrmSync.Worker.PolicyFiles;
using NodaTime;

namespace CrmSync.Worker.Tests.PolicyFiles;

public sealed class ExamplePolicies
{
    [Theory]
    [InlineData("small-business")]
    [InlineData("support")]
    [InlineData("sales")]
    public void A_complete_example_is_read_without_a_problem(string name)
    {
        var reading = PolicyFolder.Read(Fixture.Path("examples", name), new ReadingOptions(new LocalDate(2026, 1, 5), []));

        Assert.Empty(reading.Problems.InOrder().Select(p => p.ToString()));
        Assert.NotNull(reading.Written);
    }

    [Fact]
    public void The_shipped_policy_is_read_without_a_problem()
    {
        var reading = PolicyFolder.Read(Path.Combine(Fixture.Repository, "config"), new ReadingOptions(new LocalDate(2026, 3, 3), []));

        Assert.Empty(reading.Problems.InOrder().Select(p => p.ToString()));
    }
}
