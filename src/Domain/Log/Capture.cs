using CrmSync.Domain.Company;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Log;

/// <summary>What is kept of a mail when it is captured, and what is looked for in its own text before that is cut.</summary>
public sealed class Capture(CompanyPolicy policy, int textLimit)
{
    /// <summary>Why a mail or meeting that <c>privacy.no_capture</c> covers is not stored.</summary>
    public const string NotWanted = "privacy.no_capture";

    /// <summary>Why a mail or meeting that is marked private or confidential is not stored.</summary>
    public const string Private = "marked private by its author";

    /// <summary>The default of <c>capture.text</c>, in UTF-8 bytes.</summary>
    public const int DefaultTextLimit = 4096;

    public Privacy Privacy { get; } = policy.Privacy;

    public PhraseBook Phrases { get; } = new(ReadingRules.From(policy));

    public Acknowledgements Acknowledgements { get; } = new(policy);

    private readonly InternalAddresses ours = new(policy);

    /// <summary>The excerpt cut to the configured number of UTF-8 bytes at a character boundary; null when none is kept.</summary>
    public string? Shorten(string? excerpt)
    {
        if (textLimit <= 0 || excerpt is null)
            return null;

        if (excerpt.Length <= textLimit / 3)
            return excerpt;

        var bytes = 0;
        for (var i = 0; i < excerpt.Length; i++)
        {
            var pair = char.IsHighSurrogate(excerpt[i]) && i + 1 < excerpt.Length;
            bytes += pair ? 4 : excerpt[i] < 0x80 ? 1 : excerpt[i] < 0x800 ? 2 : 3;
            if (bytes > textLimit)
                return excerpt[..i];

            if (pair)
                i++;
        }

        return excerpt;
    }

    /// <summary>
    /// Whether what the mail says is kept. Not of people of whom only the fact is kept, not where it speaks of people of whom nothing is,
    /// not of what is older than texts are kept; and not of mails of ours and mails to the command mailbox, whose words are kept by the
    /// ledger and the commands.
    /// </summary>
    /// <param name="facts">What the copy says.</param>
    /// <param name="at">When it happened.</param>
    /// <param name="now">The moment of the harvest.</param>
    public bool KeepsText(MailFacts facts, Instant at, Instant now) =>
        !IsOurOwn(facts)
        && !Privacy.MetadataOnly.Covers(facts)
        && !Privacy.NoCapture.CoversAnyIn(facts.Excerpt)
        && !(facts.Pasted is { } pasted && (Privacy.MetadataOnly.Covers(pasted) || Privacy.NoCapture.Covers(pasted)))
        && !(Privacy.KeepsSince(now, policy.DefaultCalendar.Zone) > at);

    /// <summary>
    /// The subject as kept: nothing of mails of ours and mails to the command mailbox, nor where it names people of whom nothing is kept.
    /// </summary>
    public string? Subject(MailFacts facts) => IsOurOwn(facts) || Privacy.NoCapture.CoversAnyIn(facts.Subject) ? null : facts.Subject;

    /// <summary>
    /// A Message-ID as kept: one that is of people of whom nothing is kept becomes one that says nothing, and is the same wherever it
    /// stands.
    /// </summary>
    public string? Id(string? id) =>
        id is not null && Privacy.NoCapture.CoversAnyIn(id)
            ? "hidden-" + StableHash.Print(StableHash.Compute("id", id.ToLowerInvariant()), 26)
            : id;

    /// <summary>What is kept of what the text of a mail tells about people.</summary>
    /// <param name="facts">What the copy says.</param>
    /// <param name="keepsText">Whether its words are kept, too.</param>
    public Learned Learn(MailFacts facts, bool keepsText)
    {
        if (IsOurOwn(facts) || facts.From is not { } from)
            return Learned.Nothing;

        if (ours.Contains(from.Address))
            return new Learned { Forwarded = Forwarded(facts), Return = facts.Told.Return }.WithoutSentences();

        var told = facts.Told;
        return keepsText && textLimit > 0 && !told.People.Any(Privacy.NoCapture.Covers) && !told.Words.Any(Privacy.NoCapture.CoversAnyIn)
            ? told
            : told.WithoutSentences();
    }

