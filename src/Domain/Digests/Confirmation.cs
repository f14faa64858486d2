using CrmSync.Domain.Company;
using CrmSync.Domain.Languages;

namespace CrmSync.Domain.Digests;

/// <summary>What came of one thing a reader told us to do.</summary>
/// <param name="Kind">In a word or two: <c>done</c>, <c>snoozed</c>, <c>not done</c>.</param>
/// <param name="Text">What it was about or, when it failed, which line, what was wrong with it and what would work. One safe line.</param>
/// <param name="Failed">Whether it was not done.</param>
public sealed record Confirmation(string Kind, string Text, bool Failed = false)
{
    /// <summary>Longer ones have lines of their own.</summary>
    private const int MostTogether = 240;

    /// <summary>Of one that failed.</summary>
    /// <param name="line">What was written.</param>
    /// <param name="reason">What is wrong with it, following on the line: <c>names no line; write ...</c>, or <c>: line 9 is not
    /// ...</c>.</param>
    /// <param name="words">The language of whoever wrote it.</param>
    public static Confirmation NotDone(string line, string reason, Wording words)
    {
        var flat = PlainWords.Flatten(line, PlainWords.Name);
        var why = PlainWords.Flatten(reason, 400);
        var isColon = why is [':', ..] or ['\u202F', ':', ..];
        return new Confirmation(
            words.Answers.NotDone,
            flat.Length == 0 ? why : $"{words.Dates.Quote(flat)}{(isColon ? "" : " ")}{why}",
            Failed: true);
    }

    /// <summary>As they stand in a mail: each thing that was done once, with all it was done to, where that is short; in order.</summary>
    /// <param name="confirmed">What came of what a reader told us, in the order of their lines.</param>
    /// <param name="words">The language of the reader.</param>
    public static IEnumerable<NewsLine> AsLines(IEnumerable<Confirmation> confirmed, Wording words)
    {
        var lines = new List<NewsLine>();
        foreach (var one in confirmed)
        {
            if (lines.Count > 0 && !one.Failed && lines[^1] is { IsBad: false } last && last.Kind == one.Kind && one.IsShort(last))
                lines[^1] = last with { Text = $"{last.Text}{words.Digests.Semicolon}{one.Text}" };
            else
                lines.Add(new NewsLine(one.Kind, one.Text) { IsBad = one.Failed });
        }

        return lines;
    }

    private bool IsShort(NewsLine before) => before.Text.Length + Text.Length <= MostTogether;
}

/// <summary>What a reader wants to know about somebody.</summary>
public enum QuestionKind
{
    /// <summary>Who they are, and what passed between us.</summary>
    Who,

    /// <summary>Whether limits allow to write to them.</summary>
    MayIWrite,
}

/// <summary>A question.</summary>
/// <param name="Kind">What is asked.</param>
/// <param name="Contact">About whom; an address outside, known or not.</param>
public sealed record Question(QuestionKind Kind, EmailAddress Contact);

/// <summary>What is to be told about one mail to the command mailbox.</summary>
/// <param name="Confirmations">What came of what it told us to do, in the order of its lines.</param>
/// <param name="Questions">What it asks.</param>
public sealed record MailAnswer(IReadOnlyList<Confirmation> Confirmations, IReadOnlyList<Question> Questions)
{
    /// <summary>Whether the reader wants to know what can be said.</summary>
    public bool WithHelp { get; init; }

    /// <summary>Whether the reader wants their list as it is now.</summary>
    public bool WithList { get; init; }

    /// <summary>Whether the reader wants an address under which their calendar shows their list.</summary>
    public bool WithFeed { get; init; }

    /// <summary>Whether it cannot wait for the next digest: something failed, or something was asked.</summary>
    public bool AtOnce => WithHelp || WithList || WithFeed || Questions.Count > 0 || Confirmations.Any(one => one.Failed);
}
