using NodaTime;

namespace CrmSync.Mail.Text;

/// <summary>What one sentence of an absence notice says in one language.</summary>
internal sealed class AbsenceSentence
{
    /// <summary>What stands so near behind "returning" needs no word between.</summary>
    private const int Near = 12;

    private readonly AbsenceWords language;
    private readonly string sentence;
    private readonly List<SentenceWord> words;
    private readonly DayReader days;
    private readonly List<LocalDate> lastDays = [];

    public AbsenceSentence(AbsenceWords language, string sentence, LocalDate written)
    {
        this.language = language;
        this.sentence = sentence.Replace('’', '\'');
        words = SentenceWords.Read(this.sentence);
        days = new DayReader(language.Months, language.IsDayFirst, written);
        IsAway = language.SaysAway(this.sentence);
        var (start, end) = language.FindBack(this.sentence);
        IsBack = start >= 0;
        Read(written, start, end);
    }

    /// <summary>Whether it says that somebody is away.</summary>
    public bool IsAway { get; }

    /// <summary>Whether it says that somebody is, or will be, back.</summary>
    public bool IsBack { get; }

    /// <summary>The day on which it says somebody is back: of several the one that stands nearest to these words.</summary>
    public LocalDate? DayBack { get; private set; }

    /// <summary>The days of return that follow from until when it says something lasts.</summary>
    public IReadOnlyList<LocalDate> LastDays => lastDays;

    private void Read(LocalDate written, int backStart, int backEnd)
    {
        var nearest = int.MaxValue;
        LocalDate? begun = null;
        var begunWith = 0;
        for (var i = 0; i < words.Count; i++)
        {
            var isRange = begun is not null || begunWith > 0;
            var (day, next) = days.Read(words, i);
            if (next == i)
                (day, next) = Bare(i);
            if (next == i)
                continue;

            var cue = language.CueBefore(words, i, isRange);
            if ((cue == DayCue.From || IsAway && IsDash(next)) && language.IsTo(words, next))
                (begun, begunWith) = (day, words[i].Number);
            else if (day is { } date && date > written && !language.SpeaksOfOthers(sentence[..words[i].Start]))
                Take(date, cue);

            i = next - 1;

            void Take(LocalDate date, DayCue cue)
            {
                if (cue is DayCue.Until or DayCue.Through or DayCue.To)
                {
                    var start = begun ?? (begunWith > 0 && begunWith <= date.Day ? new LocalDate(date.Year, date.Month, begunWith) : null);
                    if (cue != DayCue.To || start is null || start <= written.PlusDays(1))
                        lastDays.Add(cue == DayCue.Through || language.IsLast(words, next) ? date.PlusDays(1) : date);
                    return;
                }

                if (backStart < 0 || cue == DayCue.None && words[i].Start - backEnd is not (>= 0 and <= Near))
                    return;

                var distance = words[i].Start > backStart ? words[i].Start - backEnd : backStart - words[i].Start;
                if (distance < nearest)
                    (DayBack, nearest) = (date, distance);
            }
        }
    }

    /// <summary>A number that stands for a day of the month: "the 8th", "am 8.", "le 8"; of a range also its bare beginning.</summary>
    private (LocalDate? Day, int Next) Bare(int at)
    {
        if (words[at].Number is not (>= 1 and <= 31 and var number))
            return (null, at);

        var next = at + 1 < words.Count && words[at + 1].Text == "." ? at + 2 : at + 1;
        if ((language.CueBefore(words, at, isRange: false) == DayCue.From || IsAway && IsDash(next)) && language.IsTo(words, next))
            return (null, next);

        var isDay =
            words[at].IsOrdinal
            || language.IsDayFirst == true && next == at + 2 && language.CueBefore(words, at, isRange: false) != DayCue.None
            || at > 0 && words[at - 1].Text is "le" or "jusqu'au" && !IsFollowedByWordOfNumber(next);
        return isDay && !IsNumber(next) ? (days.NextWithNumber(number), next) : (null, at);
    }

    private bool IsDash(int at) => at < words.Count && words[at].Text is "-" or "–";

    private bool IsNumber(int at) => at < words.Count && words[at].Number >= 0;

    /// <summary>"le 8 personnes", "8 %", "8:00", "8h": no day.</summary>
    private bool IsFollowedByWordOfNumber(int at) =>
        at < words.Count && words[at].Text is not ("," or "." or "!" or ")" or ";" or "et" or "au" or "inclus" or "compris");
}
