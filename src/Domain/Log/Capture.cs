using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Policy;

namespace CrmSync.Domain.Log;

/// <summary>What is kept of a mail when it is captured, and what is looked for in its own text before that is cut.</summary>
public sealed class Capture(CompanyPolicy policy, int textLimit)
{
    /// <summary>Why a mail or meeting that <c>privacy.no_capture</c> covers is not stored.</summary>
    public const string NotWanted = "privacy.no_capture";

    /// <summary>The default of <c>capture.text</c>, in UTF-8 bytes.</summary>
    public const int DefaultTextLimit = 4096;

    public Privacy Privacy { get; } = policy.Privacy;

    public PhraseBook Phrases { get; } = new(policy);

    public Acknowledgements Acknowledgements { get; } = new(policy);

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
    /// Why the mail must not be stored at all (policy.md section 5, <c>no_capture</c> and Sensitivity), or null when it may be.
    /// </summary>
    public string? WhyNot(MailFacts facts)
    {
        if (
            facts.Headers.TryGetValue("sensitivity", out var sensitivity)
            && (
                sensitivity.Trim().StartsWith("private", StringComparison.OrdinalIgnoreCase)
                || sensitivity.Trim().StartsWith("personal", StringComparison.OrdinalIgnoreCase)))
        {
            return "marked private by its author";
        }

        return Privacy.NoCapture.Covers(facts) ? NotWanted : null;
    }
}

/// <summary>Whether a privacy filter covers a mail or meeting.</summary>
public static class PrivacyFilterExtensions
{
    public static bool Covers(this PrivacyFilter filter, MailFacts facts) =>
        filter.Covers(
            facts.Subject,
            new[] { facts.From, facts.Sender }
                .OfType<NamedAddress>()
                .Concat(facts.ReplyTo)
                .Concat(facts.To)
                .Concat(facts.Cc)
                .Concat(facts.Bcc)
                .Select(a => a.Address));

    public static bool Covers(this PrivacyFilter filter, string? subject, IEnumerable<EmailAddress> people)
    {
        if (
            filter.SubjectHas.Count > 0
            && subject is not null
            && filter.SubjectHas.Any(text => subject.Contains(text, StringComparison.OrdinalIgnoreCase)))
            return true;

        return (filter.Addresses.Count > 0 || filter.Domains.Count > 0)
            && people.Any(person => filter.Addresses.Contains(person) || filter.Domains.Any(person.IsIn));
    }
}
