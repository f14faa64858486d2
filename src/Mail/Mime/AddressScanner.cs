using System.Text;

namespace CrmSync.Mail.Mime;

/// <summary>One pass over a field; each comma at the outer level ends an item.</summary>
internal sealed class AddressScanner(string text, List<Mailbox> found)
{
    private readonly StringBuilder phrase = new();      // what stands outside of comments and angle brackets
    private readonly StringBuilder comment = new();
    private readonly List<string> nameless = [];        // items without '@' that may be the first half of "Last, First"
    private string? angle;
    private bool quotedName;
    private bool inGroup;
    private bool phraseHasAt;
    private bool strayQuote;    // a quote or parenthesis that is never closed makes all later ones plain characters: time stays linear
    private bool strayParenthesis;
    private int named;          // how much of the phrase stood before the angle bracket
    private int at;

    public void Run()
    {
        while (at < text.Length && found.Count < AddressList.Most)
        {
            var c = text[at];
            switch (c)
            {
                case '"' when !strayQuote:
                    ReadQuoted();
                    break;
                case '(' when !strayParenthesis:
                    ReadComment();
                    break;
                case '<':
                    ReadAngle();
                    break;
                case ',':
                    EndItem(afterComma: true);
                    at++;
                    break;
                case ';':
                    EndItem(afterComma: false);
                    inGroup = false;
                    at++;
                    break;
                case ':' when IsGroupName():
                    phrase.Clear();
                    phraseHasAt = false;
                    quotedName = false;
                    comment.Clear();
                    nameless.Clear();
                    inGroup = true;
                    at++;
                    break;
                case '=' when at + 1 < text.Length && text[at + 1] == '?' && EncodedWord.End(text, at) is > 0 and var end:
                    phrase.Append(text, at, end - at);
                    at = end;
                    break;
                default:
                    phraseHasAt |= c == '@';
                    phrase.Append(c);
                    at++;
                    break;
            }
        }

        if (found.Count < AddressList.Most)
            EndItem(afterComma: false);
    }

    private bool IsGroupName()
    {
        if (angle is not null || inGroup || phraseHasAt || phrase.Length > 500)
            return false;

        var name = phrase.ToString().Trim();
        return name.Length > 0
            && !name.Equals("mailto", StringComparison.OrdinalIgnoreCase)
            && !name.Equals("smtp", StringComparison.OrdinalIgnoreCase);
    }

    private void ReadQuoted()
    {
        var start = at++;
        while (at < text.Length && text[at] != '"')
            at += text[at] == '\\' ? 2 : 1;
        if (at >= text.Length)
        {
            strayQuote = true;
            at = start + 1;
            return;
        }

        at++;
        var local = at < text.Length && text[at] is '@' or '.' || phrase.Length > 0 && phrase[^1] == '.';
        if (local)
        {
            phrase.Append(text, start, at - start);
            return;
        }

        phrase.Append(AddressList.Unescape(text.AsSpan(start + 1, at - start - 2)));
        quotedName = true;
    }

    private void ReadComment()
    {
        var start = at;
        ContentField.SkipComment(text, ref at);
        if (text[at - 1] != ')' || at - start < 2)
        {
            strayParenthesis = true;
            at = start + 1;
            return;
        }

        if (comment.Length > 0)
            comment.Append(' ');
        comment.Append(AddressList.Unescape(text.AsSpan(start + 1, at - start - 2)));
        phrase.Append(' ');
    }

    private void ReadAngle()
    {
        var start = ++at;
        var quoted = false;
        var content = new StringBuilder();
        while (at < text.Length && (quoted || text[at] != '>'))
        {
            // "<a@b, c <d@e>": the bracket was never closed, the next item begins at the comma.
            if (!quoted && text[at] is '<' || !quoted && text[at] == ',' && !IsRoute(content))
                break;
            if (!quoted && text[at] == '(' && !strayParenthesis && CommentEnd() is > 0 and var end)
            {
                // A comment inside of an address says nothing about where it leads.
                at = end;
                continue;
            }

            if (text[at] == '\\' && at + 1 < text.Length)
                content.Append(text[at++]);
            else if (text[at] == '"')
                quoted = !quoted && text.IndexOf('"', at + 1) is var close && close >= 0 && close - start < 1000;
            content.Append(text[at++]);
        }

        if (at < text.Length && text[at] == '>')
        {
            at++;
        }
        else if (IsRoute(content) && at >= text.Length)
        {
            // A route that never ends is none: what follows it is read item by item.
            at = start + 1;
            return;
        }

        // "<<a@b>>" and "a@b <a@b>": the innermost or first usable one counts.
        var address = content.ToString();
        if (angle is null || AddressList.Normalise(angle) is not { } first)
        {
            angle = address;
            named = phrase.Length;
        }
        else if (AddressList.Normalise(address) is { } second && !second.Equals(first, StringComparison.OrdinalIgnoreCase))
        {
            // "<a@b> <c@d>": the comma between the two is missing; what stands between them is the name of the second.
            var name = phrase.ToString(named, phrase.Length - named);
            phrase.Length = named;
            EndItem(afterComma: false);
            phrase.Append(name);
            angle = address;
            named = phrase.Length;
        }
    }

