using System.Text;
using CrmSync.Domain.Company;

namespace CrmSync.Worker.Commands;

/// <summary>What a server wrote down about where a mail came from (RFC 8601).</summary>
internal static class AuthenticationResults
{
    /// <summary>
    /// Whether a trusted server says that the domain of the author signed the mail, or that the author was logged in when handing it over.
    /// </summary>
    /// <remarks>
    /// Servers write above what is there, so fields further down may be forged, and those further up may be of servers that only pass mail
    /// on. Some servers write a field a check. So of each check the topmost field of a trusted server that speaks of it decides, whatever
    /// stands around it.
    /// </remarks>
    /// <param name="fields">The values of the Authentication-Results fields, unfolded, topmost first.</param>
    /// <param name="trusted">The ids of the servers whose word counts.</param>
    /// <param name="author">The author.</param>
    public static bool Prove(IReadOnlyList<string> fields, IReadOnlyList<string> trusted, EmailAddress author)
    {
        var trustworthy = fields
            .Select(Parts)
            .Where(parts => IsOf(parts[0], trusted))
            .Select(parts => parts.Skip(1).Select(Result.Read).OfType<Result>().ToList())
            .ToList();
        return Decides("dkim", result => IsSignedFor(result, author)) || Decides("auth", result => IsLoginOf(result, author));

        bool Decides(string method, Func<Result, bool> proves) =>
            trustworthy
                .Select(results => results.FindAll(result => result.Method == method))
                .FirstOrDefault(results => results.Count > 0)
                ?.Exists(result => result.Verdict == "pass" && proves(result)) == true;
    }

    private static bool IsOf(string id, IReadOnlyList<string> trusted) =>
        Words(id) is [var first, ..]
        && trusted.Any(one => string.Equals(one.TrimEnd('.'), first.Trim('"').TrimEnd('.'), StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// The signing domain must be the author's or one above it; a domain below it may belong to somebody who only sends newsletters for us.
    /// </summary>
    private static bool IsSignedFor(Result result, EmailAddress author)
    {
        var domain = result.Of("header.d") ?? (result.Of("header.i") is { } identity ? identity[(identity.LastIndexOf('@') + 1)..] : null);
        return domain is { Length: > 0 } && author.IsIn(domain);
    }

    /// <summary>RFC 8601 section 2.7.4: who was logged in; only a whole address says that it is the author.</summary>
    private static bool IsLoginOf(Result result, EmailAddress author) =>
        EmailAddress.TryParse(result.Of("smtp.auth"), out var login) && login == author;

    /// <summary>What a server found in one check.</summary>
    private sealed record Result(string Method, string Verdict, IReadOnlyList<(string Name, string Value)> Properties)
    {
        public string? Of(string property) => Properties.Where(one => one.Name == property).Select(one => one.Value).FirstOrDefault();

        public static Result? Read(string part) =>
            Words(part) is [var first, .. var rest] && Pair(first) is var (method, verdict)
                ? new Result(method.Split('/')[0], verdict, [.. rest.Select(Pair)])
                : null;
    }

    private static (string Name, string Value) Pair(string word)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        return equals < 0
            ? (word, "")
            : (word[..equals].ToLowerInvariant(), word[(equals + 1)..].Trim('"').TrimEnd('.').ToLowerInvariant());
    }

    /// <summary>Blanks around <c>=</c>, <c>/</c> and <c>.</c> are allowed and mean nothing.</summary>
    private static string[] Words(string part) =>
        part.Replace(" =", "=", StringComparison.Ordinal)
            .Replace("= ", "=", StringComparison.Ordinal)
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);

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
