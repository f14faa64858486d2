using CrmSync.Domain.Evaluation;
using NodaTime;

namespace CrmSync.Domain.Commands;

/// <summary>What a reader asked for in one line of a reply.</summary>
/// <param name="Verb"><c>done</c>, <c>snooze</c>, <c>called</c>, <c>resolved</c>, <c>not-useful</c>, <c>tag</c>, <c>untag</c>, <c>note</c>,
/// <c>brief</c> or <c>may-i-write</c>.</param>
/// <param name="Line">The line as written.</param>
public sealed record SpokenCommand(string Verb, string Line)
{
    /// <summary>The numbers items have in the mail that is answered.</summary>
    public IReadOnlyList<int> Numbers { get; init; } = [];

    /// <summary>Items by their ids.</summary>
    public IReadOnlyList<string> Items { get; init; } = [];

    /// <summary>The end of a snooze.</summary>
    public Instant? Until { get; init; }

    public string? Tag { get; init; }

    /// <summary>
    /// The text of a note; the addresses of a question, separated by blanks, unless it names lines or items; empty for those the author
    /// meets next.
    /// </summary>
    public string? Text { get; init; }
}

/// <summary>A line that looks like a command but cannot be carried out.</summary>
/// <param name="Line">The line as written, shortened.</param>
/// <param name="Reason">What is wrong and what to write instead.</param>
public sealed record RefusedLine(string Line, string Reason);

/// <summary>What a reply says.</summary>
public sealed record SpokenReply(IReadOnlyList<SpokenCommand> Commands, IReadOnlyList<RefusedLine> Refused);
