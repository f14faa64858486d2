using System.Globalization;
using NodaTime;

namespace CrmSync.Domain.Languages;

internal sealed class EnglishFigures : IFigurePhrases
{
    public string Title => "Promises kept";

    public string Intro => "Of what customers were promised and fell due: how much was done in time, by who owned it when it was due.";

    public string NoFiguresWanted => "The policy wants no figures about people (numbers: off).";

    public string WeekByWeek => "Week by week";

    public string InTimeOfHundred => "Done in time, of 100";

    public string FullHeight => "full height: all";

    public string InTime => "in time";

    public string LateOrNotYet => "late or not yet";

    public string ByHandOrUnsure => "by hand or unsure";

    public string HowMuchFellDue => "How much fell due";

    public string MedianInHours => "Median time, in hours";

    public IReadOnlyList<string> WeekColumns { get; } = ["Week of", "Fell due", "In time", "Median"];

    public string Weeks(int weeks) => $"{weeks} weeks";

    public string NothingFellDue => "Nothing fell due.";

    public string TableOfWeeks(int weeks) => $"Table of {weeks} weeks";

    public IReadOnlyList<string> PeriodColumns(string rowsAre) => [rowsAre, "Done in time", "Median", "Fell due"];

    public string AWeek(double each) => each.ToString("0.#", CultureInfo.InvariantCulture) + " a week";

    public string NoMedian => "none";

    public string OpenPromises => "Open promises";

    public string NothingIsOpen => "Nothing is open.";

    public string OpenCaption => "What customers wait for now, by owner";

    public IReadOnlyList<string> OpenColumns { get; } = ["Owner", "Open", "Of these overdue"];

    public string InTimeSummary(int all, int weeks, int inTime) =>
        $"Of {all} promises that fell due in {weeks} weeks, {inTime} were kept in time.";

    public string LoadSummary(int all, int weeks, string most) => $"{all} promises fell due in {weeks} weeks; {most}.";

    public string AtMostInAWeek(int most) => $"at most {most} in a week";

    public string MedianSummary(int weeks, string most) => $"The median time of each of {weeks} weeks; {most}.";

    public string AtMost(Duration length) => $"at most {new EnglishDates().Short(length)}";

    public string NoneYet => "none yet";
}
