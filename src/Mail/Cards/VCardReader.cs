using System.Globalization;
using System.Text;
using CrmSync.Mail.Calendar;

namespace CrmSync.Mail.Cards;

/// <summary>
/// Reads cards as telephones, mail programs and servers write them: vCard 4.0 (RFC 6350), 3.0 (RFC 2426) and 2.1 with its quoted-printable
/// values and parameters without names. What it does not know it passes over; a broken card stops no other.
/// </summary>
public static class VCardReader
{
    /// <summary>Pictures make long lines, of which only the beginning is kept.</summary>
    private static readonly CalendarLimits Limits = new() { LineBytes = 64 << 10 };

    private const int LongestText = 300;
    private const int MostValues = 50;

    /// <summary>The year Apple and Exchange write where none is known.</summary>
    private const string NoYear = "1604";

    private static readonly string[] Deaf = ["FAX", "PAGER", "MODEM", "BBS", "TEXTPHONE"];

    /// <summary>Reads a whole file.</summary>
    public static VCardFile Read(Stream stream)
    {
        var cards = new List<VCard>();
        var problems = new List<VCardProblem>();
        var lines = new LineReader(Transcoded.Open(stream), Limits);
        List<ContentLine>? open = null;
        var (began, depth) = (0, 0);
        while (lines.Read())
        {
            if (LineFrom(lines.Line, lines.Number) is not { } line)
                continue;

            var isCard = line.Value.Trim().Equals("VCARD", StringComparison.OrdinalIgnoreCase);
            if (line.Name == "BEGIN" && isCard)
            {
                // Version 2.1 lets a card stand in another (AGENT). Anything else that begins twice lost its end.
                if (open is not null && open.Exists(one => one.Name == "AGENT" && one.Value.Trim().Length == 0) && depth == 1)
                {
                    depth++;
                    continue;
                }

                if (open is not null)
                    problems.Add(new VCardProblem(began, $"the card has no END:VCARD before another begins in line {line.Line}"));

                (open, began, depth) = ([], line.Line, 1);
            }
            else if (line.Name == "END" && isCard && --depth == 0 && open is not null)
            {
                cards.Add(From(open, began));
                open = null;
            }
            else if (line.Name == "END" && isCard && open is null)
            {
                depth = 0;
                problems.Add(new VCardProblem(line.Line, "END:VCARD stands here without a BEGIN:VCARD before it"));
            }
            else if (depth == 1)
            {
                open?.Add(line);
            }
        }

        return new VCardFile(cards, problems, open is not null || lines.IsCapped);
    }

    private static VCard From(List<ContentLine> lines, int began)
    {
        var kind = Text(lines, "KIND") ?? Text(lines, "X-ADDRESSBOOKSERVER-KIND");
        var isCompany = Text(lines, "X-ABSHOWAS")?.Equals("COMPANY", StringComparison.OrdinalIgnoreCase) == true;
        return new VCard(began)
        {
            Uid = Text(lines, "UID"),
            Name = Text(lines, "FN") ?? NameFromParts(lines),
            Emails = [.. Preferred(lines, "EMAIL").Select(Plain).Where(value => value.Length > 0).Take(MostValues)],
            Telephones =
            [
                .. Preferred(lines, "TEL")
                    .Select(line => new VCardTelephone(Plain(line), IsDeaf(line)))
                    .Where(telephone => telephone.Value.Length > 0)
                    .Take(MostValues),
            ],
            Organisation = lines.Find(line => line.Name == "ORG") is { } org ? Part(Parts(org), 0) : null,
            Birthday = lines.Find(line => line.Name == "BDAY") is { } day ? BirthdayIn(day) : null,
            Kind =
                kind?.ToUpperInvariant() switch
                {
                    "GROUP" => VCardKind.Group,
                    "ORG" or "ORGANIZATION" or "LOCATION" or "APPLICATION" or "DEVICE" => VCardKind.Organisation,
                    _ => isCompany ? VCardKind.Organisation : VCardKind.Person,
                },
        };
    }

    /// <summary>A line with its group taken off (<c>item1.EMAIL</c>); null for what is none, such as a picture without folding.</summary>
    private static ContentLine? LineFrom(ReadOnlySpan<byte> bytes, int number)
    {
        if (bytes.StartsWith(Encoding.UTF8.Preamble))
            bytes = bytes[Encoding.UTF8.Preamble.Length..];

        var head = bytes[..Math.Min(bytes.Length, 200)];
        var end = head.IndexOfAny((byte)':', (byte)';');
        if (end <= 0)
            return null;

        var name = Encoding.ASCII.GetString(bytes[..end]).Trim();
        if (name.LastIndexOf('.') is >= 0 and var dot)
            name = name[(dot + 1)..];

        foreach (var letter in name)
        {
            if (!char.IsAsciiLetterOrDigit(letter) && letter is not '-' and not '_')
                return null;
        }

        var rest = bytes[end..];
        var line = ContentLine.From(name.ToUpperInvariant(), TextValue.Decode(rest, TextValue.Western), number);

        // Version 2.1 writes bytes of another character set without any encoding, too.
        return line.Parameter("CHARSET") is { } charset && TextValue.FindEncoding(charset) is { } encoding && !Ascii.IsValid(rest)
            ? ContentLine.From(name.ToUpperInvariant(), encoding.GetString(rest), number)
            : line;
    }

