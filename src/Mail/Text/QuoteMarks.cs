using System.Collections.Frozen;

namespace CrmSync.Mail.Text;

/// <summary>Lines that are quoted, or that announce a quoted mail.</summary>
internal static class QuoteMarks
{
    private static readonly string[] Announcements =
    [
        "original message",
        "original mail",
        "original email",
        "original appointment",
        "reply message",
        "ursprüngliche nachricht",
        "originalnachricht",
        "ursprungliche nachricht",
        "originalmail",
        "message d'origine",
        "message d’origine",
        "message original",
        "mensaje original",
        "mensagem original",
        "messaggio originale",
        "oorspronkelijk bericht",
        "originele bericht",
        "ursprungligt meddelande",
        "originalmeddelande",
        "opprinnelig melding",
        "oprindelig meddelelse",
        "wiadomość oryginalna",
        "oryginalna wiadomość",
        "původní zpráva",
        "исходное сообщение",
        "оригинальное сообщение",
        "пересылаемое сообщение",
        "alkuperäinen viesti",
        "orijinal mesaj",
        "原始邮件",
        "邮件原件",
        "原始郵件",
        "元のメッセージ",
        "forwarded message",
        "forwarded by",
        "forwarded email",
        "weitergeleitete nachricht",
        "weitergeleitet von",
        "message transféré",
        "message transmis",
        "mensaje reenviado",
        "mensagem encaminhada",
        "messaggio inoltrato",
        "doorgestuurd bericht",
        "vidarebefordrat meddelande",
        "videresendt",
        "przekazana wiadomość",
        "转发邮件",
        "轉寄郵件",
    ];

    private static readonly string[] Openings =
    [
        "begin forwarded message:",
        "anfang der weitergeleiteten nachricht:",
        "anfang der weitergeleiteten e-mail:",
        "début du message réexpédié :",
        "début du message transféré :",
        "inicio del mensaje reenviado:",
        "inizio messaggio inoltrato:",
        "begin doorgestuurd bericht:",
        "vidarebefordrat brev:",
        "início da mensagem encaminhada:",
    ];

