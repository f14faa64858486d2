namespace CrmSync.Domain.Log;

/// <summary>
/// What members of staff can say by email. Whoever adds one adds its name here and its words to <c>CommandWords</c>.
/// </summary>
public enum CommandVerb
{
    Done,
    Snooze,
    Called,
    Resolved,
    NotUseful,
    Tag,
    Untag,
    Note,
    Chase,
    Give,
    Undo,
    Brief,
    MayIWrite,
    Help,
    Today,

    /// <summary>An address under which the reader's calendar shows their list.</summary>
    Feed,

    /// <summary>What was written in a thread is not to be kept; said for good.</summary>
    Private,

    /// <summary>What a digest proposes is to be done.</summary>
    Yes,

    /// <summary>It is not, and not to be proposed again.</summary>
    No,

    /// <summary>Two addresses are one person.</summary>
    Same,

    /// <summary>Somebody has left: what comes of a yes, never said by itself.</summary>
    Retire,

    /// <summary>Somebody follows them and is to hear from us: what comes of a yes, never said by itself.</summary>
    FollowUp,
}

/// <summary>The names verbs have in the log, in links and in addresses (<c>crmsync+done@</c>).</summary>
public static class CommandVerbs
{
    private static readonly (CommandVerb Verb, string Name)[] Names =
    [
        (CommandVerb.Done, "done"), (CommandVerb.Snooze, "snooze"), (CommandVerb.Called, "called"), (CommandVerb.Resolved, "resolved"),
        (CommandVerb.NotUseful, "not-useful"), (CommandVerb.Tag, "tag"), (CommandVerb.Untag, "untag"), (CommandVerb.Note, "note"),
        (CommandVerb.Chase, "chase"), (CommandVerb.Give, "give"), (CommandVerb.Undo, "undo"), (CommandVerb.Brief, "brief"),
        (CommandVerb.MayIWrite, "may-i-write"), (CommandVerb.Help, "help"), (CommandVerb.Today, "today"),
        (CommandVerb.Feed, "feed"), (CommandVerb.Private, "private"),
        (CommandVerb.Yes, "yes"), (CommandVerb.No, "no"), (CommandVerb.Same, "same"), (CommandVerb.Retire, "retire"),
        (CommandVerb.FollowUp, "follow-up"),
    ];

    /// <summary>The verbs that become lines of the log; the others are questions, or answers that become one of these.</summary>
    public static IReadOnlyList<CommandVerb> OfTheLog { get; } =
    [
        .. Names.Select(known => known.Verb)
            .Where(verb =>
                verb
                    is not (
                        CommandVerb.MayIWrite
                        or CommandVerb.Help
                        or CommandVerb.Today
                        or CommandVerb.Feed
                        or CommandVerb.Yes
                        or CommandVerb.No)),
    ];

    /// <summary>The name of a verb, as in the log.</summary>
    public static string Name(CommandVerb verb) => Array.Find(Names, known => known.Verb == verb).Name;

    /// <summary>The verb with a name; throws for one that this version does not know.</summary>
    public static CommandVerb Parse(string name) => Find(name) ?? throw new FormatException($"\"{name}\" is no command.");

    /// <summary>The name of a verb and what stands behind it in one word such as <c>snooze-3d</c>.</summary>
    public static (string Name, string? Argument) Split(string word)
    {
        var dash = Find(word) is null ? word.IndexOf('-', StringComparison.Ordinal) : -1;
        return dash < 0 ? (word, null) : (word[..dash], word[(dash + 1)..]);
    }

    /// <summary>Whether it answers a proposal of a digest, and nothing else.</summary>
    public static bool IsAnswer(CommandVerb verb) => verb is CommandVerb.Yes or CommandVerb.No or CommandVerb.Same;

    /// <summary>The verb with a name, in upper or lower case; null when there is none.</summary>
    public static CommandVerb? Find(string name)
    {
        var index = Array.FindIndex(Names, known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        return index < 0 ? null : Names[index].Verb;
    }
}
