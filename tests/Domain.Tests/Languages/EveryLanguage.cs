using System.Globalization;
using System.Reflection;
using CrmSync.Domain.Languages;
using CrmSync.Domain.Log;
using CrmSync.Domain.Time;
using NodaTime;

namespace CrmSync.Domain.Tests.Languages;

/// <summary>Every sentence of every language, filled with words and numbers that are looked for in it.</summary>
public sealed class EveryLanguage
{
    private static readonly LocalDate Today = new(2026, 3, 4);

    public static IEnumerable<object[]> Sentences =>
        from words in Wording.All
        from part in Parts
        from member in part.PropertyType.GetMethods()
        select new object[] { words.Tag, $"{part.Name}.{member.Name}({string.Join(',', member.GetParameters().Select(Name))})" };

    private static IEnumerable<PropertyInfo> Parts => typeof(Wording).GetProperties().Where(part => part.PropertyType.IsInterface
        && part.PropertyType.Namespace == typeof(Wording).Namespace);

    [Theory]
    [MemberData(nameof(Sentences))]
    public void A_sentence_says_all_it_is_told_and_leaves_no_gap(string tag, string sentence)
    {
        var words = Wording.All.Single(one => one.Tag == tag);
        var part = typeof(Wording).GetProperty(sentence.Split('.')[0])!;
        var member = part.PropertyType.GetMethods()
            .Single(one => sentence == $"{part.Name}.{one.Name}({string.Join(',', one.GetParameters().Select(Name))})");
        var parameters = member.GetParameters();
        var whole = parameters.Select(Value).ToArray();
        var said = Say(member, part.GetValue(words), whole);
        Assert.All(parameters.Zip(whole), one => Assert.All(
            Expected(one.Second),
            text => Assert.Contains(text, said, StringComparison.OrdinalIgnoreCase)));

        for (var at = 0; at < parameters.Length; at++)
        {
            if (new NullabilityInfoContext().Create(parameters[at]).ReadState != NullabilityState.Nullable)
                continue;

            var without = (object?[])whole.Clone();
            without[at] = null;
            Say(member, part.GetValue(words), without);
        }
    }

    private static string Name(ParameterInfo parameter) => $"{parameter.ParameterType.Name} {parameter.Name}";

    private static string Say(MethodInfo member, object? phrases, object?[] values)
    {
        var said = member.Invoke(phrases, values) switch
        {
            string text => text,
            IEnumerable<string> lines => string.Join('\n', lines),
            (string word, string meaning) => $"{word}\n{meaning}",
            var other => throw new InvalidOperationException($"{member.Name} says {other}"),
        };
        Assert.False(string.IsNullOrWhiteSpace(said), member.Name);
        Assert.DoesNotContain("  ", said, StringComparison.Ordinal);
        Assert.DoesNotContain(" ,", said, StringComparison.Ordinal);
        return said;
    }

    private static object? Value(ParameterInfo parameter)
    {
        var type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        var number = 11 + parameter.Position;
        return type == typeof(string) ? $"Q{number}"
            : type == typeof(int) ? number
            : type == typeof(double) ? number + 0.5
            : type == typeof(bool) ? true
            : type == typeof(SeenTime) ? new SeenTime(new LocalDateTime(2026, 1, number, 14, 30), Today)
            : type == typeof(LocalDate) ? new LocalDate(2026, 1, number)
            : type == typeof(LocalTime) ? new LocalTime(14, 30)
            : type == typeof(Duration) ? Duration.FromDays(number)
            : type == typeof(LengthOfTime) ? new LengthOfTime(number, TimeUnit.BusinessDay)
            : type == typeof(ToldAs) ? ToldAs.Overdue
            : type == typeof(CommandVerb) ? CommandVerb.Snooze
            : type == typeof(IReadOnlyList<string>) ? new[] { "Q91", "Q92" }
            : type == typeof(IReadOnlyList<int>) ? new[] { 7, 30 }
            : throw new InvalidOperationException($"{parameter.Member.Name} takes a {type}");
    }

    private static IEnumerable<string> Expected(object? value) => value switch
    {
        string text => [text],
        IEnumerable<string> texts => texts,
        int number => [number.ToString(CultureInfo.InvariantCulture)],
        double number => [Math.Floor(number).ToString(CultureInfo.InvariantCulture)],
        SeenTime seen => [seen.Date.Day.ToString(CultureInfo.InvariantCulture), "14:30"],
        LengthOfTime length => [length.Amount.ToString(CultureInfo.InvariantCulture)],
        _ => [],
    };
}
