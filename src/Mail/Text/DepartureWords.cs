namespace CrmSync.Mail.Text;

/// <summary>The phrases of one language by which an automatic answer says that somebody has left.</summary>
internal sealed class DepartureWords
{
    private readonly string[] left;
    private readonly string[] place;
    private readonly string[] gone;
    private readonly string[] not;
    private readonly string[] self;
    private readonly string[] person;
    private readonly string[] write;
    private readonly string[] own;
    private readonly string[] moved;

    public DepartureWords(IReadOnlyCollection<Phrase> phrases)
    {
        left = Read("left");
        place = Read("place");
        gone = Read("gone");
        not = Read("not");
        self = Read("self");
        person = Read("person");
        write = Read("write");
        own = Read("private");
        moved = Read("moved");

        string[] Read(string key) => [.. phrases.Where(phrase => phrase.Key == key).Select(phrase => phrase.Text)];
    }

    /// <summary>Whether a sentence says that whoever has the mailbox has left for good.</summary>
    /// <param name="sentence">The sentence.</param>
    /// <param name="names">What they are called.</param>
    /// <param name="company">What their company is called.</param>
    public bool SaysLeft(string sentence, IReadOnlyList<string> names, string company)
    {
        if (sentence.Contains('?', StringComparison.Ordinal) || Holds(sentence, not))
            return false;

        return (Holds(sentence, gone) || Holds(sentence, left) && (Holds(sentence, place) || Holds(sentence, [company])))
            && (Holds(sentence, self) || Holds(sentence, person) || Holds(sentence, names));
    }

    /// <summary>Whether a sentence says whom to write to, and not where to find whoever has left.</summary>
    public bool SaysWhom(string sentence) => Holds(sentence, write) && !Holds(sentence, own);

    /// <summary>Whether a sentence names another address of whoever writes.</summary>
    public bool SaysMoved(string sentence) => Holds(sentence, moved);

    private static bool Holds(string sentence, IReadOnlyList<string> phrases) =>
        phrases.Any(phrase => SentenceWords.Find(sentence, phrase) >= 0);
}
