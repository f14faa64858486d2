using System.Text.RegularExpressions;
using CrmSync.Domain.Commands;
using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Storage;
using CrmSync.Storage.Digests;
using CrmSync.Worker.Configuration;
using NodaTime;

namespace CrmSync.Worker.Commands;

/// <summary>
/// Finds what a mail whose author is proven asks for: by its address (<c>crmsync+done@</c>), by the token in its subject, or line by line.
/// </summary>
internal sealed partial class CommandMeaning(
    CompanyPolicy policy,
    ContactDatabase database,
    CommandSettings settings,
    Standings standings,
    string account,
    Instant now)
{
    /// <summary>How many people of a forwarded mail somebody wants to know about.</summary>
    private const int MostPeople = 5;

    private readonly DigestLedger ledger = new(database);
    private readonly CommandTokens tokens = new(settings.Secret.Reveal());
    private readonly InternalAddresses ours = new(policy);

    /// <exception cref="RefusedCommandException">The mail as a whole means nothing or must not be obeyed.</exception>
    public async Task<CommandReading> Of(CommandMail mail, Person author, CancellationToken ct)
    {
        var lines = new CommandLines(policy, standings, mail, author, account, now);
        if (SubjectLink().Match(mail.Subject) is { Success: true } link)
            return await OfLink(
                mail,
                author,
                lines,
                link.Groups["verb"].Value.ToLowerInvariant(),
                link.Groups["item"].Value,
                link.Groups["token"].Value,
                ct);

        if (SubscribeAgain().Match(mail.Subject) is { Success: true } again)
            return await Subscribed(again.Groups["digest"].Value.ToLowerInvariant(), author, stopped: false, ct);

        var parts = mail.Recipients.Select(PlusPart).OfType<string>().Distinct().ToList();
        if (parts.Find(part => !part.StartsWith("re-", StringComparison.Ordinal)) is { } verb)
            return OfAddress(mail, author, lines, verb);

        return await OfReply(mail, author, lines, await AnsweredBy(mail, parts, ct), ct);
    }

    /// <summary>What a mail is called where it is refused as a whole: what it asks for, without its token.</summary>
    public string NameOf(CommandMail mail) =>
        SubjectLink().Match(mail.Subject) is { Success: true } link ? $"{link.Groups["verb"].Value} {link.Groups["item"].Value}"
        : mail.Recipients.Select(PlusPart).OfType<string>().FirstOrDefault(part => !part.StartsWith("re-", StringComparison.Ordinal))
            is { } verb
            ? $"+{verb}: {mail.Subject}"
        : mail.OwnText.Split('\n').FirstOrDefault(line => !string.IsNullOrWhiteSpace(line)) ?? mail.Subject;

    /// <summary>A link of a digest: the token says whose it is and to which item it belongs.</summary>
    private async Task<CommandReading> OfLink(
        CommandMail mail,
        Person author,
        CommandLines lines,
        string verb,
        string item,
        string token,
        CancellationToken ct)
    {
        var today = (author.Calendar ?? policy.DefaultCalendar).DateOf(mail.ArrivedAt);
        var answer = verb == "unsubscribe" ? tokens.ReadDigest(token, item, today) : tokens.ReadItem(token, item.ToUpperInvariant(), today);
        if (answer.Refused is { } reason)
            throw new RefusedCommandException($"changes nothing: {reason}; use the links of your latest mail");

        if (answer.Reader != author.Id)
            throw new RefusedCommandException(
                $"changes nothing: the link was made for somebody else, not for {author.Id}; use the links of your own mails");

        if (verb == "unsubscribe")
            return await Subscribed(item, author, stopped: true, ct);

        var target =
            standings.Item(item)
            ?? throw new RefusedCommandException("concerns something that is not there any more; there is nothing left to do about it");
        var (bare, argument) = Split(verb);
        return lines.Say(
            new CommandWish(bare) { Argument = argument },
            target,
            ["link", author.Id, item.ToUpperInvariant(), verb, token.ToUpperInvariant()]);
    }

    /// <summary>
    /// Stops a digest for its reader, or sends it again; escalations come all the same, and managers are told who has stopped what.
    /// </summary>
    private async Task<CommandReading> Subscribed(string digest, Person author, bool stopped, CancellationToken ct)
    {
        var name = PlainWords.Flatten(digest, 40);
        if (!policy.Digests.Any(one => one.Name == digest))
            throw new RefusedCommandException($"names no digest; there are {string.Join(", ", policy.Digests.Select(one => one.Name))}");

        await new StoppedDigests(database).Set(digest, author.Id, stopped, ct);
        return CommandReading.Of(
            stopped
                ? new Confirmation(
                    "stopped",
                    $"{name} is not sent to you any more; write “subscribe {name}” as the subject of a mail to {settings.Address} to get "
                        + $"it again"
                )
                : new Confirmation("sent again", $"you get {name} as before"));
    }

    /// <summary>A mail to <c>crmsync+verb@</c>: written to a customer with the address in Bcc, forwarded, or new.</summary>
    private CommandReading OfAddress(CommandMail mail, Person author, CommandLines lines, string written)
    {
        var (verb, argument) = Split(written);
        if (verb is "brief" or "who")
        {
            var named = OutsidersOf(mail).ToList();
            var people = (named.Count > 0 ? named : standings.MetNext(author, mail.ArrivedAt)).Take(MostPeople).ToList();
            return people.Count > 0
                ? new CommandReading([], new MailAnswer([], [.. people.Select(one => new Question(QuestionKind.Who, one))]))
                : throw new RefusedCommandException(
                    "names nobody from outside, and you meet nobody within a week; forward a mail of theirs, or write their address into "
                        + "the subject"
                );
        }

        if (verb is not ("done" or "snooze" or "called" or "resolved" or "tag" or "untag" or "note" or "chase" or "not-useful"))
            throw new RefusedCommandException(
                "is no command; write to +done, +snooze-3d, +called, +resolved, +tag-x, +untag-x, +note, +chase or +brief");

        var direct = mail.Recipients.Select(Outsider).OfType<EmailAddress>().FirstOrDefault();
        var contact =
            OutsidersOf(mail).FirstOrDefault()
            ?? throw new RefusedCommandException(
                "names nobody from outside; forward a mail of theirs, or write their address into the subject");
        var meant = direct is null ? standings.Forwarded(mail.Subject, contact) : standings.Mail(mail.MessageId);
        if (verb == "chase" && meant is null)
            throw new RefusedCommandException($"fits no mail with {contact}; send +chase as Bcc of the mail you want answered");

        var about = verb switch
        {
            "chase" => direct is null ? meant!.Thread ?? meant.Id : meant!.Id,
            "done" or "snooze" or "resolved" or "not-useful" => meant?.Thread,
            _ => null,
        };
        var wish = new CommandWish(verb) { Argument = argument, Text = verb == "note" ? mail.OwnText : null, Subject = meant?.Subject };
        return lines.Say(wish, new ItemTarget(about ?? contact.Value, contact, Rule: null, Owner: ""), ["mail", mail.Id, written]);
    }

    /// <summary>Line by line; lines that cannot be carried out stop no others. A new mail may say it in its subject.</summary>
    private async Task<CommandReading> OfReply(
        CommandMail mail,
        Person author,
        CommandLines lines,
        LedgerMail? answered,
        CancellationToken ct)
    {
        if (answered is not null && answered.Plan.Reader != author.Id)
            throw new RefusedCommandException($"answers a mail that was not written for {author.Id}; answer your own");

        if (answered is not null && (mail.ArrivedAt - answered.Plan.DueAt).TotalDays > CommandTokens.ValidDays)
            throw new RefusedCommandException($"answers a mail that is older than {CommandTokens.ValidDays} days; answer your latest one");

        var isNew = answered is null && string.Equals(Subjects.Strip(mail.Subject).Bare, mail.Subject, StringComparison.OrdinalIgnoreCase);
        var spoken = new ReplyGrammar(author.Calendar ?? policy.DefaultCalendar, mail.ArrivedAt).Read(
            isNew ? mail.Subject + "\n" + mail.OwnText : mail.OwnText);
        var items = answered is null ? new Dictionary<int, string>() : await ledger.ItemsOf(answered.Plan.MessageId, ct);
        var confirmations = spoken.Refused.Select(line => Confirmation.NotDone(line.Line, line.Reason)).ToList();
        var commands = new List<Interaction>();
        var questions = new List<Question>();
        foreach (var command in spoken.Commands)
        {
            if (command.Text is { } text && command.Verb is "brief" or "may-i-write")
            {
                Ask(
                    command,
                    text.Length == 0
                        ? standings.MetNext(author, mail.ArrivedAt)
                        : [.. text.Split(' ').Select(Outsider).OfType<EmailAddress>()]);
                continue;
            }

            var targets = command
                .Numbers.Select(number => (Name: $"line {number}", Item: items.GetValueOrDefault(number)))
                .Concat(command.Items.Select(id => (Name: id, Item: (string?)id)))
                .ToList();
            if (targets.Count == 0)
                confirmations.Add(Confirmation.NotDone(command.Line, $"names no line; write for example \"{command.Verb} 2\""));

            foreach (var (name, item) in targets)
            {
                try
                {
                    var target = TargetOf(name, item, answered, items, author);
                    if (command.Verb is "brief" or "may-i-write")
                    {
                        Ask(command, target.Contact is { } contact ? [contact] : []);
                        continue;
                    }

                    var reading = lines.Say(
                        new CommandWish(command.Verb)
                        {
                            Argument = command.Tag,
                            Text = command.Text,
                            Until = command.Until,
                        },
                        target,
                        ["reply", author.Id, answered?.Plan.MessageId ?? mail.Id, item!, command.Verb, command.Line]);
                    commands.AddRange(reading.Commands);
                    confirmations.AddRange(reading.Answer.Confirmations);
                }
                catch (RefusedCommandException refused)
                {
                    confirmations.Add(Confirmation.NotDone(command.Line, refused.Message));
                }
            }
        }

        var asked = questions.Distinct().ToList();
        if (asked.Count > MostPeople)
            confirmations.Add(
                new Confirmation(
                    "not answered",
                    $"you ask about {asked.Count} people; the first {MostPeople} are answered, ask again for the others",
                    Failed: true));

        return confirmations.Count + asked.Count == 0
            ? throw new RefusedCommandException(
                $"holds no command; write for example \"done 2\" above the quoted mail, or \"who jane@acme.example\", or forward a mail "
                    + $"to {settings.Address.LocalPart}+brief@{settings.Address.Domain}"
            )
            {
                // Thanks are thanks, and a colleague who keeps us in copy of what he writes to others asks for nothing.
                IsOfNoConcern = mail.IsThanks || mail.IsForOutsiders,
            }
            : new CommandReading(
                [.. commands.DistinctBy(one => one.Id)],
                new MailAnswer([.. confirmations.Distinct()], [.. asked.Take(MostPeople)]));

        void Ask(SpokenCommand command, IReadOnlyList<EmailAddress> contacts)
        {
            if (contacts.Count == 0)
                confirmations.Add(
                    Confirmation.NotDone(
                        command.Line,
                        command.Text is { Length: 0 }
                            ? "finds nobody from outside you meet within a week; write for example \"brief jane@acme.example\""
                            : "names nobody from outside; write the address of a contact"));

            questions.AddRange(
                contacts.Select(contact => new Question(command.Verb == "brief" ? QuestionKind.Who : QuestionKind.MayIWrite, contact)));
        }
    }

    private ItemTarget TargetOf(string name, string? item, LedgerMail? answered, IReadOnlyDictionary<int, string> items, Person author)
    {
        if (answered is null && name.StartsWith("line ", StringComparison.Ordinal))
            throw new RefusedCommandException(
                ": numbers belong to a mail of ours, but this answers none; answer the mail that has the line, or write the id that "
                    + "stands below it"
            );

        if (item is null)
            throw new RefusedCommandException(
                $": {name} is not in the mail this answers; "
                    + $"{(items.Count == 0 ? "it lists none" : items.Count == 1 ? "it has line 1 only" : $"it has the lines 1 to {items.Keys.Max()}")}"
            );

        // An id of somebody else's item is as unknown as one that never was.
        var target = standings.Item(item);
        var isOwn = items.Values.Contains(item, StringComparer.OrdinalIgnoreCase);
        return target is not null && (isOwn || Chain.Below(policy, author.Id).Contains(target.Owner))
            ? target
            : throw new RefusedCommandException(
                isOwn ? $": {name} is not there any more; there is nothing left to do about it" : $": {name} is no item of yours");
    }

    /// <summary>
    /// The mail of ours that is answered: by the signed address it was sent to or, where a mail program wrote another, by what it refers
    /// to.
    /// </summary>
    private async Task<LedgerMail?> AnsweredBy(CommandMail mail, List<string> parts, CancellationToken ct)
    {
        foreach (var part in parts)
        {
            var id =
                tokens.MailOf(EmailAddress.Parse($"{settings.Address.LocalPart}+{part}@{settings.Address.Domain}"))
                ?? throw new RefusedCommandException(
                    "was sent to an address that is not one of ours, or was changed on its way; answer the mail itself");
            return await ledger.Find($"{id}@{(policy.Us.Domains.Count > 0 ? policy.Us.Domains[0] : settings.Address.Domain)}", ct)
                ?? throw new RefusedCommandException("answers a mail this installation did not write; answer your latest one");
        }

        foreach (var reference in mail.References.Reverse())
        {
            if (await ledger.Find(reference, ct) is { } found)
                return found;
        }

        return null;
    }

    /// <summary>
    /// Whom a mail to an address with a verb is about: who gets it too, else who wrote what it forwards, else who is named in it.
    /// </summary>
    private IEnumerable<EmailAddress> OutsidersOf(CommandMail mail)
    {
        var direct = mail.Recipients.Select(Outsider).OfType<EmailAddress>().ToList();
        return (
            direct.Count > 0
                ? direct
                : mail
                    .Quoted.Concat(QuotedPeople.AddressesIn(mail.Subject))
                    .Concat(QuotedPeople.AddressesIn(mail.OwnText))
                    .Select(Outsider)
                    .OfType<EmailAddress>()).Distinct();
    }

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

    [GeneratedRegex(
        "^subscribe (?<digest>[a-z0-9-]+)$",
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SubscribeAgain();

    /// <summary>Exactly as our links write it; a reply to such a mail begins otherwise.</summary>
    [GeneratedRegex(
        @"^(?<verb>[A-Za-z][A-Za-z0-9-]*) (?<item>[A-Za-z0-9._-]+) \[(?<token>[A-Za-z0-9._-]+)\]$",
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex SubjectLink();
}
