using NodaTime;

namespace CrmSync.Domain.Languages;

/// <summary>What a reader is told of what they wrote to us: what was done, and what the answer to a question is headed by.</summary>
public interface IAnswerPhrases
{
    /// <summary>What can be written, one example a line.</summary>
    IReadOnlyList<string> Examples { get; }

    string WhatYouCanWrite { get; }

    /// <summary>Before each example.</summary>
    string Write { get; }

    string NothingToDoForNow { get; }

    /// <summary>A headline and how many answers there are beside it.</summary>
    string AndFurtherAnswers(string headline, int more);

    string NotDone { get; }

    string ThisCouldNotBeDone { get; }

    string CouldNotBeDone(int failed, int all);

    string WhatWeKnow { get; }

    string About(string name, int others);

    /// <summary>Words for what was done, each before what it was done to.</summary>
    string Done { get; }

    string Resolved { get; }

    string Snoozed { get; }

    string Called { get; }

    string Tagged { get; }

    string NoLongerTagged { get; }

    string Noted { get; }

    string ExpectsAnAnswer { get; }

    string NotUseful { get; }

    /// <summary>Subject and texts of a thread are not kept any more.</summary>
    string MadePrivate { get; }

    string Given { get; }

    string TakenBack { get; }

    string NotAskedAgain { get; }

    string OnePerson { get; }

    string HasLeft { get; }

    string Stopped { get; }

    string SentAgain { get; }

    string NotAnswered { get; }

    /// <summary>Behind what was given: to whom.</summary>
    string To(string what, string person);

    string Until(string what, LocalDate day, LocalTime time);

    string NotAskedAbout(string who);

    string And(string one, string other);

    string FollowUpWith(string who, string other);

    string DigestStopped(string digest, string address);

    string DigestAsBefore(string digest);

    /// <summary>A heading: the reader's list as a calendar.</summary>
    string ListInCalendar { get; }

    /// <summary>What stands before the address.</summary>
    string FeedAddress { get; }

    /// <summary>Where to click for it to be taken.</summary>
    string FeedInOutlook { get; }

    /// <summary>Where to click for it to be taken.</summary>
    string FeedInGoogle { get; }

    /// <summary>Where to click for it to be taken.</summary>
    string FeedInApple { get; }

    /// <summary>What stands before what follows.</summary>
    string KeepSecret { get; }

    /// <summary>What whoever has the address sees, and how to end it.</summary>
    string FeedIsSecret { get; }

    /// <summary>Why there is no such calendar here.</summary>
    string NoFeedHere { get; }

    string TooManyPeople(int asked, int answered);

    string WordsNotKept { get; }

    string YourLastMail { get; }

    string YourMail { get; }
}
