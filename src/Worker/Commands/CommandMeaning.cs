using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using CrmSync.Domain.Contacts;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Digests.Commands;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Domain.Time;
using CrmSync.Storage;
using CrmSync.Storage.Digests;
using CrmSync.Worker.Configuration;
using NodaTime;

namespace CrmSync.Worker.Commands;

/// <summary>What a mail comes to.</summary>
/// <param name="Commands">Lines for the log.</param>
/// <param name="Words">What was understood and what was not.</param>
internal sealed record CommandReading(IReadOnlyList<Interaction> Commands, string Words)
{
    /// <summary>Whether anything was carried out.</summary>
    public bool IsCarriedOut { get; init; } = Commands.Count > 0;
}

/// <summary>Finds what a mail whose author is proven asks for: by its address (<c>crmsync+done@</c>), by the token in its subject, or as the answer to a mail of ours.</summary>
internal sealed partial class CommandMeaning(CompanyPolicy policy, ContactDatabase database, CommandSettings settings, Standings standings, string account, Instant now)
{
    private const int MostText = 2000;

    private readonly DigestLedger ledger = new(database);
    private readonly CommandTokens tokens = new(settings.Secret.Reveal());
    private readonly InternalAddresses ours = new(policy);

    /// <exception cref="RefusedCommandException">The mail as a whole means nothing or must not be obeyed.</exception>
    public async Task<CommandReading> Of(CommandMail mail, Person author, CancellationToken ct)
    {
        if (SubjectLink().Match(mail.Subject) is { Success: true } link)
            return await OfLink(mail, author, link.Groups["verb"].Value.ToLowerInvariant(), link.Groups["item"].Value, link.Groups["token"].Value, ct);

        if (SubscribeAgain().Match(mail.Subject) is { Success: true } again)
            return await Subscribed(again.Groups["digest"].Value.ToLowerInvariant(), author, stopped: false, ct);

        var parts = mail.Recipients.Select(PlusPart).OfType<string>().Distinct().ToList();
        if (parts.Find(part => !part.StartsWith("re-", StringComparison.Ordinal)) is { } verb)
            return OfAddress(mail, author, verb);

        return await OfReply(mail, author, await AnsweredBy(mail, parts, ct), ct);
    }

    /// <summary>A link of a digest: the token says whose it is and to which item it belongs.</summary>
    private async Task<CommandReading> OfLink(CommandMail mail, Person author, string verb, string item, string token, CancellationToken ct)
    {
        var today = CalendarOf(author).DateOf(mail.ArrivedAt);
        var answer = verb == "unsubscribe" ? tokens.ReadDigest(token, item, today) : tokens.ReadItem(token, item.ToUpperInvariant(), today);
        if (answer.Refused is { } reason)
            throw new RefusedCommandException(reason);

        if (answer.Reader != author.Id)
            throw new RefusedCommandException($"the link was made for somebody else, not for {author.Id}");

        if (verb == "unsubscribe")
            return await Subscribed(item, author, stopped: true, ct);

        var target = standings.Item(item) ?? throw new RefusedCommandException($"there is no item {item} any more");
        var (bare, argument) = Split(verb);
        return new CommandReading([Command(mail, author, bare, argument, target, text: null, until: null, ["link", author.Id, item.ToUpperInvariant(), verb, token.ToUpperInvariant()])], $"{verb} {item}");
    }

    /// <summary>Stops a digest for its reader, or sends it again; escalations come all the same, and managers are told who has stopped what.</summary>
    private async Task<CommandReading> Subscribed(string digest, Person author, bool stopped, CancellationToken ct)
    {
        if (!policy.Digests.Any(one => one.Name == digest))
            throw new RefusedCommandException($"there is no digest \"{PlainWords.Flatten(digest, 40)}\"");

        await new StoppedDigests(database).Set(digest, author.Id, stopped, ct);
        return new CommandReading([], $"{(stopped ? "stopped" : "sends again")} {digest} for {author.Id}") { IsCarriedOut = true };
    }

