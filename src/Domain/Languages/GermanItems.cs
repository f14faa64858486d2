using NodaTime;
using static CrmSync.Domain.Languages.GermanDates;

namespace CrmSync.Domain.Languages;

internal sealed class GermanItems : IItemPhrases
{
    public string Answer(string who) => $"{who} antworten";

    public string CallBack(string who) => $"{who} zurückrufen";

    public string Solve(string who) => $"Lösung für {who} finden";

    public string AskAgain(string who) => $"Bei {who} nachhaken";

    public string GetInTouch(string who) => $"Bei {who} melden";

    public string FollowUp(string who) => $"Bei {who} anknüpfen";

    public string Day(string field, string who) => $"{Field(field)} von {who}";

    public string TellInTime(string who) => $"{who} rechtzeitig informieren";

    public string Introduce(string who) => $"Sich bei {who} vorstellen";

    public string KeepAnEye(string who) => $"{who} im Auge behalten";

    public string State(ToldAs state) => Name(state);

    public string Status(ToldAs state, string? due) => Capital(due is null ? Name(state) : $"{Name(state)}, {due}");

    public string OverdueSince(SeenTime due, Duration? ago) =>
        $"Überfällig seit {Bare(due)}{(ago is { } late ? $" ({InWords(late)})" : "")}";

    public string DueAt(SeenTime due) => $"Fällig {At(due)}";

    public string DueSoon(SeenTime due) => $"Bald fällig, {At(due)}";

    public string ToDoBy(SeenTime due) => $"Zu erledigen bis {Bare(due)}";

    public string WaitingForThem => "wartet auf den Kunden";

    public string WasDue(SeenTime due, Duration? ago) => $"war {At(due)} fällig{(ago is { } late ? $" (vor {Dative(late)})" : "")}";

    public string Due(SeenTime due) => $"fällig {At(due)}";

    public string With(string owner) => $"bei {owner}";

    public string New => "neu";

    public string NotCertain(string? reservation) => reservation is null ? "nicht sicher" : $"nicht sicher: {reservation}";

    public string StillOpen => "Noch offen";

    public string AsToldBefore => ", wie schon gemeldet:";

    /// <summary>A handover is a noun, and keeps its capital.</summary>
    public string InOneLine(string what, string status) =>
        status.StartsWith(Name(ToldAs.Handover), StringComparison.Ordinal)
            ? $"{what}: {status}"
            : $"{what}: {char.ToLowerInvariant(status[0])}{status[1..]}";

    public string Replies(int number) =>
        $"Antwort: erledigt {number} · verschieben {number} um 3 Tage · angerufen {number} · nutzlos {number}".Replace(' ', '\u00A0');

    public (string Word, string Meaning) Reply(string address) => ("antworten", $"{address} antworten");

    public (string Word, string Meaning) Open(string what) => ("öffnen", $"E-Mail öffnen: {what}");

    public string OpenMail => "Öffnen";

    public (string Word, string Meaning) Done => ("erledigt", "Erledigt");

    public (string Word, string Meaning) ThreeDays => ("3 Tage", "In 3 Tagen erinnern");

    public (string Word, string Meaning) Called => ("angerufen", "Angerufen");

    public (string Word, string Meaning) NotUseful => ("nicht nützlich", "Das war nicht nützlich");

    internal static string Name(ToldAs state) => state switch
    {
        ToldAs.Overdue => "überfällig",
        ToldAs.DueToday => "heute fällig",
        ToldAs.DueSoon => "bald fällig",
        ToldAs.ToDo => "zu erledigen",
        ToldAs.Escalated => "eskaliert",
        ToldAs.AtRisk => "gefährdet",
        _ => "Übergabe",
    };

    /// <summary>What a noted day is called; words of our own for what everybody notes.</summary>
    internal static string Field(string field) => field.ToLowerInvariant() switch
    {
        "" => "Termin",
        "birthday" => "Geburtstag",
        "anniversary" => "Jubiläum",
        _ => Capital(field.Replace('-', ' ').Replace('_', ' ')),
    };
}
