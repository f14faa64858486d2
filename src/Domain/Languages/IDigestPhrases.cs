using NodaTime;

namespace CrmSync.Domain.Languages;

/// <summary>What every email of ours says: headings, counts, subject, foot.</summary>
public interface IDigestPhrases
{
    string MeetingsToday { get; }

    string Overdue { get; }

    string DueToday { get; }

    string DueSoon { get; }

    string ToDo { get; }

    string News { get; }

    string Proposals { get; }

    string HeldBack { get; }

    string NeedsYou { get; }

    string EscalatedToYou { get; }

    string OverdueByOwner { get; }

    string Cases { get; }

    string AtRisk { get; }

    string OverContacted { get; }

    string Handovers { get; }

    string Expired { get; }

    string Numbers { get; }

    string Health { get; }

    string AsYouSaid { get; }

    /// <summary>What an immediate email has where a digest has its name.</summary>
    string CannotWait { get; }

    /// <summary>What an answer has where a digest has its name.</summary>
    string Answer { get; }

    /// <summary>How many items need the reader, for a headline.</summary>
    string NeedYou(int count);

    string OverdueItems(int count);

    string DueTodayItems(int count);

    string ItemsToDo(int count);

    string Meetings(int count);

    string ThingsToKnow(int count);

    string NothingToDo { get; }

    /// <summary>The subject: the news, whose digest it is, the day.</summary>
    string Subject(string headline, string whose, string day);

    /// <summary>The subject of a digest that threads by week.</summary>
    string WeekSubject(string name, int week);

    /// <summary>The subject of an immediate email.</summary>
    string NoticeSubject(string headline, string time);

    /// <summary>The headline of an immediate email about one item.</summary>
    string NoticeHeadline(ToldAs state, bool isUncertain, string what);

    string ThingsCannotWait(int count);

    /// <summary>The counts and what to begin with, for a preheader.</summary>
    string BeginWith(string headline, string what);

    /// <summary>Lengthens a preheader of one sentence.</summary>
    string EverythingElseIsInOrder { get; }

    /// <summary>Lengthens a preheader that ends in the middle of a sentence.</summary>
    string AndTheRestOfTheDay { get; }

    /// <summary>The body of a digest with nothing to say.</summary>
    string EverythingIsInOrder { get; }

    /// <summary>
    /// How a reply acts, with the first and the last number of the email, and in which other words; these are held together by hard spaces,
    /// so that none begins a line.
    /// </summary>
    string HowToAnswer(int first, int last);

    /// <summary>At the foot: who sends this, which digest, for whom.</summary>
    /// <param name="sender">Our name.</param>
    /// <param name="digest">The name of the digest, or null.</param>
    /// <param name="reader">The first name of the reader.</param>
    /// <param name="version">Of the policy.</param>
    string Footer(string sender, string? digest, string reader, string version);

    string Stop { get; }

    /// <summary>At the foot: how the list comes into the reader's calendar. The words to write are held together by hard spaces.</summary>
    string ListInCalendar { get; }

    string More(int count);

    string MoreMeetings(int count);

    string MoreGuests(int count);

    /// <summary>Between sentences in one line, with its blanks.</summary>
    string Semicolon { get; }

    /// <summary>A heading with what stands below it, in one line: <c>Complaint: ...</c>.</summary>
    string Labelled(string label, string words);

    /// <summary>At the head: for whom the reader stands in, until when, and what says so.</summary>
    /// <param name="person">The first name of whoever is away.</param>
    /// <param name="last">The last day.</param>
    /// <param name="byReply">Whether an automatic reply says so, and not a calendar.</param>
    string Covering(string person, LocalDate last, bool byReply);

    /// <summary>At the head: that the reader will be away by their own calendar, and who stands in.</summary>
    string CoveredBy(string cover, LocalDate first, LocalDate last);

    /// <summary>At the head: which accounts lag, and what that means for the items below.</summary>
    string Reservation(IReadOnlyList<string> lagging, int more);

    /// <summary>On the line of an item: which accounts lag.</summary>
    string Lagging(IReadOnlyList<string> lagging, int more);

    string NeverReadable(string account);

    string LastRead(string account, SeenTime read);

    string NeverRead(string account);

    string MailboxBelongingTo(string person, bool isCalendar);

    string CallRecords(string account);

    string CommandMailbox { get; }

    string Mailbox(string address, bool isCalendar);
}
