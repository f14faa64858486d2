using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Languages;

namespace CrmSync.Worker.Pages;

/// <summary>Figures in the words and bars of a page.</summary>
/// <param name="words">The reader's language.</param>
internal sealed class PageWords(Wording words)
{
    public string Median(Figures figures) =>
        figures.Median is { } median
            ? words.Firm.Median(median, figures.IsMedianOpen).Replace(' ', '\u00A0')
            : words.Figures.NoMedian;

    /// <summary><c>0.4 a week</c>; empty for less than a tenth.</summary>
    public string AWeek(Figures figures, int weeks) => figures.All / (double)weeks is var each and >= 0.1 ? words.Figures.AWeek(each) : "";

    /// <summary>What became of those that were not in time, in words; empty when there are none.</summary>
    public string Others(Figures figures) =>
        string.Join(
            ", ",
            new (int Count, Func<int, string> Tell)[]
            {
                (figures.Late, words.Firm.Late),
                (figures.NotYet, words.Firm.NotYet),
                (figures.ByHand, words.Firm.ByHand),
                (figures.Unsure, words.Firm.Unsure),
            }
                .Where(one => one.Count > 0)
                .Select(one => one.Tell(one.Count)));

    /// <summary>In time, late, and what says nothing about time.</summary>
    public static IReadOnlyList<BarPart> Parts(Figures figures) =>
    [
        new BarPart("ours", figures.InTime),
        new BarPart("late", figures.Late + figures.NotYet),
        new BarPart("both", figures.ByHand + figures.Unsure),
    ];
}
