using System.Text;

namespace CrmSync.Worker.Sources;

/// <summary>
/// Knows the folders that mail programs and providers make by their names, in many languages. Only whole names count, at the top or
/// directly below INBOX or a provider's root: "Projects/Sent" is somebody's own folder.
/// </summary>
internal static class FolderNames
{
    private const string File = "folder-names.txt";

    private static readonly (string Key, FolderRole Role)[] Keys =
    [
        ("sent", FolderRole.Sent),
        ("drafts", FolderRole.Drafts),
        ("junk", FolderRole.Junk),
        ("trash", FolderRole.Trash),
        ("archive", FolderRole.Archive),
        ("all", FolderRole.All),
        ("outbox", FolderRole.Outbox),
        ("other", FolderRole.NoMail),
    ];

    private static readonly Dictionary<string, FolderRole> Known = Table([.. Keys.Select(key => (key.Key, key.Role))]);

    /// <summary>
    /// What groupware shows over IMAP beside the mail: appointments and addresses dressed up as mails. Elsewhere people may well call a
    /// folder of mails "Contacts".
    /// </summary>
    private static readonly Dictionary<string, FolderRole> Groupware = Table(("groupware", FolderRole.NoMail));

    /// <summary>The role of a folder; null of one that people made.</summary>
    /// <param name="levels">Its name, level by level.</param>
    /// <param name="isGroupware">Whether the server shows calendars, contacts and tasks as folders.</param>
    public static FolderRole? Find(IReadOnlyList<string> levels, bool isGroupware = false)
    {
        string[] folded = [.. levels.Select(Fold)];

        // Below Trash or Junk everything is trash or junk; below Sent and Archive people sort as they like, and the folders stay ordinary.
        for (var i = 0; i < folded.Length && IsNearTop(folded, i); i++)
        {
            if (isGroupware && Groupware.TryGetValue(folded[i], out var other))
                return other;

            if (
                Known.TryGetValue(folded[i], out var role)
                && (i == folded.Length - 1 || role is FolderRole.Trash or FolderRole.Junk or FolderRole.Drafts or FolderRole.NoMail))
                return role;
        }

        return Known.TryGetValue(string.Join('/', folded), out var whole) ? whole : null;
    }

    /// <summary>Whether a folder holds what nobody sent or wants: drafts, junk, trash, mail not sent yet, no mail at all.</summary>
    public static bool IsLeftOut(FolderRole? role) =>
        role is FolderRole.Drafts or FolderRole.Junk or FolderRole.Trash or FolderRole.Outbox or FolderRole.NoMail;

    /// <summary>The word for a role in the ledger.</summary>
    public static string? Word(FolderRole? role) => role switch
    {
        FolderRole.Inbox => "inbox",
        FolderRole.Sent => "sent",
        FolderRole.Archive => "archive",
        FolderRole.All => "all",
        _ => null,
    };

    /// <summary>One way of writing for names that look the same.</summary>
    public static string Fold(string name) => name.Normalize(NormalizationForm.FormKC).ToLowerInvariant().Trim();

    private static bool IsNearTop(string[] levels, int index) =>
        index == 0 || (index == 1 && levels[0] is "inbox" or "[gmail]" or "[google mail]" or "mail" or "imap");

    private static Dictionary<string, FolderRole> Table(params ReadOnlySpan<(string Key, FolderRole Role)> keys)
    {
        var table = new Dictionary<string, FolderRole>(StringComparer.Ordinal);
        foreach (var (key, role) in keys)
        {
            foreach (var name in NameList.Read(File, key))
                table.TryAdd(Fold(name), role);
        }

        return table;
    }
}
