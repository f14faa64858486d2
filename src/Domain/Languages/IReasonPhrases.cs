using CrmSync.Domain.Time;
using NodaTime;

namespace CrmSync.Domain.Languages;

/// <summary>
/// Why there is an item, shortly: the subject stands right above it. Names of cases, markers and fields are those of the policy; who of us
/// is unknown is null; subjects are as they were written.
/// </summary>
public interface IReasonPhrases
{
    string Asked(SeenTime at, LengthOfTime within);

    string MissedCall(SeenTime at, LengthOfTime within);

    string Forwarded(string? by, SeenTime at, LengthOfTime within);

    string NeverAnswered(SeenTime at, LengthOfTime after);

    /// <summary>A case that waits for us.</summary>
    string CaseWithUs(string name, SeenTime opened, LengthOfTime within);

    /// <summary>A case that waits for them.</summary>
    string CaseWithThem(string name, SeenTime opened, SeenTime since);

    string NoReply(SeenTime at, LengthOfTime after, int reminders);

    string NoReplyAfterReminders(int reminders);

    /// <summary>The last contact, told by one of the four below, and how often there should be one.</summary>
    string LastContact(SeenTime at, string told, LengthOfTime every);

    string TheyWrote(string? subject);

    string Wrote(string? who, string? subject);

    string Met(string? who, string? subject);

    string Called(string? who);

    string Spoke(string? who);

    string MarkedDone(string? who);

    string MetThem(SeenTime at);

    string FirstWrote(SeenTime at);

    string Succeeds(string whom);

    string CaseClosed(string name, SeenTime at);

    string CaseReopened(SeenTime at);

    string DayAhead(string field, LocalDate date);

    string DayPassed(string field, LocalDate date);

    string NotTold(string marker, LocalDate effective);

    string OwnerLeft(string who, LocalDate left);

    string HandedOn(string who, LocalDate left);

    string MailsWith(string marker, int count, LengthOfTime window, int atLeast);

    string CasesOpened(string name, int count, LengthOfTime window, int atLeast);

    string AnswersLate(int count, LengthOfTime window, int atLeast);

    string GivenUp(LengthOfTime after);
}
