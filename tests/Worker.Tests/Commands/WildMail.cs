using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;

namespace CrmSync.Worker.Tests.Commands;

/// <summary>
/// A mail as a mail program writes it, kept in a file one can read: the first line says what is to come of it, <c>{{...}}</c> is filled in
/// from the mail it answers, and every part is then encoded as its own header says.
/// </summary>
internal sealed partial record WildMail(string Name, string Meant, string Source)
{
    public static IReadOnlyList<WildMail> In(string folder, [CallerFilePath] string here = "")
    {
        var files = Directory
            .GetFiles(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "Fixtures", folder), "*.mail")
            .Order(StringComparer.Ordinal);
        return
        [
            .. files.Select(file =>
                File.ReadAllText(file).ReplaceLineEndings("\n").Split('\n', 2) is [var first, var rest]
                    ? new WildMail(
                        Path.GetFileNameWithoutExtension(file),
                        first[(first.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim(),
                        rest)
                    : throw new InvalidDataException(file)),
        ];
    }

    /// <summary>The bytes a server stores.</summary>
    /// <param name="sent">The mail that is answered.</param>
    /// <param name="server">The fields the servers put on top; null where the file has them.</param>
    public byte[] Bytes(SentDigests sent, string? server = null)
    {
        // What is quoted holds commands, too: whoever takes them for the author's does what nobody asked for.
        var digest = sent.Text.TrimEnd() + "\n\ndone 4\nsnooze 5 3d\nflurb 6";
        var html =
            Regex
                .Match(sent.Html, "<body[^>]*>(?<inner>.*)</body>", RegexOptions.Singleline | RegexOptions.ExplicitCapture)
                .Groups["inner"]
                .Value + "<p>done 4</p><div>snooze 5 3d<br>flurb 6</div>";
        var filled = Source
            .Replace("{{reply-to}}", sent.ReplyTo, StringComparison.Ordinal)
            .Replace("{{message-id}}", sent.MessageId, StringComparison.Ordinal)
            .Replace("{{subject}}", sent.Subject, StringComparison.Ordinal)
            .Replace("{{token}}", sent.Token, StringComparison.Ordinal)
            .Replace("{{token of tim}}", "tim" + sent.Token[sent.Token.IndexOf('.', StringComparison.Ordinal)..], StringComparison.Ordinal)
            .Replace(
                "{{> digest}}",
                string.Join('\n', digest.Split('\n').Select(line => ("> " + line).TrimEnd())),
                StringComparison.Ordinal)
            .Replace("{{digest}}", digest, StringComparison.Ordinal)
            .Replace("{{html}}", html, StringComparison.Ordinal);
        var bytes = new List<byte>();
        if (server is not null)
            Write(bytes, server + "\n");
        var encode = (string text) => Encoding.UTF8.GetBytes(text);
        var isBody = false;
        var body = new StringBuilder();
        var boundaries = Boundary().Matches(filled).Select(match => "--" + match.Groups["name"].Value).ToList();
        var head = new StringBuilder();
        foreach (var line in filled.TrimEnd('\n').Split('\n'))
        {
            if (isBody && !boundaries.Exists(boundary => line.StartsWith(boundary, StringComparison.Ordinal)))
            {
                body.Append(line).Append("\r\n");
                continue;
            }

            if (isBody)
            {
                bytes.AddRange(encode(body.ToString()));
                Write(bytes, line + "\n");
                body.Clear();
                head.Clear();
                isBody = false;
                continue;
            }

            Write(
                bytes,
                (
                    line.StartsWith("Subject:", StringComparison.Ordinal) || line.StartsWith("Thread-Topic:", StringComparison.Ordinal)
                        ? EncodedWords(line)
                        : line) + "\n");
            head.Append(line).Append('\n');
            if (line.Length > 0)
                continue;

            isBody = true;
            encode = Encoder(head.ToString());
        }

        bytes.AddRange(encode(body.ToString()));
        return [.. bytes];
    }

    private static Func<string, byte[]> Encoder(string head)
    {
        var name = Regex.Match(head, "charset=\"(?<name>[^\"]+)\"", RegexOptions.ExplicitCapture).Groups["name"].Value;
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        var charset = name.Length == 0 ? Encoding.ASCII : Encoding.GetEncoding(name);
        return Regex.Match(head, "Content-Transfer-Encoding: (?<name>\\S+)", RegexOptions.ExplicitCapture).Groups["name"].Value switch
        {
            "base64" => text =>
                Encoding.ASCII.GetBytes(Convert.ToBase64String(charset.GetBytes(text), Base64FormattingOptions.InsertLineBreaks) + "\r\n"),
            "quoted-printable" => text => QuotedPrintable(charset.GetBytes(text)),
            _ => charset.GetBytes,
        };
    }

    private static byte[] QuotedPrintable(byte[] content)
    {
        var text = new StringBuilder();
        var column = 0;
        for (var i = 0; i < content.Length; i++)
        {
            var b = content[i];
            if (b == '\r' && i + 1 < content.Length && content[i + 1] == '\n')
            {
                text.Append("\r\n");
                column = 0;
                i++;
                continue;
            }

            var atEnd = i + 1 >= content.Length || content[i + 1] == '\r';
            var one =
                (b is >= 33 and <= 126 && b != '=') || (b is (byte)' ' or (byte)'\t' && !atEnd)
                    ? ((char)b).ToString()
                    : string.Create(CultureInfo.InvariantCulture, $"={b:X2}");
            if (column + one.Length > 75)
            {
                text.Append("=\r\n");
                column = 0;
            }

            text.Append(one);
            column += one.Length;
        }

        return Encoding.ASCII.GetBytes(text.ToString());
    }

    private static string EncodedWords(string field)
    {
        var colon = field.IndexOf(':', StringComparison.Ordinal);
        return field.All(char.IsAscii)
            ? field
            : $"{field[..colon]}: =?utf-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(field[(colon + 2)..]))}?=";
    }

    private static void Write(List<byte> bytes, string lines) => bytes.AddRange(Encoding.UTF8.GetBytes(lines.ReplaceLineEndings("\r\n")));

    [GeneratedRegex("boundary=\"(?<name>[^\"]+)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Boundary();
}
