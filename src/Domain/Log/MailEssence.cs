using System.Globalization;
using NodaTime;

namespace CrmSync.Domain.Log;

/// <summary>
/// What is left of a mail when a gateway, a list or a server has changed one of its copies: rewritten its links, put a tag before its
/// subject, lines above or below its text, or made text of its HTML (policy.md section 6).
/// </summary>
/// <param name="Key">Equal for copies with one Message-ID, From, Date to the second, and subject without bracketed tags before it; ascends
/// with the date, so that mails read together lie together.</param>
/// <param name="Number">The tags before the subject that number it; mails with other numbers are other mails. Null where there are
/// none.</param>
/// <param name="Text">The own text.</param>
/// <param name="Html">The own text of its HTML where the mail has both forms, or null.</param>
public sealed record MailEssence(string Key, string? Number, TextOutline Text, TextOutline? Html)
{
    private const char Between = '|';
    private const int KeyLength = 13;

    /// <summary>The essence as it is kept beside its key.</summary>
    public string Written => $"{Text.Written}{Between}{Html?.Written}{Between}{Number}";

    /// <summary>What <see cref="Written"/> wrote.</summary>
    public static MailEssence Parse(string key, string written)
    {
        ArgumentNullException.ThrowIfNull(written);
        var parts = written.Split(Between, 3);
        return new MailEssence(
            key,
            parts[2].Length == 0 ? null : parts[2],
            new TextOutline(parts[0]),
            parts[1].Length == 0 ? null : new TextOutline(parts[1]));
    }

    /// <summary>The essence of a copy; null without Message-ID, From or Date, and where the author wrote nothing.</summary>
    internal static MailEssence? From(MailFacts facts, Instant? date)
    {
        if (
            facts.MessageId is not { Length: > 0 } id
            || facts.From is not { } from
            || date is not { } sent
            || TextOutline.From(facts.OwnText) is not { } text)
            return null;

        var (subject, number) = Subjects.Untagged(facts.Subject);
        var key = StableHash.Compute(
            id.ToLowerInvariant(),
            from.Address.Value,
            sent.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            subject);
        var html = TextOutline.From(facts.OwnTextOfHtml);
        return new MailEssence(StableHash.Print(sent) + StableHash.Print(key, KeyLength), number, text, html == text ? null : html);
    }

    /// <summary>Whether the two are copies of one mail.</summary>
    public bool IsSameMail(MailEssence other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Key == other.Key
            && (Number is null || other.Number is null || Number == other.Number)
            && (Text.IsSameText(other.Text)
                || (other.Html is { } theirs && Text.IsSameText(theirs))
                || (Html is { } mine && (mine.IsSameText(other.Text) || (other.Html is { } both && mine.IsSameText(both)))));
    }
}
