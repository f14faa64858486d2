using System.Buffers;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Log;

namespace CrmSync.Storage.Privacy;

/// <summary>Subjects as our mails show them, to be looked for in what these say.</summary>
internal sealed class ShownSubjects
{
    /// <summary>Shorter ones say nothing of anybody, and stand in any text.</summary>
    private const int Shortest = 5;

    private readonly SearchValues<string> sought;

    /// <param name="subjects">As the log has them.</param>
    public ShownSubjects(IEnumerable<string> subjects)
    {
        string[] wanted =
            [
                .. subjects
                    .SelectMany(subject => new[] { subject, Subjects.Strip(subject).Bare })
                    .Select(subject => Subjects.Collapse(PlainWords.Flatten(subject, PlainWords.Name).TrimEnd('…')))
                    .Where(subject => subject.Length >= Shortest)
                    .Distinct(StringComparer.OrdinalIgnoreCase),
            ];
        IsEmpty = wanted.Length == 0;
        sought = SearchValues.Create(wanted, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Whether there is nothing to look for.</summary>
    public bool IsEmpty { get; }

    /// <summary>Whether one of them stands in a text, from the beginning of a word on.</summary>
    public bool AreIn(string? text)
    {
        if (text is null)
            return false;

        // Lines are wrapped in the text of a mail.
        var line = Subjects.Collapse(text).AsSpan();
        for (var at = 0; line[at..].IndexOfAny(sought) is >= 0 and var found; at += found + 1)
        {
            if (at + found == 0 || !char.IsLetterOrDigit(line[at + found - 1]))
                return true;
        }

        return false;
    }
}
