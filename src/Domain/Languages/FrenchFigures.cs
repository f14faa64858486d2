using System.Globalization;
using NodaTime;
using static CrmSync.Domain.Languages.FrenchDates;

namespace CrmSync.Domain.Languages;

internal sealed class FrenchFigures : IFigurePhrases
{
    public string Title => "Engagements tenus";

    public string Intro =>
        Set($"De ce qui était promis aux clients et arrivé à échéance : ce qui a été fait à temps, selon le responsable à l’échéance.");

    public string NoFiguresWanted => "Les règles n’autorisent pas de chiffres sur les personnes (numbers: off).";

    public string WeekByWeek => "Semaine par semaine";

    public string InTimeOfHundred => "Fait à temps, sur 100";

    public string FullHeight => Set($"pleine hauteur : tout");

    public string InTime => "à temps";

    public string LateOrNotYet => "en retard ou pas encore";

    public string ByHandOrUnsure => "à la main ou à vérifier";

    public string HowMuchFellDue => "Volume arrivé à échéance";

    public string MedianInHours => "Durée médiane, en heures";

    public IReadOnlyList<string> WeekColumns { get; } = ["Semaine du", "À échéance", "À temps", "Durée médiane"];

    public string Weeks(int weeks) => Count(weeks, "semaine", "semaines");

    public string NothingFellDue => "Rien n’est arrivé à échéance.";

    public string TableOfWeeks(int weeks) => $"Tableau sur {Count(weeks, "semaine", "semaines")}";

    public IReadOnlyList<string> PeriodColumns(string rowsAre) => [rowsAre, "Fait à temps", "Durée médiane", "À échéance"];

    public string AWeek(double each) => each.ToString("0.#", CultureInfo.InvariantCulture).Replace('.', ',') + " par semaine";

    public string NoMedian => "aucune";

    public string OpenPromises => "Engagements en cours";

    public string NothingIsOpen => "Rien n’est en cours.";

    public string OpenCaption => "Ce que les clients attendent à présent, par responsable";

    public IReadOnlyList<string> OpenColumns { get; } = ["Responsable", "En cours", "Dont en retard"];

    public string InTimeSummary(int all, int weeks, int inTime) =>
        Set($"Engagements arrivés à échéance en {weeks} semaines : {all} ; tenus à temps : {inTime}.");

    public string LoadSummary(int all, int weeks, string most) =>
        Set($"Engagements arrivés à échéance en {weeks} semaines : {all} ; {most}.");

    public string AtMostInAWeek(int most) => $"au plus {most} en une semaine";

    public string MedianSummary(int weeks, string most) => Set($"La durée médiane de chacune des {weeks} semaines ; {most}.");

    public string AtMost(Duration length) => $"au plus {new FrenchDates().Short(length)}";

    public string NoneYet => "aucune pour l’instant";
}
