using System.Globalization;
using System.Text;

namespace CrmSync.Worker.Yaml;

internal enum Severity
{
    Error,
    Warning,
}

/// <summary>Something an admin must change in a file: where, what is wrong, and what to write instead.</summary>
/// <param name="Severity">Warnings do not stop anything, except with <c>--strict</c>.</param>
/// <param name="Code">A letter and three digits, e.g. <c>P010</c>.</param>
/// <param name="Spot">The key or value meant.</param>
/// <param name="Message">One sentence with the value and, where there is one, the remedy.</param>
/// <param name="Suggestions">The closest valid words at that place, best first.</param>
internal sealed record Problem(Severity Severity, string Code, Spot Spot, string Message, IReadOnlyList<string> Suggestions)
{
    /// <summary>Longer source lines are shown as a window around the place.</summary>
    private const int ShownWidth = 160;

    /// <summary>The first line of the text: place, severity, code and message.</summary>
    public string Headline =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Spot.File.Name}:{Spot.Line}:{Spot.Column}: {(Severity == Severity.Error ? "error" : "warning")} {Code}: {Printable(Message)}"
        );

    /// <summary>"did you mean 'a', 'b' or 'c'?", or null.</summary>
    public string? Question =>
        Suggestions.Count == 0
            ? null
            : $"did you mean "
                + string.Join(", ", Suggestions.SkipLast(1).Select(s => $"'{s}'"))
                + $"{(Suggestions.Count > 1 ? " or " : "")}'{Suggestions[^1]}'?";

    /// <summary>Headline, source line with carets, and suggestion.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Headline);
        var line = Spot.File.ShownLine(Spot.Line);
        if (line.Length > 0)
        {
            var from = line.Length > ShownWidth ? Math.Clamp(Spot.Column - 1 - (ShownWidth / 2), 0, line.Length - ShownWidth) : 0;
            var shown = line.Substring(from, Math.Min(line.Length - from, ShownWidth));
            var before = Math.Clamp(Spot.Column - 1 - from, 0, shown.Length);
            var carets = Math.Clamp(Spot.Length, 1, Math.Max(1, shown.Length - before));
            text.Append('\n').Append(CultureInfo.InvariantCulture, $"{Spot.Line,5} | ").Append(Printable(shown).TrimEnd());
            text.Append("\n      | ");
            foreach (var c in shown.AsSpan(0, before))
                text.Append(c == '\t' ? '\t' : ' ');

            text.Append('^', carets);
        }

        if (Question is not null)
            text.Append("\n   ").Append(Question);

        return text.ToString();
    }

    /// <summary>What comes from a file may not steer the terminal it is printed on, nor move the carets under it.</summary>
    private static string Printable(string text) =>
        string.Create(
            text.Length,
            text,
            static (to, from) =>
            {
                for (var i = 0; i < from.Length; i++)
                    to[i] = from[i] != '\t' && PrintableText.IsHidden(from[i]) ? '\uFFFD' : from[i];
            });
}
