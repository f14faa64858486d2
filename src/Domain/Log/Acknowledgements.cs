using CrmSync.Domain.Policy;

namespace CrmSync.Domain.Log;

/// <summary>Tells "Many thanks Ana, perfect!" from a mail that wants an answer (policy-language.md section 6).</summary>
public sealed class Acknowledgements
{
    private const int MostWords = 12;

    private static readonly string[] CoreWords =
        ["thanks", "thank", "thx", "cheers", "ok", "okay", "noted", "received", "great", "perfect", "appreciated"];

    private static readonly string[] MoreWords =
    [
        "you",
        "ty",
        "many",
        "much",
        "so",
        "very",
        "again",
        "a",
        "lot",
        "it",
        "that",
        "this",
        "is",
        "and",
        "all",
        "the",
        "for",
        "your",
        "my",
        "our",
        "help",
        "quick",
        "fast",
        "reply",
        "response",
        "support",
        "works",
        "worked",
        "now",
        "good",
        "well",
        "done",
        "got",
        "will",
        "do",
        "sounds",
        "wonderful",
        "brilliant",
        "excellent",
        "awesome",
        "super",
        "best",
        "kind",
        "regards",
        "everyone",
        "team",
        "me",
        "us",
    ];

    private readonly HashSet<string> core;
    private readonly HashSet<string> allowed;

    public Acknowledgements(CompanyPolicy policy)
    {
        core = new HashSet<string>(CoreWords.Concat(policy.Classify.AcknowledgementCore).SelectMany(Words), StringComparer.Ordinal);
        allowed = new HashSet<string>(core, StringComparer.Ordinal);
        allowed.UnionWith(MoreWords);
        allowed.UnionWith(policy.Classify.AcknowledgementMore.SelectMany(Words));
        foreach (var person in policy.People)
        {
            allowed.UnionWith(Words(person.Id));
            allowed.UnionWith(Words(person.Name ?? ""));
            allowed.UnionWith(Words(person.Email.LocalPart));
            allowed.UnionWith(person.Also.SelectMany(also => Words(also.LocalPart)));
        }

        foreach (var mailbox in policy.Teams.SelectMany(team => team.Mailboxes))
            allowed.UnionWith(Words(mailbox.LocalPart));
    }

    /// <summary>Whether the own text only acknowledges: 1 to 12 known words, one of them a core word, and no question mark.</summary>
    public bool Covers(string ownText, NamedAddress? sender)
    {
        if (ownText.Length is 0 or > 400 || QuestionMark.IsIn(ownText) || Emoji.HasDisapproving(ownText))
            return false;

        var words = Words(ownText);
        if (words.Count == 0)
            return Emoji.IsApproval(ownText);
        if (words.Count is 0 or > MostWords || !words.Exists(core.Contains))
            return false;

        var theirs = sender is null
            ? []
            : Words(sender.Name ?? "").Concat(Words(sender.Address.LocalPart)).ToHashSet(StringComparer.Ordinal);
        return words.TrueForAll(word => allowed.Contains(word) || theirs.Contains(word));
    }

    /// <summary>Runs of letters and digits in lower case; an apostrophe inside a word belongs to it.</summary>
    private static List<string> Words(string text)
    {
        var words = new List<string>();
        for (var i = 0; i < text.Length;)
        {
            if (!char.IsLetterOrDigit(text[i]))
            {
                i++;
                continue;
            }

            var start = i;
            while (
                i < text.Length
                && (char.IsLetterOrDigit(text[i]) || (text[i] is '\'' or '’' && i + 1 < text.Length && char.IsLetterOrDigit(text[i + 1]))))
                i++;

            words.Add(text[start..i].ToLowerInvariant());
        }

        return words;
    }
}
