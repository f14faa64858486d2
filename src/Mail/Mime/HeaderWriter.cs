using System.Globalization;
using System.Text;

namespace CrmSync.Mail.Mime;

/// <summary>
/// Writes header fields: folded at 78 characters, never longer than 998, encoded (RFC 2047) where they are not plain ASCII. No value can
/// start a new field: every control character in it becomes a space first.
/// </summary>
internal sealed class HeaderWriter
{
    private const int Fold = 78;
    private const int LongestWord = 900;
    private readonly StringBuilder text = new();

    public override string ToString() => text.ToString();

    /// <summary>A field of free text, like a subject.</summary>
    public void Unstructured(string name, string value)
    {
        Name(name);
        var clean = OneLine(value);
        if (NeedsEncoding(clean))
            Words(EncodedWords(clean, name.Length + 2));
        else
            Folded(clean, name.Length + 2);
        text.Append("\r\n");
    }

    /// <summary>A field of mailboxes; none, no field.</summary>
    public void Mailboxes(string name, IReadOnlyList<Mailbox> mailboxes)
    {
        if (mailboxes.Count == 0)
            return;

        Name(name);
        var column = name.Length + 2;
        for (var i = 0; i < mailboxes.Count; i++)
        {
            var pieces = MailboxPieces(mailboxes[i]);
            if (i < mailboxes.Count - 1)
                pieces[^1] += ",";
            foreach (var piece in pieces)
            {
                if (column > name.Length + 2 && column + piece.Length + 1 > Fold)
                {
                    text.Append("\r\n ");
                    column = 1;
                }
                else if (column > name.Length + 2)
                {
                    text.Append(' ');
                    column++;
                }

                text.Append(piece);
                column += piece.Length;
            }
        }

        text.Append("\r\n");
    }

    /// <summary>A field of message ids in brackets.</summary>
    /// <exception cref="ArgumentException">An id holds anything but printable ASCII.</exception>
    public void Ids(string name, IReadOnlyList<string> ids)
    {
        if (ids.Count == 0)
            return;

        Name(name);
        for (var i = 0; i < ids.Count; i++)
        {
            if (ids[i].Length is 0 or > 900 || ids[i].Any(c => c is <= ' ' or > '~' or '<' or '>'))
                throw new ArgumentException($"\"{ids[i]}\" is no message id: printable ASCII without spaces and brackets is", nameof(ids));
            text.Append(i == 0 ? "" : "\r\n ").Append('<').Append(ids[i]).Append('>');
        }

        text.Append("\r\n");
    }

    /// <summary>A field whose value this program made itself and knows to be short ASCII.</summary>
    public void Raw(string name, string value)
    {
        Name(name);
        text.Append(value).Append("\r\n");
    }

    private void Name(string name)
    {
        if (name.Length is 0 or > 70 || name.Any(c => c is <= ' ' or > '~' or ':'))
            throw new ArgumentException($"\"{name}\" is no header name: printable ASCII without spaces and colons is", nameof(name));
        text.Append(name).Append(": ");
    }

    /// <summary>Controls, line breaks and lone surrogates become spaces: one line of clean text.</summary>
    private static string OneLine(string value)
    {
        var clean = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            if (char.IsHighSurrogate(c) && i + 1 < value.Length && char.IsLowSurrogate(value[i + 1]))
                clean.Append(c).Append(value[++i]);
            else
                clean.Append(char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029' or '\uFFFE' or '\uFFFF' ? ' ' : c);
        }

        return clean.ToString().Trim();
    }

    private static bool NeedsEncoding(string clean)
    {
        var word = 0;
        foreach (var c in clean)
        {
            word = c == ' ' ? 0 : word + 1;
            if (c > '~' || word > LongestWord)
                return true;
        }

        return clean.Contains("=?", StringComparison.Ordinal);
    }

