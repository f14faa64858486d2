using System.Buffers;
using System.Collections.Frozen;

namespace CrmSync.Mail.Text;

/// <summary>
/// What stands around an author's words: the banner a mail server puts on top, and at the end the block of name, title and telephone,
/// notices and advertisements. All of it is taken off at the ends only, and never so that nothing is left.
/// </summary>
internal static class Furniture
{
    private const string BannerMarks = "*_ |>!⚠️\u26A0\uFE0F";
    private const string Brackets = "[(";
    private const int LongestBanner = 900;
    private const int MostBannerLines = 8;
    private const int MostSignatureLines = 24;
    private const int LongestSignatureLine = 100;
    private const int ShortestNotice = 60;

    private const int MostParagraphs = 12;
    private const int LongestParagraph = 60;
    private const int ParagraphsBelow = 3; // that may stand below a notice without being one

    private static readonly SearchValues<string> Links = SearchValues.Create(
        ["www.", "http://", "https://"],
        StringComparison.OrdinalIgnoreCase);
    private static readonly SearchValues<string> Bars = SearchValues.Create([" | ", " · ", " • "], StringComparison.Ordinal);
    private static readonly PhraseEdges BannerBegins = new(PhraseFile.Read("banners.txt", "begin"));
    private static readonly PhraseSet BannerWords = new(PhraseFile.Read("banners.txt", "with"));
    private static readonly PhraseEdges BannerTips = new(PhraseFile.Read("banners.txt", "tip"));
    private static readonly PhraseSet Footers = new(PhraseFile.Read("footers.txt", "footer"));
    private static readonly string[] Notices = PhraseFile.Read("footers.txt", "notice");
    private static readonly PhraseSet Messages = new(PhraseFile.Read("footers.txt", "message"));
    private static readonly PhraseSet AnyNotice = new(Notices);
    private static readonly PhraseSet AnySign = new([.. PhraseFile.Read("footers.txt", "footer"), .. Notices]);
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Closings = PhraseFile
        .Read("closings.txt", "closing")
        .ToFrozenSet(StringComparer.OrdinalIgnoreCase)
        .GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>How many of the first lines are a banner: "CAUTION: this message came from outside". Blank lines behind it count.</summary>
    public static int BannerLength(List<string> own)
    {
        var total = 0;
        for (var round = 0; round < 3; round++)
        {
            var start = total;
            while (start < own.Count && SignatureMarks.IsDelimiter(own[start]))
                start++;
            var end = start;
            while (end < own.Count && end - start < MostBannerLines && !SignatureMarks.IsDelimiter(own[end]))
                end++;
            if (start == end || !IsBanner(own, start, end))
            {
                // The paragraph may go on with the author's words when its first line alone is a banner.
                if (start == end || end - start < 2 || !IsBanner(own, start, start + 1))
                    break;
                end = start + 1;
            }

            // A mail of nothing but a banner keeps it: then it is what the author sent.
            if (own.FindIndex(end, line => !SignatureMarks.IsDelimiter(line)) is not (>= 0 and var next))
                break;
            total = next;
        }

        return total;
    }

    /// <summary>Takes off what stands at the end without being said by the author.</summary>
    /// <param name="own">The lines.</param>
    /// <param name="names">The names of the author: a block that begins with one of them may be a signature.</param>
    /// <returns>What was taken off.</returns>
    public static List<string> DropEnd(List<string> own, IReadOnlyList<string> names)
    {
        var dropped = new List<string>();
        DropRules(own, dropped);
        CutAt(own, ListFooter.FindStart(own), dropped);
        var hasFooter = MayHoldFooter(own) && FooterAt(own) is > 0 and var footer && CutAt(own, footer, dropped);
        CutAt(own, SignatureAt(own, names, hasFooter), dropped);
        return dropped;
    }

    /// <summary>Takes off what begins with a line, unless nothing but rules stands above it.</summary>
    private static bool CutAt(List<string> own, int at, List<string> dropped)
    {
        if (at <= 0 || own.FindIndex(0, at, line => !SignatureMarks.IsDelimiter(line)) < 0)
            return false;

        dropped.InsertRange(0, own[at..]);
        own.RemoveRange(at, own.Count - at);
        DropRules(own, dropped);
        return true;
    }

    /// <summary>Whether people end what they write with such a line: a closing formula, or a name of the author.</summary>
    public static bool IsSigned(ReadOnlySpan<char> line, IReadOnlyList<string> names)
    {
        var words = line.Trim().TrimEnd(" ,.!;:-–*_").TrimStart("*_ -–~");
        return words.Length > 1 && Closings.Contains(words) || IsName(words, names);
    }

