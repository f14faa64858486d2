using System.Globalization;
using NodaTime;
using static CrmSync.Domain.Languages.GermanDates;
using static CrmSync.Domain.Languages.SentenceEnd;

namespace CrmSync.Domain.Languages;

internal sealed class GermanFigures : IFigurePhrases
{
    public string Title => "Eingehaltene Zusagen";

    public string Intro =>
        "Von dem, was Kunden zugesagt war und fällig wurde: wie viel rechtzeitig erledigt wurde, nach den bei Fälligkeit Zuständigen.";

    public string NoFiguresWanted => "Das Regelwerk sieht keine Zahlen über Personen vor (numbers: off).";

    public string WeekByWeek => "Woche für Woche";

    public string InTimeOfHundred => "Rechtzeitig erledigt, von 100";

    public string FullHeight => "volle Höhe: alle";

    public string InTime => "rechtzeitig";

    public string LateOrNotYet => "zu spät oder noch nicht";

    public string ByHandOrUnsure => "von Hand oder unsicher";

    public string HowMuchFellDue => "Wie viel fällig wurde";

    public string MedianInHours => "Mittlere Dauer (Median), in Stunden";

    public IReadOnlyList<string> WeekColumns { get; } = ["Woche vom", "Fällig", "Rechtzeitig", "Mittlere Dauer"];

    public string Weeks(int weeks) => Count(weeks, "Woche", "Wochen");

    public string NothingFellDue => "Nichts wurde fällig.";

    public string TableOfWeeks(int weeks) => $"Tabelle über {Count(weeks, "Woche", "Wochen")}";

    public IReadOnlyList<string> PeriodColumns(string rowsAre) => [rowsAre, "Rechtzeitig erledigt", "Mittlere Dauer", "Fällig"];

    public string AWeek(double each) => each.ToString("0.#", CultureInfo.InvariantCulture).Replace('.', ',') + " pro Woche";

    public string NoMedian => "keine";

    public string OpenPromises => "Offene Zusagen";

    public string NothingIsOpen => "Nichts ist offen.";

    public string OpenCaption => "Worauf Kunden jetzt warten, nach Zuständigen";

    public IReadOnlyList<string> OpenColumns { get; } = ["Zuständig", "Offen", "Davon überfällig"];

    public string InTimeSummary(int all, int weeks, int inTime) =>
        $"In {weeks} Wochen fällige Zusagen: {all}; davon rechtzeitig eingehalten: {inTime}.";

    public string LoadSummary(int all, int weeks, string most) => $"In {weeks} Wochen fällige Zusagen: {all}; {most}.";

    public string AtMostInAWeek(int most) => $"höchstens {most} in einer Woche";

    public string MedianSummary(int weeks, string most) => Ended($"Die mittlere Dauer (Median) in jeder von {weeks} Wochen; {most}");

    public string AtMost(Duration length) => $"höchstens {new GermanDates().Short(length)}";

    public string NoneYet => "noch keine";
}
