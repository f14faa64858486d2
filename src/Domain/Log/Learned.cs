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

    /// <summary>Everybody named in it by address.</summary>
    public IEnumerable<EmailAddress> People => Forwarded?.Addresses ?? [];

    /// <summary>The words in it, in which somebody may be named.</summary>
    public IEnumerable<string> Words => new[] { Forwarded?.Name, Forwarded?.Subject }.OfType<string>();

    /// <summary>What two copies of one mail tell, whichever comes first.</summary>
    public Learned With(Learned other) =>
        this == Nothing ? other
        : other == Nothing ? this
        : new() { Forwarded = Smaller(Forwarded, other.Forwarded, forwarded => forwarded.Key) };

    private static T? Smaller<T>(T? one, T? other, Func<T, string> key)
        where T : class =>
        one is null ? other
        : other is null || string.CompareOrdinal(key(one), key(other)) <= 0 ? one
        : other;
}
