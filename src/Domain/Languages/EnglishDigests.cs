using NodaTime;
using static CrmSync.Domain.Languages.EnglishDates;

namespace CrmSync.Domain.Languages;

internal sealed class EnglishDigests : IDigestPhrases
{
    public string MeetingsToday => "Meetings today";

    public string Overdue => "Overdue";

    public string DueToday => "Due today";

    public string DueSoon => "Due soon";

    public string ToDo => "To do";

    public string News => "News";

    public string Proposals => "Is that right?";

    public string HeldBack => "Held back";

    public string NeedsYou => "Needs you";

    public string EscalatedToYou => "Escalated to you";

    public string OverdueByOwner => "Overdue, by owner";

    public string Cases => "Open cases";

    public string AtRisk => "At risk";

    public string OverContacted => "Contacted too often";

    public string Handovers => "Handovers";

    public string Expired => "Given up";

    public string Numbers => "Answered in time";

    public string Health => "Health";

    public string AsYouSaid => "As you said";

    public string CannotWait => "Cannot wait";

    public string Answer => "Answer";

    public string NeedYou(int count) => count == 1 ? "1 needs you" : $"{count} need you";

    public string OverdueItems(int count) => $"{count} overdue";

    public string DueTodayItems(int count) => $"{count} due today";

    public string ItemsToDo(int count) => $"{count} to do";

    public string Meetings(int count) => Count(count, "meeting");

    public string ThingsToKnow(int count) => $"{Count(count, "thing")} to know";

    public string NothingToDo => "Nothing to do";

    public string Subject(string headline, string whose, string day) => $"{headline} - {whose}, {day}";

    public string WeekSubject(string name, int week) => $"{name}, week {week}";

    public string NoticeSubject(string headline, string time) => $"{headline} - {time}";

    public string NoticeHeadline(ToldAs state, bool isUncertain, string what) =>
        $"{EnglishItems.Capital(EnglishItems.Name(state))}{(isUncertain ? ", not certain" : "")}: {what}";

    public string ThingsCannotWait(int count) => $"{count} things cannot wait";

    public string BeginWith(string headline, string what) => $"{headline}. First: {char.ToLowerInvariant(what[0])}{what[1..]}";

    public string EverythingElseIsInOrder => " Everything else is in good order.";

    public string AndTheRestOfTheDay => ", and then the rest of the day.";

    public string EverythingIsInOrder => "Everything is in good order. This mail only says that CrmSync is at work.";

    public string HowToAnswer(int first, int last) =>
        $"Answer this mail to act: “done {first}”, “snooze {last} friday”, “called {first}”. Several lines are fine. German and French "
            + $"work too: {"erledigt, verschieben, angerufen; fait, reporter, appelé.".Replace(' ', '\u00A0')}";

    public string Footer(string sender, string? digest, string reader, string version) =>
        $"{sender} · {(digest is null ? "" : digest + " ")}for {reader} · policy {version}";

    public string Stop => "Stop this digest";

    public string ListInCalendar =>
        "Answer “feed\u00A0new” to this mail, and this list shows in your calendar.";

    public string More(int count) => $"and {count} more";

    public string MoreMeetings(int count) => $"and {Count(count, "more meeting")}";

    public string MoreGuests(int count) => $"and {Count(count, "more guest")}";

    public string Semicolon => "; ";

    public string Labelled(string label, string words) => $"{label}: {words}";

    public string Covering(string person, LocalDate last, bool byReply) =>
        $"You are covering for {person} until {new EnglishDates().LongDay(last)}, as {person}'s "
            + $"{(byReply ? "automatic reply" : "calendar")} says.";

    public string CoveredBy(string cover, LocalDate first, LocalDate last) =>
        $"Your calendar says that you are away {Days(first, last)}; {cover} will see what is yours meanwhile.";

    private static string Days(LocalDate first, LocalDate last) =>
        first == last
            ? $"on {new EnglishDates().LongDay(first)}"
            : $"from {new EnglishDates().LongDay(first)} until {new EnglishDates().LongDay(last)}";

    public string Reservation(IReadOnlyList<string> lagging, int more) =>
        $"{Lagging(lagging, more)}. What is marked “not certain” may be done already.";

    public string Lagging(IReadOnlyList<string> lagging, int more) =>
        string.Join(", ", lagging) + (more > 0 ? $", and {more} more" : "");

    public string NeverReadable(string account) => $"{account} could not be read up to now";

    public string LastRead(string account, SeenTime read) => $"{account} was last read {At(read)}";

    public string NeverRead(string account) => $"{account} has never been read";

    public string MailboxBelongingTo(string person, bool isCalendar) => $"{person}'s {Kind(isCalendar)}";

    public string CallRecords(string account) => $"the list of calls {account}";

    public string CommandMailbox => "the command mailbox";

    public string Mailbox(string address, bool isCalendar) => $"the {Kind(isCalendar)} {address}";

    private static string Kind(bool isCalendar) => isCalendar ? "calendar" : "mailbox";
}
