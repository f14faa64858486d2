using NodaTime;

namespace CrmSync.Mail.Text;

/// <summary>The day on which somebody who is away is back, as their notice says.</summary>
/// <param name="Day">The first day on which they can be reached again.</param>
/// <param name="Sentence">The sentence that says so.</param>
public sealed record DayOfReturn(LocalDate Day, string Sentence);

/// <summary>
/// Reads in English, German and French until when an absence notice says its author is away. Only explicit days count, and only in a
/// sentence that speaks of being away or back; where a notice names two, or one that may be another's, it names none.
/// </summary>
public static class AbsenceNote
{
    private const int LongestSentence = 300;

    private static readonly PhraseSet Any = new(
        PhraseFile.Read("absences.txt").Where(phrase => phrase.Key is "away" or "back").Select(phrase => phrase.Text));

    private static readonly AbsenceWords[] Languages =
    [
        .. PhraseFile.Read("absences.txt").GroupBy(phrase => phrase.Language).Select(phrases => new AbsenceWords([.. phrases])),
    ];

    /// <summary>Whether a text may speak of being away or back: one look at the whole saves one at every sentence.</summary>
    public static bool MayBeIn(string? text) => text is not null && Any.IsIn(text);

    /// <summary>The day of return a notice names; null when it names none for sure, or one that has come.</summary>
    /// <param name="subject">The subject of the notice.</param>
    /// <param name="own">What its author wrote.</param>
    /// <param name="written">The day on which it was sent, where its author is.</param>
    public static DayOfReturn? Find(string? subject, string own, LocalDate written)
    {
        var (back, until) = (new List<DayOfReturn>(), new List<DayOfReturn>());
        var sentences = SentenceList.Read(own).Prepend(subject ?? "").Where(one => one.Length is > 0 and <= LongestSentence).ToList();
        foreach (var words in Languages)
        {
            var wasAway = false;
            foreach (var sentence in sentences)
            {
                var reading = new AbsenceSentence(words, sentence, written);
                if (reading.DayBack is { } day)
                    back.Add(new DayOfReturn(day, sentence));
                if (reading.IsAway || reading.IsBack || wasAway)
                    until.AddRange(reading.LastDays.Select(last => new DayOfReturn(last, sentence)));
                wasAway = reading.IsAway;
            }
        }

        // That somebody is back on a day says more than until when they are away.
        return Only(back.Count > 0 ? back : until);
    }

    private static DayOfReturn? Only(List<DayOfReturn> days) =>
        days.Count > 0 && days.TrueForAll(day => day.Day == days[0].Day) ? days[0] : null;
}
