using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;

namespace CrmSync.Storage.Log;

/// <summary>What members of staff told CrmSync to do.</summary>
public sealed class CommandLog(ContactDatabase database)
{
    /// <summary>
    /// Adds commands to the log. A command whose id the log holds already is left as it is: saying it twice does nothing.
    /// </summary>
    /// <returns>How many were new.</returns>
    /// <exception cref="ArgumentException">A line is not a command.</exception>
    public Task<int> Add(IReadOnlyCollection<Interaction> commands, CancellationToken ct)
    {
        if (commands.FirstOrDefault(c => c is not { Kind: InteractionKind.Command, Command: not null }) is { } other)
            throw new ArgumentException($"the line {other.Id} is no command", nameof(commands));

        return database.WriteDurably(
            async scope =>
            {
                // Whoever says something about a person who was erased is told so before; this keeps it true whoever asks.
                var erased = await ErasedPeople.Load(scope);
                var known = (
                    await scope.Query<string>(
                        $"select id from interaction where {scope.Engine.AnyOf("id", "@ids")}",
                        new { ids = scope.Engine.List([.. commands.Select(c => c.Id)]) })).ToHashSet();
                var about = commands.Select(c => c.Command!.About).OfType<string>().Distinct(StringComparer.Ordinal).ToArray();
                var hidden = await PrivateLines.Hidden(scope, about);
                var fresh = commands
                    .Select(erased.Without)
                    .OfType<Interaction>()
                    .Select(c => WithoutWords(c, hidden))
                    .Where(c => known.Add(c.Id))
                    .Select(c => (c, (string?)null))
                    .ToArray();
                await new PlainLines(scope).Add(fresh);
                return fresh.Length;
            },
            ct);
    }

    /// <summary>Of what is said about a private thread the dates are kept, for rules rest on them.</summary>
    private static Interaction WithoutWords(Interaction line, IReadOnlySet<string> hidden) =>
        line.Command is { Text: { } text, About: { } about } command && hidden.Contains(about)
            ? line with { Command = command with { Text = NoteText.DatesAlone(text) } }
            : line;
}
