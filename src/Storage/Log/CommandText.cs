using System.Text.Json;
using CrmSync.Domain.Company;
using CrmSync.Domain.Log;

namespace CrmSync.Storage.Log;

/// <summary>What a command says, as one column.</summary>
internal static class CommandText
{
    public static string Write(CommandFacts command) =>
        Json.Write(
            new Stored(
                command.By.Value,
                CommandVerbs.Name(command.Verb),
                command.About,
                command.Contact?.Value,
                command.Until is { } until ? Instants.Print(until) : null,
                command.Tag,
                command.Rule,
                Texts.Clean(command.Text),
                command.To,
                command.Item,
                command.Mail,
                command.Undoes.Count > 0 ? command.Undoes : null,
                command.Other?.Value));

    public static CommandFacts Read(string column)
    {
        var stored = JsonSerializer.Deserialize<Stored>(column) ?? throw new FormatException("A command of the log is empty.");
        return new CommandFacts(EmailAddress.Parse(stored.By), CommandVerbs.Parse(stored.Verb))
        {
            About = stored.About,
            Contact = stored.Contact is null ? null : EmailAddress.Parse(stored.Contact),
            Until = stored.Until is null ? null : Instants.Parse(stored.Until),
            Tag = stored.Tag,
            Rule = stored.Rule,
            Text = stored.Text,
            To = stored.To,
            Item = stored.Item,
            Mail = stored.Mail,
            Undoes = stored.Undoes ?? [],
            Other = stored.Other is null ? null : EmailAddress.Parse(stored.Other),
        };
    }

    private sealed record Stored(
        string By,
        string Verb,
        string? About,
        string? Contact,
        string? Until,
        string? Tag,
        string? Rule,
        string? Text,
        string? To = null,
        string? Item = null,
        string? Mail = null,
        IReadOnlyList<string>? Undoes = null,
        string? Other = null);
}
