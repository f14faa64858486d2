using System.Globalization;
using CrmSync.Mail.Mime;

namespace CrmSync.Worker.Sources.Files;

/// <summary>
/// What the program that stored or exported a mail wrote into it: that it is a draft, spam, or deleted. Such fields stand above whatever
/// came with the mail, so those below a Received field are its sender's and say nothing. X-Mozilla-Draft-Info says nothing either: mails
/// bear it that were sent.
/// </summary>
internal static class StoredMarks
{
    private const string Draft = "a draft";
    private const string Spam = "spam";
    private const string Deleted = "deleted";

    // nsMsgMessageFlags of Thunderbird: Expunged in X-Mozilla-Status, IMAPDeleted in X-Mozilla-Status2.
    private const int Expunged = 0x0008;
    private const int ImapDeleted = 0x0020_0000;

    // The flags of an .emlx file: its second and its seventh bit.
    private const long EmlxDeleted = 1 << 1;
    private const long EmlxDraft = 1 << 6;

    private static readonly HashSet<string> SentLabels = Labels("sent");
    private static readonly HashSet<string> DraftLabels = Labels("drafts");
    private static readonly HashSet<string> JunkLabels = Labels("junk");
    private static readonly HashSet<string> TrashLabels = Labels("trash");
    private static readonly HashSet<string> ScheduledLabels = Labels("scheduled");

    /// <summary>Why the mail is left out; null when nothing says so.</summary>
    public static string? WhySkip(MimeMessage message)
    {
        string? reason = null;
        var isDelivered = false;
        foreach (var header in message.Headers)
        {
            isDelivered |= header.Name.Equals("Received", StringComparison.OrdinalIgnoreCase);
            if (isDelivered)
                break;

            reason ??= WhySkip(header, message);
        }

        // Drafts are never delivered.
        return reason == Draft && message.Headers.Has("Received") ? null : reason;
    }

    /// <summary>The labels and keywords the program that stored the mail wrote into it.</summary>
    public static IReadOnlyList<string> LabelsOn(MimeMessage message)
    {
        var labels = new List<string>();
        foreach (var header in message.Headers)
        {
            if (header.Name.Equals("Received", StringComparison.OrdinalIgnoreCase))
                break;

            if (header.Name.Equals("X-Gmail-Labels", StringComparison.OrdinalIgnoreCase))
                labels.AddRange(Separated(message.Headers.Text(header.Name) ?? ""));
            else if (header.Name.ToUpperInvariant() is "X-MOZILLA-KEYS" or "X-KEYWORDS")
                labels.AddRange(header.Value.Split((char[])[' ', '\t', ','], StringSplitOptions.RemoveEmptyEntries));
        }

        return labels;
    }

    /// <summary>What the flags say that Apple Mail writes behind the mail in an .emlx file.</summary>
    public static string? WhySkip(long emlxFlags) =>
        (emlxFlags & EmlxDeleted) != 0 ? Deleted
        : (emlxFlags & EmlxDraft) != 0 ? Draft
        : null;

    private static string? WhySkip(Header header, MimeMessage message) => header.Name.ToUpperInvariant() switch
    {
        "X-MOZILLA-STATUS" => (Flags(header.Value) & Expunged) != 0 ? Deleted : null,
        "X-MOZILLA-STATUS2" => (Flags(header.Value) & ImapDeleted) != 0 ? Deleted : null,
        "X-UNIFORM-TYPE-IDENTIFIER" => header.Value.Trim() == "com.apple.mail-draft" ? Draft : null,
        "X-GMAIL-LABELS" => WhySkip(Separated(message.Headers.Text(header.Name) ?? "").ConvertAll(FolderNames.Fold)),
        _ => null,
    };

    private static string? WhySkip(IReadOnlyCollection<string> labels) =>
        labels.Any(TrashLabels.Contains) ? Deleted
        : labels.Any(JunkLabels.Contains) ? Spam
        : labels.Any(SentLabels.Contains) ? null
        : labels.Any(DraftLabels.Contains) || labels.Any(ScheduledLabels.Contains) ? Draft
        : null;

    /// <summary>The labels of a list as comma-separated values: <c>Inbox,"Offers, open",Unread</c>.</summary>
    private static List<string> Separated(string list)
    {
        var labels = new List<string>();
        var start = 0;
        var isQuoted = false;
        for (var i = 0; i <= list.Length; i++)
        {
            if (i < list.Length && list[i] == '"')
                isQuoted = !isQuoted;
            if (i < list.Length && (isQuoted || list[i] != ','))
                continue;

            labels.Add(list[start..i].Trim().Trim('"'));
            start = i + 1;
        }

        return labels;
    }

    private static long Flags(string value) =>
        long.TryParse(value.Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var flags) ? flags : 0;

    private static HashSet<string> Labels(string key) =>
        NameList.Read("gmail-labels.txt", key).Select(FolderNames.Fold).ToHashSet(StringComparer.Ordinal);
}