    /// <summary>What one of us pastes of a mail from outside.</summary>
    private ForwardedRequest? Forwarded(MailFacts facts) =>
        facts.Pasted is { } pasted
        && !string.IsNullOrWhiteSpace(pasted.OwnText)
        && !Privacy.NoCapture.Covers(pasted)
            ? new ForwardedRequest(pasted.Author.Address)
            {
                Name = pasted.Author.Name,
                To = pasted.To,
                Cc = pasted.Cc,
                Subject = pasted.Subject,
                Date = pasted.Date,
                IsMailing = pasted.IsMailing,
                Acknowledges = facts.Attachments == 0 && Acknowledgements.Covers(pasted.OwnText, pasted.Author),
                Phrases = Phrases.FoundIn(pasted.OwnText),
            }
            : null;

    /// <summary>Words of the program about an item, without addresses of people of whom nothing is kept.</summary>
    public string Hide(string words) =>
        Privacy.NoCapture.IsEmpty ? words : Mentions.Replace(words, Privacy.NoCapture.Covers, "(not captured)");

    private bool IsOurOwn(MailFacts facts)
    {
        if (facts.Headers.ContainsKey("x-crmsync"))
            return true;

        var recipients = facts.To.Concat(facts.Cc).Concat(facts.Bcc).ToList();
        return recipients.Count > 0 && recipients.TrueForAll(one => ours.IsCommandMailbox(one.Address));
    }

    /// <summary>
    /// Why the mail must not be stored at all (policy-language.md section 5, <c>no_capture</c> and Sensitivity), or null when it may be.
    /// </summary>
    public string? WhyNot(MailFacts facts)
    {
        if (
            facts.Headers.TryGetValue("sensitivity", out var sensitivity)
            && (
                sensitivity.Trim().StartsWith("private", StringComparison.OrdinalIgnoreCase)
                || sensitivity.Trim().StartsWith("personal", StringComparison.OrdinalIgnoreCase)))
        {
            return Private;
        }

        return Privacy.NoCapture.Covers(facts) ? NotWanted : null;
    }
}

/// <summary>Whether a privacy filter covers a mail or meeting.</summary>
public static class PrivacyFilterExtensions
{
    /// <summary>
    /// Whether the filter covers anybody a mail names outside of its text. What a report returns bears the subject of the mail it returns
    /// in its text.
    /// </summary>
    public static bool Covers(this PrivacyFilter filter, MailFacts facts) =>
        filter.Covers(facts.Subject, facts.Addresses)
        || (
            facts.Report is not null
            && facts.WholeText is { } returned
            && filter.SubjectHas.Any(text => returned.Contains(text, StringComparison.OrdinalIgnoreCase)));

    /// <summary>Whether the filter covers anybody a forwarded mail names.</summary>
    public static bool Covers(this PrivacyFilter filter, PastedMail mail) =>
        filter.Covers(mail.Subject, mail.To.Concat(mail.Cc).Prepend(mail.Author.Address));

    public static bool Covers(this PrivacyFilter filter, string? subject, IEnumerable<EmailAddress> people)
    {
        if (
            filter.SubjectHas.Count > 0
            && subject is not null
            && filter.SubjectHas.Any(text => subject.Contains(text, StringComparison.OrdinalIgnoreCase)))
            return true;

        return (filter.Addresses.Count > 0 || filter.Domains.Count > 0) && people.Any(filter.Covers);
    }

    public static bool Covers(this PrivacyFilter filter, EmailAddress person) =>
        filter.Addresses.Contains(person) || filter.Domains.Any(person.IsIn);

    /// <summary>Whether a text, an id or the name of a file holds an address the filter covers.</summary>
    public static bool CoversAnyIn(this PrivacyFilter filter, string? text) =>
        !filter.IsEmpty && Mentions.AddressesIn(text).Any(filter.Covers);
}
