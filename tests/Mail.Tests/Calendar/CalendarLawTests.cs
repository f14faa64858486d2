using System.Text;
using CrmSync.Fixtures;
using CrmSync.Mail.Calendar;
using FsCheck;
using FsCheck.Fluent;
using NodaTime;
using Interval = NodaTime.Interval;

namespace CrmSync.Mail.Tests.Calendar;

/// <summary>What holds for every calendar.</summary>
public sealed class CalendarLawTests
{
    private static readonly string[] Zones =
    [
        "Europe/Vienna",
        "America/New_York",
        "Australia/Sydney",
        "W. Europe Standard Time",
        "Asia/Kathmandu",
    ];
    private static readonly string[] Texts =
    [
        "Tea",
        "Plan; prices, and \\ more",
        "Zwei\nZeilen",
        "会議と長い長い長い長い長い長い長い長い長い長い長い題名",
        "\"quoted\" ^caret^ 'n",
        "a:b;c=d",
        new('x', 300),
    ];
    private static readonly string[] Addresses =
    [
        "ana@bright.example",
        "ben@oak.example",
        "o'neil+tag@pine.example",
        "jürgen@bücher.example",
    ];

    private static readonly Config Often = Config.QuickThrowOnFailure.WithMaxTest(500);

    [Fact]
    public void Printing_an_event_and_reading_it_back_gives_the_same_event() =>
        Check.One(Often, Prop.ForAll(Seeds(), seed =>
        {
            var entry = Event(new Some(seed), mayChange: true);
            var file = CalendarReader.Read(Encoding.UTF8.GetBytes(CalendarWriter.Print([entry], "REQUEST")));
            Assert.Empty(file.Problems);
            Assert.Equal(entry, Assert.Single(file.Events));
            Assert.Equal("REQUEST", file.Method);
        }));

    [Fact]
    public void No_printed_line_is_longer_than_75_bytes() =>
        Check.One(
            Often.WithMaxTest(200),
            Prop.ForAll(
                Seeds(),
                seed =>
                    Assert.All(
                        CalendarWriter.Print([Event(new Some(seed), mayChange: true)]).Split("\r\n"),
                        line => Assert.InRange(Encoding.UTF8.GetByteCount(line), 0, 75))));

    [Fact]
    public void Expansion_by_window_is_the_whole_expansion_cut_to_the_window() =>
        Check.One(
            Often,
            Prop.ForAll(
                Seeds(),
                seed =>
                {
                    var some = new Some(seed);
                    var series = Series(some);
                    var whole = Occurrences
                        .Within(series, new Interval(Instant.FromUtc(2019, 1, 1, 0, 0), Instant.FromUtc(2033, 1, 1, 0, 0)), 1_000_000)
                        .Occurrences;
                    var start = Instant.FromUtc(2020, 1, 1, 0, 0) + Duration.FromHours(some.Below(24 * 365 * 8));
                    var window = new Interval(start, start + Duration.FromHours(some.Below(24 * 900)));
                    var cut = whole
                        .Where(occurrence =>
                            occurrence.Start.Instant < window.End
                            && (occurrence.End.Instant > window.Start || occurrence.Start.Instant >= window.Start))
                        .ToList();

                    var expansion = Occurrences.Within(series, window, 1_000_000);
                    Assert.Null(expansion.Shortfall);
                    Assert.Equal(cut, expansion.Occurrences);

                    var most = 1 + some.Below(20);
                    Assert.Equal(cut.Take(most), Occurrences.Within(series, window, most).Occurrences);
                }));

    [Fact]
    public void No_two_occurrences_of_a_series_have_the_same_recurrence_id() =>
        Check.One(
            Often.WithMaxTest(500),
            Prop.ForAll(
                Seeds(),
                seed =>
                {
                    var ids = Occurrences
                        .Within(Series(new Some(seed)), Ics.Year2026, 100_000)
                        .Occurrences.Select(occurrence => occurrence.RecurrenceId)
                        .ToList();
                    Assert.Equal(ids.Count, ids.Distinct().Count());
                }));

    [Fact]
    public void Any_bytes_are_read_without_an_exception() =>
        Check.One(Often, Prop.ForAll(Seeds(), seed =>
        {
            var some = new Some(seed);
            var text = CalendarWriter.Print([Event(some, mayChange: true), Event(some, mayChange: true)]);
            var bytes = Encoding.UTF8.GetBytes(text);
            for (var change = some.Below(12); change > 0; change--)
                bytes[some.Below(bytes.Length)] = (byte)some.Below(256);
            var file = CalendarReader.Read(bytes.AsMemory(0, bytes.Length - (some.Below(4) == 0 ? some.Below(bytes.Length) : 0)));
            foreach (var series in EventSeries.Group(file.Events))
                Assert.NotNull(Occurrences.Within(series, Ics.Year2026, 100));
        }));