    private static readonly FrozenSet<string> FromNames = FrozenSet.ToFrozenSet(
        [
            "from",
            "von",
            "de",
            "da",
            "van",
            "från",
            "fra",
            "od",
            "от",
            "від",
            "kimden",
            "lähettäjä",
            "feladó",
            "发件人",
            "寄件者",
            "差出人",
            "보낸 사람",
        ],
        StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> OtherNames = FrozenSet.ToFrozenSet(
        [
            "sent",
            "date",
            "to",
            "cc",
            "subject",
            "reply-to",
            "importance",
            "when",
            "gesendet",
            "datum",
            "an",
            "betreff",
            "envoyé",
            "envoye",
            "date d'envoi",
            "à",
            "a",
            "objet",
            "enviado",
            "enviado el",
            "fecha",
            "para",
            "asunto",
            "inviato",
            "data",
            "oggetto",
            "verzonden",
            "aan",
            "onderwerp",
            "skickat",
            "till",
            "ämne",
            "sendt",
            "til",
            "emne",
            "wysłano",
            "wysłane",
            "do",
            "dw",
            "temat",
            "odesláno",
            "komu",
            "předmět",
            "отправлено",
            "дата",
            "кому",
            "тема",
            "копия",
            "gönderme tarihi",
            "gönderilen",
            "kime",
            "konu",
            "lähetetty",
            "vastaanottaja",
            "aihe",
            "发送时间",
            "收件人",
            "主题",
            "抄送",
            "日期",
            "送信日時",
            "宛先",
            "件名",
            "寄件日期",
            "收件者",
            "主旨",
            "assunto",
            "enviada em",
            "kopie",
            "copie",
            "kópia",
            "bcc",
            "attachments",
            "organization",
        ],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>A line that starts with a quote mark. One mark directly before "From " is the mbox format's doing, not a quote.</summary>
    public static bool IsQuoted(string line)
    {
        var text = line.AsSpan().TrimStart();
        return !text.IsEmpty
            && text[0] is '>' or '›'
            && !text.StartsWith(">From ")
            && !text.StartsWith(">>>>>>> ")
            && line.Length - text.Length <= 4;
    }

    /// <summary>Whether the next line that is not blank is quoted.</summary>
    public static bool QuoteFollows(string[] lines, int from)
    {
        for (var i = from; i < lines.Length && i < from + 6; i++)
        {
            if (!lines[i].AsSpan().IsWhiteSpace())
                return IsQuoted(lines[i]);
        }

        return false;
    }

    /// <summary>"-----Original Message-----" and its kin in other languages, or the opening line of Apple's forwards.</summary>
    public static bool IsSeparator(string line)
    {
        if (line.Length is < 6 or > 200)
            return false;

        var text = line.AsSpan().Trim();
        if (text.IsEmpty)
            return false;
        if (text[^1] == ':')
        {
            foreach (var opening in Openings)
            {
                if (text.Equals(opening, StringComparison.OrdinalIgnoreCase))
                    return true;
            }
        }

        if (text[0] is not ('-' or '_' or '*' or '=' or '#' or '~' or '<' or '|'))
            return false;
        var inner = text.Trim("-_*=#~ <>|");
        if (inner.IsEmpty || text.Length - inner.Length < 3)
            return false;
        foreach (var announcement in Announcements)
        {
            if (inner.StartsWith(announcement, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    /// <summary>
    /// A block like From/Sent/To/Subject that Outlook and its kin put above the mail they answer, or the To/cc/Subject of Lotus Notes.
    /// </summary>
    public static bool HeaderBlockAt(string[] lines, int at)
    {
        var first = FieldName(lines[at]);
        if (first.IsEmpty)
            return false;

        var from = IsOneOf(first, FromNames);
        var to = first.Equals("to", StringComparison.OrdinalIgnoreCase);
        if (!from && !to)
            return false;

        var others = 0;
        var hasCopy = false;
        var looked = 0;
        for (var i = at + 1; i < lines.Length && looked < 6; i++)
        {
            if (lines[i].AsSpan().IsWhiteSpace())
            {
                // Converters put a blank line between the fields; two in a row end the block.
                if (i + 1 < lines.Length && lines[i + 1].AsSpan().IsWhiteSpace())
                    break;
                continue;
            }

            looked++;
            var name = FieldName(lines[i]);
            if (!name.IsEmpty && (IsOneOf(name, OtherNames) || IsOneOf(name, FromNames)))
                others++;
            hasCopy |= name.Equals("cc", StringComparison.OrdinalIgnoreCase) || name.Equals("subject", StringComparison.OrdinalIgnoreCase);
        }

        return from ? others >= 2 : others >= 2 && hasCopy;
    }

    /// <summary>Notes writes name and time on lines of their own above its block; they belong to the quote.</summary>
    public static void DropIntroduction(List<string> own)
    {
        var end = own.Count;
        var dropped = 0;
        while (end > 0 && dropped < 3)
        {
            var line = own[end - 1].AsSpan().Trim();
            if (line.IsEmpty)
            {
                end--;
                continue;
            }

            if (
                line.Length > 100
                || !Attribution.HasDate(line)
                    && !(dropped > 0 && (line.Contains('@') || line.Contains('/') && !line.Contains(". ", StringComparison.Ordinal))))
                break;
            end--;
            dropped++;
        }

        if (dropped > 0)
            own.RemoveRange(end, own.Count - end);
    }

    private static ReadOnlySpan<char> FieldName(string line)
    {
        var text = line.AsSpan().TrimStart("> |*_ \t");
        var colon = text[..Math.Min(text.Length, 30)].IndexOfAny(':', '：');
        if (colon <= 0)
            return [];
        var name = text[..colon].TrimEnd("* _\u00A0\t");
        return name.IndexOf('/') >= 0 ? [] : name;
    }

    private static bool IsOneOf(ReadOnlySpan<char> name, FrozenSet<string> names) =>
        names.GetAlternateLookup<ReadOnlySpan<char>>().Contains(name);
}
