using System.Collections.Frozen;
using CrmSync.Domain.Company;

namespace CrmSync.Domain.Log;

/// <summary>
/// Addresses whose name says that nobody reads the answers (policy-language.md section 6). Compared without dots, dashes, underscores and
/// plus parts; another word may stand before or behind, set off by one of these.
/// </summary>
internal static class NoReplyNames
{
    private static readonly FrozenSet<string> Names = PhraseFile
        .Read("no-reply-names.txt", "name")
        .ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public static bool Contains(EmailAddress address)
    {
        var name = address.LocalPart;
        if (name.IndexOf('+', StringComparison.Ordinal) is > 0 and var plus)
            name = name[..plus];
        var words = name.Split(['.', '-', '_'], StringSplitOptions.RemoveEmptyEntries);
        for (var count = 1; count <= words.Length; count++)
        {
            if (Names.Contains(string.Concat(words[..count])) || Names.Contains(string.Concat(words[^count..])))
                return true;
        }

        return false;
    }
}
