using CrmSync.Domain.Time;
using NodaTime;
using static CrmSync.Domain.Languages.GermanDates;

namespace CrmSync.Domain.Languages;

internal sealed class GermanWriting : IWritingPhrases
{
    public string Title(string name) => $"Schreiben an {name}";

    public string Yes => "ja";

    public string No => "nein";

    public string AnAnswerOnly => "nur eine Antwort";

    public string CannotSay => "nicht bekannt";

    public string Owed => "geschuldet";

    public string ByTheWay => "übrigens";

    public string YouMay(string name) => $"Sie dürfen an {name} schreiben; keine Grenze spricht dagegen.";

    public string YouMayAnswer(string name, SeenTime? from) => $"Sie dürfen {name} antworten, sonst nichts{Wait(from)}.";

    public string PleaseDoNot(string name, SeenTime? from) => $"Bitte schreiben Sie nicht von sich aus an {name}{Wait(from)}.";

    public string HeadlineYes(string name) => $"Ja, Sie dürfen an {name} schreiben";

    public string HeadlineAnswer(string name) => $"Sie dürfen {name} antworten, nicht mehr";

    public string HeadlineNotBefore(string name, SeenTime from) => $"Nicht vor {Before(from)}, an {name} schreiben";

    public string HeadlineNo(string name) => $"Nein, bitte nicht an {name} schreiben";

    public string AnswerIsOwed(string what, string about, string? due) =>
        $"{what}{about}{(due is null ? "" : $", {due}")}. Auf eine E-Mail an uns zu antworten ist immer erlaubt.";

    public string LooksAfterThem(string owner) => $"Zuständig ist {owner}.";

    public string WillMeet(string? who, SeenTime at, string about) =>
        $"{(who is null ? "Wir haben" : $"{who} hat")} {At(at)} einen gemeinsamen Termin{about}.";

    public string AmongThoseWeDoNotWriteTo => "Diese Adresse gehört zu denen, an die wir nicht schreiben.";

    public string IsAmongThoseWeDoNotWriteTo(string address) => $"{address} gehört zu den Adressen, an die wir nicht schreiben.";

    public string Blackout(LocalDate from, LocalDate to, SeenTime? until) =>
        $"Vom {Day(from)}, bis zum {Day(to)}, schreiben wir an niemanden{Until(until)}.";

    public string LeftAloneAfterSomeCase(LengthOfTime length, SeenTime? until) =>
        $"Nach einem Fall lassen wir {InWords(length)} Ruhe{Until(until)}.";

    public string LeftAloneAfter(string name, string? whose, string about, SeenTime closed, LengthOfTime length, SeenTime? until) =>
        $"{Case(name, whose, about)}, geschlossen {At(closed)}: danach lassen wir {InWords(length)} Ruhe{Until(until)}.";

    public string LeftAloneDuring(string name, string? whose, string about, SeenTime opened, LengthOfTime length, SeenTime? until) =>
        $"{Case(name, whose, about)}, offen seit {Bare(opened)}: "
            + $"bis zum Abschluss und {InWords(length)} danach lassen wir Ruhe{Until(until)}.";

    public string Used(int count, int most, LengthOfTime window, bool byOrganisation, IReadOnlyList<string> counted, SeenTime? until)
    {
        var contacts = count == 0 ? "Kein Kontakt" : Count(count, "Kontakt", "Kontakte");
        var whole = byOrganisation ? " für das ganze Haus" : "";
        var which = counted.Count > 0 ? $" ({string.Join("; ", counted)})" : "";
        return $"{contacts} in {Dative(window)}{whole}, erlaubt {(most == 1 ? "ist" : "sind")} {most}{which}{Until(until)}.";
    }

    public string Contact(string? who, SeenTime at, string about) => $"{who ?? "wir"}, {Bare(at)}{about}";

    public string NobodyOfYours => "Niemand aus Ihrem Kreis";

    public string AndNobodyOfYours => "Und niemand aus Ihrem Kreis";

    public string NotFound => "nicht gefunden";

    public string Unseen(string address, string? helper) =>
        $"{address} wird, soweit bekannt, weder von Ihnen noch von Ihrem Team betreut."
            + (helper is null ? "" : $" Fragen Sie {helper}, bevor Sie schreiben.");

    private static string Case(string name, string? whose, string about) =>
        Capital($"{name} von {(whose is null ? "jemand anderem dort" : $"{whose}{about}")}");

    private static string Wait(SeenTime? from) =>
        from is { } then ? $", nicht vor {Before(then)}; danach dürfen Sie, wenn nichts dazwischenkommt" : "";

    /// <summary>Behind a preposition with the dative: <c>vor dem Mo., 2. März, 9:00 Uhr</c>.</summary>
    private static string Before(SeenTime then) => then.Days is > -7 and < 7 ? Bare(then) : $"dem {Bare(then)}";

    private static string Until(SeenTime? until) => until is { } end ? $", bis {Bare(end)}" : "";
}
