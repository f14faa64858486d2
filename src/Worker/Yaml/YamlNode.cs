using System.Buffers;
using System.Globalization;

namespace CrmSync.Worker.Yaml;

/// <summary>A value in a YAML file with its place.</summary>
internal abstract class YamlNode(Spot spot)
{
    /// <summary>Where it starts and how much of its line it covers.</summary>
    public Spot Spot { get; } = spot;

    /// <summary>What it is, in the words of a message: "a list", "a number", ...</summary>
    public abstract string Noun { get; }
}

internal enum ScalarKind
{
    Empty,
    Truth,
    Number,
    Text,
}

/// <summary>A single value. An unquoted one is resolved by the core schema of YAML 1.2 (section 10.3.2).</summary>
/// <param name="spot">Its place.</param>
/// <param name="text">The value, without quotes.</param>
/// <param name="plain">Whether it stood there without quotes.</param>
/// <param name="origin">What stands in the file in place of a value from outside, such as <c>${NAME}</c>; the value is then never
/// printed.</param>
internal sealed class YamlScalar(Spot spot, string text, bool plain, string? origin = null) : YamlNode(spot)
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    public string Text { get; } = text;

    public string? Origin { get; } = origin;

    /// <summary>Why the value from outside is not there, where it is a secret; null when it is there.</summary>
    public Problem? Missing { get; init; }

    /// <summary>The value as a message may show it.</summary>
    public string Shown => Origin is not null ? $"the value of {Origin}" : Text.Length <= 60 ? $"\"{Text}\"" : $"\"{Text[..57]}...\"";

    /// <summary>Written without quotes.</summary>
    public bool Plain { get; } = plain;

    public ScalarKind Kind { get; } = plain && origin is null ? Resolve(text) : ScalarKind.Text;

    public override string Noun => Kind switch
    {
        ScalarKind.Empty => "empty",
        ScalarKind.Truth => $"the truth value {Text}",
        ScalarKind.Number => $"the number {Text}",
        _ => Shown,
    };

    /// <summary>The value as a truth value, or null.</summary>
    public bool? Truth() =>
        Kind == ScalarKind.Truth || (Origin is not null && Resolve(Text) == ScalarKind.Truth) ? Text[0] is 't' or 'T' : null;

    /// <summary>The value as a whole number; null when it is none or does not fit. <c>1.0</c> is one.</summary>
    public long? WholeNumber()
    {
        if (Kind != ScalarKind.Number && (Origin is null || Text.Length == 0 || !IsNumber(Text)))
            return null;

        var digits = Text.AsSpan();
        if (digits.StartsWith("0x"))
            return long.TryParse(digits[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex) ? hex : null;
        if (digits.StartsWith("0o"))
            return Octal(digits[2..]);
        if (long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
            return whole;

        return
            decimal.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && number == decimal.Truncate(number)
            && Math.Abs(number) < long.MaxValue
            ? (long)number
            : null;
    }

    private static long? Octal(ReadOnlySpan<char> digits)
    {
        long value = 0;
        foreach (var c in digits)
        {
            if (value > long.MaxValue >> 3)
                return null;
            value = (value << 3) + (c - '0');
        }

        return value;
    }

    private static ScalarKind Resolve(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => ScalarKind.Empty,
        "true" or "True" or "TRUE" or "false" or "False" or "FALSE" => ScalarKind.Truth,
        _ when IsNumber(text) => ScalarKind.Number,
        _ => ScalarKind.Text,
    };

    private static bool IsNumber(string text)
    {
        if (
            text
            is ".nan"
                or ".NaN"
                or ".NAN"
                or ".inf"
                or "+.inf"
                or "-.inf"
                or ".Inf"
                or "+.Inf"
                or "-.Inf"
                or ".INF"
                or "+.INF"
                or "-.INF")
            return true;
        if (text.StartsWith("0x", StringComparison.Ordinal))
            return text.Length > 2 && !text.AsSpan(2).ContainsAnyExcept(HexDigits);
        if (text.StartsWith("0o", StringComparison.Ordinal))
            return text.Length > 2 && !text.AsSpan(2).ContainsAnyExceptInRange('0', '7');

        var i = text[0] is '+' or '-' ? 1 : 0;
        var whole = Digits(text, ref i);
        var fraction = 0;
        if (i < text.Length && text[i] == '.')
        {
            i++;
            fraction = Digits(text, ref i);
        }

        if (whole + fraction == 0)
            return false;

        if (i < text.Length && text[i] is 'e' or 'E')
        {
            i++;
            if (i < text.Length && text[i] is '+' or '-')
                i++;
            if (Digits(text, ref i) == 0)
                return false;
        }

        return i == text.Length;
    }

    private static int Digits(string text, ref int i)
    {
        var start = i;
        while (i < text.Length && char.IsAsciiDigit(text[i]))
            i++;
        return i - start;
    }
}

internal sealed class YamlList(Spot spot, IReadOnlyList<YamlNode> items) : YamlNode(spot)
{
    public IReadOnlyList<YamlNode> Items { get; } = items;

    public override string Noun => "a list";
}

/// <summary>A map in the order of the file; keys are unique (duplicates were reported while reading, the first one stays).</summary>
internal sealed class YamlMap(Spot spot, IReadOnlyList<YamlEntry> entries) : YamlNode(spot)
{
    public IReadOnlyList<YamlEntry> Entries { get; } = entries;

    public override string Noun => "a map";

    public YamlEntry? Find(string key) => Entries.FirstOrDefault(e => e.Key.Text == key);
}

internal sealed record YamlEntry(YamlScalar Key, YamlNode Value);
