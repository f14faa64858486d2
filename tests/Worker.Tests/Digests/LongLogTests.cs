using CrmSync.Mail.Mime;
using CrmSync.Worker.Digests;
using CrmSync.Worker.Harvest;
using NodaTime;

namespace CrmSync.Worker.Tests.Digests;

/// <summary>Of the log only what mails speak of is read: they must say the same as if all of it had been.</summary>
public sealed class LongLogTests(SampleCompany company) : IClassFixture<SampleCompany>
{
    [Fact]
    public async Task Day_by_day_digests_are_the_same_as_from_the_whole_log()
    {
        var units = company.Program.Part<UnitLook>();
        var digests = 0;
        for (var day = 0; day < 120; day += day < 20 ? 1 : 10)
        {
            var now = SampleCompany.Story + Duration.FromDays(day - 6);
            var whole = await Shown(new PolicyMoment(company.Program.Policy, now));
            if (day % 3 == 0)
                Same(whole, await Shown(PolicyMoment.From(await units.ReadAll(now, default))));

            if (await units.CatchUp(now, default) is { } judged)
                Same(whole, await Shown(PolicyMoment.From(judged)));

            digests += whole.Count;
        }

        Assert.True(digests > 30, $"only {digests} digests");
    }

    private static void Same(Dictionary<string, string> whole, Dictionary<string, string> needed)
    {
        Assert.Equal(whole.Keys.Order(StringComparer.Ordinal), needed.Keys.Order(StringComparer.Ordinal));
        Assert.All(whole, one => Assert.Equal(one.Value, needed[one.Key]));
    }

    private async Task<Dictionary<string, string>> Shown(PolicyMoment look) =>
        (await company.Program.Digests.Show(look, default)).Digests.ToDictionary(
            one => $"{one.Digest.Run.Definition.Name} {one.Digest.Run.Reader.Id}",
            one => one.Digest.Subject + MimeReader.Read(one.Mail.Bytes).Text + one.Mail.Html,
            StringComparer.Ordinal);
}
