namespace CrmSync.Mail.Text;

/// <summary>
/// What stands at the end of a mail without being said by its author: the signature mark, lines of telephones, bare rules.
/// </summary>
internal static class SignatureMarks
{
    private const int LongestDevice = 120;
    private const int MostLinesBelow = 20;

    private static readonly string[] DeviceStarts =
    [
        "sent from ",
        "sent via ",
        "sent with ",
        "sent by ",
        "sent using ",
        "sent on the go",
        "get outlook for ",
        "get [outlook for ",
        "envoyé depuis ",
        "envoyé de mon ",
        "envoyé à partir ",
        "envoyé avec ",
        "von meinem ",
        "von meiner ",
        "gesendet von ",
        "gesendet mit ",
        "diese nachricht wurde von mein",
        "enviado desde ",
        "enviado do ",
        "enviado de mi",
        "enviado a partir ",
        "obtener outlook ",
        "inviato da ",
        "verzonden met ",
        "verzonden vanaf ",
        "verzonden van",
        "skickat från ",
        "sendt fra ",
        "wysłano z",
        "wysłane z",
        "отправлено с ",
        "отправлено из ",
        "lähetetty ",
        "odesláno z",
        "從我的 ",
        "发自我的",
        "發自我的",
        "从我的 ",
        "iphoneから送信",
        "ipadから送信",
        "androidから送信",
        "télécharger outlook ",
        "outlook für ",
        "holen sie sich outlook ",
        "from my iphone",
        "from my ipad",
        "from my android",
        "from my phone",
        "from my mobile",
        "from my samsung",
        "from my blackberry",
        "typed on my ",
        "please excuse typos",
    ];

    private static readonly string[] DeviceEnds = ["from mobile", "from my mobile", "from my phone", "から送信"];

    /// <summary>
    /// The mark <c>-- </c> (RFC 3676). Many programs lose its space; a bare <c>--</c> counts when little stands below it, else it is a rule
    /// in a long text.
    /// </summary>
    public static bool IsMark(string[] lines, int at)
    {
        var line = lines[at];
        if (line is "-- " or "-- \r")
            return true;
        if (!line.AsSpan().TrimEnd().SequenceEqual("--"))
            return false;

        var below = 0;
        for (var i = at + 1; i < lines.Length && below <= MostLinesBelow; i++)
        {
            if (QuoteMarks.IsQuoted(lines[i]))
                break;
            below += lines[i].AsSpan().IsWhiteSpace() ? 0 : 1;
        }

        return below <= MostLinesBelow;
    }

    /// <summary>A line of dashes, stars and the like, or of one invisible tracker mark; only ever taken off at the end.</summary>
    public static bool IsDelimiter(string line)
    {
        var text = line.AsSpan().Trim();
        if (text.IsEmpty || text is "ᐧ")
            return true;
        return text.Length >= 2 && text.IndexOfAnyExcept(Rules) < 0;
    }

    private static readonly System.Buffers.SearchValues<char> Rules = System.Buffers.SearchValues.Create("-_*=~+#—–─");

    /// <summary>"Sent from my iPhone" and its kin.</summary>
    public static bool IsDeviceLine(string line)
    {
        var text = line.AsSpan().Trim().TrimStart("<(*_[\"").TrimEnd(">)*_].!\"");
        if (text.IsEmpty || text.Length > LongestDevice)
            return false;
        foreach (var start in DeviceStarts)
        {
            if (text.StartsWith(start, StringComparison.OrdinalIgnoreCase))
                return !start.StartsWith("von mein", StringComparison.Ordinal)
                    || text.EndsWith("gesendet", StringComparison.OrdinalIgnoreCase);
        }

        foreach (var end in DeviceEnds)
        {
            if (text.EndsWith(end, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }
}
