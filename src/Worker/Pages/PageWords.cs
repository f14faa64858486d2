using System.Globalization;
using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Languages;
using NodaTime;

namespace CrmSync.Worker.Pages;

/// <summary>Figures in the words and bars of a page.</summary>
internal static class PageWords
{
    /// <summary><c>40 min</c>, <c>16 h</c>, <c>3 d</c>.</summary>
    public static string Short(Duration length) => Wording.In(Language.English).Dates.Short(length);

    public static string Median(Figures figures) =>
        figures.Median is { } median
            ? ((figures.IsMedianOpen ? "over " : "") + Short(median)).Replace(' ', '\u00A0')
            : "none";

    /// <summary><c>0.4 a week</c>; empty for less than a tenth.</summary>
    public static string AWeek(Figures figures, int weeks) =>
        figures.All / (double)weeks is var each and >= 0.1 ? each.ToString("0.#", CultureInfo.InvariantCulture) + " a week" : "";

    /// <summary>What became of those that were not in time, in words; empty when there are none.</summary>
    public static string Others(Figures figures) =>
        string.Join(
            ", ",
            new[] { (figures.Late, "late"), (figures.NotYet, "not yet"), (figures.ByHand, "by hand"), (figures.Unsure, "unsure") }
                .Where(one => one.Item1 > 0)
                .Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Item1} {one.Item2}")));

    /// <summary>In time, late, and what says nothing about time.</summary>
    public static IReadOnlyList<BarPart> Parts(Figures figures) =>
    [
        new BarPart("ours", figures.InTime),
        new BarPart("late", figures.Late + figures.NotYet),
        new BarPart("both", figures.ByHand + figures.Unsure),
    ];
}
