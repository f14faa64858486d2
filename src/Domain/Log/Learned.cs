using CrmSync.Domain.Company;

namespace CrmSync.Domain.Log;

/// <summary>
/// What the text of a mail tells about people, read when it is captured and kept though the text is dropped. As kept with a mail it holds
/// all that was found; with a line of the log, what counts of it with the configuration of now.
/// </summary>
public sealed record Learned
{
    public static Learned Nothing { get; } = new();

    /// <summary>A mail from outside that stands in the text of one that forwards it.</summary>
    public ForwardedRequest? Forwarded { get; init; }

    /// <summary>When its author, who is away, is back.</summary>
    public ReturnNotice? Return { get; init; }

    /// <summary>How its author signs.</summary>
    public SignatureNotice? Signature { get; init; }

    /// <summary>That whoever had the mailbox has left.</summary>
    public DepartureNotice? Departure { get; init; }

    /// <summary>The address its author has from now on.</summary>
    public AddressNotice? Moved { get; init; }

    /// <summary>Everybody named in it by address.</summary>
    public IEnumerable<EmailAddress> People =>
        [.. Forwarded?.Addresses ?? [], .. new[] { Departure?.Successor, Moved?.Address }.OfType<EmailAddress>()];

    /// <summary>The words in it, in which somebody may be named.</summary>
    public IEnumerable<string> Words =>
        new[]
        {
            Forwarded?.Name, Forwarded?.Subject, Return?.Sentence, Signature?.Sentence, Departure?.Sentence, Moved?.Sentence,
        }.OfType<string>();

    /// <summary>What of it is kept when the words of the mail are not: what the policy rests on.</summary>
    public Learned WithoutSentences() =>
        this == Nothing
            ? Nothing
            : new() { Forwarded = Forwarded, Return = Return is { } day ? day with { Sentence = null } : null };

    /// <summary>What two copies of one mail tell, whichever comes first.</summary>
    public Learned With(Learned other) =>
        this == Nothing ? other
        : other == Nothing ? this
        : new()
        {
            Forwarded = Smaller(Forwarded, other.Forwarded, forwarded => forwarded.Key),
            Return = Smaller(Return, other.Return, day => $"{(day.Sentence is null ? 1 : 0)} {day.Day} {day.Sentence}"),
            Signature = Smaller(Signature, other.Signature, signed => $"{signed.Sentence}\n{signed.Telephone}\n{signed.Title}"),
            Departure = Smaller(Departure, other.Departure, left => $"{left.Sentence}\n{left.Successor}"),
            Moved = Smaller(Moved, other.Moved, moved => $"{moved.Sentence}\n{moved.Address}"),
        };

    private static T? Smaller<T>(T? one, T? other, Func<T, string> key)
        where T : class =>
        one is null ? other
        : other is null || string.CompareOrdinal(key(one), key(other)) <= 0 ? one
        : other;
}
