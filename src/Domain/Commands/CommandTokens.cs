using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CrmSync.Domain.Company;
using NodaTime;

namespace CrmSync.Domain.Commands;

/// <summary>
/// Signs what readers send back: the links of an item and the address a reply goes to. A token is bound to one reader, expires, and can be
/// used again without harm, because every command says how things should be and not what to add. Whoever holds the secret can act for
/// everybody.
/// </summary>
public sealed class CommandTokens
{
    /// <summary>How long after its mail a token is taken.</summary>
    public const int ValidDays = 60;

    private const int MacBytes = 10;
    private const int FeedBytes = 20;
    private const string ReplyPrefix = "re-";
    private static readonly LocalDate Epoch = new(2020, 1, 1);
    private readonly byte[] key;
    private readonly byte[]? previousKey;

    /// <param name="secret">As configured. A short one is a warning of the configuration, not a reason to stop.</param>
    /// <param name="previous">The secret before it, whose tokens are still taken; null when there is none.</param>
    public CommandTokens(string secret, string? previous = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(secret);
        key = Encoding.UTF8.GetBytes(secret.Trim());
        previousKey = string.IsNullOrWhiteSpace(previous) ? null : Encoding.UTF8.GetBytes(previous.Trim());
    }

    /// <summary>The token in the links of an item: reader, day and signature, e.g. <c>ana.1kq.3GQ7…</c>.</summary>
    public string ForItem(string reader, string item, LocalDate issued)
    {
        var day = Day(issued);
        return $"{reader}.{day}.{Sign($"item|{reader}|{item}|{day}")}";
    }

    /// <summary>Checks the token of a link.</summary>
    /// <returns>The reader it was made for, or why it is refused.</returns>
    public TokenAnswer ReadItem(string token, string item, LocalDate today)
    {
        if (token.Split('.') is not [var reader, var day, var mac] || !IsSigned($"item|{reader}|{item}|{day}", mac))
            return new TokenAnswer(null, "the token does not belong to this item");

        return Expired(day, today) is { } reason ? reason : new TokenAnswer(reader, null);
    }

    /// <summary>The token of a link about a whole digest (unsubscribing).</summary>
    public string ForDigest(string reader, string digest, LocalDate issued) => ForItem(reader, "digest:" + digest, issued);

    /// <summary>Checks <see cref="ForDigest"/>.</summary>
    public TokenAnswer ReadDigest(string token, string digest, LocalDate today) => ReadItem(token, "digest:" + digest, today);

    /// <summary>The token of a link to the pages of a reader: it says whose digest it stood in, and opens nothing by itself.</summary>
    public string ForPages(string reader, LocalDate issued)
    {
        var day = Day(issued);
        return $"{reader}.{day}.{Sign($"pages|{reader}|{day}")}";
    }

    /// <summary>Checks <see cref="ForPages"/>.</summary>
    /// <returns>The reader it was made for, or why it is refused.</returns>
    public TokenAnswer ReadPages(string token, LocalDate today)
    {
        if (token.Split('.') is not [var reader, var day, var mac] || !IsSigned($"pages|{reader}|{day}", mac))
            return new TokenAnswer(null, "it is not as it was written into a digest");

        return Expired(day, today) is { } reason ? reason : new TokenAnswer(reader, null);
    }

    /// <summary>
    /// The token under which a reader's calendar asks for their list, in lower case. It opens nothing else, does not expire, and is known
    /// by its hash: whoever asks twice with one mail gets the same one, and with another mail another one.
    /// </summary>
    /// <param name="reader">The id of the reader.</param>
    /// <param name="mail">The id of the mail that asked for it.</param>
    public string ForFeed(string reader, string mail) =>
        Base32.Encode(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"feed|{reader}|{mail}")).AsSpan(0, FeedBytes)).ToLowerInvariant();

    /// <summary>
    /// The address a reply to one mail goes to: the command mailbox with a signed part after the <c>+</c> that names the mail. Null when
    /// the local part would be longer than the 64 characters RFC 5321 section 4.5.3.1.1 allows; replies then go to the plain address and
    /// are found by References.
    /// </summary>
    /// <param name="mailbox">The command mailbox.</param>
    /// <param name="mail">The id of the mail: what stands before the <c>@</c> of its Message-ID.</param>
    public EmailAddress? ReplyAddress(EmailAddress mailbox, string mail)
    {
        var local = $"{mailbox.LocalPart}+{ReplyPrefix}{mail}-{Sign("reply|" + mail.ToUpperInvariant())}";
        return local.Length <= 64 ? EmailAddress.Parse($"{local}@{mailbox.Domain}") : null;
    }

    /// <summary>The id (upper case) of the mail a reply address was made for; null when it is none of ours or was changed.</summary>
    public string? Mail(EmailAddress replyAddress)
    {
        var local = replyAddress.LocalPart;
        var start = local.IndexOf('+', StringComparison.Ordinal) + 1;
        if (
            start == 0
            || !local.AsSpan(start).StartsWith(ReplyPrefix)
            || local[(start + ReplyPrefix.Length)..].Split('-') is not [var mail, var mac])
            return null;

        mail = mail.ToUpperInvariant();
        return IsSigned("reply|" + mail, mac) ? mail : null;
    }

    private static TokenAnswer? Expired(string day, LocalDate today)
    {
        if (!int.TryParse(day, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return new TokenAnswer(null, "the token has no date");

        var age = Period.DaysBetween(Epoch.PlusDays(number), today);
        return age <= ValidDays
            ? null
            : new TokenAnswer(null, $"the mail it stands in is {age} days old; tokens hold for {ValidDays} days") { Age = age };
    }

    private static string Day(LocalDate date) => Period.DaysBetween(Epoch, date).ToString(CultureInfo.InvariantCulture);

    private bool IsSigned(string text, string mac) =>
        IsSame(Sign(text), mac) || (previousKey is not null && IsSame(Sign(text, previousKey), mac));

    private string Sign(string text) => Sign(text, key);

    private static string Sign(string text, byte[] key) =>
        Base32.Encode(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)).AsSpan(0, MacBytes));

    /// <summary>In constant time, in upper or lower case: mail systems fold addresses.</summary>
    private static bool IsSame(string expected, string given) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(given.ToUpperInvariant()));
}

/// <summary>Whose token it is, or why it is refused.</summary>
public sealed record TokenAnswer(string? Reader, string? Refused)
{
    /// <summary>In days, of a token that is too old; null for others.</summary>
    public int? Age { get; init; }
}
