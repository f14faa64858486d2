using NodaTime;
using static CrmSync.Domain.Languages.EnglishDates;

namespace CrmSync.Domain.Languages;

internal sealed class EnglishAnswers : IAnswerPhrases
{
    public IReadOnlyList<string> Examples { get; } =
    [
        "“done 2”, “done 1-3”, “done all but 2”: it is dealt with",
        "“snooze 2 friday”, “snooze 2 3d”, “remind me about 2 on 12 March”: not before then",
        "“called 2”, “called 2: she rings back”: you spoke to them; what follows the colon is kept as a note",
        "“resolved 2”: the case is closed",
        "“give 2 to ben”: a colleague looks after it from now on",
        "“note 2: birthday: 12 March”, “tag 2 vip”, “untag 2 vip”: something to remember about them",
        "“yes 2”, “no 2”, “same 2”: what you answer to a proposal",
        "“not useful 2”: such lines do not help",
        "“who 2”, “who jane@acme.example”, “can I write to 2”: what we know, and whether to write",
        "“today”: your list as it is now",
        "“feed new”: your list in your calendar, under a new address",
        "“undo”: takes back all that your last mail or link did, within a day",
    ];

    public string WhatYouCanWrite => "What you can write";

    public string Write => "write";

    public string NothingToDoForNow => "Nothing to do for now";

    public string AndFurtherAnswers(string headline, int more) => $"{headline}, and {Count(more, "further answer")}";

    public string NotDone => "not done";

    public string ThisCouldNotBeDone => "This could not be done";

    public string CouldNotBeDone(int failed, int all) => $"{failed} of {all} could not be done";

    public string WhatWeKnow => "What we know";

    public string About(string name, int others) => $"About {name}{(others == 0 ? "" : $" and {Count(others, "other")}")}";

    public string Done => "done";

    public string Resolved => "resolved";

    public string Snoozed => "snoozed";

    public string Called => "called";

    public string Tagged => "tagged";

    public string NoLongerTagged => "no longer tagged";

    public string Noted => "noted";

    public string ExpectsAnAnswer => "expects an answer";

    public string NotUseful => "not useful";

    public string MadePrivate => "private";

    public string Given => "given";

    public string TakenBack => "taken back";

    public string NotAskedAgain => "not asked again";

    public string OnePerson => "one person";

    public string HasLeft => "has left";

    public string Stopped => "stopped";

    public string SentAgain => "sent again";

    public string NotAnswered => "not answered";

    public string To(string what, string person) => $"{what}, to {person}";

    public string Until(string what, LocalDate day, LocalTime time) => $"{what}, until {new EnglishDates().LongDay(day, time)}";

    public string NotAskedAbout(string who) => $"about {who}";

    public string And(string one, string other) => $"{one} and {other}";

    public string FollowUpWith(string who, string other) => $"{who}; you follow up with {other}";

    public string DigestStopped(string digest, string address) =>
        $"{digest} is not sent to you any more; write “subscribe {digest}” as the subject of a mail to {address} to get it again";

    public string DigestAsBefore(string digest) => $"you get {digest} as before";

    public string ListInCalendar => "Your list in your calendar";

    public string FeedAddress => "address";

    public string FeedInOutlook => "in the calendar choose Add calendar, Subscribe from web, and paste the address";

    public string FeedInGoogle => "in the browser choose Other calendars, From URL; what is new can take a day to appear there";

    public string FeedInApple =>
        "choose File, New Calendar Subscription; on an iPhone: Calendars, Add Calendar, Add Subscription Calendar";

    public string KeepSecret => "keep it to yourself";

    public string FeedIsSecret =>
        "whoever has the address sees what you have to do, and about whom; an address you had before has ended, and “feed\u00A0new” ends "
            + "this one";

    public string NoFeedHere => "there is no calendar here: readers are served no pages (status.url in crmsync.yaml), or this is a trial";

    public string TooManyPeople(int asked, int answered) =>
        $"you ask about {asked} people; the first {answered} are answered, ask again for the others";

    public string WordsNotKept => "its words are not kept (privacy.metadata_only)";

    public string YourLastMail => "your last mail";

    public string YourMail => "your mail";
}