    private static void DropRules(List<string> own, List<string> dropped)
    {
        var kept = own.Count;
        while (kept > 0 && (SignatureMarks.IsDelimiter(own[kept - 1]) || SignatureMarks.IsDeviceLine(own[kept - 1])))
            kept--;
        if (kept == own.Count)
            return;

        dropped.InsertRange(0, own[kept..]);
        own.RemoveRange(kept, own.Count - kept);
    }

    private static bool IsBanner(List<string> own, int from, int to)
    {
        if (!MayBeginBanner(own[from].AsSpan().Trim().TrimStart(BannerMarks)))
            return false;
        var text = Joined(own, from, to).TrimStart(BannerMarks);
        if (text.Length is < 8 or > LongestBanner)
            return false;
        var first = text.TrimStart(Brackets);
        return BannerTips.Begin(first)
            || !text.ContainsAny('?', '？') && (BannerBegins.Begin(text) || BannerBegins.Begin(first)) && BannerWords.IsIn(text);
    }

    /// <summary>Whether a line goes on like a banner as far as it goes; a line of marks alone says nothing.</summary>
    private static bool MayBeginBanner(ReadOnlySpan<char> line)
    {
        var first = line.TrimStart(Brackets);
        return BannerTips.MayBegin(first) || BannerBegins.MayBegin(first) || BannerBegins.MayBegin(line);
    }

    /// <summary>
    /// The first line of the notices at the end, or -1. What stands below one that was recognised belongs to it unless it asks.
    /// </summary>
    private static int FooterAt(List<string> own)
    {
        var at = -1;
        var end = own.Count;
        var looked = 0;
        while (end > 0 && looked < MostParagraphs)
        {
            var start = ParagraphAbove(own, ref end);
            if (start == end)
                break;
            looked++;

            var found = FooterIn(own, start, end);
            if (found >= 0)
                at = found;
            if (found != start && (found >= 0 || at < 0 && !IsPlain(own, start, end)))
                break;

            // A paragraph without a sign between two that have one goes with them only when it is no question.
            if (found < 0 && (at >= 0 || looked > ParagraphsBelow))
                break;
            end = start;
        }

        return at;
    }

    /// <summary>Whether the last paragraphs hold the words of a notice at all; with none there, nothing further up counts.</summary>
    private static bool MayHoldFooter(List<string> own)
    {
        var from = own.Count;
        for (var looked = 0; looked <= ParagraphsBelow && from > 0; looked++)
        {
            var end = from;
            from = ParagraphAbove(own, ref end);
        }

        return AnySign.IsIn(own, from, own.Count);
    }

    /// <summary>The first line of the paragraph above a line, which moves to the end of that paragraph.</summary>
    private static int ParagraphAbove(List<string> own, ref int end)
    {
        while (end > 0 && SignatureMarks.IsDelimiter(own[end - 1]))
            end--;
        var start = end;
        while (start > 0 && !SignatureMarks.IsDelimiter(own[start - 1]) && end - start < LongestParagraph)
            start--;
        return start;
    }

    /// <summary>A last paragraph that may stand below a notice: short, no question, no greeting.</summary>
    private static bool IsPlain(List<string> own, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            if (own[i].AsSpan().ContainsAny('?', '？', '؟') || own[i].Length > 200)
                return false;
        }

