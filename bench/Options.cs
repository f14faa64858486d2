using System.Globalization;

namespace CrmSync.Bench;

/// <summary>The words behind a verb: <c>--name value</c> pairs, the rest by position.</summary>
internal sealed class Options
{
    private readonly Dictionary<string, string> named = new(StringComparer.Ordinal);
    private readonly List<string> placed = [];

    public Options(ReadOnlySpan<string> words)
    {
        for (var i = 0; i < words.Length; i++)
        {
            if (!words[i].StartsWith("--", StringComparison.Ordinal))
                placed.Add(words[i]);
            else if (i + 1 < words.Length)
                named[words[i][2..]] = words[++i];
            else
                throw new OptionException($"{words[i]} needs a value");
        }
    }

    /// <summary>The word at a place.</summary>
    public string At(int place, string meaning) =>
        place < placed.Count ? placed[place] : throw new OptionException($"{meaning} is missing");

    /// <summary>Whether something was named.</summary>
    public bool Has(string name) => named.ContainsKey(name);

    /// <summary>A named text.</summary>
    public string Text(string name) => named.TryGetValue(name, out var value) ? value : throw new OptionException($"--{name} is missing");

    /// <summary>A named whole number; <c>25k</c> is 25,000 and <c>2M</c> two million.</summary>
    public int Number(string name, int standard)
    {
        if (!named.TryGetValue(name, out var text))
            return standard;

        var factor = text is [.., 'k'] ? 1_000 : text is [.., 'M'] ? 1_000_000 : 1;
        var digits = factor == 1 ? text : text[..^1];
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number * factor
            : throw new OptionException($"--{name} {text} is not a whole number");
    }
}

/// <summary>The words behind a verb are wrong.</summary>
internal sealed class OptionException(string message) : Exception(message);
