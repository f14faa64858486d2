namespace CrmSync.Domain.Languages;

/// <summary>
/// What staff are told besides their items. Of what has a name of its own, <c>about</c> is empty or a subject in quotation marks with a
/// blank before it.
/// </summary>
public interface INewsPhrases
{
    /// <summary>What stands before a piece of news, in a word or two.</summary>
    string NotDelivered { get; }

    string Withdrawn { get; }

    string DoneByColleague { get; }

    string Colleague { get; }

    string NewPerson { get; }

    string Policy { get; }

    /// <summary>An email of the reader's came back.</summary>
    string DidNotReach(string about, string who);

    /// <summary>It was told as overdue, and had been answered in time.</summary>
    string AnsweredInTime(string who, SeenTime at);

    /// <summary>A forwarded request turned up itself.</summary>
    string TurnedUp(string who, SeenTime at);

    string TookCare(string colleague, string who, SeenTime at);

    string Wrote(string colleague, string whom, string about);

    string Met(string colleague, string whom, string about);

    string Called(string colleague, string whom, string about);

    string WroteFirst(string who, string about);

    /// <summary>Some names, and how many there are beside them.</summary>
    string Names(IReadOnlyList<string> names, int more);

    /// <summary>Whether two addresses are one person.</summary>
    string SeemsOnePerson(string who, string other, string words);

    /// <summary>Whether somebody has left; <paramref name="successor"/> may be empty.</summary>
    string SeemsToHaveLeft(string who, string words, string successor);

    /// <summary>How to answer these questions: with the verb for yes, or for one person, and the one for no.</summary>
    string Replies(int number, bool areOnePerson);

    string NothingToDoHere { get; }

    string ForExample { get; }

    /// <summary>How many are held back for a reason.</summary>
    string HeldBack(string reason, int count);

    string HeldBackUntil(string what, string reason, SeenTime? until);

    string MeetingBooked { get; }

    string TheyAreAway { get; }

    string TheyHaveLeft { get; }

    string SomeLimit { get; }

    /// <summary>A meeting without a subject.</summary>
    string Meeting { get; }
}
