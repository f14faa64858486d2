using CrmSync.Domain.Company;
using CrmSync.Domain.Policy;

namespace CrmSync.Domain.Log;

/// <summary>
/// Settles what counts, with a configuration, of what the text of a mail tells about people (policy-language.md section 6).
/// </summary>
internal sealed class Learning(ReadingRules rules, InternalAddresses ours, PhraseBook phrases, AutomaticSubjects subjects)
{
    private readonly ClassifySettings settings = rules.Classify;
    private readonly HashSet<EmailAddress> people = [.. rules.People.SelectMany(person => person.Others.Prepend(person.Primary))];

    /// <summary>What counts of a mail that has been classified.</summary>
    public Learned Derive(MailLine mail, Classification verdict) =>
        mail.Learned == Learned.Nothing
            ? Learned.Nothing
            : new Learned
            {
                Forwarded = Forwarded(mail, verdict),
                Return = verdict is { Class: InteractionClass.Auto, Direction: Direction.Inbound } ? mail.Learned.Return : null,
                Signature =
                    verdict is { Class: InteractionClass.Human, Direction: Direction.Inbound, AuthorSource: AuthorSource.From }
                        ? mail.Learned.Signature
                        : null,
                Departure = Departure(mail, verdict),
                Moved = verdict is { Class: InteractionClass.Human or InteractionClass.Auto, Direction: Direction.Inbound }
                    && mail.Learned.Moved is { } moved
                    && !ours.Contains(moved.Address)
                        ? moved
                        : null,
            };

    /// <summary>One of our people, where their own automatic reply names the day on which they are back.</summary>
    public IReadOnlyList<OwnAbsence> AwayBy(MailLine mail, Classification verdict) =>
        verdict is { Class: InteractionClass.Auto, Direction: not Direction.Inbound, AuthorSource: AuthorSource.From, Author: { } author }
        && mail.Learned.Return is { } back
        && people.Contains(author)
            ? [new OwnAbsence(author, AbsenceSource.Reply) { Last = back.Day.PlusDays(-1) }]
            : [];

    /// <summary>That somebody has left; whom to write to instead only where that is somebody outside.</summary>
    private DepartureNotice? Departure(MailLine mail, Classification verdict) =>
        verdict is { Class: InteractionClass.Auto, Direction: Direction.Inbound } && mail.Learned.Departure is { } left
            ? left.Successor is { } successor && ours.Contains(successor) ? left with { Successor = null } : left
            : null;

    /// <summary>A customer's mail that one of us pasted into one that stays inside the firm.</summary>
    private ForwardedRequest? Forwarded(MailLine mail, Classification verdict) =>
        verdict.Class == InteractionClass.Internal
        && mail.Learned.Forwarded is { } forwarded
        && !ours.Contains(forwarded.Author)
        && (forwarded.To.Count == 0 || forwarded.To.Concat(forwarded.Cc).Any(ours.Contains))
        && IsByHand(mail, forwarded)
            ? forwarded with { Markers = phrases.Markers(forwarded.Subject, forwarded.Phrases, Direction.Inbound) }
            : null;

    /// <summary>Whether a person wrote it, as far as the pasted text tells.</summary>
    private bool IsByHand(MailLine mail, ForwardedRequest forwarded)
    {
        var author = forwarded.Author;
        if (settings.Human.Addresses.Contains(author))
            return true;

        return !NoReplyNames.Contains(author)
            && !forwarded.IsMailing
            && !mail.Signs.HasFlag(MailSigns.UnsubscribeLink)
            && subjects.PhraseIn(forwarded.Subject, forwarded.Name) is null
            && !Names(settings.Auto, author)
            && !Names(settings.Bulk, author);
    }

    private static bool Names(NameList list, EmailAddress author) => list.Addresses.Contains(author) || list.Domains.Any(author.IsIn);
}
