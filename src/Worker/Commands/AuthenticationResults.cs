using System.Text;
using CrmSync.Domain.Contacts;

namespace CrmSync.Worker.Commands;

/// <summary>What a server wrote down about where a mail came from (RFC 8601).</summary>
internal static class AuthenticationResults
{
    /// <summary>
    /// Whether a trusted server says that the domain of the author signed the mail. The signing domain must be the author's or one above it; a domain below it may
    /// belong to somebody who only sends newsletters for us.
    /// </summary>
    /// <param name="header">The value of the topmost Authentication-Results field, unfolded.</param>
    /// <param name="trusted">The ids of the servers whose word counts.</param>
    /// <param name="author">The author.</param>
    public static bool Prove(string? header, IReadOnlyList<string> trusted, EmailAddress author)
    {
        if (header is null || Parts(header) is not [var id, .. var results])
            return false;

        var server = Words(id) is [var first, ..] ? first.Trim('"').TrimEnd('.') : "";
        return trusted.Any(one => string.Equals(one.TrimEnd('.'), server, StringComparison.OrdinalIgnoreCase)) && results.Any(result => Passes(result, author));
    }

    private static bool Passes(string result, EmailAddress author)
    {
        var words = Words(result);
        if (words.Length == 0 || Pair(words[0]) is var (method, verdict) && (method.Split('/')[0] != "dkim" || verdict != "pass"))
            return false;

        return words.Skip(1).Select(Pair).Any(property => property switch
        {
            ("header.d", var domain) => author.IsIn(domain),
            ("header.i", var identity) => author.IsIn(identity[(identity.LastIndexOf('@') + 1)..]),
            _ => false,
        });
    }

    private static (string Name, string Value) Pair(string word)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (word, "") : (word[..equals].ToLowerInvariant(), word[(equals + 1)..].Trim('"').TrimEnd('.').ToLowerInvariant());
    }

    /// <summary>Blanks around <c>=</c>, <c>/</c> and <c>.</c> are allowed and mean nothing.</summary>
    private static string[] Words(string part) =>
        part.Replace(" =", "=", StringComparison.Ordinal).Replace("= ", "=", StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The parts between semicolons; comments are left out, and what stands in quotes separates nothing.</summary>
    private static List<string> Parts(string header)
    {
        var parts = new List<string>();
        var part = new StringBuilder();
        var (depth, quoted) = (0, false);
        for (var i = 0; i < header.Length; i++)
        {
            var c = header[i];
            if (c == '\\' && (quoted || depth > 0))
            {
                i++;
            }
            else if (depth == 0 && c == '"')
            {
                quoted = !quoted;
            }
            else if (!quoted && c == '(')
            {
                depth++;
            }
            else if (!quoted && c == ')' && depth > 0)
            {
                depth--;
            }
            else if (depth == 0 && c == ';' && !quoted)
            {
                parts.Add(part.ToString());
                part.Clear();
            }
            else if (depth == 0)
            {
                part.Append(char.IsWhiteSpace(c) ? quoted ? '_' : ' ' : c);
            }
        }

        parts.Add(part.ToString());
        return parts;
    }
}
