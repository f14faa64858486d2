using CrmSync.Domain.Log;
using NodaTime;

namespace CrmSync.Domain.Commands;

/// <summary>Which lines of a digest a command means.</summary>
public sealed record CommandTargets
{
    /// <summary>The only item of the mail that is answered; what a verb without a number means.</summary>
    public static CommandTargets TheOnlyOne { get; } = new();

    /// <summary>The numbers items have in the mail that is answered, each once, in the order they were written.</summary>
    public IReadOnlyList<int> Numbers { get; init; } = [];

    /// <summary>Items by their ids, in upper case.</summary>
    public IReadOnlyList<string> Items { get; init; } = [];

    /// <summary>Every numbered line of that mail but <see cref="Except"/>.</summary>
    public bool IsAll { get; init; }

    public IReadOnlyList<int> Except { get; init; } = [];

    /// <summary>Whether neither number nor id was written.</summary>
    public bool IsTheOnlyOne => !IsAll && Numbers.Count + Items.Count == 0;
}

/// <summary>One thing a reader asks for.</summary>
/// <param name="Verb">What.</param>
/// <param name="Targets">Of which lines.</param>
public sealed record SpokenCommand(CommandVerb Verb, CommandTargets Targets)
{
    /// <summary>The end of a snooze.</summary>
    public Instant? Until { get; init; }

    /// <summary>Of <see cref="CommandVerb.Tag"/> and <see cref="CommandVerb.Untag"/>, in lower case.</summary>
    public string? Tag { get; init; }

    /// <summary>To whom an item is given: an id or a name, as written.</summary>
    public string? Person { get; init; }

    /// <summary>
    /// The text of a note; the addresses of a question, separated by blanks, unless it names lines or items; empty for those the author
    /// meets next.
    /// </summary>
    public string? Text { get; init; }

    /// <summary>What stands behind the command and is kept as a note about the same contacts.</summary>
    public string? Remark { get; init; }
}

/// <summary>A line that was understood as a whole.</summary>
/// <param name="Line">As written.</param>
/// <param name="Commands">What it asks for, in the order of its words: all of it or nothing is carried out.</param>
public sealed record SpokenLine(string Line, IReadOnlyList<SpokenCommand> Commands);

/// <summary>A line that looks like a command but cannot be carried out.</summary>
/// <param name="Line">The line as written, shortened.</param>
/// <param name="Reason">What is wrong and what to write instead.</param>
public sealed record RefusedLine(string Line, string Reason);

/// <summary>What a reply says.</summary>
public sealed record SpokenReply(IReadOnlyList<SpokenLine> Lines, IReadOnlyList<RefusedLine> Refused);
