using System.Text;

namespace CrmSync.Worker.Commands.Authorship;

/// <summary>What a server found in one check.</summary>
/// <param name="Method">Such as <c>dkim</c>, in lower case.</param>
/// <param name="Verdict">Such as <c>pass</c>, in lower case.</param>
/// <param name="Properties">Such as <c>header.d</c>, in lower case, with their values as written.</param>
internal sealed record CheckResult(string Method, string Verdict, IReadOnlyList<(string Name, string Value)> Properties)
{
    /// <summary>The value of a property; null where it is absent.</summary>
    public string? Find(string property) => Properties.Where(one => one.Name == property).Select(one => one.Value).FirstOrDefault();
}

/// <summary>One Authentication-Results field, read by the grammar of RFC 8601 section 2.2.</summary>
/// <param name="Server">Who wrote it (the authserv-id), in lower case without a closing dot; null when the field names nobody.</param>
/// <param name="Results">What was found; empty when the field cannot be read as a whole.</param>
/// <param name="Problem">Why it cannot be read; null when it can.</param>
internal sealed record AuthenticationResults(string? Server, IReadOnlyList<CheckResult> Results, string? Problem)
{
    /// <summary>More than any server writes.</summary>
    private const int Longest = 16_000;

    /// <summary>Reads a field. One that breaks the grammar anywhere says nothing at all: half of it may be somebody else's words.</summary>
    public static AuthenticationResults Parse(string value)
    {
        var scanner = new Scanner(value.Length > Longest ? value[..Longest] : value);
        string? server = null;
        try
        {
            scanner.SkipComments();
            var name = scanner.Value().TrimEnd('.').ToLowerInvariant();
            scanner.SkipComments();

            // Exchange leaves the server out and begins with the first result.
            if (scanner.IsAtEnd || scanner.Peek == ';' || char.IsAsciiDigit(scanner.Peek))
                server = name;

            if (!scanner.IsAtEnd && char.IsAsciiDigit(scanner.Peek))
            {
                if (scanner.Token() is not "1")
                    throw new FormatException("it has a version nobody knows");

                scanner.SkipComments();
            }

            return new AuthenticationResults(server, Read(scanner), null);
        }
        catch (FormatException broken)
        {
            return new AuthenticationResults(server, [], broken.Message);
        }
    }

    private static List<CheckResult> Read(Scanner scanner)
    {
        var results = new List<CheckResult>();
        while (!scanner.IsAtEnd)
        {
            scanner.Expect(';');
            scanner.SkipComments();

            // Some servers end the field with a semicolon.
            if (scanner.IsAtEnd)
                break;

            var method = scanner.Token().ToLowerInvariant();
            scanner.SkipComments();
            if (method == "none" && results.Count == 0 && scanner.IsAtEnd)
                break;

            if (!scanner.IsAtEnd && scanner.Peek == '/')
            {
                scanner.Expect('/');
                scanner.SkipComments();
                if (scanner.Token() is not "1")
                    throw new FormatException("it has a version of a method nobody knows");

                scanner.SkipComments();
            }

            scanner.Expect('=');
            scanner.SkipComments();
            var verdict = scanner.Token().ToLowerInvariant();
            results.Add(new CheckResult(method, verdict, Properties(scanner)));
        }

        return results;
    }

    private static List<(string Name, string Value)> Properties(Scanner scanner)
    {
        var properties = new List<(string Name, string Value)>();
        for (scanner.SkipComments(); !scanner.IsAtEnd && scanner.Peek != ';'; scanner.SkipComments())
        {
            var name = scanner.Token().ToLowerInvariant();
            scanner.SkipComments();

            // A token may hold the dot; blanks may stand around it.
            if (!scanner.IsAtEnd && scanner.Peek == '.')
            {
                scanner.Expect('.');
                scanner.SkipComments();
                name += "." + scanner.Token().ToLowerInvariant();
                scanner.SkipComments();
            }
            else if (name.EndsWith('.'))
            {
                name += scanner.Token().ToLowerInvariant();
                scanner.SkipComments();
            }

            scanner.Expect('=');
            scanner.SkipComments();
            var value = name == "reason" ? scanner.Value() : scanner.PropertyValue();

            // Exchange says "action=none" and "compauth=pass reason=100"; anything else without a type is none of the grammar's.
            if (!name.Contains('.', StringComparison.Ordinal) && name is not ("reason" or "action"))
                throw new FormatException($"“{Shown(name)}” is no property");

            if (properties.Exists(one => one.Name == name))
                throw new FormatException($"it says {Shown(name)} twice of one check");

            properties.Add((name, value));
        }

        return properties;
    }

    private static string Shown(string name) => name.Length > 30 ? name[..30] + "…" : name;

    /// <summary>Reads the pieces the grammar is made of.</summary>
    private sealed class Scanner(string text)
    {
        private int at;

        public bool IsAtEnd => at >= text.Length;

        public char Peek => text[at];

        public void Expect(char c)
        {
            if (IsAtEnd || text[at] != c)
                throw new FormatException($"“{c}” is missing at character {at + 1}");

            at++;
        }

        /// <summary>Blanks and comments, which nest (RFC 5322 section 3.2.2).</summary>
        public void SkipComments()
        {
            while (!IsAtEnd)
            {
                if (char.IsWhiteSpace(text[at]))
                {
                    at++;
                    continue;
                }

                if (text[at] != '(')
                    return;

                var depth = 0;
                do
                {
                    if (IsAtEnd)
                        throw new FormatException("a comment does not end");

                    depth += text[at] switch { '(' => 1, ')' => -1, _ => 0 };
                    at += text[at] == '\\' ? 2 : 1;
                }
                while (depth > 0);
            }
        }

        /// <summary>RFC 2045 section 5.1: no blanks, no control characters, no specials.</summary>
        public string Token()
        {
            var start = at;
            while (!IsAtEnd && text[at] is > ' ' and < '\u007F' && !"()<>@,;:\\\"/[]?=".Contains(text[at], StringComparison.Ordinal))
                at++;

            return at > start ? text[start..at] : throw new FormatException(IsAtEnd ? "it ends in the middle" : $"a word is missing at "
                + $"character {at + 1}");
        }

        public string Value() => !IsAtEnd && text[at] == '"' ? Quoted() : Token();

        /// <summary>
        /// An address, a domain or a word. Servers write what the grammar wants quoted without quotes: base64, IPv6 addresses, equals signs
        /// in local parts. Nothing but blanks, comments and semicolons ends it.
        /// </summary>
        public string PropertyValue()
        {
            var value = new StringBuilder();
            while (!IsAtEnd && !char.IsWhiteSpace(text[at]) && text[at] is not (';' or '('))
            {
                if (text[at] == '"')
                {
                    value.Append(Quoted());
                    continue;
                }

                if (char.IsControl(text[at]) || text[at] is ')' or '\\')
                    throw new FormatException($"a value has a character it cannot have at character {at + 1}");

                value.Append(text[at++]);
            }

            return value.Length > 0 || (at > 0 && text[at - 1] == '"')
                ? value.ToString()
                : throw new FormatException($"a value is missing at character {at + 1}");
        }

        private string Quoted()
        {
            var value = new StringBuilder();
            for (at++; !IsAtEnd && text[at] != '"'; at++)
            {
                if (text[at] == '\\' && at + 1 < text.Length)
                    at++;
                value.Append(text[at]);
            }

            if (IsAtEnd)
                throw new FormatException("a quotation does not end");

            at++;
            return value.ToString();
        }
    }
}
