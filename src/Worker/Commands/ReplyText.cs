using CrmSync.Domain.Commands;
using CrmSync.Domain.Company;
using CrmSync.Mail.Text;

namespace CrmSync.Worker.Commands;

/// <summary>A reply taken apart: only what its author wrote above the first quoted line can command.</summary>
/// <param name="Above">The author's lines above everything quoted, without the signature.</param>
/// <param name="Below">What stands further down, unmarked, and is no part of the digest.</param>
internal sealed record ReplyText(string Above, string Below)
{
    /// <summary>Closing formulas of the three languages; what stands below belongs to the signature.</summary>
    private static readonly string[] Closings =
    [
        "kind regards",
        "best regards",
        "regards",
        "warm regards",
        "best wishes",
        "all the best",
        "best",
        "sincerely",
        "yours sincerely",
        "yours",
        "kindest regards",
        "many thanks and best regards",
        "mit freundlichen grüßen",
        "mit freundlichen grüssen",
        "freundliche grüße",
        "freundliche grüsse",
        "viele grüße",
        "viele grüsse",
        "beste grüße",
        "liebe grüße",
        "schöne grüße",
        "grüße",
        "gruß",
        "mfg",
        "lg",
        "vg",
        "cordialement",
        "bien cordialement",
        "bien à vous",
        "meilleures salutations",
        "cdlt",
        "amicalement",
        "salutations",
    ];

    /// <param name="whole">The whole text of the reply.</param>
    /// <param name="digest">The digest it answers; null when it answers none, or when its text is not kept any more.</param>
    /// <param name="author">Whose name begins a signature.</param>
    public static ReplyText Split(string whole, QuotedDigest? digest, Person author)
    {
        var text = QuotedDigest.WithoutLinks(whole);
        var lines = text.Split('\n');
        var kinds = LineKinds.Find(text);
        var isOfDigest = digest?.Find(lines) ?? new bool[lines.Length];
        var first = Enumerable
            .Range(0, lines.Length)
            .FirstOrDefault(at => kinds[at] == LineKind.Quoted || isOfDigest[at], lines.Length);
        var above = lines.Take(first).Where((_, at) => kinds[at] == LineKind.Own).ToList();
        var signature = above.FindIndex(line => EndsTheLetter(line, author));
        if (signature >= 0)
            above.RemoveRange(signature, above.Count - signature);

        // Below an announcement without marks nobody can tell by shape what is quoted; the digest's own lines are known, and so are marked
        // ones.
        var below = Enumerable
            .Range(first, lines.Length - first)
            .Where(at =>
                !isOfDigest[at]
                && (kinds[at] == LineKind.Own || (digest is not null && kinds[at] == LineKind.Quoted && !IsMarked(lines[at]))))
            .Select(at => lines[at]);
        return new ReplyText(string.Join('\n', above), string.Join('\n', below));
    }

    /// <summary>The author's lines without the closing formula, the name and whatever stands below them.</summary>
    public static string WithoutSignature(string own, Person author)
    {
        var lines = own.Split('\n');
        var signature = Array.FindIndex(lines, line => EndsTheLetter(line, author));
        return string.Join('\n', signature < 0 ? lines : lines[..signature]).Trim();
    }

    private static bool IsMarked(string line) => line.TrimStart() is ['>' or '›' or '|', ..];

    private static bool EndsTheLetter(string line, Person author)
    {
        var words = line.Trim().Trim('-', '–', '—', '/', '*', '_', '~', ' ', ',', '.', '!').ToLowerInvariant();
        if (words.Length is 0 or > 60)
            return false;

        return Closings.Contains(words)
            || IsName(words, author)
            || Array.Exists(Closings, closing =>
                words.StartsWith(closing, StringComparison.Ordinal) && IsName(words[closing.Length..].Trim(' ', ','), author));
    }

    /// <summary>The author's id, name or first name.</summary>
    private static bool IsName(string words, Person author) =>
        words == author.Id
        || (
            author.Name is { } name
            && (
                words.Equals(name, StringComparison.OrdinalIgnoreCase)
                || words.Equals(name.Split(' ')[0], StringComparison.OrdinalIgnoreCase)));
}
