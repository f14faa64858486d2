using CrmSync.Domain.Time;
using NodaTime;

namespace CrmSync.Domain.Languages;

/// <summary>The answer to "can I write to jane@acme.example": yes or no, and the limits and dates behind it.</summary>
public interface IWritingPhrases
{
    string Title(string name);

    string Yes { get; }

    string No { get; }

    string AnAnswerOnly { get; }

    string CannotSay { get; }

    string Owed { get; }

    string ByTheWay { get; }

    string YouMay(string name);

    string YouMayAnswer(string name, SeenTime? from);

    string PleaseDoNot(string name, SeenTime? from);

    string HeadlineYes(string name);

    string HeadlineAnswer(string name);

    string HeadlineNotBefore(string name, SeenTime from);

    string HeadlineNo(string name);

    /// <summary>They wrote to us, so that an answer is always allowed.</summary>
    string AnswerIsOwed(string what, string about, string? due);

    string LooksAfterThem(string owner);

    string WillMeet(string? who, SeenTime at, string about);

    string AmongThoseWeDoNotWriteTo { get; }

    string IsAmongThoseWeDoNotWriteTo(string address);

    string Blackout(LocalDate from, LocalDate to, SeenTime? until);

    string LeftAloneAfterSomeCase(LengthOfTime length, SeenTime? until);

    /// <summary>A case was closed; <paramref name="whose"/> is null where the reader may not see it.</summary>
    string LeftAloneAfter(string name, string? whose, string about, SeenTime closed, LengthOfTime length, SeenTime? until);

    /// <summary>A case is open; <paramref name="whose"/> is null where the reader may not see it.</summary>
    string LeftAloneDuring(string name, string? whose, string about, SeenTime opened, LengthOfTime length, SeenTime? until);

    /// <summary>How much of a limit is used, with the latest contacts that count.</summary>
    string Used(int count, int most, LengthOfTime window, bool byOrganisation, IReadOnlyList<string> counted, SeenTime? until);

    string Contact(string? who, SeenTime at, string about);

    string NobodyOfYours { get; }

    string AndNobodyOfYours { get; }

    string NotFound { get; }

    /// <summary>The same words whether nobody knows the address or somebody else looks after it.</summary>
    string Unseen(string address, string? helper);
}
