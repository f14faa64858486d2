namespace CrmSync.Worker.Sources.Imap;

/// <summary>What a server said since the last command began, as far as it matters that it said it, and not last time.</summary>
internal sealed class AnswerNotes
{
    /// <summary>True when the command asked for mails.</summary>
    public bool AsksForMail { get; init; }

    /// <summary>True when the command asked for the structure of mails.</summary>
    public bool AsksForStructure { get; init; }

    /// <summary>Counters of the folder that is being opened.</summary>
    public FolderStatus Opened { get; set; } = new();

    /// <summary>Counters by the decoded name of the folder.</summary>
    public Dictionary<string, FolderStatus> Statuses { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Folders that were listed.</summary>
    public List<ListedFolder> Folders { get; init; } = [];

    /// <summary>Why a line that lists a folder could not be read; null when all could.</summary>
    public string? FolderTrouble { get; set; }

    /// <summary>True when a search was answered, be it with nothing.</summary>
    public bool SearchAnswered { get; set; }

    /// <summary>True when a search found more than can be believed.</summary>
    public bool SearchOverflow { get; set; }

    /// <summary>How many answers about a message have come to their end.</summary>
    public int Fetched { get; set; }

    /// <summary>How many messages came or went.</summary>
    public int Changes { get; set; }

    /// <summary>The word of the tagged answer: OK, NO or BAD; null while there is none.</summary>
    public string? Word { get; set; }

    /// <summary>The code of the tagged answer, or null.</summary>
    public string? Code { get; set; }

    /// <summary>The words of the tagged answer.</summary>
    public string Text { get; set; } = "";

    /// <summary>Takes the code in brackets off the words behind it.</summary>
    public static (string? Code, string Text) Split(string words)
    {
        if (!words.StartsWith('[') || words.IndexOf(']', StringComparison.Ordinal) is not (> 0 and var close))
            return (null, words);

        var inside = words[1..close].Trim();
        var space = inside.IndexOf(' ', StringComparison.Ordinal);
        return ((space < 0 ? inside : inside[..space]).ToUpperInvariant(), words[(close + 1)..].Trim());
    }
}

/// <summary>A folder as the server lists it.</summary>
/// <param name="Name">The full name, decoded.</param>
/// <param name="Delimiter">The character between levels, or null.</param>
/// <param name="Attributes">Lower case, with their backslash.</param>
internal sealed record ListedFolder(string Name, char? Delimiter, IReadOnlyList<string> Attributes);