    [CorpusFact]
    public void Real_calendars_with_random_damage_are_read_and_expanded_without_an_exception()
    {
        var files = Directory
            .GetFiles(Path.Combine(SharedData.Folder!, "ics"), "*.ics", SearchOption.AllDirectories)
            .Where(path => new FileInfo(path).Length is > 0 and < 8_000)
            .Order(StringComparer.Ordinal)
            .Select(File.ReadAllBytes)
            .ToList();
        Check.One(
            Often,
            Prop.ForAll(
                Seeds(),
                seed =>
                {
                    var some = new Some(seed);
                    var bytes = (byte[])files[some.Below(files.Count)].Clone();
                    for (var change = 1 + some.Below(20); change > 0; change--)
                        bytes[some.Below(bytes.Length)] =
                            some.Below(3) == 0 ? (byte)some.Below(256) : (byte)"0123456789:;=,TZ\r\n -+"[some.Below(21)];
                    foreach (var series in EventSeries.Group(CalendarReader.Read(bytes).Events))
                        Assert.NotNull(Occurrences.Within(series, Ics.Year2026, 100));
                }
            )
        );
    }

    private static Arbitrary<int> Seeds() => Gen.Choose(0, int.MaxValue - 1).ToArbitrary();

    private static EventSeries Series(Some some)
    {
        var master = Event(some, mayChange: false) with { Uid = "series", UidIsDerived = false };
        while (master.Rules.Count == 0)
            master = master with { Rules = [Rule(some)] };

        var originals = Occurrences
            .Within(EventSeries.From(master), new Interval(Instant.FromUtc(2019, 1, 1, 0, 0), Instant.FromUtc(2033, 1, 1, 0, 0)), 40)
            .Occurrences;
        var changes = originals
            .Where(_ => some.Below(8) == 0)
            .Take(4)
            .Select(occurrence =>
            {
                var start = occurrence.Start.At(occurrence.Start.Local.PlusMinutes(some.Below(6_000) - 3_000));
                return master with
                {
                    RecurrenceId =
                        master.Start.IsDate || some.Below(2) == 0
                            ? occurrence.Start
                            : CalendarTime.OfInstant(occurrence.RecurrenceId!.Value),
                    ThisAndFuture = some.Below(3) == 0,
                    Start = master.Start.IsDate ? CalendarTime.OfDate(start.Date) : start,
                    End = master.Start.IsDate
                        ? CalendarTime.OfDate(start.Date.PlusDays(1))
                        : start.At(start.Instant + Duration.FromMinutes(some.Below(300))),
                    WrittenDuration = null,
                    Rules = [],
                    ExceptionRules = [],
                    Dates = [],
                    ExceptionDates = [],
                };
            });
        return new EventSeries("series", master, [.. changes]);
    }

    private static CalendarEvent Event(Some some, bool mayChange)
    {
        var start = Time(some);
        var duration =
            some.Below(3) == 0
                ? start.IsDate
                    ? Period.FromDays(1 + some.Below(3))
                    : Period.FromMinutes(some.Below(3_000)).Normalize()
                : null;
        var end =
            duration is not null ? Length.From(duration).End(start)
            : start.IsDate ? start.At(start.Local.PlusDays(1 + some.Below(3)))
            : start.At(start.Instant + Duration.FromMinutes(some.Below(2_000)));
        var changed = mayChange && some.Below(3) == 0;
        var status = (EventStatus)some.Below(4);
        var transparent = some.Below(2) == 0;
        return new CalendarEvent
        {
            Uid = $"{some.Below(1_000_000)}@bright.example",
            RecurrenceId = changed ? Time(some) : null,
            ThisAndFuture = changed && some.Below(2) == 0,
            Sequence = some.Below(5),
            Stamp = some.Below(4) == 0 ? null : Instant.FromUtc(2026, 1, 1, 0, 0) + Duration.FromSeconds(some.Below(1_000_000)),
            LastModified = some.Below(2) == 0 ? null : Instant.FromUtc(2026, 1, 1, 0, 0) + Duration.FromSeconds(some.Below(1_000_000)),
            Start = start,
            End = end,
            WrittenDuration = duration,
            AllDay = start.IsDate || some.Below(10) == 0,
            Status = status,
            Class = (EventClass)some.Below(3),
            Transparent = transparent,
            ShownAs =
                transparent ? ShownAs.Free
                : status == EventStatus.Tentative ? ShownAs.Tentative
                : some.In([ShownAs.Busy, ShownAs.Tentative, ShownAs.Elsewhere, ShownAs.OutOfOffice]),
            Summary = some.Below(5) == 0 ? null : some.In(Texts),
            Location = some.Below(2) == 0 ? null : some.In(Texts),
            Organizer =
                some.Below(4) == 0
                    ? null
                    : new CalendarOrganizer(
                        some.In(Addresses),
                        some.Below(2) == 0 ? null : "Ana \"B\" ^n",
                        some.Below(3) == 0 ? "desk@bright.example" : null),
            Attendees = [.. Enumerable.Range(0, some.Below(4)).Select(_ => Attendee(some))],
            Rules = some.Below(2) == 0 ? [] : [Rule(some)],
            ExceptionRules = some.Below(8) == 0 ? [Rule(some)] : [],
            Dates = [.. Enumerable.Range(0, some.Below(3)).Select(_ => Date(some, start))],
            ExceptionDates = [.. Enumerable.Range(0, some.Below(3)).Select(_ => Time(some))],
        };
    }

