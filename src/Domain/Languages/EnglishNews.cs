using System.Globalization;
using static CrmSync.Domain.Languages.EnglishDates;

namespace CrmSync.Domain.Languages;

internal sealed class EnglishNews : INewsPhrases
{
    public string NotDelivered => "not delivered";

    public string Withdrawn => "withdrawn";

    public string DoneByColleague => "done by a colleague";

    public string Colleague => "a colleague";

    public string NewPerson => "new";

    public string Policy => "policy";

    public string DidNotReach(string about, string who) => $"Your mail{about} did not reach {who}";

    public string AnsweredInTime(string who, SeenTime at) =>
        $"{who} was answered in time after all ({At(at)}); the reply was seen late";

    public string TurnedUp(string who, SeenTime at) =>
        $"{who} was forwarded, and the mail itself turned up ({At(at)}); now that one counts";

    public string TookCare(string colleague, string who, SeenTime at) => $"{colleague} took care of {who} ({At(at)})";

    public string Wrote(string colleague, string whom, string about) => $"{colleague} wrote to {whom}{about}";

    public string Met(string colleague, string whom, string about) => $"{colleague} met {whom}{about}";

    public string Called(string colleague, string whom, string about) => $"{colleague} called {whom}{about}";

    public string WroteFirst(string who, string about) => $"{who} wrote for the first time{about}";

    public string Names(IReadOnlyList<string> names, int more) =>
        more == 0 ? string.Join(", ", names) : $"{string.Join(", ", names)} and {more} more";

    public string SeemsOnePerson(string who, string other, string words) => $"{who} seems to be one person with {other}: “{words}”";

    public string SeemsToHaveLeft(string who, string words, string successor) =>
        $"{who} seems to have left: “{words}” "
            + (successor.Length > 0 ? $"Ask nothing more about them, and follow up with {successor}?" : "Ask nothing more about them?");

    public string Replies(int number, bool areOnePerson) => $"Reply: {(areOnePerson ? "same" : "yes")} {number} · no {number}";

    public string NothingToDoHere => "Nothing to do here for now.";

    public string ForExample => "For example:";

    public string HeldBack(string reason, int count) =>
        string.Create(CultureInfo.InvariantCulture, $"{EnglishItems.Capital(reason)}: {count}");

    public string HeldBackUntil(string what, string reason, SeenTime? until) =>
        $"{what}: {reason}{(until is { } end ? $", until {At(end)}" : "")}";

    public string MeetingBooked => "a meeting already booked";

    public string TheyAreAway => "they are away";

    public string TheyHaveLeft => "they have left";

    public string SomeLimit => "a limit";

    public string Meeting => "Meeting";
}
