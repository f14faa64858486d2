using CrmSync.Domain.Time;
using NodaTime;
using static CrmSync.Domain.Languages.GermanDates;

namespace CrmSync.Domain.Languages;

internal sealed class GermanReasons : IReasonPhrases
{
    public string MissedCall(SeenTime at, LengthOfTime within) =>
        $"verpasster Anruf {Of(at)}; Rückruf innerhalb von {Dative(within)}";

    public string Asked(SeenTime at, LengthOfTime within) => $"Anfrage {Of(at)}; Antwort innerhalb von {Dative(within)}";

    public string Forwarded(string? by, SeenTime at, LengthOfTime within) =>
        $"{At(at)}{(by is null ? "" : $" von {by}")} weitergeleitet; Antwort innerhalb von {Dative(within)}";

    public string NeverAnswered(SeenTime at, LengthOfTime after) => $"Anfrage {Of(at)}, nie beantwortet; nach {Dative(after)} aufgegeben";

    public string CaseWithUs(string name, SeenTime opened, LengthOfTime within) =>
        $"{name}, offen seit {Bare(opened)}; {InWords(within)}, solange wir am Zug sind";

    public string CaseWithThem(string name, SeenTime opened, SeenTime since) =>
        $"{name}, offen seit {Bare(opened)}; wartet seit {Bare(since)} auf Antwort des Kunden";

    public string NoReply(SeenTime at, LengthOfTime after, int reminders) =>
        $"seit {Dative(after)} keine Antwort auf die E-Mail {Of(at)}" + reminders switch
        {
            0 => "",
            1 => ", einmal erinnert",
            _ => $", {reminders}-mal erinnert",
        };

    public string NoReplyAfterReminders(int reminders) => $"keine Antwort nach {Count(reminders, "Erinnerung", "Erinnerungen")}";

    public string LastContact(SeenTime at, string told, LengthOfTime every) => $"letzter Kontakt {At(at)}: {told}; {Every(every)}";

    public string TheyWrote(string? subject) => $"E-Mail an uns {Quoted(subject)}";

    public string Wrote(string? who, string? subject) => $"E-Mail von {who ?? "uns"} {Quoted(subject)}";

    public string Met(string? who, string? subject) => $"Treffen mit {who ?? "uns"} {Quoted(subject)}";

    public string Spoke(string? who) => $"Telefonat mit {who ?? "uns"}";

    public string Called(string? who) => $"Anruf von {who ?? "uns"}";

    public string MarkedDone(string? who) => $"von {who ?? "uns"} als erledigt gemeldet";

    public string MetThem(SeenTime at) => $"Treffen {At(at)}";

    public string FirstWrote(SeenTime at) => $"erste E-Mail {Of(at)}";

    public string Succeeds(string whom) => $"anstelle von {whom}, dort nicht mehr tätig";

    public string CaseClosed(string name, SeenTime at) => $"{name}, geschlossen {At(at)}";

    public string CaseReopened(SeenTime at) => $"der Fall wurde {At(at)} wieder geöffnet";

    public string DayAhead(string field, LocalDate date) => $"{GermanItems.Field(field)} {On(date)}";

    public string DayPassed(string field, LocalDate date) => $"{GermanItems.Field(field)} war {On(date)}";

    public string NotTold(string marker, LocalDate effective) =>
        $"noch keine E-Mail mit {marker} angekommen; gilt ab {Effective(effective)}";

    public string OwnerLeft(string who, LocalDate left) => $"bisher betreut von {who}, ausgeschieden {On(left)}";

    public string HandedOn(string who, LocalDate left) => $"noch einmal übergeben: {who} ist {On(left)} ausgeschieden";

    public string MailsWith(string marker, int count, LengthOfTime window, int atLeast) =>
        Often($"E-Mail mit {marker}", count, window, atLeast);

    public string CasesOpened(string name, int count, LengthOfTime window, int atLeast) => Often($"Fall {name}", count, window, atLeast);

    public string AnswersLate(int count, LengthOfTime window, int atLeast) => Often("zu spät geantwortet", count, window, atLeast);

    public string GivenUp(LengthOfTime after) => $"nach {Dative(after)} aufgegeben";

    private static string Effective(LocalDate date) => On(date)["am ".Length..];

    /// <summary><c>jede Woche</c>, <c>jeden Tag</c>, <c>alle 6 Wochen</c>.</summary>
    private static string Every(LengthOfTime length) => (length.Amount, length.Unit) switch
    {
        (1, TimeUnit.Day) => "jeden Tag",
        (1, TimeUnit.BusinessDay) => "jeden Arbeitstag",
        (1, TimeUnit.Week) => "jede Woche",
        (1, TimeUnit.Month) => "jeden Monat",
        (1, TimeUnit.Year) => "jedes Jahr",
        _ => $"alle {InWords(length)}",
    };

    private static string Often(string what, int count, LengthOfTime window, int atLeast) =>
        $"{(count == 1 ? "einmal" : $"{count}-mal")} in {Dative(window)}: {what} (ab {atLeast})";

    private static string Quoted(string? subject) => string.IsNullOrWhiteSpace(subject) ? "(ohne Betreff)" : $"„{subject.Trim()}“";
}
