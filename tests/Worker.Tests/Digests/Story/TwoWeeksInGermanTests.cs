namespace CrmSync.Worker.Tests.Digests.Story;

/// <summary>The story in German: the same mails as in English, in other words.</summary>
public sealed class TwoWeeksInGermanTests(TwoWeeksInGerman story) : IClassFixture<TwoWeeksInGerman>
{
    [Fact]
    public void The_mails_of_each_day_are_as_approved()
    {
        var days = story.Days();
        Assert.Multiple([
            .. days.Select(day => new Action(() => Approved.Check(Path.Combine("de", day.Name), day.Text))),
            () => Approved.CheckNames(days.Select(day => day.Name), "de"),
        ]);
    }
}