    /// <summary>A mail to <c>crmsync+verb@</c>: written to a customer with the address in Bcc, forwarded, or new.</summary>
    private CommandReading OfAddress(CommandMail mail, Person author, string written)
    {
        var (verb, argument) = Split(written);
        if (verb is not ("done" or "snooze" or "called" or "resolved" or "tag" or "untag" or "note" or "chase" or "not-useful"))
            throw new RefusedCommandException(verb is "brief" or "who" ? "questions are not answered by mail yet" : $"\"{PlainWords.Flatten(written, 40)}\" is no command; write to +done, +snooze-3d, +called, +resolved, +tag-x, +untag-x, +note or +chase");

        var direct = mail.Recipients.Select(Outsider).OfType<EmailAddress>().FirstOrDefault();
        var contact = direct
            ?? mail.Quoted.Concat(QuotedPeople.AddressesIn(mail.Subject)).Concat(QuotedPeople.AddressesIn(mail.OwnText)).Select(Outsider).OfType<EmailAddress>().FirstOrDefault()
            ?? throw new RefusedCommandException("it names nobody from outside; forward a mail of theirs, or write their address into the subject");
        var meant = direct is null ? standings.Forwarded(mail.Subject, contact) : standings.Mail(mail.MessageId);
        if (verb == "chase" && meant is null)
            throw new RefusedCommandException($"no mail with {contact} fits it; send +chase as Bcc of the mail you want answered");

        var about = verb switch
        {
            "chase" => direct is null ? meant!.Thread ?? meant.Id : meant!.Id,
            "done" or "snooze" or "resolved" or "not-useful" => meant?.Thread,
            _ => null,
        };
        var target = new ItemTarget(about ?? contact.Value, contact, Rule: "", Owner: "");
        return new CommandReading([Command(mail, author, verb, argument, target, verb == "note" ? mail.OwnText : null, until: null, ["mail", mail.Id, written])], $"{written} {contact}");
    }

    /// <summary>An answer to a digest, line by line; lines that cannot be carried out stop no others.</summary>
    private async Task<CommandReading> OfReply(CommandMail mail, Person author, LedgerMail? answered, CancellationToken ct)
    {
        if (answered is not null && answered.Plan.Reader != author.Id)
            throw new RefusedCommandException($"it answers a mail that was not written for {author.Id}");

        if (answered is not null && (mail.ArrivedAt - answered.Plan.DueAt).TotalDays > CommandTokens.ValidDays)
            throw new RefusedCommandException($"it answers a mail that is older than {CommandTokens.ValidDays} days");

        var spoken = new ReplyGrammar(CalendarOf(author), mail.ArrivedAt).Read(mail.OwnText);
        var commands = new List<Interaction>();
        var words = spoken.Refused.Select(line => $"\"{line.Line}\" {line.Reason}").ToList();
        foreach (var command in spoken.Commands)
        {
            if (command.Verb is "brief" or "may-i-write")
            {
                words.Add($"\"{PlainWords.Flatten(command.Line, 80)}\" is a question; questions are not answered by mail yet");
                continue;
            }

            var named = new List<(string Name, string? Item)>();
            foreach (var number in command.Numbers)
                named.Add(($"line {number}", answered is null ? null : await ledger.ItemOf(answered.Plan.MessageId, number, ct)));
            named.AddRange(command.Items.Select(id => (id, (string?)id)));
            if (named.Count == 0)
                words.Add($"\"{PlainWords.Flatten(command.Line, 80)}\" names no line; write for example \"{command.Verb} 2\"");

            foreach (var (name, item) in named)
            {
                try
                {
                    var target = item is null
                        ? throw new RefusedCommandException(answered is null ? "belongs to a mail of ours, but this answers none" : "is not in the mail this answers")
                        : standings.Item(item) ?? throw new RefusedCommandException("is not there any more");
                    if (command.Items.Contains(name) && !IsTheirs(target, author))
                        throw new RefusedCommandException($"is not an item of {author.Id}");

                    commands.Add(Command(mail, author, command.Verb, command.Tag, target, command.Text, command.Until, ["reply", author.Id, answered?.Plan.MessageId ?? mail.Id, item, command.Verb, command.Line]));
                    words.Add($"{command.Verb} {item}");
                }
                catch (RefusedCommandException refused)
                {
                    words.Add($"\"{PlainWords.Flatten(command.Line, 80)}\": {name} {refused.Message}");
                }
            }
        }

        return words.Count == 0
            ? throw new RefusedCommandException("no command in it; write for example \"done 2\" above the quoted mail")
            : new CommandReading([.. commands.DistinctBy(one => one.Id)], string.Join(" · ", words));
    }

