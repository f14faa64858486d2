using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Policy;
using CrmSync.Domain.Time;
using CrmSync.Fixtures.Digests;
using NodaTime;

namespace CrmSync.Domain.Tests.Digests;

public sealed class DigestScheduleTests
{
    [Fact]
    public void A_digest_is_due_at_its_time_and_caught_up_for_four_hours()
    {
        var half = At(4, 8, 30);
        Assert.Empty(Mine(half - Duration.FromSeconds(1)));
        Assert.Equal([half, half], [Mine(half).Single().DueAt, Mine(half + Duration.FromHours(4)).Single().DueAt]);
        Assert.Empty(Mine(half + Duration.FromHours(4) + Duration.FromSeconds(1)));
    }

    [Fact]
    public void It_leaves_at_the_local_time_of_its_reader()
    {
        var zone = DateTimeZoneProviders.Tzdb["America/New_York"];
        var abroad = Some.Ana with { Calendar = new BusinessCalendar("ny", zone, Some.Office.Hours, Some.Office.Holidays) };
        var run = Due(Some.Policy with { People = [Some.Olga, abroad] }, At(4, 13, 30)).Single(d => d.Reader.Id == "ana");
        Assert.Equal((At(4, 13, 30), new LocalDate(2026, 3, 4), zone), (run.DueAt, run.Date, run.Zone));
    }

    [Fact]
    public void It_leaves_on_business_days_of_the_readers_own_calendar_only()
    {
        Assert.Empty(Mine(At(7, 8, 30)));
        var holiday = new BusinessCalendar(
            "office",
            Some.Dublin,
            Some.Office.Hours,
            new Dictionary<LocalDate, Holiday> { [new LocalDate(2026, 3, 4)] = new("Day off", []) });
        Assert.DoesNotContain(
            Due(Some.Policy with { People = [Some.Olga, Some.Ana with { Calendar = holiday }] }, At(4, 8, 30)),
            d => d.Reader.Id == "ana");
    }

    [Fact]
    public void Named_days_count_instead_of_business_days()
    {
        var saturdays = Some.MyDay with { Days = new HashSet<IsoDayOfWeek> { IsoDayOfWeek.Saturday } };
        var policy = Some.Policy with { Digests = [saturdays] };
        Assert.Equal(3, Due(policy, At(7, 8, 30)).Count);
        Assert.Empty(Due(policy, At(6, 8, 30)));
    }

    [Fact]
    public void Who_is_away_gets_none_and_the_cover_gets_the_managers_digest()
    {
        var away = Some.Olga with { Away = [new Absence(new LocalDate(2026, 3, 4), new LocalDate(2026, 3, 4), "tim")] };
        var policy = Some.Policy with { People = [away, Some.Ana, Some.Tim] };
        Assert.Equal(
            ["my-day tim", "my-day ana", "the-firm tim"],
            Due(policy, At(4, 8, 45)).Select(d => $"{d.Definition.Name} {d.Reader.Id}"));
        Assert.Contains(Due(policy, At(5, 8, 45)), d => d.Definition.Name == "the-firm" && d.Reader.Id == "olga");
    }

    [Fact]
    public void Who_left_gets_none_and_the_successor_gets_one_not_two()
    {
        var left = Some.Ana with { Left = new LocalDate(2026, 3, 4), Successor = "tim" };
        Assert.Equal(
            ["olga", "tim"],
            Due(Some.Policy with { People = [Some.Olga, left, Some.Tim], Digests = [Some.MyDay] }, At(4, 8, 30)).Select(d => d.Reader.Id));
    }

    [Fact]
    public void Covers_that_cover_each_other_end_with_nobody()
    {
        var day = new LocalDate(2026, 3, 4);
        var ana = Some.Ana with { Away = [new Absence(day, day, "tim")] };
        var tim = Some.Tim with { Away = [new Absence(day, day, "ana")] };
        Assert.Null(new Presence(Some.Policy with { People = [ana, tim] }).StandIn(ana, day));
    }

    [Fact]
    public void A_late_evening_digest_is_caught_up_after_midnight_for_its_own_date()
    {
        var late = Some.Policy with { Digests = [Some.MyDay with { At = new LocalTime(23, 0) }] };
        Assert.All(Due(late, At(5, 1, 0)), d => Assert.Equal(new LocalDate(2026, 3, 4), d.Date));
        Assert.Equal(3, Due(late, At(5, 1, 0)).Count);
    }

    [Fact]
    public void A_time_the_clocks_skip_moves_forward_and_one_they_repeat_comes_once()
    {
        // Clocks in Dublin go forward at 01:00 on 29 March and back at 02:00 on 25 October 2026.
        var nightly = new DigestSchedule(
            Some.Policy with
            {
                Digests =
                [
                    Some.MyDay with
                    {
                        At = new LocalTime(1, 30),
                        Days = Enum.GetValues<IsoDayOfWeek>().Where(d => d != IsoDayOfWeek.None).ToHashSet(),
                    },
                ],
            });
        var definition = Some.MyDay with
        {
            At = new LocalTime(1, 30),
            Days = new HashSet<IsoDayOfWeek> { IsoDayOfWeek.Sunday },
        };
        Assert.Equal(Instant.FromUtc(2026, 3, 29, 1, 30), nightly.TimeOn(definition, Some.Ana, new LocalDate(2026, 3, 29)));
        Assert.Equal(Instant.FromUtc(2026, 10, 25, 0, 30), nightly.TimeOn(definition, Some.Ana, new LocalDate(2026, 10, 25)));
        var twice = nightly.DueAt(Instant.FromUtc(2026, 10, 25, 1, 30)).Where(d => d.Reader.Id == "ana").ToList();
        Assert.Equal(new LocalDate(2026, 10, 25), Assert.Single(twice).Date);
    }

    private static Instant At(int day, int hour, int minute) => Instant.FromUtc(2026, 3, day, hour, minute);

    private static IReadOnlyList<DueDigest> Due(CompanyPolicy policy, Instant now) => new DigestSchedule(policy).DueAt(now);

    private static IEnumerable<DueDigest> Mine(Instant now) =>
        Due(Some.Policy, now).Where(d => d.Definition.Name == "my-day" && d.Reader.Id == "ana");
}