    private static string? Text(List<ContentLine> lines, string name) =>
        lines.Where(line => line.Name == name).Select(Plain).FirstOrDefault(text => text.Length > 0);

    private static string Plain(ContentLine line) => Flat(TextValue.Unescape(Written(line), LongestText)) ?? "";

    /// <summary>The value without the encoding of version 2.1, whose parameters need no names and stand in any order.</summary>
    private static string Written(ContentLine line)
    {
        var isQuoted = line.Parameters.Any(parameter =>
            (parameter.Key.Length == 0 || parameter.Key.Equals("ENCODING", StringComparison.OrdinalIgnoreCase))
            && parameter.Value.Equals("QUOTED-PRINTABLE", StringComparison.OrdinalIgnoreCase));
        return isQuoted
            ? TextValue.Decode(
                TextValue.FromQuotedPrintable(Encoding.UTF8.GetBytes(line.Value)),
                TextValue.FindEncoding(line.Parameter("CHARSET")) ?? TextValue.Western)
            : line.Value;
    }

    private static string? Flat(string? text) =>
        text is null ? null
        : string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)) is { Length: > 0 } flat ? flat
        : null;

    /// <summary>Given and family name; a card of version 2.1 need not say how it is shown.</summary>
    private static string? NameFromParts(List<ContentLine> lines)
    {
        if (lines.Find(line => line.Name == "N") is not { } name)
            return Text(lines, "NICKNAME");

        var parts = Parts(name);
        return Flat($"{Part(parts, 1)} {Part(parts, 2)} {Part(parts, 0)}");
    }

    private static string? Part(List<string> parts, int index) =>
        index < parts.Count ? Flat(TextValue.Unescape(parts[index], LongestText)) : null;

    /// <summary>The parts of a structured value, still with their escapes.</summary>
    private static List<string> Parts(ContentLine line)
    {
        var value = Written(line);
        var parts = new List<string>();
        var start = 0;
        for (var index = 0; index <= value.Length; index++)
        {
            if (index < value.Length && value[index] == '\\')
                index++;
            else if (index >= value.Length || value[index] == ';')
            {
                parts.Add(value[start..Math.Min(index, value.Length)]);
                start = index + 1;
            }
        }

        if (start < value.Length && parts.Count == 0)
            parts.Add(value);

        return parts;
    }

    /// <summary>The lines of a name, the preferred first: <c>PREF=1</c>, <c>TYPE=pref</c>, <c>;PREF</c>.</summary>
    private static IEnumerable<ContentLine> Preferred(List<ContentLine> lines, string name) =>
        lines.Where(line => line.Name == name).OrderBy(Rank);

    private static int Rank(ContentLine line)
    {
        if (line.Parameter("PREF") is { } written && int.TryParse(written, NumberStyles.None, CultureInfo.InvariantCulture, out var rank))
            return rank;

        return Types(line).Contains("PREF") ? 0 : 1000;
    }

    private static bool IsDeaf(ContentLine line) =>
        Types(line) is var types && types.Any(type => Deaf.Contains(type)) && !types.Contains("VOICE") && !types.Contains("CELL");

    private static HashSet<string> Types(ContentLine line) =>
    [
        .. line
            .Parameters.Where(parameter => parameter.Key.Length == 0 || parameter.Key.Equals("TYPE", StringComparison.OrdinalIgnoreCase))
            .SelectMany(parameter => parameter.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            .Select(type => type.Trim('"').ToUpperInvariant()),
    ];

    /// <summary>
    /// <c>1985-04-12</c>, <c>19850412</c>, <c>--0412</c>, <c>--04-12</c>, each also with a time; not a year or a month alone, nor words.
    /// </summary>
    private static (int Month, int Day)? BirthdayIn(ContentLine line)
    {
        var text = Plain(line);
        if (text.IndexOfAny(['T', ' ']) is > 0 and var time)
            text = text[..time];

        var digits = text.StartsWith("--", StringComparison.Ordinal)
            ? NoYear + text[2..].Replace("-", "", StringComparison.Ordinal)
            : text.Replace("-", "", StringComparison.Ordinal);
        if (digits.Length != 8 || !digits.All(char.IsAsciiDigit))
            return null;

        var month = int.Parse(digits.AsSpan(4, 2), CultureInfo.InvariantCulture);
        var day = int.Parse(digits.AsSpan(6, 2), CultureInfo.InvariantCulture);
        return month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(2000, month) ? (month, day) : null;
    }
}