        return to - from <= 4 && from > 0 && own.FindIndex(0, from, line => IsFooter(line)) >= 0;
    }

    private static int FooterIn(List<string> own, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            // A wrapped notice holds its phrase across a line end.
            if (
                IsFooter(own[i])
                || i + 1 < to && IsFooter($"{own[i].AsSpan().Trim()} {own[i + 1].AsSpan().Trim()}") && !IsFooter(own[i + 1])
            )
                return i;
        }

        // A notice is known by the whole paragraph; it begins where the paragraph does.
        var text = Joined(own, from, to);
        return
            text.Length >= ShortestNotice
            && !text.ContainsAny('?', '？')
            && AnyNotice.IsIn(text)
            && Messages.IsIn(text)
            && CountSigns(text) >= 2
            ? from
            : -1;
    }

    /// <summary>One word that notices use may stand in anybody's sentence; two in one paragraph hardly do.</summary>
    private static int CountSigns(ReadOnlySpan<char> text)
    {
        var count = 0;
        foreach (var notice in Notices)
            count += text.Contains(notice, StringComparison.OrdinalIgnoreCase) ? 1 : 0;
        return count;
    }

    private static bool IsFooter(ReadOnlySpan<char> line) => Footers.IsIn(line);

    /// <summary>The line with which the signature begins, or -1.</summary>
    private static int SignatureAt(List<string> own, IReadOnlyList<string> names, bool cutBelow)
    {
        var found = -1;
        var contacts = 0;
        var lines = 0;
        for (var i = own.Count - 1; i >= 0 && lines < MostSignatureLines; i--)
        {
            var line = own[i].AsSpan().Trim();
            if (SignatureMarks.IsDelimiter(own[i]) || SignatureMarks.IsDeviceLine(own[i]))
                continue;

            lines++;
            var words = line.TrimEnd(" ,.!;:-–*_").TrimStart("*_ -–~");
            if (Closings.Contains(words))
            {
                // Below a closing formula the name is enough, where the name of the author is known at all.
                if (lines > 1 && (names.Count > 0 || contacts > 0 || cutBelow))
                    found = i;
                break;
            }

            if (IsName(words, names))
            {
                // A bare name at the end may be all a short mail has under it; with a telephone or the like below it is a signature.
                if (contacts > 0 || lines == 1 && cutBelow)
                    found = i;
                if (IsClosed(own, i))
                    continue;
                break;
            }

            if (!IsSignatureLine(line, contacts > 0))
                break;
            contacts += IsContact(line) ? 1 : 0;
        }

        return found;
    }

    /// <summary>Whether the line above is a closing formula, so that the block begins there.</summary>
    private static bool IsClosed(List<string> own, int at)
    {
        for (var i = at - 1; i >= 0 && i >= at - 3; i--)
        {
            if (SignatureMarks.IsDelimiter(own[i]))
                continue;
            return Closings.Contains(own[i].AsSpan().Trim().TrimEnd(" ,.!;:-–*_").TrimStart("*_ -–~"));
        }

        return false;
    }

    private static bool IsName(ReadOnlySpan<char> words, IReadOnlyList<string> names)
    {
        if (words.Length is < 2 or > 60)
            return false;
        foreach (var name in names)
        {
            // "Jane Doe", "Jane Doe, MSc", "Dr. Jane Doe" and, alone on its line, "Jane".
            if (
                words.Equals(name, StringComparison.OrdinalIgnoreCase)
                || name.Contains(' ', StringComparison.Ordinal)
                    && words.Contains(name, StringComparison.OrdinalIgnoreCase)
                    && words.Length < name.Length + 30
                    && !words.ContainsAny('?', '!')
            )
                return true;
        }

        return false;
    }

    /// <summary>A line a signature may hold: short, and neither a question nor a sentence.</summary>
    private static bool IsSignatureLine(ReadOnlySpan<char> line, bool belowContact)
    {
        if (line.Length > LongestSignatureLine && !line.Contains("http", StringComparison.OrdinalIgnoreCase))
            return false;
        if (
            line.StartsWith("PS", StringComparison.Ordinal)
            || line.StartsWith("P.S", StringComparison.OrdinalIgnoreCase)
            || line.StartsWith("NB", StringComparison.Ordinal)
        )
            return false;
        if (line.IndexOfAny('?', '？', '؟') is >= 0 and var question)
        {
            // "Happy with us? Leave a review at https://…" advertises; a question of the author ends its line.
            return line[question..].Contains("http", StringComparison.OrdinalIgnoreCase)
                || line[question..].Contains("www.", StringComparison.OrdinalIgnoreCase);
        }

        if (IsContact(line))
            return true;
        var words = 1 + line.Count(' ');
        return words <= 8 && !(words >= 4 && line[^1] is '.' or '!' or ':' or ',') && !line.Contains("@ ", StringComparison.Ordinal);
    }

    /// <summary>A telephone, a web or mail address, or pieces between bars: what only signatures hold.</summary>
    private static bool IsContact(ReadOnlySpan<char> line)
    {
        if (line.ContainsAny(Links) || line.ContainsAny(Bars))
            return !(1 + line.Count(' ') > 12);
        if (line.IndexOf('@') is > 0 and var at && at + 1 < line.Length && char.IsLetterOrDigit(line[at + 1]))
            return 1 + line.Count(' ') <= 6;

        // A number of at least six digits in short company: "T +49 30 123456", "Tel.: (01) 234 567".
        var digits = 0;
        var letters = 0;
        foreach (var c in line)
        {
            digits += char.IsDigit(c) ? 1 : 0;
            letters += char.IsLetter(c) ? 1 : 0;
        }

        return digits >= 6 && letters <= digits * 2;
    }

    private static ReadOnlySpan<char> Joined(List<string> own, int from, int to)
    {
        if (to - from == 1)
            return own[from].AsSpan().Trim();
        var text = new System.Text.StringBuilder();
        for (var i = from; i < to && text.Length <= 4_000; i++)
        {
            if (text.Length > 0)
                text.Append(' ');
            text.Append(own[i].AsSpan().Trim());
        }

        return text.ToString();
    }
}
