using CrmSync.Domain.Time;
using NodaTime;
using static CrmSync.Domain.Languages.EnglishDates;

namespace CrmSync.Domain.Languages;

internal sealed class EnglishReasons : IReasonPhrases
{
    public string MissedCall(SeenTime at, LengthOfTime within) =>
        $"called {At(at)} and nobody answered, call back within {InWords(within)}";

    public string Asked(SeenTime at, LengthOfTime within) => $"asked {At(at)}, answer within {InWords(within)}";

    public string Forwarded(string? by, SeenTime at, LengthOfTime within) =>
        $"forwarded{(by is null ? "" : $" by {by}")} {At(at)}, answer within {InWords(within)}";

    public string NeverAnswered(SeenTime at, LengthOfTime after) => $"asked {At(at)} and never answered; given up after {InWords(after)}";

    public string CaseWithUs(string name, SeenTime opened, LengthOfTime within) =>
        $"{name} open since {At(opened)}, {InWords(within)} while it is with us";

    public string CaseWithThem(string name, SeenTime opened, SeenTime since) =>
        $"{name} open since {At(opened)}, waiting for their answer since {At(since)}";

    public string NoReply(SeenTime at, LengthOfTime after, int reminders) =>
        $"no reply to the mail of {At(at)} for {InWords(after)}" + reminders switch
        {
            0 => "",
            1 => ", one reminder sent",
            _ => $", {reminders} reminders sent",
        };

    public string NoReplyAfterReminders(int reminders) => $"no reply after {reminders} reminders";

    public string LastContact(SeenTime at, string told, LengthOfTime every) => $"last contact {At(at)}: {told}; every {InWords(every)}";

    public string TheyWrote(string? subject) => $"they wrote {Quoted(subject)}";

    public string Wrote(string? who, string? subject) => $"{who ?? "we"} wrote {Quoted(subject)}";

    public string Met(string? who, string? subject) => $"{who ?? "we"} met them, {Quoted(subject)}";

    public string Spoke(string? who) => $"{who ?? "we"} spoke to them on the telephone";

    public string Called(string? who) => $"{who ?? "we"} called";

    public string MarkedDone(string? who) => $"{who ?? "we"} marked it done";

    public string MetThem(SeenTime at) => $"met {At(at)}";

    public string FirstWrote(SeenTime at) => $"first wrote {At(at)}";

    public string Succeeds(string whom) => $"to write to instead of {whom}, who has left";

    public string CaseClosed(string name, SeenTime at) => $"{name} closed {At(at)}";

    public string CaseReopened(SeenTime at) => $"the case was opened again {At(at)}";

    public string DayAhead(string field, LocalDate date) => $"{field} on {On(date)}";

    public string DayPassed(string field, LocalDate date) => $"{field} was on {On(date)}";

    public string NotTold(string marker, LocalDate effective) => $"no mail with {marker} has reached them; effective {On(effective)}";

    public string OwnerLeft(string who, LocalDate left) => $"{who}, who looked after them, left on {On(left)}";

    public string HandedOn(string who, LocalDate left) => $"handed on once more: {who} left on {On(left)}";

    public string MailsWith(string marker, int count, LengthOfTime window, int atLeast) =>
        Often($"mail with {marker}", count, window, atLeast);

    public string CasesOpened(string name, int count, LengthOfTime window, int atLeast) => Often($"case {name}", count, window, atLeast);

    public string AnswersLate(int count, LengthOfTime window, int atLeast) => Often("answers late", count, window, atLeast);

    public string GivenUp(LengthOfTime after) => $"given up after {InWords(after)}";

    private static string Often(string what, int count, LengthOfTime window, int atLeast) =>
        $"{(count == 1 ? "once" : $"{count} times")} in {InWords(window)}: {what} (at least {atLeast})";

    private static string Quoted(string? subject) => string.IsNullOrWhiteSpace(subject) ? "(no subject)" : $"\"{subject.Trim()}\"";
}
