using CrmSync.Domain.Company;
using CrmSync.Domain.Policy;

namespace CrmSync.Domain.Log;

/// <summary>What says who wrote a mail.</summary>
public enum AuthorSource
{
    /// <summary>The From field.</summary>
    From,

    /// <summary>The Reply-To field: From is a program's.</summary>
    ReplyTo,

    /// <summary>A field in which a list of ours kept the From it rewrote.</summary>
    OriginalFrom,
}

/// <summary>Who wrote a mail, and what says so.</summary>
internal readonly record struct MailAuthor(EmailAddress? Address, AuthorSource Source);

/// <summary>
/// Settles who wrote a mail (policy-language.md section 6): From, unless a program, a form or a list of ours stands there.
/// </summary>
internal sealed class AuthorFinder
{
    private readonly InternalAddresses ours;
    private readonly HashSet<EmailAddress> people;

    public AuthorFinder(ReadingRules rules, InternalAddresses ours)
    {
        this.ours = ours;
        people = [.. rules.People.SelectMany(person => person.Others.Prepend(person.Primary))];
    }

    public MailAuthor Find(MailLine mail)
    {
        if (mail.From is not { } from)
            return new MailAuthor(null, AuthorSource.From);

        var replyTo = mail
            .Participants.FirstOrDefault(p =>
                p.Role == ParticipantRole.ReplyTo && !ours.Contains(p.Address) && !NoReplyNames.Contains(p.Address)
            )
            ?.Address;
        if (!ours.Contains(from))
            return replyTo is not null && NoReplyNames.Contains(from) ? new(replyTo, AuthorSource.ReplyTo) : new(from, AuthorSource.From);

        // One of us may ask for answers elsewhere; only what is nobody's own address can be a form or a list.
        if (people.Contains(from))
            return new(from, AuthorSource.From);

        if (mail.Headers.TryGetValue("list-id", out var list) && ours.ContainsDomain(MailingMarks.Host(list)))
        {
            foreach (var header in (ReadOnlySpan<string>)["x-original-from", "x-original-sender"])
            {
                if (
                    mail.Headers.TryGetValue(header, out var written)
                    && AddressIn(written) is { } original
                    && !NoReplyNames.Contains(original)
                )
                    return new(original, AuthorSource.OriginalFrom);
            }

            if (replyTo is not null)
                return new(replyTo, AuthorSource.ReplyTo);
        }

        var to = mail.Participants.Where(p => p.Role == ParticipantRole.To).ToArray();
        return replyTo is not null && mail.InReplyTo is null && to.Length > 0 && Array.TrueForAll(to, p => ours.Contains(p.Address))
            ? new(replyTo, AuthorSource.ReplyTo)
            : new(from, AuthorSource.From);
    }

    /// <summary>The address in a field like <c>Sam Moss &lt;sam@six.example&gt;</c>.</summary>
    private static EmailAddress? AddressIn(string written)
    {
        var open = written.LastIndexOf('<');
        var close = written.IndexOf('>', open + 1);
        return EmailAddress.TryParse(open >= 0 && close > open ? written[(open + 1)..close] : written.Trim(), out var address)
            ? address
            : null;
    }
}
