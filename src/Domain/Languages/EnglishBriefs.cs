using NodaTime;
using static CrmSync.Domain.Languages.EnglishDates;

namespace CrmSync.Domain.Languages;

internal sealed class EnglishBriefs : IBriefPhrases
{
    public string NoContactSoFar => "no contact so far";

    public string KnownFor(Duration length, int contacts) => $"known for {InWords(length)}, {Count(contacts, "contact")}";

    public string LookedAfterBy(string owner) => $"looked after by {owner}";

    public string LatelyInTouch(IReadOnlyList<string> colleagues) => $"lately in touch: {string.Join(", ", colleagues)}";

    public string Met(SeenTime at, string? who, string about) => $"{At(at)} met {who ?? "we"}{about}";

    public string Called(SeenTime at, string? who) => $"{At(at)} {who ?? "we"} called";

    public string TheyCalled(SeenTime at, string? who) => $"{At(at)} called{(who is null ? "" : $", {who} answered")}";

    public string TheyWrote(SeenTime at, string about, string words) =>
        $"{At(at)} wrote{about}{(words.Length > 0 ? $": {words}" : "")}";

    public string WeWrote(SeenTime at, string? who, string about) => $"{At(at)} {who ?? "we"} wrote{about}";

    public string Item(string what, string about, string? due) => $"{what}{about}{(due is null ? "" : ", " + due)}";

    public string OurTurn(string name, string about, SeenTime since) => $"{name}{about}, our turn since {At(since)}";

    public string TheirTurn(string name, string about, SeenTime since) => $"{name}{about}, their turn since {At(since)}";

    public string NoAnswerYet(SeenTime at, string? who, string about) => $"{who ?? "we"} asked {At(at)}{about}, no answer yet";

    public string HasLeft(string about) => $"has left{about}";

    public string NewAddress(string address, string about) => $"new address {address}{about}";

    public string AwayUntil(LocalDate day, string about) => $"away until {new EnglishDates().LongDay(day)}{about}";

    public string AsSigned(string words, SeenTime at) => $"{words} (as signed {At(at)})";

    public string Telephone(string number) => $"telephone: {number}";

    public string WorksFor(string organisation) => $"works for {organisation}";

    public string NameOfThem => "name";

    public string TagsOfThem => "tags";

    public string OwnerOfThem => "owner";

    public string AlsoKnown(IReadOnlyList<string> what) => $"{string.Join(", ", what)} as imported";

    public string Ahead(SeenTime at, string about) => $"{At(at)}{about}";

    public string Noted(string field, string day) => $"{field}: {day}";

    public string Soon(int days) => days switch
    {
        0 => " (today)",
        1 => " (tomorrow)",
        > 1 and <= 30 => $" (in {days} days)",
        _ => "",
    };

    public string NotedBy(SeenTime at, string? who) => $"noted {At(at)}{(who is null ? "" : " by " + who)}";

    public string FromEmail(SeenTime at, string about) => $"from the email of {At(at)}{about}";

    public string Open => "Open";

    public string Waiting => "Waiting";

    public string Meeting => "Meeting";

    public string Fact => "Noted";
}