    private static RecurrenceDate Date(Some some, CalendarTime start) =>
        start.IsDate ? new RecurrenceDate(CalendarTime.OfDate(start.Date.PlusDays(some.Below(900))))
        : some.Below(2) == 0 ? new RecurrenceDate(start.At(start.Local.PlusHours(some.Below(9_000))))
        : new RecurrenceDate(start.At(start.Local.PlusHours(some.Below(9_000))), Duration.FromMinutes(some.Below(600)));

    private static CalendarAttendee Attendee(Some some) =>
        new(some.Below(9) == 0 ? null : some.In(Addresses), some.Below(2) == 0 ? null : "Ben, the \"bench\"; oak:tree")
        {
            Status = (ParticipationStatus)some.Below(5),
            Role = (AttendeeRole)some.Below(4),
            Kind = (AttendeeKind)some.Below(5),
            SentBy = some.Below(3) == 0 ? some.In(Addresses) : null,
            DelegatedTo = some.Below(3) == 0 ? [some.In(Addresses), some.In(Addresses)] : [],
            DelegatedFrom = some.Below(3) == 0 ? [some.In(Addresses)] : [],
        };

    private static CalendarTime Time(Some some)
    {
        var local = new LocalDateTime(2020, 1, 1, 0, 0).PlusMinutes(some.Below(60 * 24 * 365 * 7));
        return some.Below(5) switch
        {
            0 => CalendarTime.OfDate(local.Date),
            1 => new CalendarTime(local, CalendarTimeKind.Utc, CalendarZone.Utc),
            2 => new CalendarTime(local, CalendarTimeKind.Floating, new CalendarZone("", DateTimeZone.Utc, Uncertain: true)),
            _ => some.In(Zones) is var zone ? new CalendarTime(local, CalendarTimeKind.Zoned, new ZoneResolver(null).Resolve(zone)) : null!,
        };
    }

    private static RecurrenceRule Rule(Some some)
    {
        var frequency = some.In(["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "DAILY", "WEEKLY", "HOURLY"]);
        var text = $"FREQ={frequency};INTERVAL={1 + some.Below(3) + (frequency == "HOURLY" ? 20 : 0)}";
        if (some.Below(3) == 0)
            text += $";COUNT={1 + some.Below(200)}";
        else if (some.Below(2) == 0)
            text += $";UNTIL=20{22 + some.Below(8)}0715T120000Z";
        if (some.Below(3) == 0)
            text +=
                ";BYDAY="
                + some.In<string>(
                    frequency is "MONTHLY" or "YEARLY" ? ["MO,TH", "1MO,-1FR", "SU", "2TU"] : ["MO,TH", "SU", "MO,TU,WE,TH,FR"]);
        if (some.Below(4) == 0)
            text += ";BYMONTH=" + some.In(["1,3,5", "2", "12,6"]);
        if (some.Below(5) == 0)
            text += ";BYMONTHDAY=" + some.In(["1,15", "-1", "31", "29"]);
        if (some.Below(6) == 0 && frequency == "YEARLY")
            text += ";BYWEEKNO=" + some.In(["1", "20,53", "-1"]);
        if (some.Below(5) == 0)
            text += ";BYHOUR=" + some.In(["9,15", "0", "2,3"]);
        if (some.Below(5) == 0)
            text += ";BYSETPOS=" + some.In(["1", "-1", "1,-1", "2"]);
        if (some.Below(4) == 0)
            text += ";WKST=SU";
        return RecurrenceRule.Parse(text, out _)!;
    }

    /// <summary>Choices that follow from a seed.</summary>
    private sealed class Some(int seed)
    {
        private readonly Random random = new(seed);

        public int Below(int below) => random.Next(below);

        public T In<T>(T[] choices) => choices[random.Next(choices.Length)];
    }
}
