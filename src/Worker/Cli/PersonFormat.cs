using System.Text.Json;
using CrmSync.Domain.Log;
using CrmSync.Storage.Digests;
using CrmSync.Storage.Log;
using CrmSync.Storage.Privacy;
using CrmSync.Worker.Printing;
using NodaTime;

namespace CrmSync.Worker.Cli;

/// <summary>Everything held about a person as JSON: lines as <c>log</c> writes them, and whatever else names the person.</summary>
internal static class PersonFormat
{
    /// <param name="now">The moment: a meeting's status and a bounce are as known then.</param>
    public static ListFormat<PersonRecord> At(Instant now) => new((json, person) =>
    {
        json.WriteString("address", person.Addresses[0].Value);
        json.Write("addresses", person.Addresses.Select(address => address.Value));
        json.Write("names", person.KnownAs.Names);
        json.Write("telephones", person.KnownAs.Telephones);
        json.WriteBoolean("erased", person.IsErased);
        Lines(json, "mails", person, line => line.Kind == InteractionKind.Mail, now);
        Lines(json, "meetings", person, line => line.Kind == InteractionKind.Meeting, now);
        Lines(json, "calls", person, line => line.Kind == InteractionKind.Call, now);
        Lines(json, "commands", person, line => line.Command is { Verb: not CommandVerb.Note }, now);
        Notes(json, person);
        Facts(json, person);
        List(json, "web_links", person.WebLinks, link =>
        {
            json.WriteString("line", link.Line);
            json.WriteString("account", link.Account);
            json.WriteString("link", link.Link);
        });
        List(json, "bounces", person.Bounces, bounce =>
        {
            json.WriteString("address", bounce.Address);
            json.WriteString("report", bounce.Report);
        });
        List(json, "quarantine", person.Quarantine, item =>
        {
            json.WriteString("account", item.Account);
            json.WriteString("key", item.Key);
            json.WriteString("place", item.Place);
            json.WriteString("reason", item.Reason);
        });
        List(json, "digests", person.OwnMails, mail =>
        {
            json.WriteString("digest", mail.Digest);
            json.WriteString("reader", mail.Reader);
            json.WriteString("date", mail.Occasion);
            json.WriteString("message_id", mail.MessageId);
            json.WriteString("state", LogFormat.Word<LedgerState>(mail.State));
            json.Write("due", mail.DueAt);
            json.Write("sent", mail.SentAt);
            json.WriteString("text", mail.Text);
        });
        List(json, "notifications", person.Notifications, told =>
        {
            json.WriteString("item", told.Item);
            json.WriteString("step", told.Step);
            json.WriteString("reader", told.Reader);
            json.Write("sent", told.SentAt);
        });
        List(json, "command_mails", person.CommandMails, mail =>
        {
            json.Write("arrived", mail.ArrivedAt);
            json.WriteString("from", mail.Sender);
            json.WriteString("state", LogFormat.Word<CommandMailState>((CommandMailState)mail.State));
            json.WriteString("words", mail.Words);
            json.WriteString("mail", mail.Mail);
            json.WriteString("answer", mail.Answer);
        });
        List(json, "directories", person.Directories, card =>
        {
            json.WriteString("source", card.Source);
            json.WriteString("name", card.Name);
            json.Write("addresses", card.Addresses.Select(address => address.Value));
            json.Write("telephones", card.Telephones.Select(telephone => telephone.Shown));
            json.WriteString("organisation", card.Organisation);
            json.WriteString("birthday", card.Birthday?.ToString());
            json.Write("tags", card.Tags);
            json.WriteString("owner", card.Owner);
        });
        List(json, "cards", person.Cards, card =>
        {
            json.WriteString("address", card.Address.Value);
            json.WriteString("contact", card.Contact.Value);
            json.WriteString("name", card.Name);
            json.WriteString("organisation", card.Organisation);
            json.WriteString("owner", card.Owner);
        });
        json.Write("calendars", person.Calendars);
        List(json, "views", person.Views, view =>
        {
            json.Write("at", view.At);
            json.WriteString("who", view.Who);
            json.WriteString("way", view.Way);
            json.WriteString("what", view.What);
        });
    });

    private static void Lines(Utf8JsonWriter json, string name, PersonRecord person, Func<Interaction, bool> which, Instant now)
    {
        var threads = Threads(person);
        List(json, name, person.Lines.Where(which), line =>
        {
            LogFormat.At(now, threads, DateTimeZone.Utc).Json(json, line);
            if (person.Facts.TryGetValue(line.Id, out var facts))
                json.WriteString("facts", facts);
        });
    }

    private static Dictionary<string, string> Threads(PersonRecord person) =>
        person.Lines.Where(line => line.Thread is not null).ToDictionary(line => line.Id, line => line.Thread!, StringComparer.Ordinal);

    private static void Notes(Utf8JsonWriter json, PersonRecord person)
    {
        var threads = Threads(person);
        List(
            json,
            "notes",
            person.Lines.Where(line => line.Command is { Verb: CommandVerb.Note }),
            line =>
            {
                json.WriteString("id", line.Id);
                json.Write("at", line.At);
                json.WriteString("by", line.Command!.By.Value);
                json.WriteString("contact", line.Command.Contact?.Value);
                json.WriteString("thread", line.Command.About is { } about ? threads.GetValueOrDefault(about) : null);
                json.WriteString("text", line.Command.Text);
            });
    }

    /// <summary>The lines <c>field: value</c> of notes.</summary>
    private static void Facts(Utf8JsonWriter json, PersonRecord person)
    {
        var facts = person
            .Lines.Where(line => line.Command is { Verb: CommandVerb.Note, Text: not null })
            .SelectMany(line =>
                line.Command!.Text!.Split('\n').Select(text => (line.At, Text: text, Colon: text.IndexOf(':', StringComparison.Ordinal))))
            .Where(fact => fact.Colon is > 0 and <= 40);
        List(json, "facts", facts, fact =>
        {
            json.WriteString("field", fact.Text[..fact.Colon].Trim());
            json.WriteString("value", fact.Text[(fact.Colon + 1)..].Trim());
            json.Write("noted", fact.At);
        });
    }

    private static void List<T>(Utf8JsonWriter json, string name, IEnumerable<T> things, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (var thing in things)
        {
            json.WriteStartObject();
            write(thing);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
