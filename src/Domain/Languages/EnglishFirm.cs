using System.Globalization;
using CrmSync.Domain.Time;
using NodaTime;
using static CrmSync.Domain.Languages.EnglishDates;
using static CrmSync.Domain.Languages.SentenceEnd;

namespace CrmSync.Domain.Languages;

internal sealed class EnglishFirm : IFirmPhrases
{
    public string OverdueCaption => "What is overdue with each owner, the oldest first";

    public IReadOnlyList<string> OverdueColumns { get; } = ["Owner", "Overdue", "What"];

    public string CasesCaption => "Open cases, the oldest first";

    public IReadOnlyList<string> CasesColumns { get; } = ["Who", "Case and age", "Whose turn"];

    public string OverContactedCaption => "Who heard from us more often than the policy allows, and from whom";

    public IReadOnlyList<string> OverContactedColumns { get; } = ["Who", "How often", "Mails and meetings"];

    public string NumbersCaption => "Done in time, of all that fell due, and the median time";

    public IReadOnlyList<string> NumbersColumns(string rowsAre, string day, IReadOnlyList<int> days) =>
        [rowsAre, EnglishItems.Capital(day), .. days.Select(count => $"{count} days")];

    public string WeeksCaption => "Contacts a week: mails, meetings and calls";

    public string ThisWeek => "this week";

    public string Item(string what, string? due) => $"{what}, {due}";

    public string OurTurn(string owner, SeenTime since) => $"ours ({owner})\nsince {At(since)}";

    public string TheirTurn(SeenTime since) => $"theirs\nsince {At(since)}";

    public string Contacts(int count) => Count(count, "contact");

    public string AtMost(int most, LengthOfTime window) => $"at most {most} in {InWords(window)}";

    public string Earlier(int count) => $"{count} earlier";

    public string We => "we";

    public string CannotBeRead => "cannot be read";

    public string AccountTrouble(string account, string trouble, bool needsSomebody, SeenTime? lastRead) =>
        $"{account}: {Ended(trouble)} {(needsSomebody ? "Somebody must act." : "Retried automatically.")}"
            + $"{(lastRead is { } read ? $" Last read {At(read)}." : "")}";

    public string Attention => "attention";

    public string PolicyChanged => "policy changed";

    public string Read => "read";

    public string AccountsRead(int count, bool areAll, SeenTime last) =>
        $"{(areAll ? "all " : "")}{Count(count, "account")}, the last one {At(last)}";

    public string OnTrial => "on trial";

    public string WouldList(string rule, int items, string example) =>
        $"{rule} would list {Count(items, "item")}, for example: {example}";

    public string WouldHoldBack(string limit, int items, string example) =>
        $"{limit} would hold back {Count(items, "item")}, for example: {example}";

    public string Private => "private";

    public string PrivateThreads(int count) =>
        $"{Count(count, "thread")}: by somebody's word, subjects and texts are not kept; people, times and promises are";

    public string NotUseful => "not useful";

    public string NotUsefulByRule(string rules) => $"{rules} (in 30 days, by rule)";

    public string PolicyVersion => "policy version";

    public string Who => "Who";

    public string Team => "Team";

    public string All => "All";

    public string NoTeam => "no team";

    public string None => "none";

    public string InTime(int inTime, int all) => string.Create(CultureInfo.InvariantCulture, $"{inTime} of {all}");

    public string Late(int count) => $"{count} late";

    public string NotYet(int count) => $"{count} not yet";

    public string ByHand(int count) => $"{count} by hand";

    public string Unsure(int count) => $"{count} unsure";

    public string Median(Duration median, bool isOpen) => (isOpen ? "over " : "") + new EnglishDates().Short(median);
}
