using CrmSync.Domain.Calls;
using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using NodaTime;

namespace CrmSync.Domain.Tests.Calls;

/// <summary>Which rows of telephone systems tell of one call.</summary>
public sealed class CallMergeTests
{
    private static readonly Instant Ten = Instant.FromUtc(2026, 3, 2, 10, 0);
    private static readonly EmailAddress Jane = EmailAddress.FromTelephone("+353861234567");

    [Fact]
    public void A_group_that_rings_is_one_call_of_whoever_answered()
    {
        var call = Only(Leg("a", 0, null, "101"), Leg("b", 0, 90, "102"), Leg("c", 1, null, "103"));

        Assert.Equal(90, call.Call!.Seconds);
        Assert.Equal(["tel:+353861234567", "tel:102"], call.Participants.Select(one => one.Address.Value));
    }

    [Fact]
    public void A_call_that_nobody_took_names_everybody_it_rang_at()
    {
        var call = Only(Leg("a", 0, null, "101"), Leg("b", 20, null, "102"));

        Assert.False(call.Call!.Answered);
        Assert.Equal(["tel:+353861234567", "tel:101", "tel:102"], call.Participants.Select(one => one.Address.Value));
    }

    [Fact]
    public void A_call_that_is_passed_on_is_one_and_as_long_as_both()
    {
        var call = Only(Leg("a", 0, 45, "100"), Leg("b", 46, 300, "101"));

        Assert.Equal(345, call.Call!.Seconds);
        Assert.Equal(["tel:101", "tel:100"], call.Participants.Skip(1).Select(one => one.Address.Value));
    }

    [Fact]
    public void Ringing_is_no_talking()
    {
        var call = Only(Leg("a", 0, null, "101"), Leg("b", 25, 20, "102"));

        Assert.Equal(20, call.Call!.Seconds);
        Assert.False(call.Call.Counts);
    }

    [Fact]
    public void Two_exports_of_one_call_are_one_though_one_writes_minutes_only()
    {
        var call = Only(
            Leg("a", 34, 90, "101"),
            Leg("b", 0, 60, "101") with { Account = "box", IsToTheMinute = true });

        Assert.Equal(90, call.Call!.Seconds);
        Assert.Equal(["box", "pbx"], call.Accounts);
    }

    [Fact]
    public void Calls_apart_are_calls_of_their_own()
    {
        Assert.Equal(2, CallMerge.Merge([Leg("a", 0, 60, "101"), Leg("b", 70, 60, "101")]).Count);
        Assert.Equal(2, CallMerge.Merge([Leg("a", 0, null, "101"), Leg("b", 61, null, "101")]).Count);
        Assert.Equal(2, CallMerge.Merge([Leg("a", 0, null, "101"), Leg("b", 2, 60, "101") with { Direction = Direction.Outbound }]).Count);
    }

    [Fact]
    public void What_the_system_calls_by_one_name_is_one_call_within_the_day()
    {
        Assert.Single(CallMerge.Merge([Leg("a", 0, 60, "101") with { Call = "7" }, Leg("b", 600, 60, "102") with { Call = "7" }]));
        Assert.Equal(
            2, CallMerge.Merge([Leg("a", 0, 60, "101") with { Call = "7" }, Leg("b", 50_000, 60, "102") with { Call = "7" }]).Count);
    }

    /// <summary>Whatever the order in which rows come, and whatever comes twice, the calls are the same.</summary>
    [Fact]
    public void The_order_of_rows_leaves_no_trace()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var legs = Enumerable.Range(0, random.Next(1, 30))
                .Select(i => Leg(
                    $"r{i}", random.Next(0, 1500), random.Next(3) == 0 ? null : random.Next(1, 200), $"{random.Next(101, 105)}") with
                {
                    Call = random.Next(4) == 0 ? $"c{random.Next(3)}" : null,
                    Account = random.Next(3) == 0 ? "box" : "pbx",
                    IsToTheMinute = random.Next(5) == 0,
                    Direction = random.Next(4) == 0 ? Direction.Outbound : Direction.Inbound,
                })
                .ToList();

            var told = Tell(legs);
            Assert.Equal(told, Tell([.. legs.OrderBy(_ => random.Next())]));
            Assert.Equal(legs.Count, CallMerge.Merge(legs).Sum(call => call.Legs.Count));
            Assert.Equal(CallMerge.Merge(legs).Count, CallMerge.Merge(legs).Select(call => call.Line.Id).Distinct().Count());
        }
    }

    private static string Tell(IReadOnlyList<CallLeg> legs) => string.Join(
        '\n',
        CallMerge.Merge(legs).Select(call =>
                $"{call.Line.Id} {call.Line.At} {call.Line.Seen} {call.Line.Call} {string.Join(',', call.Line.Accounts)} "
                    + string.Join(',', call.Line.Participants))
            .Order(StringComparer.Ordinal));

    private static Interaction Only(params CallLeg[] legs) => Assert.Single(CallMerge.Merge(legs)).Line;

    private static CallLeg Leg(string row, int after, int? seconds, string ours) => new()
    {
        Account = "pbx",
        Row = row,
        Number = Jane,
        Ours = EmailAddress.FromTelephone(ours),
        Direction = Direction.Inbound,
        Start = Ten + Duration.FromSeconds(after),
        Seconds = seconds,
    };
}
