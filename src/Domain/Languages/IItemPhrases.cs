using NodaTime;

namespace CrmSync.Domain.Languages;

/// <summary>What is to be done about whom and by when, and the words around an item.</summary>
public interface IItemPhrases
{
    string Answer(string who);

    string CallBack(string who);

    string Solve(string who);

    string AskAgain(string who);

    string GetInTouch(string who);

    string FollowUp(string who);

    /// <summary>A noted day of somebody.</summary>
    /// <param name="field">As it was noted: <c>birthday</c>; may be empty.</param>
    /// <param name="who">Whose.</param>
    string Day(string field, string who);

    string TellInTime(string who);

    string Introduce(string who);

    string KeepAnEye(string who);

    /// <summary>A state in one or two words, in lower case where the language allows.</summary>
    string State(ToldAs state);

    /// <summary>The state with what else is known of its time, as a phrase that begins with a capital.</summary>
    string Status(ToldAs state, string? due);

    /// <summary>Overdue since a moment; with how long ago that is where it is long.</summary>
    string OverdueSince(SeenTime due, Duration? ago);

    string DueAt(SeenTime due);

    string DueSoon(SeenTime due);

    string ToDoBy(SeenTime due);

    string WaitingForThem { get; }

    /// <summary>As a phrase behind others: was due at a moment, with how long ago that is where it is long.</summary>
    string WasDue(SeenTime due, Duration? ago);

    /// <summary>As a phrase behind others.</summary>
    string Due(SeenTime due);

    /// <summary>Whose it is, when that is somebody else.</summary>
    string With(string owner);

    string New { get; }

    /// <summary>That it may be done already, behind what is asked; with what is doubtful, where that is not said elsewhere.</summary>
    string NotCertain(string? reservation);

    /// <summary>Before items that were told several times already.</summary>
    string StillOpen { get; }

    string AsToldBefore { get; }

    /// <summary>An item in one line: what to do and its status.</summary>
    string InOneLine(string what, string status);

    /// <summary>What can be answered about an item; its words are held together by hard spaces where a line could break.</summary>
    string Replies(int number);

    /// <summary>The word of a link, and what it means for whoever hears it without its surroundings.</summary>
    (string Word, string Meaning) Reply(string address);

    /// <param name="what">Which item.</param>
    (string Word, string Meaning) Open(string what);

    /// <summary>What stands before the address of the mail.</summary>
    string OpenMail { get; }

    (string Word, string Meaning) Done { get; }

    (string Word, string Meaning) ThreeDays { get; }

    (string Word, string Meaning) Called { get; }

    (string Word, string Meaning) NotUseful { get; }
}
