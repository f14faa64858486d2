using NodaTime;

namespace CrmSync.Domain.Languages;

/// <summary>
/// What we know about somebody. <c>about</c> is empty or a subject in quotation marks with a blank before it; who of us is unknown is null.
/// </summary>
public interface IBriefPhrases
{
    string NoContactSoFar { get; }

    string KnownFor(Duration length, int contacts);

    string LookedAfterBy(string owner);

    string LatelyInTouch(IReadOnlyList<string> colleagues);

    string Met(SeenTime at, string? who, string about);

    string Called(SeenTime at, string? who);

    string TheyCalled(SeenTime at, string? who);

    /// <summary>They wrote; <paramref name="words"/> are the beginning of what, or empty.</summary>
    string TheyWrote(SeenTime at, string about, string words);

    string WeWrote(SeenTime at, string? who, string about);

    /// <summary>What to do, of which mail, by when.</summary>
    string Item(string what, string about, string? due);

    string OurTurn(string name, string about, SeenTime since);

    string TheirTurn(string name, string about, SeenTime since);

    string NoAnswerYet(SeenTime at, string? who, string about);

    string HasLeft(string about);

    string NewAddress(string address, string about);

    string AwayUntil(LocalDate day, string about);

    string AsSigned(string words, SeenTime at);

    string Telephone(string number);

    string WorksFor(string organisation);

    /// <summary>What else is known from a directory.</summary>
    string NameOfThem { get; }

    /// <summary>What else is known from a directory.</summary>
    string TagsOfThem { get; }

    /// <summary>What else is known from a directory.</summary>
    string OwnerOfThem { get; }

    /// <summary>Before the directory: what else is known from there.</summary>
    string AlsoKnown(IReadOnlyList<string> what);

    /// <summary>A meeting that is booked.</summary>
    string Ahead(SeenTime at, string about);

    /// <summary>A noted day.</summary>
    string Noted(string field, string day);

    /// <summary>Behind a day that comes within a month, with a blank before it; empty for others.</summary>
    string Soon(int days);

    /// <summary>Where a fact is known from: a note of one of us.</summary>
    string NotedBy(SeenTime at, string? who);

    /// <summary>Where a fact is known from: an email.</summary>
    string FromEmail(SeenTime at, string about);

    /// <summary>Before what is ours to do.</summary>
    string Open { get; }

    /// <summary>Before what is theirs to do.</summary>
    string Waiting { get; }

    /// <summary>Before a meeting ahead.</summary>
    string Meeting { get; }

    /// <summary>Before a fact.</summary>
    string Fact { get; }
}
