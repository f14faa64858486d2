namespace CrmSync.Mail.Imap;

/// <summary>What a server says it can do (RFC 9051 section 7.2.2).</summary>
public sealed class Capabilities
{
    private readonly HashSet<string> words;

    internal Capabilities(IEnumerable<string> words) => this.words = words.Take(500).ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Nothing announced yet.</summary>
    public static Capabilities None { get; } = new([]);

    /// <summary>The mechanisms announced for AUTHENTICATE.</summary>
    public IReadOnlyList<string> Mechanisms =>
        [
            .. words
                .Where(word => word.StartsWith("AUTH=", StringComparison.OrdinalIgnoreCase))
                .Select(word => word[5..])
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>True when the word was announced, such as <c>IDLE</c>; upper and lower case are equal.</summary>
    public bool Has(string word) => words.Contains(word);

    /// <summary>All words, in alphabetical order.</summary>
    public override string ToString() => string.Join(' ', words.Order(StringComparer.OrdinalIgnoreCase));
}
