using CrmSync.Domain.Time;
using NodaTime;

namespace CrmSync.Domain.Languages;

/// <summary>What managers are told about the people below them, besides items.</summary>
public interface IFirmPhrases
{
    string OverdueCaption { get; }

    IReadOnlyList<string> OverdueColumns { get; }

    string CasesCaption { get; }

    IReadOnlyList<string> CasesColumns { get; }

    string OverContactedCaption { get; }

    IReadOnlyList<string> OverContactedColumns { get; }

    string NumbersCaption { get; }

    /// <summary>The columns of the figures: whose, the business day before, and so many days.</summary>
    IReadOnlyList<string> NumbersColumns(string rowsAre, string day, IReadOnlyList<int> days);

    string WeeksCaption { get; }

    string ThisWeek { get; }

    /// <summary>What to do and when it was due; null for when where nothing is known of it.</summary>
    string Item(string what, string? due);

    /// <summary>Whose turn it is in a case, and since when, each on a line.</summary>
    string OurTurn(string owner, SeenTime since);

    string TheirTurn(SeenTime since);

    string Contacts(int count);

    string AtMost(int most, LengthOfTime window);

    string Earlier(int count);

    /// <summary>One of us without a name.</summary>
    string We { get; }

    string CannotBeRead { get; }

    /// <summary>
    /// What is wrong with an account, in words of the program, whether somebody must act or it is retried automatically, and when it was
    /// last read.
    /// </summary>
    string AccountTrouble(string account, string trouble, bool needsSomebody, SeenTime? lastRead);

    string Attention { get; }

    string PolicyChanged { get; }

    string Read { get; }

    string AccountsRead(int count, bool areAll, SeenTime last);

    string OnTrial { get; }

    string WouldList(string rule, int items, string example);

    string WouldHoldBack(string limit, int items, string example);

    string Private { get; }

    string PrivateThreads(int count);

    string NotUseful { get; }

    string NotUsefulByRule(string rules);

    string PolicyVersion { get; }

    /// <summary>What rows of figures are about: people.</summary>
    string Who { get; }

    /// <summary>What rows of figures are about: teams.</summary>
    string Team { get; }

    /// <summary>The row of all together.</summary>
    string All { get; }

    string NoTeam { get; }

    /// <summary>Of figures: nothing fell due.</summary>
    string None { get; }

    string InTime(int inTime, int all);

    string Late(int count);

    string NotYet(int count);

    string ByHand(int count);

    string Unsure(int count);

    /// <summary>A median; <paramref name="isOpen"/> when it counts what still waits.</summary>
    string Median(Duration median, bool isOpen);
}
