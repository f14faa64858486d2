using NodaTime;

namespace CrmSync.Domain.Languages;

/// <summary>The page of figures that managers open from their digests.</summary>
public interface IFigurePhrases
{
    string Title { get; }

    /// <summary>What is counted here, and for whom.</summary>
    string Intro { get; }

    /// <summary>The policy says so.</summary>
    string NoFiguresWanted { get; }

    string WeekByWeek { get; }

    /// <summary>The caption of a picture.</summary>
    string InTimeOfHundred { get; }

    /// <summary>What a bar of full height stands for.</summary>
    string FullHeight { get; }

    /// <summary>A part of a bar.</summary>
    string InTime { get; }

    /// <summary>A part of a bar.</summary>
    string LateOrNotYet { get; }

    /// <summary>A part of a bar.</summary>
    string ByHandOrUnsure { get; }

    /// <summary>The caption of a picture.</summary>
    string HowMuchFellDue { get; }

    /// <summary>The caption of a picture.</summary>
    string MedianInHours { get; }

    /// <summary>The week, how much fell due, how much of it was in time, the median time.</summary>
    IReadOnlyList<string> WeekColumns { get; }

    string Weeks(int weeks);

    string NothingFellDue { get; }

    /// <summary>The name of a table, for whoever hears it.</summary>
    string TableOfWeeks(int weeks);

    /// <summary>Who, how much was in time, the median time, how much fell due.</summary>
    IReadOnlyList<string> PeriodColumns(string rowsAre);

    /// <summary>How much fell due in a week, with one decimal.</summary>
    string AWeek(double each);

    /// <summary>A median of nothing.</summary>
    string NoMedian { get; }

    string OpenPromises { get; }

    string NothingIsOpen { get; }

    /// <summary>The caption of a table.</summary>
    string OpenCaption { get; }

    /// <summary>Who, how many, and how many of them are overdue.</summary>
    IReadOnlyList<string> OpenColumns { get; }

    /// <summary>What a picture says.</summary>
    string InTimeSummary(int all, int weeks, int inTime);

    /// <summary>What a picture says, with what its tallest bar stands for.</summary>
    string LoadSummary(int all, int weeks, string most);

    /// <summary>What the tallest bar stands for.</summary>
    string AtMostInAWeek(int most);

    /// <summary>What a picture says, with what its tallest bar stands for.</summary>
    string MedianSummary(int weeks, string most);

    /// <summary>What the tallest bar stands for.</summary>
    string AtMost(Duration length);

    /// <summary>There is no bar.</summary>
    string NoneYet { get; }
}
