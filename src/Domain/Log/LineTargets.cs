using CrmSync.Domain.Company;

namespace CrmSync.Domain.Log;

/// <summary>What a line is about beside its people and its thread: under these names it is found as well.</summary>
public static class LineTargets
{
    /// <summary>
    /// Of a command the thread, line, organisation or person it is about and the lines it takes back; of a mail that one of us forwarded
    /// inside the firm its author. That two addresses are one person concerns everybody, so it is found by its verb.
    /// </summary>
    public static IEnumerable<string> In(Interaction line)
    {
        ArgumentNullException.ThrowIfNull(line);
        var names = new HashSet<string>(StringComparer.Ordinal);
        if (line.Command is { } command)
        {
            names.UnionWith(command.Undoes);
            if (command.Verb == CommandVerb.Same)
                names.Add(CommandVerbs.Name(command.Verb));

            names.UnionWith(new[] { command.Contact?.Value, command.Other?.Value }.OfType<string>());
            if (command.About is { Length: > 0 } about)
                names.Add(EmailAddress.TryParseContact(about, out var person) ? person.Value : about);
        }

        if (line.Learned.Forwarded is { } forwarded)
            names.Add(forwarded.Author.Value);

        return names;
    }
}
