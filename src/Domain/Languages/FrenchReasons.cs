using CrmSync.Domain.Time;
using NodaTime;
using static CrmSync.Domain.Languages.FrenchDates;

namespace CrmSync.Domain.Languages;

internal sealed class FrenchReasons : IReasonPhrases
{
    public string MissedCall(SeenTime at, LengthOfTime within) =>
        Set($"appel manqué {Of(at)} ; à rappeler sous {InWords(within)}");

    public string Asked(SeenTime at, LengthOfTime within) => Set($"demande {Of(at)} ; réponse sous {InWords(within)}");

    public string Forwarded(string? by, SeenTime at, LengthOfTime within) =>
        Set($"transfert {Of(at)}{(by is null ? "" : $" par {by}")} ; réponse sous {InWords(within)}");

    public string NeverAnswered(SeenTime at, LengthOfTime after) =>
        Set($"demande {Of(at)} restée sans réponse ; abandon après {InWords(after)}");

    public string CaseWithUs(string name, SeenTime opened, LengthOfTime within) =>
        Set($"{name}, dossier ouvert depuis {At(opened)} ; {InWords(within)} tant que c’est à nous d’agir");

    public string CaseWithThem(string name, SeenTime opened, SeenTime since) =>
        Set($"{name}, dossier ouvert depuis {At(opened)} ; réponse du client attendue depuis {At(since)}");

    public string NoReply(SeenTime at, LengthOfTime after, int reminders) =>
        $"pas de réponse au message {Of(at)} en {InWords(after)}"
            + (reminders == 0 ? "" : $", {Count(reminders, "relance envoyée", "relances envoyées")}");

    public string NoReplyAfterReminders(int reminders) => $"pas de réponse après {Count(reminders, "relance", "relances")}";

    public string LastContact(SeenTime at, string told, LengthOfTime every) =>
        Set($"dernier contact {At(at)} : {told} ; {Every(every)}");

    public string TheyWrote(string? subject) => $"message reçu {Quoted(subject)}";

    public string Wrote(string? who, string? subject) => $"message {From(who ?? "nous")} {Quoted(subject)}";

    public string Met(string? who, string? subject) => $"rendez-vous avec {who ?? "nous"} {Quoted(subject)}";

    public string Spoke(string? who) => $"conversation téléphonique avec {who ?? "nous"}";

    public string Called(string? who) => $"appel {From(who ?? "nous")}";

    public string MarkedDone(string? who) => $"signalé comme fait par {who ?? "nous"}";

    public string MetThem(SeenTime at) => $"rendez-vous {Of(at)}";

    public string FirstWrote(SeenTime at) => $"premier message {At(at)}";

    public string Succeeds(string whom) => $"à la place {From(whom)}, qui n’y travaille plus";

    public string CaseClosed(string name, SeenTime at) => $"{name}, dossier clos {At(at)}";

    public string CaseReopened(SeenTime at) => $"dossier rouvert {At(at)}";

    public string DayAhead(string field, LocalDate date) => $"{FrenchItems.Field(field)} {On(date)}";

    public string DayPassed(string field, LocalDate date) => Set($"{FrenchItems.Field(field)} : c’était {On(date)}");

    public string NotTold(string marker, LocalDate effective) =>
        Set($"aucun message avec {marker} ne leur est parvenu ; en vigueur {On(effective)}");

    public string OwnerLeft(string who, LocalDate left) => Set($"suivi jusqu’ici par {who} ; départ {On(left)}");

    public string HandedOn(string who, LocalDate left) => Set($"nouvelle passation : départ {From(who)} {On(left)}");

    public string MailsWith(string marker, int count, LengthOfTime window, int atLeast) =>
        Often($"message avec {marker}", count, window, atLeast);

    public string CasesOpened(string name, int count, LengthOfTime window, int atLeast) =>
        Often($"dossier {name}", count, window, atLeast);

    public string AnswersLate(int count, LengthOfTime window, int atLeast) => Often("réponse en retard", count, window, atLeast);

    public string GivenUp(LengthOfTime after) => $"abandon après {InWords(after)}";

    /// <summary><c>chaque semaine</c>, <c>toutes les 6 semaines</c>, <c>tous les 30 jours</c>.</summary>
    private static string Every(LengthOfTime length) => (length.Amount, length.Unit) switch
    {
        (1, TimeUnit.Day) => "chaque jour",
        (1, TimeUnit.BusinessDay) => "chaque jour ouvré",
        (1, TimeUnit.Week) => "chaque semaine",
        (1, TimeUnit.Month) => "chaque mois",
        (1, TimeUnit.Year) => "chaque année",
        (_, TimeUnit.Minute or TimeUnit.Hour or TimeUnit.BusinessMinute or TimeUnit.BusinessHour or TimeUnit.Week) =>
            $"toutes les {InWords(length)}",
        _ => $"tous les {InWords(length)}",
    };

    private static string Often(string what, int count, LengthOfTime window, int atLeast) =>
        Set($"{count} fois en {InWords(window)} : {what} (à partir de {atLeast})");

    private static string Quoted(string? subject) => string.IsNullOrWhiteSpace(subject) ? "(sans objet)" : Set($"« {subject.Trim()} »");
}
