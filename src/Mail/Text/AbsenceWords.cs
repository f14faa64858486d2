namespace CrmSync.Mail.Text;

/// <summary>What a word before a day says of the day.</summary>
internal enum DayCue
{
    None,

    /// <summary>It is the first day back.</summary>
    Until,

    /// <summary>It is the last day away.</summary>
    Through,

    /// <summary>Something begins on it.</summary>
    From,

    /// <summary>What began on another day ends on it.</summary>
    To,

    /// <summary>Something is or happens on it.</summary>
    On,
}

/// <summary>The phrases of one language by which an absence notice is read.</summary>
internal sealed class AbsenceWords
{
    private const int MostBefore = 7;

    private readonly string[] away;
    private readonly string[] back;
    private readonly string[] not;
    private readonly string[] other;
    private readonly string[][] until;
    private readonly string[][] through;
    private readonly HashSet<string> last;
    private readonly HashSet<string> from;
    private readonly HashSet<string> to;
    private readonly HashSet<string> on;
    private readonly HashSet<string> filler;

    public AbsenceWords(IReadOnlyCollection<Phrase> phrases)
    {
        away = Read("away");
        back = Read("back");
        not = Read("not");
        other = Read("other");
        until = [.. Read("until").Select(phrase => phrase.Split(' '))];
        through = [.. Read("through").Select(phrase => phrase.Split(' '))];
        last = [.. Read("last")];
        from = [.. Read("from")];
        to = [.. Read("to")];
        on = [.. Read("on")];
        filler = [.. Read("filler")];
        Weekdays = Read("day").ToHashSet(StringComparer.Ordinal);
        IsDayFirst = phrases.First().Language == "en" ? null : true;
        var months = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (names, index) in Read("month").Select((names, index) => (names, index)))
        {
            foreach (var name in names.Split('/'))
                months[name] = index + 1;
        }

        Months = months;

        string[] Read(string key) => [.. phrases.Where(phrase => phrase.Key == key).Select(phrase => phrase.Text)];
    }

    public IReadOnlyDictionary<string, int> Months { get; }

    public IReadOnlySet<string> Weekdays { get; }

    /// <summary>Whether a day stands before its month in numbers; null where both ways are common.</summary>
    public bool? IsDayFirst { get; }

    /// <summary>Whether a sentence says that somebody is away.</summary>
    public bool SaysAway(string sentence) => Array.Exists(away, phrase => SentenceWords.Find(sentence, phrase) >= 0);

    /// <summary>Where a sentence says that somebody is back: from and to; nowhere: -1.</summary>
    public (int Start, int End) FindBack(string sentence)
    {
        var plain = not.Aggregate(
            sentence,
            (text, phrase) => text.Replace(phrase, new string('_', phrase.Length), StringComparison.OrdinalIgnoreCase));
        return back.Select(phrase => (Start: SentenceWords.Find(plain, phrase), phrase.Length))
            .Where(found => found.Start >= 0)
            .OrderByDescending(found => found.Length)
            .Select(found => (found.Start, found.Start + found.Length))
            .DefaultIfEmpty((-1, -1))
            .First();
    }

    /// <summary>Whether a text speaks of something else or somebody else.</summary>
    public bool SpeaksOfOthers(string text) => Array.Exists(other, phrase => text.Contains(phrase, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether the word behind a day says that it belongs to the absence.</summary>
    public bool IsLast(List<SentenceWord> words, int at) =>
        at < words.Count
        && (last.Contains(words[at].Text) || words[at].Text is "," or "(" && at + 1 < words.Count && last.Contains(words[at + 1].Text));

    /// <summary>What stands before a day.</summary>
    /// <param name="words">The sentence.</param>
    /// <param name="at">Where the day begins.</param>
    /// <param name="isRange">Whether something begun on another day may end on it.</param>
    public DayCue CueBefore(List<SentenceWord> words, int at, bool isRange)
    {
        for (var i = at - 1; i >= 0 && i >= at - MostBefore; i--)
        {
            var word = words[i].Text;
            if (Array.Exists(through, phrase => EndsAt(words, i, phrase)))
                return DayCue.Through;
            if (isRange && (to.Contains(word) || word is "-" or "–"))
                return DayCue.To;
            if (Array.Exists(until, phrase => EndsAt(words, i, phrase)))
                return DayCue.Until;
            if (from.Contains(word))
                return DayCue.From;
            if (on.Contains(word))
                return DayCue.On;
            if (!filler.Contains(word) && !Weekdays.Contains(word) && word is not ("," or "." or "(" or "-" or "–" or ":"))
                break;
        }

        return DayCue.None;
    }

    /// <summary>Whether a word may stand between the two ends of a range.</summary>
    public bool IsTo(List<SentenceWord> words, int at) =>
        at < words.Count && (to.Contains(words[at].Text) || words[at].Text is "-" or "–");

    private static bool EndsAt(List<SentenceWord> words, int at, string[] phrase)
    {
        var start = at - phrase.Length + 1;
        if (start < 0)
            return false;

        for (var i = 0; i < phrase.Length; i++)
        {
            if (words[start + i].Text != phrase[i])
                return false;
        }

        return true;
    }
}
