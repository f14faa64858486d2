namespace CrmSync.Domain.Languages;

internal sealed class EnglishPages : IPagePhrases
{
    public (string Word, string Meaning) HistoryLink(string what) => ("history", $"What passed with them: {what}");

    public string History => "History";

    public string FiguresLink => "Figures of 52 weeks";

    public string ToContent => "To the content";

    public string Contact => "A contact";

    public string ContactsByMonth => "Contacts by month";

    public string ContactsCounted => "Emails, meetings and calls";

    public string TheyWrote => "they wrote";

    public string WeWrote => "we wrote";

    public string MetOrCalled => "met or called";

    public IReadOnlyList<string> MonthColumns { get; } = ["Month", "They wrote", "We wrote", "Met or called"];

    public string TheSameAsTable => "The same as a table";

    public string AsTable(string title) => $"{title}, as a table";

    public string AtMostInAMonth(int most) => $"at most {most} in a month";

    public string NoContactIn(int months) => $"No contact in {months} months.";

    public string ContactsIn(int contacts, int months, string month, int most) =>
        $"{contacts} contacts in {months} months, most in {month}: {most}.";

    public string WhatIsOpen => "What is open";

    public string NothingOpen => "Nothing on either side, as far as we know.";

    public string OursToDo => "Ours to do";

    public string TheirsToDo => "Theirs to do";

    public string NextSteps => "Next steps";

    public string MeetingsAhead => "Meetings ahead";

    public string NothingNoted => "Nothing was noted yet. Answer a digest with “note”, and it stands here.";

    public string Colleagues => "Who of us";

    public IReadOnlyList<string> ColleagueColumns { get; } = ["Who", "Contacts", "The last one"];

    public string NoContactSoFar => "No contact so far.";

    public string AndEarlier(int count) => $"and {count} earlier";

    public string OtherPages => "Pages";

    public string Figures => "Figures";

    public string SignOut => "Sign out of this browser";

    public string Foot(string reader, string moment) =>
        $"For {reader}, as of {moment}. It tells what your digests may tell you, and that you looked is kept.";
}
