using CrmSync.Domain.Time;
using NodaTime;
using static CrmSync.Domain.Languages.GermanDates;
using static CrmSync.Domain.Languages.SentenceEnd;

namespace CrmSync.Domain.Languages;

internal sealed class GermanFirm : IFirmPhrases
{
    public string OverdueCaption => "Was bei wem überfällig ist, das Älteste zuerst";

    public IReadOnlyList<string> OverdueColumns { get; } = ["Zuständig", "Überfällig", "Was"];

    public string CasesCaption => "Offene Fälle, die ältesten zuerst";

    public IReadOnlyList<string> CasesColumns { get; } = ["Wer", "Fall und Alter", "Am Zug"];

    public string OverContactedCaption => "Wer öfter von uns gehört hat, als das Regelwerk erlaubt, und von wem";

    public IReadOnlyList<string> OverContactedColumns { get; } = ["Wer", "Wie oft", "E-Mails und Termine"];

    public string NumbersCaption => "Rechtzeitig erledigt, von allem Fälligen, und die mittlere Dauer (Median)";

    public IReadOnlyList<string> NumbersColumns(string rowsAre, string day, IReadOnlyList<int> days) =>
        [rowsAre, Capital(day), .. days.Select(count => $"{count} Tage")];

    public string WeeksCaption => "Kontakte pro Woche: E-Mails, Termine und Anrufe";

    public string ThisWeek => "diese Woche";

    public string Item(string what, string? due) => due is null ? what : $"{what}, {due}";

    public string OurTurn(string owner, SeenTime since) => $"wir ({owner})\nseit {Bare(since)}";

    public string TheirTurn(SeenTime since) => $"der Kunde\nseit {Bare(since)}";

    public string Contacts(int count) => Count(count, "Kontakt", "Kontakte");

    public string AtMost(int most, LengthOfTime window) => $"höchstens {most} in {Dative(window)}";

    public string Earlier(int count) => Count(count, "früherer", "frühere");

    public string We => "wir";

    public string CannotBeRead => "nicht lesbar";

    public string AccountTrouble(string account, string trouble, bool needsSomebody, SeenTime? lastRead) =>
        $"{account}: {Ended(trouble)} {(needsSomebody ? "Jemand muss eingreifen." : "Wird von selbst erneut versucht.")}"
            + $"{(lastRead is { } read ? $" Zuletzt {At(read)} gelesen." : "")}";

    public string Attention => "Achtung";

    public string PolicyChanged => "Regelwerk geändert";

    public string Read => "gelesen";

    public string AccountsRead(int count, bool areAll, SeenTime last) =>
        $"{(areAll && count > 1 ? "alle " : "")}{Count(count, "Konto", "Konten")}, das letzte {At(last)}";

    public string OnTrial => "auf Probe";

    public string WouldList(string rule, int items, string example) =>
        $"{rule} würde {Count(items, "Eintrag", "Einträge")} vorlegen, zum Beispiel: {example}";

    public string WouldHoldBack(string limit, int items, string example) =>
        $"{limit} würde {Count(items, "Eintrag", "Einträge")} zurückstellen, zum Beispiel: {example}";

    public string Private => "vertraulich";

    public string PrivateThreads(int count) =>
        $"{count} Mailwechsel: auf Wunsch werden Betreff und Text nicht gespeichert; Personen, Zeiten und Zusagen bleiben";

    public string NotUseful => "nicht nützlich";

    public string NotUsefulByRule(string rules) => $"{rules} (in 30 Tagen, nach Regel)";

    public string PolicyVersion => "Version des Regelwerks";

    public string Who => "Wer";

    public string Team => "Team";

    public string All => "Alle";

    public string NoTeam => "kein Team";

    public string None => "nichts";

    public string InTime(int inTime, int all) => FormattableString.Invariant($"{inTime} von {all}");

    public string Late(int count) => $"{count} zu spät";

    public string NotYet(int count) => $"{count} noch nicht";

    public string ByHand(int count) => $"{count} von Hand";

    public string Unsure(int count) => $"{count} unsicher";

    public string Median(Duration median, bool isOpen) => (isOpen ? "über " : "") + new GermanDates().Short(median);
}