    private void Folded(string clean, int column)
    {
        var at = 0;
        while (at < clean.Length)
        {
            // A piece is a run of spaces with the word behind it, so that no line is ever blank.
            var end = at;
            while (end < clean.Length && clean[end] == ' ')
                end++;
            while (end < clean.Length && clean[end] != ' ')
                end++;
            if (at > 0 && column + end - at > Fold)
            {
                text.Append("\r\n");
                column = 0;
            }

            text.Append(clean, at, end - at);
            column += end - at;
            at = end;
        }
    }

    private void Words(List<string> words) => text.AppendJoin("\r\n ", words);

    private static List<string> MailboxPieces(Mailbox mailbox)
    {
        var address = Address(mailbox.Address);
        var name = OneLine(mailbox.Name);
        if (name.Length == 0)
            return [address];

        var pieces = NeedsEncoding(name) || name.Length > 60 ? EncodedWords(name, 0) : [Phrase(name)];
        pieces.Add($"<{address}>");
        return pieces;
    }

    private static string Phrase(string name)
    {
        if (
            name.All(c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '-' or '_' or '\'' or '!' or '+' or '/')
            && !name.Contains("  ", StringComparison.Ordinal))
            return name;
        return $"\"{name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
    }

    /// <summary>
    /// International domains in their ASCII form, which every server takes; a local part stays as it is (beyond ASCII it needs SMTPUTF8).
    /// </summary>
    private static string Address(string address)
    {
        if (AddressList.Normalise(address) is not { } clean || clean.Any(c => char.IsControl(c) || c is '<' or '>'))
            throw new ArgumentException($"\"{OneLine(address)}\" is no mail address", nameof(address));
        var at = clean.LastIndexOf('@');
        var domain = clean[(at + 1)..];
        return Ascii.IsValid(domain) ? clean : $"{clean[..at]}@{new IdnMapping().GetAscii(domain)}";
    }

    /// <summary>
    /// The text as encoded words of at most 75 characters, cut between characters, in the shorter of the two encodings. The first is
    /// shorter by what already stands on its line: a value that began on the next line would get a space in front of it in some readers.
    /// </summary>
    private static List<string> EncodedWords(string clean, int before)
    {
        const int Longest = 75 - 12; // =?utf-8?B??=
        var room = Math.Max(8, Longest - before);
        var bytes = Encoding.UTF8.GetBytes(clean);
        var base64 = bytes.Length * 4 / 3 < bytes.Sum(b => QLength(b));
        var words = new List<string>();
        var word = new List<byte>();
        var length = 0;
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in clean.EnumerateRunes())
        {
            var part = utf8[..rune.EncodeToUtf8(utf8)];
            var more = 0;
            foreach (var b in part)
                more += base64 ? 1 : QLength(b);
            if (word.Count > 0 && (base64 ? (word.Count + part.Length + 2) / 3 * 4 > room : length + more > room))
            {
                words.Add(Word(word, base64));
                room = Longest;
                word.Clear();
                length = 0;
            }

            foreach (var b in part)
                word.Add(b);
            length += more;
        }

        words.Add(Word(word, base64));
        return words;
    }

    private static int QLength(byte b) => IsPlainQ(b) || b == (byte)' ' ? 1 : 3;

    private static bool IsPlainQ(byte b) =>
        char.IsAsciiLetterOrDigit((char)b) || b is (byte)'!' or (byte)'*' or (byte)'+' or (byte)'-' or (byte)'/';

    private static string Word(List<byte> bytes, bool base64)
    {
        if (base64)
            return $"=?utf-8?B?{Convert.ToBase64String(bytes.ToArray())}?=";

        var q = new StringBuilder("=?utf-8?Q?");
        foreach (var b in bytes)
        {
            if (b == (byte)' ')
                q.Append('_');
            else if (IsPlainQ(b))
                q.Append((char)b);
            else
                q.Append('=').Append(b.ToString("X2", CultureInfo.InvariantCulture));
        }

        return q.Append("?=").ToString();
    }
}
