using System.Text.RegularExpressions;
using CrmSync.Domain.Commands;
using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Languages;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Storage.Digests;
using CrmSync.Worker.Configuration;
using NodaTime;

namespace CrmSync.Worker.Commands;

/// <summary>
/// Finds what a mail whose author is proven asks for: by its address (<c>crmsync+done@</c>), by the token in its subject, or line by line.
/// </summary>
internal sealed partial class CommandMeaning(
    CompanyPolicy policy,
    CommandStores stores,
    CommandSettings settings,
    CommandContext context,
    string account,
    Instant now)
{
    /// <summary>How many people of a forwarded mail somebody wants to know about.</summary>
    public const int MostPeople = 5;

    /// <summary>What an address or a link can ask for about one contact or item.</summary>
    private static readonly CommandVerb[] OfAddresses =
    [
        CommandVerb.Done,
        CommandVerb.Snooze,
        CommandVerb.Called,
        CommandVerb.Resolved,
        CommandVerb.Tag,
        CommandVerb.Untag,
        CommandVerb.Note,
        CommandVerb.Chase,
        CommandVerb.NotUseful,
    ];

    private readonly CommandTokens tokens = settings.CreateTokens();
    private readonly InternalAddresses ours = new(policy);
    private readonly CommandUndo undo = new(stores);

    /// <param name="mail">The mail.</param>
    /// <param name="addresses">The addresses of the command mailbox through which it commands.</param>
    /// <param name="author">Who wrote it.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="RefusedCommandException">The mail as a whole means nothing or must not be obeyed.</exception>
    public async Task<CommandReading> Read(CommandMail mail, IReadOnlyList<string> addresses, Person author, CancellationToken ct)
    {
        var lines = new CommandLines(policy, context, mail, author, account, now);
        if (SubjectLink().Match(mail.Subject) is { Success: true } link)
            return await ReadLink(
                mail,
                author,
                lines,
                link.Groups["verb"].Value.ToLowerInvariant(),
                link.Groups["item"].Value,
                link.Groups["token"].Value,
                ct);

        if (SubscribeAgain().Match(mail.Subject) is { Success: true } again)
            return await Subscribe(again.Groups["digest"].Value.ToLowerInvariant(), author, stopped: false, ct);

        var parts = addresses.Select(PlusPart).OfType<string>().Distinct().ToList();
        if (parts.Find(part => !part.StartsWith("re-", StringComparison.Ordinal)) is { } verb)
            return await ReadAddress(mail, author, lines, verb, ct);

        return await ReadReply(mail, author, lines, await FindAnswered(mail, author, parts, ct), ct);
    }

    /// <summary>What a mail is called where it is refused as a whole: what it asks for, without its token.</summary>
    public string ReaderName(CommandMail mail) =>
        SubjectLink().Match(mail.Subject) is { Success: true } link ? $"{link.Groups["verb"].Value} {link.Groups["item"].Value}"
        : mail.Recipients.Select(PlusPart).OfType<string>().FirstOrDefault(part => !part.StartsWith("re-", StringComparison.Ordinal))
            is { } verb
            ? $"+{verb}: {mail.Subject}"
        : mail.OwnText.Split('\n').FirstOrDefault(line => !string.IsNullOrWhiteSpace(line)) ?? mail.Subject;

    /// <summary>A link of a digest: the token says whose it is and to which item it belongs.</summary>
    private async Task<CommandReading> ReadLink(
        CommandMail mail,
        Person author,
        CommandLines lines,
        string verb,
        string item,
        string token,
        CancellationToken ct)
    {
        var refusals = Wording.In(author.Language).Refusals;
        var today = (author.Calendar ?? policy.DefaultCalendar).Date(mail.ArrivedAt);
        var answer =
            verb == "unsubscribe" ? tokens.ReadDigest(token, item, today) : tokens.ReadItem(token, item.ToUpperInvariant(), today);
        if (answer.Refused is not null)
            throw new RefusedCommandException(
                answer.Age is { } age ? refusals.LinkIsTooOld(age, CommandTokens.ValidDays) : refusals.LinkIsNotOurs);

        if (answer.Reader != author.Id)
            throw new RefusedCommandException(refusals.LinkForSomebodyElse(author.Id));

        if (verb == "unsubscribe")
            return await Subscribe(item, author, stopped: true, ct);

        var target =
            context.Item(item)
            ?? throw new RefusedCommandException(refusals.NothingThere);
        var (bare, argument) = CommandVerbs.Split(verb);
        return CommandVerbs.Find(bare) is { } meant && Array.Exists(OfAddresses, one => one == meant)
            ? lines.Say(
                new CommandWish(meant) { Argument = argument },
                target,
                ["link", author.Id, item.ToUpperInvariant(), verb, token.ToUpperInvariant()])
            : throw new RefusedCommandException(refusals.UnknownLink);
    }

    /// <summary>
    /// Stops a digest for its reader, or sends it again; escalations come all the same, and managers are told who has stopped what.
    /// </summary>
    private async Task<CommandReading> Subscribe(string digest, Person author, bool stopped, CancellationToken ct)
    {
        var words = Wording.In(author.Language);
        var name = PlainWords.Flatten(digest, 40);
        if (!policy.Digests.Any(one => one.Name == digest))
            throw new RefusedCommandException(words.Refusals.NoSuchDigest(string.Join(", ", policy.Digests.Select(one => one.Name))));

        await stores.Stopped.Set(digest, author.Id, stopped, ct);
        return CommandReading.From(
            stopped
                ? new Confirmation(words.Answers.Stopped, words.Answers.DigestStopped(name, settings.Address.Value))
                : new Confirmation(words.Answers.SentAgain, words.Answers.DigestAsBefore(name)));
    }

    /// <summary>A mail to <c>crmsync+verb@</c>: written to a customer with the address in Bcc, forwarded, or new.</summary>
    private async Task<CommandReading> ReadAddress(
        CommandMail mail,
        Person author,
        CommandLines lines,
        string written,
        CancellationToken ct)
    {
        var refusals = Wording.In(author.Language).Refusals;
        var (bare, argument) = CommandVerbs.Split(written);
        var verb = bare == "who" ? CommandVerb.Brief : CommandVerbs.Find(bare);
        switch (verb)
        {
            case CommandVerb.Help:
                return new CommandReading([], new MailAnswer([], []) { WithHelp = true });
            case CommandVerb.Today:
                return new CommandReading([], new MailAnswer([], []) { WithList = true });
            case CommandVerb.Feed when argument == "new":
                return new CommandReading([], new MailAnswer([], []) { WithFeed = true });
            case CommandVerb.Undo:
                return await undo.TakeBack(mail, author, lines, ct);
            case CommandVerb.Brief:
                var named = Outsiders(mail).ToList();
                var people = (named.Count > 0 ? named : context.MetNext(author, mail.ArrivedAt)).Take(MostPeople).ToList();
                return people.Count > 0
                    ? new CommandReading([], new MailAnswer([], [.. people.Select(one => new Question(QuestionKind.Who, one))]))
                    : throw new RefusedCommandException(refusals.NobodyMetSoon);
        }

        return verb is { } meant && Array.Exists(OfAddresses, one => one == meant)
            ? Say(mail, author, lines, written, meant, argument)
            : throw new RefusedCommandException(refusals.UnknownAddress);
    }

    private CommandReading Say(CommandMail mail, Person author, CommandLines lines, string written, CommandVerb verb, string? argument)
    {
        var refusals = Wording.In(author.Language).Refusals;
        var direct = mail.Recipients.Select(context.Outsider).OfType<EmailAddress>().FirstOrDefault();
        var contact =
            Outsiders(mail).FirstOrDefault()
            ?? throw new RefusedCommandException(refusals.NobodyFromOutside);

        // Whoever may not see a contact may not act on it either.
        if (context.IsKnown(contact) && !context.IsSeenBy(author.Id, contact))
            throw new RefusedCommandException(refusals.NotSeen(contact.Value));

        var meant = direct is null ? context.Forwarded(mail, contact) : context.Mail(mail.MessageId);
        if (verb == CommandVerb.Chase && meant is null)
            throw new RefusedCommandException(refusals.FitsNoMail(contact.Value));

        var about = verb switch
        {
            CommandVerb.Chase => direct is null ? meant!.Thread ?? meant.Id : meant!.Id,
            CommandVerb.Done or CommandVerb.Snooze or CommandVerb.Resolved or CommandVerb.NotUseful => meant?.Thread,
            _ => null,
        };
        var wish = new CommandWish(verb)
        {
            Argument = argument,
            Text = verb == CommandVerb.Note ? NotedWords.Read(mail.OwnText, author, isLetter: direct is not null) : null,
            Subject = meant?.Subject,
            Mail = meant?.Id,
        };
        return lines.Say(wish, new ItemTarget(about ?? contact.Value, contact, Rule: null, Owner: ""), ["mail", mail.Id, written]);
    }

    /// <summary>
    /// Line by line; lines that cannot be carried out stop no others, and of such a line nothing is. A new mail may say it in its subject.
    /// </summary>
    private async Task<CommandReading> ReadReply(
        CommandMail mail,
        Person author,
        CommandLines lines,
        LedgerMail? answered,
        CancellationToken ct)
    {
        var words = Wording.In(author.Language);
        var refusals = words.Refusals;
        if (answered is not null && answered.Plan.Reader != author.Id)
            throw new RefusedCommandException(refusals.NotWrittenFor(author.Id));

        if (answered is not null && (mail.ArrivedAt - answered.Plan.DueAt).TotalDays > CommandTokens.ValidDays)
            throw new RefusedCommandException(refusals.MailTooOld(CommandTokens.ValidDays));

        var isNew = answered is null && !Subjects.HasPrefix(mail.Subject);
        var text = ReplyText.Split(mail.Text, answered?.Bytes is { } bytes ? DigestForms.Read(bytes) : null, author);
        var grammar = new ReplyGrammar(author.Calendar ?? policy.DefaultCalendar, mail.ArrivedAt, words);
        var spoken = grammar.Read(isNew ? mail.Subject + "\n" + text.Above : text.Above);
        var items = answered is null ? new Dictionary<int, string>() : await stores.Told.ReadItems(answered.Plan.MessageId, ct);
        var reply = new SpokenMeaning(undo, policy, context, lines, answered, items, author, mail);
        foreach (var line in spoken.Lines)
            await reply.CarryOut(line, ct);

        foreach (var line in spoken.Refused)
            reply.Refuse(line.Line, line.Reason);

        if (!reply.IsNothing)
            return reply.Reading;

        if (grammar.Read(text.Below).Lines is [var first, ..])
            throw new RefusedCommandException(refusals.StandsBelowQuote(PlainWords.Flatten(first.Line, 60)));

        throw new RefusedCommandException(refusals.HoldsNoCommand)
        {
            // Thanks are thanks, and a colleague who keeps us in copy of what he writes to others asks for nothing.
            IsOfNoConcern = mail.IsThanks || mail.IsForOutsiders,
        };
    }

    /// <summary>
    /// The mail of ours that is answered: by the signed address it was sent to or, where a mail program wrote another, by what it refers
    /// to.
    /// </summary>
    private async Task<LedgerMail?> FindAnswered(CommandMail mail, Person author, List<string> parts, CancellationToken ct)
    {
        var refusals = Wording.In(author.Language).Refusals;
        foreach (var part in parts)
        {
            var id =
                tokens.Mail(EmailAddress.Parse($"{settings.Address.LocalPart}+{part}@{settings.Address.Domain}"))
                ?? throw new RefusedCommandException(refusals.AddressNotOurs);
            var domain = DomainNames.ToAscii(policy.Us.Domains.Count > 0 ? policy.Us.Domains[0] : settings.Address.Domain);
            return await stores.Ledger.Find($"{id}@{domain}", ct)
                ?? throw new RefusedCommandException(refusals.NotFromHere);
        }

        foreach (var reference in mail.References.Reverse())
        {
            if (await stores.Ledger.Find(reference, ct) is { } found)
                return found;
        }

        return null;
    }

    /// <summary>
    /// Whom a mail to an address with a verb is about: who gets it too, else who wrote what it forwards, else who is named in it.
    /// </summary>
    private IEnumerable<EmailAddress> Outsiders(CommandMail mail)
    {
        var direct = mail.Recipients.Select(context.Outsider).OfType<EmailAddress>().ToList();
        return (
            direct.Count > 0
                ? direct
                : mail
                    .Quoted.Concat(QuotedPeople.AddressesIn(mail.Subject))
                    .Concat(QuotedPeople.AddressesIn(mail.OwnText))
                    .Select(context.Outsider)
                    .OfType<EmailAddress>()
        ).Distinct();
    }

    /// <summary>What stands after the <c>+</c> of the command mailbox; null for other addresses and the plain one.</summary>
    private string? PlusPart(string address)
    {
        if (!EmailAddress.TryParse(address, out var one) || one == settings.Address || !ours.IsCommandMailbox(one))
            return null;

        return one.LocalPart[(one.LocalPart.IndexOf('+', StringComparison.Ordinal) + 1)..];
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