    /// <summary>Where the comment that begins here ends, or 0 when it does not.</summary>
    private int CommentEnd()
    {
        var end = at;
        ContentField.SkipComment(text, ref end);
        if (end - at >= 2 && text[end - 1] == ')')
            return end;
        strayParenthesis = true;
        return 0;
    }

    private static bool IsRoute(StringBuilder content) => content.Length > 0 && content[0] == '@';

    private void EndItem(bool afterComma)
    {
        var words = phrase.ToString().Trim();
        if (angle is not null)
            Add(Name(words), angle);
        else if (words.Contains('@', StringComparison.Ordinal))
            AddBare(words);
        else if (words.Length > 0 && comment.Length is > 2 and < 320 && AddressList.Normalise(comment.ToString()) is not null)
            Add(words, comment.ToString()); // "Ana Hill" (ana@hill.example)
        else if (afterComma && words.Length > 0 && nameless.Count < 2 && !quotedName)
            nameless.Add(words);
        else
            nameless.Clear();

        phrase.Clear();
        phraseHasAt = false;
        comment.Clear();
        angle = null;
        quotedName = false;
    }

    private string Name(string words)
    {
        if (words.Length == 0)
            return comment.ToString();
        return nameless.Count > 0 && !quotedName ? string.Join(", ", nameless.Append(words)) : words;
    }

    /// <summary>
    /// An item without brackets: the address itself, possibly with obsolete spaces, possibly with the name or further addresses beside
    /// it.
    /// </summary>
    private void AddBare(string words)
    {
        if (!quotedName && AddressList.Normalise(words) is not null && !HasLooseWords(words))
        {
            Add(comment.ToString(), words);
            return;
        }

        var pieces = words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var name = string.Join(' ', pieces.Where(p => !p.Contains('@', StringComparison.Ordinal)));
        var addresses = pieces.Where(p => p.Contains('@', StringComparison.Ordinal)).ToList();
        foreach (var address in addresses)
            Add(addresses.Count == 1 ? name.Length > 0 ? name : comment.ToString() : "", address.Trim('[', ']', '\'', '<', '>'));
    }

    /// <summary>White space that is not around '@' or '.', the only place where the obsolete syntax allows it.</summary>
    private static bool HasLooseWords(string words)
    {
        if (words[0] == '"')
            return false;
        for (var i = 1; i < words.Length - 1; i++)
        {
            if (char.IsWhiteSpace(words[i]) && !char.IsWhiteSpace(words[i - 1]) && words[i - 1] is not ('@' or '.'))
            {
                var next = i;
                while (next < words.Length && char.IsWhiteSpace(words[next]))
                    next++;
                if (next < words.Length && words[next] is not ('@' or '.'))
                    return true;
            }
        }

        return false;
    }

    private void Add(string name, string raw)
    {
        nameless.Clear();
        if (AddressList.Normalise(raw) is not { } address)
            return;
        found.Add(new Mailbox(CleanName(name, address), address));
    }

    private static string CleanName(string name, string address)
    {
        if (name.Length == 0)
            return "";

        var text = Charsets.Clean(EncodedWord.Decode(name));
        text = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        while (text.Length > 1 && (text[0], text[^1]) is ('"', '"') or ('\'', '\''))
            text = text[1..^1].Trim();
        return text.Equals(address, StringComparison.OrdinalIgnoreCase) ? ""
            : text.Length > 500 ? text[..(char.IsHighSurrogate(text[499]) ? 499 : 500)]
            : text;
    }
}