    /// <summary>The mail of ours that is answered: by the signed address it was sent to or, where a mail program wrote another, by what it refers to.</summary>
    private async Task<LedgerMail?> AnsweredBy(CommandMail mail, List<string> parts, CancellationToken ct)
    {
        foreach (var part in parts)
        {
            var id = tokens.MailOf(EmailAddress.Parse($"{settings.Address.LocalPart}+{part}@{settings.Address.Domain}"))
                ?? throw new RefusedCommandException("the address it was sent to is not one of ours, or was changed on its way");
            return await ledger.Find($"{id}@{(policy.Us.Domains.Count > 0 ? policy.Us.Domains[0] : settings.Address.Domain)}", ct)
                ?? throw new RefusedCommandException("it answers a mail this installation did not write");
        }

        foreach (var reference in mail.References.Reverse())
        {
            if (await ledger.Find(reference, ct) is { } found)
                return found;
        }

        return null;
    }

    private Interaction Command(CommandMail mail, Person author, string verb, string? argument, ItemTarget target, string? text, Instant? until, IReadOnlyList<string> identity)
    {
        if (verb is "called" or "tag" or "untag" or "note" && target.Contact is null)
            throw new RefusedCommandException($"concerns no single person, so there is nobody to {verb}");

        if (verb == "snooze")
        {
            until ??= argument is null ? null : SnoozeEnd.Of(argument, CalendarOf(author), mail.ArrivedAt);
            if (until is null)
                throw new RefusedCommandException("does not say until when; write for example snooze-3d or snooze-2026-06-01");

            if (until <= mail.ArrivedAt)
                throw new RefusedCommandException("is snoozed until a time that is past");
        }

        if (verb is "tag" or "untag" && argument is not { Length: > 0 })
            throw new RefusedCommandException("names no tag; write for example tag-vip");

        if (verb == "note" && string.IsNullOrWhiteSpace(text))
            throw new RefusedCommandException("has no text of its own");

        return new Interaction
        {
            Id = IdOf(identity),
            Kind = InteractionKind.Command,
            At = mail.ArrivedAt,
            Seen = mail.Backlog ? mail.ArrivedAt : Instant.Max(now, mail.ArrivedAt),
            Author = author.Email,
            Participants = [new Participant(author.Email, author.Name, ParticipantRole.From, Internal: true)],
            Accounts = [account],
            Command = new CommandFacts(author.Email, verb)
            {
                About = verb is "called" or "tag" or "untag" or "note" ? null : target.About,
                Contact = target.Contact,
                Until = verb == "snooze" ? until : null,
                Tag = verb is "tag" or "untag" ? argument!.ToLowerInvariant() : null,
                Rule = verb is "done" or "snooze" or "not-useful" && target.Rule.Length > 0 ? target.Rule : null,
                Text = verb == "note" ? text!.Trim() is { Length: > MostText } large ? large[..MostText] : text.Trim() : null,
            },
        };
    }

    private bool IsTheirs(ItemTarget target, Person author)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var id = target.Owner; id is not null && seen.Add(id); id = policy.People.FirstOrDefault(person => person.Id == id)?.Manager)
        {
            if (id == author.Id)
                return true;
        }

        return false;
    }

    private BusinessCalendar CalendarOf(Person person) => person.Calendar ?? policy.DefaultCalendar;

    private EmailAddress? Outsider(string address) => EmailAddress.TryParse(address, out var one) && !ours.Contains(one) ? one : null;

    /// <summary>What stands after the <c>+</c> of the command mailbox; null for other addresses and the plain one.</summary>
    private string? PlusPart(string address)
    {
        if (!EmailAddress.TryParse(address, out var one) || one == settings.Address || !ours.IsCommandMailbox(one))
            return null;

        return one.LocalPart[(one.LocalPart.IndexOf('+', StringComparison.Ordinal) + 1)..];
    }

    private static (string Verb, string? Argument) Split(string written)
    {
        var dash = written.StartsWith("not-", StringComparison.Ordinal) ? -1 : written.IndexOf('-', StringComparison.Ordinal);
        return dash < 0 ? (written, null) : (written[..dash], written[(dash + 1)..]);
    }

    private static string IdOf(IReadOnlyList<string> identity) =>
        Base32.Encode(SHA256.HashData(Encoding.UTF8.GetBytes("command\n" + string.Join('\n', identity))))[..20].ToLowerInvariant();

    [GeneratedRegex("^subscribe (?<digest>[a-z0-9-]+)$", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SubscribeAgain();

    /// <summary>Exactly as our links write it; a reply to such a mail begins otherwise.</summary>
    [GeneratedRegex(@"^(?<verb>[A-Za-z][A-Za-z0-9-]*) (?<item>[A-Za-z0-9._-]+) \[(?<token>[A-Za-z0-9._-]+)\]$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex SubjectLink();
}
