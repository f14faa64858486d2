using NodaTime;

namespace CrmSync.Domain.Log;

/// <summary>
/// What makes two stored copies the same mail. Two copies are one line when their fingerprints are equal (From, Date to the second,
/// subject, To and Cc, body without white space), when they bear the same Message-ID, agree in From, subject and body, and their dates
/// lie within a day, or when they are the same but for what a gateway did to one of them (<see cref="MailEssence"/>). Whatever else differs
/// in From, subject or body is never the same mail. The relation does not depend on the order in which copies arrive.
/// </summary>
/// <param name="Fingerprint">Equal for copies of one mail, whatever Message-ID a server gave them.</param>
/// <param name="MessageKey">Message-ID guarded by From, subject and body; null without a Message-ID.</param>
/// <param name="Date">The Date header to the second, null when absent.</param>
/// <param name="MessageId">The normalised Message-ID as written, or null.</param>
public sealed record MailIdentity(string Fingerprint, string? MessageKey, Instant? Date, string? MessageId)
{
    private const int ContentLength = 13;

    /// <summary>Equal for copies that agree in From, subject and body; null of identities that earlier versions kept.</summary>
    public string? Content { get; init; }

    /// <summary>What is left of the mail whatever a gateway does to it; null of one that cannot be known again by that.</summary>
    public MailEssence? Essence { get; init; }

    /// <summary>How far the dates of two copies with one Message-ID may lie apart.</summary>
    public static Duration Tolerance { get; } = Duration.FromHours(24);

    public static MailIdentity From(MailFacts facts)
    {
        var date = facts.Date is { } d ? Instant.FromUnixTimeSeconds(d.ToUnixTimeSeconds()) : (Instant?)null;
        var content = StableHash.Print(
            StableHash.Compute(facts.From?.Address.Value, Subjects.Collapse(facts.Subject), Convert.ToHexString(facts.BodyDigest.Span)),
            32);

        var recipients = facts.To.Concat(facts.Cc).Select(a => a.Address.Value).Distinct().Order(StringComparer.Ordinal);
        var when = date?.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture)

            // Without a Date only the Message-ID or, failing that too, the moment of arrival tells repeated mails apart.
            ?? facts.MessageId
            ?? facts.Received?.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);

        var fingerprint = StableHash.Print(StableHash.Compute(content, when, string.Join(',', recipients)), 32);
        var messageKey = facts.MessageId is { Length: > 0 } id
            ? StableHash.Print(StableHash.Compute(content, id.ToLowerInvariant()), 32)
            : null;
        return new MailIdentity(fingerprint, messageKey, date, facts.MessageId)
        {
            Content = content[..ContentLength],
            Essence = MailEssence.From(facts, date),
        };
    }

    /// <summary>Whether the two are copies of one mail.</summary>
    public bool SameMailAs(MailIdentity other) =>
        Fingerprint == other.Fingerprint
        || (MessageKey is not null && MessageKey == other.MessageKey && NearInTime(other.Date))
        || (Essence is not null && other.Essence is not null && Essence.IsSameMail(other.Essence));

    /// <summary>The id of the line this identity stands for when it is the smallest of the line: it ascends with the Date header.</summary>
    public string LineId => StableHash.Print(Date) + Fingerprint[..13];

    private bool NearInTime(Instant? other) =>
        Date is not { } mine || other is not { } theirs || Instant.Max(mine, theirs) - Instant.Min(mine, theirs) <= Tolerance;
}
