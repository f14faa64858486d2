using CrmSync.Domain.Digests;
using CrmSync.Domain.Languages;
using CrmSync.Domain.Policy;
using CrmSync.Worker.Delivery;
using NodaTime;

namespace CrmSync.Worker.Digests;

/// <summary>
/// The links of items. Commands are <c>mailto:</c>: the whole command stands in the subject, so they work in every client and without a
/// web page. What passed with the contact is a page, where the company serves them; the mail itself is opened where the reader reads mail.
/// </summary>
/// <param name="sender">Where commands go.</param>
/// <param name="reader">Whose links they are.</param>
/// <param name="issued">The day they are written on.</param>
/// <param name="words">The language of the reader.</param>
/// <param name="mails">Where the reader opens the mails that items rest on, by the ids of their lines; null: nowhere.</param>
public sealed class CommandLinks(
    MailSender sender,
    string reader,
    LocalDate issued,
    Wording words,
    IReadOnlyDictionary<string, string>? mails = null)
{
    /// <summary>Enough to know which item a link is about.</summary>
    private const int MostWhat = 50;

    private readonly PageLinks pages = new(sender, reader, issued);

    /// <summary>
    /// What the reader can do about an item: answer and open the mail it rests on, and, with a command mailbox, the commands.
    /// </summary>
    public IReadOnlyList<CommandLink> For(ItemLine line)
    {
        List<CommandLink> answer = [];
        if (line.Reply is { } reply)
            answer.Add(Link(words.Items.Reply(reply.To.Value), Mailto(reply.To.Wire, reply.Subject)));

        if (Mail(line) is { } mail)
            answer.Add(Link(words.Items.Open(PlainWords.Flatten(line.What, MostWhat)), mail));

        if (History(line) is { } history)
            answer.Add(Link(words.Pages.HistoryLink(PlainWords.Flatten(line.What, MostWhat)), history));

        if (sender.CommandMailbox is null || sender.Tokens is not { } tokens)
            return answer;

        var token = tokens.ForItem(reader, line.Item.Id, issued);
        return
        [
            .. answer,
            .. VerbsFor(line.Item.Rule)
                .Select(verb => Link(
                    (verb.Shown.Word, $"{verb.Shown.Meaning}: {PlainWords.Flatten(line.What, MostWhat)}"),
                    Command($"{verb.Command} {line.Item.Id} [{token}]"))),
        ];
    }

    /// <summary>
    /// Where the reader opens the mail an item rests on; null when it does not lie in their mailbox, or in none with a page.
    /// </summary>
    public string? Mail(ItemLine line) => line.Item.Trigger is { } trigger ? mails?.GetValueOrDefault(trigger) : null;

    /// <summary>The page of the contact an item is about; null when the reader has none.</summary>
    public string? History(ItemLine line) => line is { HasPage: true, Item.Contact: { } contact } ? pages.Person(contact) : null;

    /// <summary>Where the figures of a manager are; null when there are no pages.</summary>
    public string? Team => pages.Team;

    /// <summary>Where "stop this digest" goes; null without a command mailbox.</summary>
    public string? Unsubscribe(string digest) =>
        sender.CommandMailbox is null || sender.Tokens is not { } tokens
            ? null
            : Command($"unsubscribe {digest} [{tokens.ForDigest(reader, digest, issued)}]");

    private string Command(string subject) => $"mailto:{sender.CommandMailbox?.Wire}?subject={Uri.EscapeDataString(subject)}";

    /// <summary>Of an address that others chose: every character that RFC 6068 reserves is escaped.</summary>
    private static string Mailto(string address, string subject) =>
        $"mailto:{Uri.EscapeDataString(address).Replace("%40", "@", StringComparison.Ordinal)}?subject={Uri.EscapeDataString(subject)}";

    private IEnumerable<(string Command, (string Word, string Meaning) Shown)> VerbsFor(Rule rule)
    {
        yield return ("done", words.Items.Done);
        yield return ("snooze-3d", words.Items.ThreeDays);
        if (rule is not WatchRule)
            yield return ("called", words.Items.Called);
        yield return ("not-useful", words.Items.NotUseful);
    }

    private static CommandLink Link((string Word, string Meaning) shown, string address) => new(shown.Word, shown.Meaning, address);
}

/// <param name="Word">What is shown.</param>
/// <param name="Meaning">What it does to which item, for whoever hears the link without its surroundings.</param>
/// <param name="Address">A mailto URI (RFC 6068), or the address of a page.</param>
public sealed record CommandLink(string Word, string Meaning, string Address);
