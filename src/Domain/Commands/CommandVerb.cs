namespace CrmSync.Domain.Commands;

/// <summary>
/// What members of staff can say by mail. Whoever adds one adds its name here and its words to <see cref="CommandWords"/>.
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
    ];

    /// <summary>The name of a verb, as in <see cref="Log.CommandFacts.Verb"/>.</summary>
    public static string Name(CommandVerb verb) => Array.Find(Names, known => known.Verb == verb).Name;

    /// <summary>The verb with a name, in upper or lower case; null when there is none.</summary>
    public static CommandVerb? Find(string name)
    {
        var index = Array.FindIndex(Names, known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        return index < 0 ? null : Names[index].Verb;
    }
}
