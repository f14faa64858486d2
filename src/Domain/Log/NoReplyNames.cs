using CrmSync.Domain.Company;

namespace CrmSync.Domain.Log;

/// <summary>
/// Addresses whose name says that nobody reads the answers (policy-language.md section 6). Compared without dots, dashes, underscores and
/// plus parts; another word may stand before or behind, set off by one of these.
/// </summary>
internal static class NoReplyNames
{
    private static readonly string[] Names =
    [
        "noreply",
        "donotreply",
        "notreply",
        "nepasrepondre",
        "nichtantworten",
        "keineantwort",
        "noresponder",
        "naoresponda",
        "nonrispondere",
        "mailerdaemon",
        "postmaster",
    ];

    public static bool Contains(EmailAddress address)
    {
        var name = address.LocalPart;
        if (name.IndexOf('+', StringComparison.Ordinal) is > 0 and var plus)
            name = name[..plus];
        var words = name.Split(['.', '-', '_'], StringSplitOptions.RemoveEmptyEntries);
        for (var count = 1; count <= words.Length; count++)
        {
            if (IsOne(string.Concat(words[..count])) || IsOne(string.Concat(words[^count..])))
                return true;
        }

        return false;
    }

    private static bool IsOne(string words) => Array.Exists(Names, one => one.Equals(words, StringComparison.OrdinalIgnoreCase));
}
