using System.Globalization;
using System.Text.RegularExpressions;

namespace CrmSync.Worker.Tests.Status;

/// <summary>What a scrape of <c>/metrics</c> told, by name and labels.</summary>
internal sealed partial class Scrape(string text)
{
    private readonly Dictionary<string, double> values = text.Split('\n')
        .Select(line => Sample().Match(line))
        .Where(match => match.Success)
        .ToDictionary(
            match => $"{match.Groups["name"].Value}{{{match.Groups["labels"].Value}}}",
            match => double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture),
            StringComparer.Ordinal);

    /// <summary>As it came.</summary>
    public string Text => text;

    /// <summary>The names of all metrics, without the endings of histograms.</summary>
    public IReadOnlySet<string> Names => values.Keys.Select(key => key[..key.IndexOf('{', StringComparison.Ordinal)]).ToHashSet();

    /// <summary>The value of a metric.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="labels">Such as <c>account="ana",state="done"</c>, in the order they were told.</param>
    /// <returns>Null where it was not told.</returns>
    public double? this[string name, string labels = ""] => values.TryGetValue($"{name}{{{labels}}}", out var value) ? value : null;

    [GeneratedRegex(@"^(?<name>[a-zA-Z_:][\w:]*)(\{(?<labels>.*)\})? (?<value>\S+)$")]
    private static partial Regex Sample();
}
