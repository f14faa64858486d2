using NodaTime;
using static CrmSync.Domain.Languages.EnglishDates;

namespace CrmSync.Domain.Languages;

internal sealed class EnglishItems : IItemPhrases
{
    public string Answer(string who) => $"Answer {who}";

    public string CallBack(string who) => $"Call {who} back";

    public string Solve(string who) => $"Solve it for {who}";

    public string AskAgain(string who) => $"Ask {who} again";

    public string GetInTouch(string who) => $"Get in touch with {who}";

    public string FollowUp(string who) => $"Follow up with {who}";

    public string Day(string field, string who) =>
        $"{(field.Length == 0 ? "Date" : Capital(field.Replace('-', ' ').Replace('_', ' ')))} of {who}";

    public string TellInTime(string who) => $"Tell {who} in time";

    public string Introduce(string who) => $"Introduce yourself to {who}";

    public string KeepAnEye(string who) => $"Keep an eye on {who}";

    public string State(ToldAs state) => Name(state);

    public string Status(ToldAs state, string? due) => Capital(due is null ? Name(state) : $"{Name(state)}, {due}");

    public string OverdueSince(SeenTime due, Duration? ago) =>
        $"Overdue {(ago is { } late ? $"{InWords(late)}, " : "")}since {At(due)}";

    public string DueAt(SeenTime due) => $"Due {At(due)}";

    public string DueSoon(SeenTime due) => $"Due soon, {At(due)}";

    public string ToDoBy(SeenTime due) => $"To do by {At(due)}";

    public string WaitingForThem => "waiting for them";

    public string WasDue(SeenTime due, Duration? ago) => $"was due {At(due)}{(ago is { } late ? $", {InWords(late)} ago" : "")}";

    public string Due(SeenTime due) => $"due {At(due)}";

    public string With(string owner) => $"with {owner}";

    public string New => "new";

    public string NotCertain(string? reservation) => reservation is null ? "not certain" : $"not certain: {reservation}";

    public string StillOpen => "Still open";

    public string AsToldBefore => ", as told before:";

    public string InOneLine(string what, string status) => $"{what}: {char.ToLowerInvariant(status[0])}{status[1..]}";

    public string Replies(int number) => $"Reply: done {number} · snooze {number} 3d · called {number} · not useful {number}";

    public (string Word, string Meaning) Reply(string address) => ("reply", $"Reply to {address}");

    public (string Word, string Meaning) Open(string what) => ("open", $"Open the email: {what}");

    public string OpenMail => "Open";

    public (string Word, string Meaning) Done => ("done", "Done");

    public (string Word, string Meaning) ThreeDays => ("3 days", "Remind me in 3 days");

    public (string Word, string Meaning) Called => ("called", "I called");

    public (string Word, string Meaning) NotUseful => ("not useful", "This was not useful");

    internal static string Name(ToldAs state) => state switch
    {
        ToldAs.Overdue => "overdue",
        ToldAs.DueToday => "due today",
        ToldAs.DueSoon => "due soon",
        ToldAs.ToDo => "to do",
        ToldAs.Escalated => "escalated",
        ToldAs.AtRisk => "at risk",
        _ => "handover",
    };

    internal static string Capital(string words) => char.ToUpperInvariant(words[0]) + words[1..];
}
