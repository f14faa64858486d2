using System.Globalization;
using CrmSync.Domain.Company;
using CrmSync.Domain.Policy;
using CrmSync.Domain.Time;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Domain.Tests.Evaluation;

/// <summary>Writes parts of a policy as shortly as the YAML does, with the defaults the reader would fill in.</summary>
internal static class Write
{
    public static readonly Place Here = new("policy.yaml", 1, 1);

    public static LengthOfTime Length(string text)
    {
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        return new LengthOfTime(int.Parse(text[..digits], CultureInfo.InvariantCulture), text[digits..] switch
        {
            "m" => TimeUnit.Minute,
            "h" => TimeUnit.Hour,
            "bm" => TimeUnit.BusinessMinute,
            "bh" => TimeUnit.BusinessHour,
            "bd" => TimeUnit.BusinessDay,
            "d" => TimeUnit.Day,
            "w" => TimeUnit.Week,
            "mo" => TimeUnit.Month,
            "y" => TimeUnit.Year,
            var unit => throw new FormatException(unit),
        });
    }

    public static LocalDate Day(string text) => LocalDatePattern.Iso.Parse(text).Value;

    public static EmailAddress Address(string text) => EmailAddress.Parse(text);

    /// <summary>
    /// <c>Calendar("office", "Europe/Berlin", "mon-fri 09:00-17:00", "2026-04-03 Good Friday", "2026-12-24 09:00-12:00")</c>.
    /// </summary>
    public static BusinessCalendar Calendar(string name, string zone, string hours, params string[] holidays)
    {
        var week = new Dictionary<IsoDayOfWeek, IReadOnlyList<OpenSpan>>();
        foreach (var part in hours.Split(';', StringSplitOptions.TrimEntries))
        {
            var words = part.Split(' ');
            var range = words[0].Split('-');
            var spans = words[1..].Select(Span).ToArray();
            for (var day = DayOfWeek(range[0]); ; day = day == IsoDayOfWeek.Sunday ? IsoDayOfWeek.Monday : day + 1)
            {
                week[day] = spans;
                if (day == DayOfWeek(range[^1]))
                    break;
            }
        }

        var special = holidays.Select(h => h.Split(' ', 2)).ToDictionary(
            h => Day(h[0]), h => new Holiday(h[1], char.IsAsciiDigit(h[1][0]) ? [.. h[1].Split(' ').Select(Span)] : []));
        return new BusinessCalendar(name, DateTimeZoneProviders.Tzdb[zone], week, special);
    }

    public static Person Person(string id, string? manager = null, string? left = null, string? successor = null, params Absence[] away) =>
        new(id, Address($"{id}@us.example"))
        {
            Manager = manager,
            Left = left is null ? null : Day(left),
            Successor = successor,
            Away = away,
        };

    public static Absence Away(string from, string to, string? cover) => new(Day(from), Day(to), cover);

    public static EscalationStep Step(string after, string to) => new(Length(after), to, Via.Email);

    public static Condition Segment(params string[] names) => new Condition.InSegment(names);

    public static Condition Sender(params string[] addresses) => new Condition.HasAddress([.. addresses.Select(Address)]);

    public static Condition InCase(params string[] cases) => new Condition.InCase(cases);

    public static Condition HasMarker(params string[] markers) => new Condition.HasMarker(markers);

    public static Condition Tagged(params string[] tags) => new Condition.HasTag(tags);

    public static RespondRule Respond(string name, string within, string? next = null, Condition? when = null) =>
        new(name, Here)
        {
            Calendar = null!,
            Within = Length(within),
            NextWithin = Length(next ?? within),
            When = when,
            ExpireAfter = Length("90d"),
        };

    public static ResolveRule Resolve(string name, string ofCase, string within) =>
        new(name, Here)
        {
            Calendar = null!,
            Case = ofCase,
            Within = Length(within),
        };

    public static ChaseRule Chase(string name, string after, Condition? when = null) =>
        new(name, Here)
        {
            Calendar = null!,
            After = Length(after),
            When = when,
            Within = Length("2bd"),
            ExpireAfter = Length("30d"),
            Priority = 50,
        };

    public static StayInTouchRule StayInTouch(string name, string every, Condition? when = null) =>
        new(name, Here)
        {
            Calendar = null!,
            Every = Length(every),
            When = when,
            Within = Length("5bd"),
            ExpireAfter = Length("365d"),
            Priority = 30,
        };

