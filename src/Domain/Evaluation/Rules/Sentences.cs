using System.Globalization;
using CrmSync.Domain.Company;
using CrmSync.Domain.Languages;
using CrmSync.Domain.Log;
using CrmSync.Domain.Time;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Domain.Evaluation;

/// <summary>The words reasons share.</summary>
internal static class Sentences
{
    private static readonly LocalDateTimePattern MomentPattern = LocalDateTimePattern.Create(
        "ddd d MMM HH:mm",
        CultureInfo.InvariantCulture);
    private static readonly LocalDatePattern Day = LocalDatePattern.Create("ddd d MMM uuuu", CultureInfo.InvariantCulture);

    /// <summary>A moment as people in the zone read it: <c>Mon 2 Mar 10:00</c>.</summary>
    public static string When(DateTimeZone zone, long at) => MomentPattern.Format(Instant.FromUnixTimeTicks(at).InZone(zone).LocalDateTime);

    public static Instant Moment(long at) => Instant.FromUnixTimeTicks(at);

    public static string On(LocalDate date) => Day.Format(date);

    public static string Quoted(string? subject) => string.IsNullOrWhiteSpace(subject) ? "(no subject)" : $"\"{subject.Trim()}\"";

    /// <summary>A length of time in words: <c>4 business hours</c>.</summary>
    public static string InWords(LengthOfTime length) => Wording.In(Language.English).Dates.Length(length);

    /// <summary>Who of us, by id, or nothing.</summary>
    public static string? Who(Plan plan, int person) => person < 0 ? null : plan.Id(person);

    /// <summary>The name of one of us.</summary>
    public static string Name(Plan plan, int person) => plan.Policy.People[person].Name ?? plan.Id(person);

    /// <summary>A touch in words: <c>outbound "Spring visit" (ana)</c>.</summary>
    public static string What(Plan plan, Touch touch)
    {
        var by = Who(plan, touch.Person) is { } who ? $" ({who})" : "";
        return touch.Kind switch
        {
            TouchKind.In => $"inbound {Quoted(touch.Line.Subject)}",
            TouchKind.Out => $"outbound {Quoted(touch.Line.Subject)}{by}",
            TouchKind.Meeting => $"meeting {Quoted(touch.Line.Subject)}{by}",
            TouchKind.Spoke => $"{(touch.Line.Inbound ? "inbound" : "outbound")} call{by}",
            _ => touch.Line.Verb == CommandVerb.Done ? $"marked done{by}" : $"call{by}",
        };
    }
}
