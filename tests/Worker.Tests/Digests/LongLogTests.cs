using CrmSync.Domain.Evaluation;
using CrmSync.Mail.Mime;
using CrmSync.Storage.Log;
using CrmSync.Worker.Digests;
using CrmSync.Worker.Harvest;
using NodaTime;

namespace CrmSync.Worker.Tests.Digests;

/// <summary>The running worker reads of the log only what mails speak of: they must say the same as if all of it had been read.</summary>
public sealed class LongLogTests(SampleCompany company) : IClassFixture<SampleCompany>
{
    [Fact]
    public async Task Day_by_day_digests_are_the_same_as_from_the_whole_log()
    {
        var running = new RunningPolicy(company.Program.Policy);
        running.Put(await new ContactLog(company.Program.Database).Read(new LogFilter { WithoutText = true }, default).ToListAsync());
        running.Cover(await company.Program.Part<HarvestedLog>().Coverage(default));
        var digests = 0;
        for (var day = 0; day < 120; day += day < 20 ? 1 : 10)
        {
            var now = SampleCompany.Story + Duration.FromDays(day - 6);
            var (whole, needed) = (await Shown(null, now), await Shown(running, now));
            Assert.Equal(whole.Keys.Order(StringComparer.Ordinal), needed.Keys.Order(StringComparer.Ordinal));
            Assert.All(whole, one => Assert.Equal(one.Value, needed[one.Key]));
            digests += whole.Count;
        }

        Assert.True(digests > 30, $"only {digests} digests");
    }

    private async Task<Dictionary<string, string>> Shown(RunningPolicy? running, Instant now)
    {
        var look = new PolicyMoment(company.Program.Policy, now) { Running = running };
        return (await company.Program.Digests.Show(look, default)).Digests.ToDictionary(
            one => $"{one.Digest.Run.Definition.Name} {one.Digest.Run.Reader.Id}",
            one => one.Digest.Subject + MimeReader.Read(one.Mail.Bytes).Text + one.Mail.Html,
            StringComparer.Ordinal);
    }
}