    public static FollowUpRule FollowUp(
        string name,
        FollowUpEvent after,
        string within = "2bd",
        string? ofCase = null,
        string? wait = null,
        Condition? when = null) =>
        new(name, Here)
        {
            Calendar = null!,
            AfterEvent = after,
            Case = ofCase,
            After = wait is null ? null : Length(wait),
            Within = Length(within),
            When = when,
            ExpireAfter = Length("14d"),
            Priority = 60,
        };

    public static DateRule Date(string name, string field, string before = "0d", Condition? when = null) =>
        new(name, Here) { Calendar = null!, Field = field, Before = Length(before), When = when, Priority = 40 };

    public static NoticeRule Notice(string name, string from, string effective, string notifyBy, string toldBy, Condition? when = null) =>
        new(name, Here)
        {
            Calendar = null!,
            From = Day(from),
            Effective = Day(effective),
            NotifyBy = Length(notifyBy),
            ToldBy = toldBy,
            When = when,
            Priority = 70,
        };

    public static HandoverRule Handover(string name, string active = "12mo") =>
        new(name, Here)
        {
            Calendar = null!,
            ActiveWithin = Length(active),
            Within = Length("10bd"),
            ExpireAfter = Length("90d"),
            Priority = 65,
        };

    public static WatchRule Watch(string name, WatchMetric metric, string? of, string window, int atLeast, Per per = Per.Contact) =>
        new(name, Here) { Calendar = null!, Metric = metric, Of = of, Window = Length(window), AtLeast = atLeast, Per = per };

    public static CapLimit Cap(string name, int max, string window, Per per = Per.Contact) =>
        new(name, Here)
        {
            Max = max,
            Window = Length(window),
            Per = per,
        };

    public static CooldownLimit Cooldown(string name, string ofCase, string length, Per per = Per.Contact) =>
        new(name, Here) { Cases = [ofCase], For = Length(length), Per = per };

    public static DoNotContactLimit DoNotContact(
        string name,
        string[]? addresses = null,
        string[]? domains = null,
        string[]? tags = null) =>
        new(name, Here)
        {
            Addresses = (addresses ?? []).Select(Address).ToHashSet(),
            Domains = domains ?? [],
            Tags = tags ?? [],
        };

    public static BlackoutLimit Blackout(string name, string from, string to) => new(name, Here) { From = Day(from), To = Day(to) };

    /// <summary>The rules with the default calendar where they name none.</summary>
    public static CompanyPolicy WithRules(this CompanyPolicy policy, params Rule[] rules) =>
        policy with { Rules = [.. rules.Select(r => r.Calendar is null ? r with { Calendar = policy.DefaultCalendar } : r)] };

    public static CompanyPolicy WithLimits(this CompanyPolicy policy, params Limit[] limits) => policy with { Limits = limits };

    public static CompanyPolicy WithPeople(this CompanyPolicy policy, params Person[] people) =>
        policy with
        {
            People = people,
            DefaultOwner = people[0],
        };

    public static Segment CreateSegment(
        string name,
        string[]? domains = null,
        string[]? tags = null,
        string[]? notIn = null,
        string[]? addresses = null) =>
        new(name, Here)
        {
            Domains = domains ?? [],
            Tags = tags ?? [],
            NotIn = notIn,
            Addresses = (addresses ?? []).Select(Address).ToHashSet(),
        };

    public static CaseDefinition Case(string name, Condition opensOn, string? quietFor = null, bool resolved = false) =>
        new(name, opensOn, Here) { QuietFor = quietFor is null ? null : Length(quietFor), ClosesOnResolved = resolved };

    private static OpenSpan Span(string text)
    {
        var ends = text.Split('-');
        return new OpenSpan(Minutes(ends[0]), Minutes(ends[1]));
    }

    private static int Minutes(string clock) =>
        (int.Parse(clock[..2], CultureInfo.InvariantCulture) * 60) + int.Parse(clock[3..], CultureInfo.InvariantCulture);

    private static IsoDayOfWeek DayOfWeek(string name) => name switch
    {
        "mon" => IsoDayOfWeek.Monday,
        "tue" => IsoDayOfWeek.Tuesday,
        "wed" => IsoDayOfWeek.Wednesday,
        "thu" => IsoDayOfWeek.Thursday,
        "fri" => IsoDayOfWeek.Friday,
        "sat" => IsoDayOfWeek.Saturday,
        _ => IsoDayOfWeek.Sunday,
    };
}
