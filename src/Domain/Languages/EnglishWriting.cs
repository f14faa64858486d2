using System.Globalization;
using CrmSync.Domain.Time;
using NodaTime;
using static CrmSync.Domain.Languages.EnglishDates;

namespace CrmSync.Domain.Languages;

internal sealed class EnglishWriting : IWritingPhrases
{
    public string Title(string name) => $"Writing to {name}";

    public string Yes => "yes";

    public string No => "no";

    public string AnAnswerOnly => "an answer only";

    public string CannotSay => "cannot say";

    public string Owed => "owed";

    public string ByTheWay => "by the way";

    public string YouMay(string name) => $"You may write to {name}; no limit stands against it.";

    public string YouMayAnswer(string name, SeenTime? from) => $"You may answer {name}, and nothing else{Wait(from)}.";

    public string PleaseDoNot(string name, SeenTime? from) => $"Please do not write to {name} of your own accord{Wait(from)}.";

    public string HeadlineYes(string name) => $"Yes, you may write to {name}";

    public string HeadlineAnswer(string name) => $"You may answer {name}, not more";

    public string HeadlineNotBefore(string name, SeenTime from) => $"Do not write to {name} before {At(from)}";

    public string HeadlineNo(string name) => $"No, please do not write to {name}";

    public string AnswerIsOwed(string what, string about, string? due) =>
        $"{what}{about}, {due}. They wrote to us: an answer is always allowed.";

    public string LooksAfterThem(string owner) => $"{owner} looks after them.";

    public string WillMeet(string? who, SeenTime at, string about) => $"{who ?? "we"} will meet them {At(at)}{about}.";

    public string AmongThoseWeDoNotWriteTo => "They are among those we do not write to.";

    public string IsAmongThoseWeDoNotWriteTo(string address) => $"{address} is among those we do not write to.";

    public string Blackout(LocalDate from, LocalDate to, SeenTime? until)
    {
        var dates = new EnglishDates();
        return $"We write to nobody from {dates.LongDay(from)} to {dates.LongDay(to)}{Until(until)}.";
    }

    public string LeftAloneAfterSomeCase(LengthOfTime length, SeenTime? until) =>
        $"They are left alone for {length} after a case{Until(until)}.";

    public string LeftAloneAfter(string name, string? whose, string about, SeenTime closed, LengthOfTime length, SeenTime? until) =>
        $"{Case(name, whose, about)}, closed {At(closed)}: they are left alone for {length} after it{Until(until)}.";

    public string LeftAloneDuring(string name, string? whose, string about, SeenTime opened, LengthOfTime length, SeenTime? until) =>
        $"{Case(name, whose, about)}, open since {At(opened)}: they are left alone until it is closed and {length} more{Until(until)}.";

    public string Used(int count, int most, LengthOfTime window, bool byOrganisation, IReadOnlyList<string> counted, SeenTime? until)
    {
        var used = count == 0 ? "None" : count.ToString(CultureInfo.InvariantCulture);
        var whole = byOrganisation ? " for the whole house" : "";
        return $"{used} of {most} in {window}{whole}{(counted.Count > 0 ? $" ({string.Join("; ", counted)})" : "")}{Until(until)}.";
    }

    public string Contact(string? who, SeenTime at, string about) => $"{who ?? "we"} {At(at)}{about}";

    public string NobodyOfYours => "Nobody of yours";

    public string AndNobodyOfYours => "And nobody of yours";

    public string NotFound => "not found";

    public string Unseen(string address, string? helper) =>
        $"{address} is nobody you or your team look after, as far as we know."
            + (helper is null ? "" : $" Ask {helper} before you write.");

    private static string Case(string name, string? whose, string about) =>
        EnglishItems.Capital($"{name} of {(whose is null ? "somebody else there" : $"{whose}{about}")}");

    private static string Wait(SeenTime? from) =>
        from is { } then ? $" before {At(then)}; from then on you may, if nothing else happens" : "";

    private static string Until(SeenTime? until) => until is { } end ? $", until {At(end)}" : "";
}
