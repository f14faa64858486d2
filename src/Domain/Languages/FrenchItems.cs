using NodaTime;
using static CrmSync.Domain.Languages.FrenchDates;

namespace CrmSync.Domain.Languages;

internal sealed class FrenchItems : IItemPhrases
{
    public string Answer(string who) => $"Répondre à {who}";

    public string CallBack(string who) => $"Rappeler {who}";

    public string Solve(string who) => $"Trouver une solution pour {who}";

    public string AskAgain(string who) => $"Relancer {who}";

    public string GetInTouch(string who) => $"Reprendre contact avec {who}";

    public string FollowUp(string who) => $"Assurer le suivi avec {who}";

    public string Day(string field, string who) => $"{Field(field)} {From(who)}";

    public string TellInTime(string who) => $"Prévenir {who} à temps";

    public string Introduce(string who) => $"Se présenter à {who}";

    public string KeepAnEye(string who) => $"Garder un œil sur {who}";

    public string State(ToldAs state) => Name(state);

    public string Status(ToldAs state, string? due) => Capital(due is null ? Name(state) : $"{Name(state)}, {due}");

    public string OverdueSince(SeenTime due, Duration? ago) =>
        $"En retard depuis {At(due)}{(ago is { } late ? $" ({InWords(late)})" : "")}";

    public string DueAt(SeenTime due) => $"Échéance {At(due)}";

    public string DueSoon(SeenTime due) => $"Échéance proche, {At(due)}";

    public string ToDoBy(SeenTime due) => $"À faire avant {At(due)}";

    public string WaitingForThem => "en attente du client";

    public string WasDue(SeenTime due, Duration? ago) =>
        $"échéance dépassée depuis {At(due)}{(ago is { } late ? $" ({InWords(late)})" : "")}";

    public string Due(SeenTime due) => $"échéance {At(due)}";

    public string With(string owner) => $"suivi par {owner}";

    public string New => "nouveau";

    public string NotCertain(string? reservation) => reservation is null ? "à vérifier" : Set($"à vérifier : {reservation}");

    public string StillOpen => "Toujours ouvert";

    public string AsToldBefore => Set($", comme déjà signalé :");

    public string InOneLine(string what, string status) => Set($"{what} : {Lower(status)}");

    public string Replies(int number) =>
        Set($"Réponse : fait {number} · reporter {number} de 3 jours · appelé {number} · inutile {number}").Replace(' ', '\u00A0');

    public (string Word, string Meaning) Reply(string address) => ("répondre", $"Répondre à {address}");

    public (string Word, string Meaning) Open(string what) => ("ouvrir", Set($"Ouvrir le message : {what}"));

    public string OpenMail => "Ouvrir";

    public (string Word, string Meaning) Done => ("fait", "C’est fait");

    public (string Word, string Meaning) ThreeDays => ("3 jours", "Me le rappeler dans 3 jours");

    public (string Word, string Meaning) Called => ("appelé", "J’ai appelé");

    public (string Word, string Meaning) NotUseful => ("pas utile", "Ce n’était pas utile");

    internal static string Name(ToldAs state) => state switch
    {
        ToldAs.Overdue => "en retard",
        ToldAs.DueToday => "pour aujourd’hui",
        ToldAs.DueSoon => "échéance proche",
        ToldAs.ToDo => "à faire",
        ToldAs.Escalated => "escalade",
        ToldAs.AtRisk => "à risque",
        _ => "passation",
    };

    /// <summary>What a noted day is called; words of our own for what everybody notes.</summary>
    internal static string Field(string field) => field.ToLowerInvariant() switch
    {
        "" => "Date",
        "birthday" => "Anniversaire",
        "anniversary" => "Date anniversaire",
        _ => Capital(field.Replace('-', ' ').Replace('_', ' ')),
    };
}
