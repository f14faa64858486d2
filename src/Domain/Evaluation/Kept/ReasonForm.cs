using System.Globalization;
using System.Reflection;
using System.Text.Json;
using CrmSync.Domain.Policy;
using CrmSync.Domain.Time;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Domain.Evaluation;

/// <summary>
/// A <see cref="Reason"/> as a JSON array: its name, which stays when the class is called otherwise, and its facts in the order of the
/// record. A rule among the facts is that of the item.
/// </summary>
internal static class ReasonForm
{
    private static readonly Shape[] Shapes =
    [
        new("asked", typeof(Asked)),
        new("forwarded", typeof(AskedByForward)),
        new("missed_call", typeof(MissedCall)),
        new("found_itself", typeof(FoundItself)),
        new("never_answered", typeof(NeverAnswered)),
        new("case_open", typeof(CaseOpen)),
        new("went_quiet", typeof(WentQuiet)),
        new("no_reply", typeof(NoReply)),
        new("chasers_ran_out", typeof(ChasersRanOut)),
        new("silent_since", typeof(SilentSince)),
        new("met_on", typeof(MetOn)),
        new("first_wrote", typeof(FirstWrote)),
        new("succeeds", typeof(Succeeds)),
        new("case_closed", typeof(CaseClosed)),
        new("case_reopened", typeof(CaseReopened)),
        new("day_ahead", typeof(DayAhead)),
        new("day_passed", typeof(DayPassed)),
        new("not_told", typeof(NotTold)),
        new("owner_left", typeof(OwnerLeft)),
        new("handed_on", typeof(HandedOn)),
        new("too_often", typeof(TooOften)),
        new("calmed", typeof(Calmed)),
        new("lapsed", typeof(Lapsed)),
        new("closing", typeof(Closing)),
    ];

    private static readonly Dictionary<string, Shape> ByName = Shapes.ToDictionary(shape => shape.Name, StringComparer.Ordinal);
    private static readonly Dictionary<Type, Shape> ByType = Shapes.ToDictionary(shape => shape.Type);

    /// <summary>Every kind of reason that can be written.</summary>
    public static IReadOnlyCollection<Type> Types => ByType.Keys;

    public static void Write(Utf8JsonWriter json, Reason? reason)
    {
        if (reason is null)
        {
            json.WriteNullValue();
            return;
        }

        var shape = ByType[reason.GetType()];
        json.WriteStartArray();
        json.WriteStringValue(shape.Name);
        foreach (var fact in shape.Facts)
            WriteFact(json, fact.GetValue(reason));

        json.WriteEndArray();
    }

    /// <summary>What <see cref="Write"/> wrote.</summary>
    /// <param name="reason">The array, or null.</param>
    /// <param name="rule">The rule of the item.</param>
    public static Reason? Read(JsonElement reason, Rule rule)
    {
        if (reason.ValueKind == JsonValueKind.Null)
            return null;

        var shape = ByName[reason[0].GetString()!];
        var facts = new object?[shape.Facts.Length];
        for (var i = 0; i < facts.Length; i++)
            facts[i] = ReadFact(reason[i + 1], shape.Facts[i].PropertyType, rule);

        return (Reason)shape.Maker.Invoke(facts);
    }

    private static void WriteFact(Utf8JsonWriter json, object? fact)
    {
        switch (fact)
        {
            case null or Rule:
                json.WriteNullValue();
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case long number:
                json.WriteNumberValue(number);
                break;
            case int number:
                json.WriteNumberValue(number);
                break;
            case LengthOfTime length:
                json.WriteStringValue(length.ToString());
                break;
            case LocalDate date:
                json.WriteStringValue(LocalDatePattern.Iso.Format(date));
                break;
            case DateTimeZone zone:
                json.WriteStringValue(zone.Id);
                break;
            case ToldTouch told:
                json.WriteStartArray();
                json.WriteNumberValue((int)told.Kind);
                json.WriteStringValue(told.Who);
                json.WriteStringValue(told.Subject);
                json.WriteBooleanValue(told.IsMarkedDone);
                json.WriteEndArray();
                break;
            default:
                throw new NotSupportedException($"A reason holds a {fact.GetType().Name}, which has no form.");
        }
    }

    private static object? ReadFact(JsonElement fact, Type type, Rule rule)
    {
        if (typeof(Rule).IsAssignableFrom(type))
            return rule;

        if (fact.ValueKind == JsonValueKind.Null)
            return null;

        type = Nullable.GetUnderlyingType(type) ?? type;
        return type == typeof(string) ? fact.GetString()
            : type == typeof(long) ? fact.GetInt64()
            : type == typeof(int) ? fact.GetInt32()
            : type == typeof(LengthOfTime) ? LengthOfTime.Find(fact.GetString()!)
            : type == typeof(LocalDate) ? LocalDatePattern.Iso.Parse(fact.GetString()!).GetValueOrThrow()
            : type == typeof(DateTimeZone) ? DateTimeZoneProviders.Tzdb[fact.GetString()!]
            : type == typeof(ToldTouch)
                ? new ToldTouch((TouchKind)fact[0].GetInt32(), fact[1].GetString(), fact[2].GetString(), fact[3].GetBoolean())
            : throw new NotSupportedException(string.Create(CultureInfo.InvariantCulture, $"A {type.Name} has no form."));
    }

    /// <summary>How one kind of reason is taken apart and put together.</summary>
    private sealed class Shape
    {
        public Shape(string name, Type type)
        {
            (Name, Type) = (name, type);
            var made = type.GetConstructors(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)
                .MaxBy(one => one.GetParameters().Length)!;
            Maker = ConstructorInvoker.Create(made);
            Facts = [.. made.GetParameters().Select(fact => type.GetProperty(fact.Name!)!)];
        }

        public string Name { get; }

        public Type Type { get; }

        public ConstructorInvoker Maker { get; }

        public PropertyInfo[] Facts { get; }
    }
}
