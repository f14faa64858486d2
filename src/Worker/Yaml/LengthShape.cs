using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CrmSync.Domain.Time;

namespace CrmSync.Worker.Yaml;

/// <summary>A length of time: one whole number and one unit (policy-language.md section 3).</summary>
/// <param name="allowed">The units that mean something here.</param>
/// <param name="example">Lengths to write, for messages: "30d, 2w or 12h".</param>
/// <param name="aboveZero">Whether nothing is too short.</param>
/// <param name="unitNumber">The code when only the unit is wrong.</param>
internal sealed class LengthShape(IReadOnlyList<TimeUnit> allowed, string example, bool aboveZero = false, string unitNumber = "020")
    : Shape<LengthOfTime>
{
    private static readonly (string Word, string Letters)[] Words =
    [
        ("business minute", "bm"),
        ("business hour", "bh"),
        ("business day", "bd"),
        ("working day", "bd"),
        ("workday", "bd"),
        ("working hour", "bh"),
        ("minute", "m"),
        ("min", "m"),
        ("hour", "h"),
        ("hr", "h"),
        ("day", "d"),
        ("week", "w"),
        ("month", "mo"),
        ("year", "y"),
    ];

    private static readonly Regex Sum = new("^(?:[0-9]{1,5}(?:w|d|h|m))+$", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));

    /// <summary>Every unit.</summary>
    public static LengthShape Any { get; } = new([.. Enum.GetValues<TimeUnit>()], "30d, 2w or 12h");

    /// <summary>Every unit, longer than nothing.</summary>
    public static LengthShape Some { get; } = new([.. Enum.GetValues<TimeUnit>()], "30d, 2w or 12h", aboveZero: true);

    /// <summary>Business days and everything on the calendar.</summary>
    public static LengthShape Days { get; } =
        new([TimeUnit.BusinessDay, TimeUnit.Day, TimeUnit.Week, TimeUnit.Month, TimeUnit.Year], "3d, 2w or 5bd");

    /// <summary>The units of <c>resolve</c>.</summary>
    public static LengthShape Clock { get; } =
        new([TimeUnit.Minute, TimeUnit.Hour, TimeUnit.BusinessMinute, TimeUnit.BusinessHour], "16bh, 90bm or 24h", unitNumber: "021");

    public override string Wanted => $"a length of time such as {example}";

    public override bool Fits(YamlNode node) => node is YamlScalar { Kind: ScalarKind.Text };

    public override JsonObject Schema(SchemaBook book)
    {
        var amount = aboveZero ? "[1-9][0-9]{{0,{0}}}{1}" : "(?:0|[1-9][0-9]{{0,{0}}}){1}";
        var units = LengthOfTime.Units
            .Where(u => allowed.Contains(u.Unit))
            .Select(u => string.Format(CultureInfo.InvariantCulture, amount, u.Digits - 1, u.Letters));
        return new JsonObject { ["type"] = "string", ["pattern"] = $"^(?:{string.Join('|', units)})$" };
    }

    public override bool TryRead(YamlNode node, string title, ProblemList problems, out LengthOfTime value)
    {
        value = new LengthOfTime(1, TimeUnit.Day);
        if (node is not YamlScalar scalar || scalar.Kind is ScalarKind.Empty or ScalarKind.Truth)
            return Wrong(node, title, problems, out value);

        if (scalar.Kind == ScalarKind.Text && LengthOfTime.Find(scalar.Text) is { } length)
        {
            value = length;
            if (!allowed.Contains(length.Unit))
            {
                problems.Error(node, unitNumber, $"{title} cannot be counted in {scalar.Text[Digits(scalar.Text)..]}; write {example}");
                return false;
            }

            if (aboveZero && length.Amount == 0)
            {
                problems.Error(node, "020", $"{title} must be longer than nothing; write {example}");
                return false;
            }

            return true;
        }

        problems.Error(
            node,
            "020",
            $"{scalar.Shown} is not a length of time; {(scalar.Origin is null ? Remedy(scalar.Text) : $"write {example}")}");
        return false;
    }

    private string Remedy(string text)
    {
        if (text.Length > 60)
            return $"write {example}";
        if (Sum.IsMatch(text) && Total(text) is { } total)
            return $"say {total} or pick one unit";

        var digits = Digits(text);
        if (digits is 0 or > 6)
            return digits == 0 ? $"write {example}" : "the number is too large";

        var amount = text[..digits].TrimStart('0') is { Length: > 0 } trimmed ? trimmed : "0";
        var unit = text[digits..].Trim().ToLowerInvariant();
        if (unit.Length == 0)
            return $"say which unit: {amount}d, {amount}bd or {amount}h";

        var letters =
            Array.Find(Words, w => unit == w.Word || unit == w.Word + "s").Letters
            ?? LengthOfTime.Units.FirstOrDefault(u => unit == u.Letters).Letters;
        return letters is null ? $"write {example}" : $"write {amount}{letters}";
    }

    /// <summary>Sums such as <c>1d4h</c> in the smallest unit they use; weeks and days of 24 hours, as whoever writes them means.</summary>
    private static string? Total(string text)
    {
        long minutes = 0;
        var parts = 0;
        for (var i = 0; i < text.Length; parts++)
        {
            var digits = Digits(text[i..]);
            var amount = long.Parse(text.AsSpan(i, digits), CultureInfo.InvariantCulture);
            minutes += amount * text[i + digits] switch { 'w' => 7 * 24 * 60, 'd' => 24 * 60, 'h' => 60, _ => 1 };
            i += digits + 1;
        }

        if (parts < 2)
            return null;
        if (text.EndsWith('d'))
            return $"{minutes / (24 * 60)}d";
        return minutes % 60 == 0 ? $"{minutes / 60}h" : $"{minutes}m";
    }

    private static int Digits(string text)
    {
        var rest = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        return rest < 0 ? text.Length : rest;
    }
}
