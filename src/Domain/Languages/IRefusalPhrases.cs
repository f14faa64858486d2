using CrmSync.Domain.Log;

namespace CrmSync.Domain.Languages;

/// <summary>
/// Why something was not carried out, and what would work. Each follows on the words that were written, in quotation marks: it goes on with
/// a verb, or begins with a colon.
/// </summary>
public interface IRefusalPhrases
{
    string NamesNoAddress { get; }

    string SaysNot { get; }

    string IsQuestion { get; }

    string LiesInThePast { get; }

    string WasNoCall { get; }

    string UnknownWord(string word);

    /// <summary>"feed" alone would end the address a calendar reads.</summary>
    string FeedWithoutNew { get; }

    string UndoneAsAWhole { get; }

    string AllMayMeanTheDay { get; }

    /// <summary>A snooze without a time.</summary>
    /// <param name="verb">As it was written.</param>
    /// <param name="targets">As they were written.</param>
    string NoTime(string verb, string targets);

    string IsNoTime(string words);

    string NoTag(string verb, string targets);

    string NoText { get; }

    string NoPerson(string verb, string targets);

    string TimeBehind(string targets);

    string MoreBehind(string words);

    string IsNoCommand { get; }

    /// <summary>A verb that names no line.</summary>
    /// <param name="written">The verb as it was written.</param>
    /// <param name="verb">What it means; some need more than the number in an example.</param>
    string NoLine(string written, CommandVerb verb);

    string NoThread { get; }

    string CannotTakeBackPrivate { get; }

    string CannotTakeBackStop { get; }

    string TakenBackAlready { get; }

    string NothingToTakeBack { get; }

    /// <summary>A link whose token is not one of ours, or too old.</summary>
    string LinkIsNotOurs { get; }

    string LinkIsTooOld(int age, int valid);

    string LinkForSomebodyElse(string person);

    string NothingThere { get; }

    string UnknownLink { get; }

    string NoSuchDigest(string digests);

    string NobodyMetSoon { get; }

    string UnknownAddress { get; }

    string NobodyFromOutside { get; }

    string NotSeen(string address);

    string FitsNoMail(string address);

    string NotWrittenFor(string person);

    string MailTooOld(int days);

    string StandsBelowQuote(string line);

    string HoldsNoCommand { get; }

    string AddressNotOurs { get; }

    string NotFromHere { get; }

    string NumbersNeedMail { get; }

    string NobodyToBrief { get; }

    string NoContactNamed { get; }

    string ListsNoLines { get; }

    /// <summary>What the number of a line is called.</summary>
    string Line(int number);

    /// <summary>A line is not in the mail that is answered; <paramref name="last"/> is the last that is, or null.</summary>
    string NotInThisMail(string line, int? last);

    string NotThereAnyMore(string line);

    string NoItemOfYours(string line);

    string IsProposal { get; }

    string NoSinglePerson(CommandVerb verb);

    string DoneAlready { get; }

    string NoTagInAddress { get; }

    string NoTextOfItsOwn { get; }

    string AsksNothing { get; }

    string AsksWhetherLeft { get; }

    string AnsweredAlready { get; }

    string NotYoursToGive { get; }

    string NobodyOfOurs(string name, string people);

    string SeveralOfOurs(string name, IReadOnlyList<string> people);

    string NoTimeInAddress { get; }

    string EndsInThePast { get; }

    string NotUnderstood(string failure);

    /// <summary>An email that speaks of people of whom nothing is kept.</summary>
    string NothingIsKept { get; }

    string NamesSomebodyErased { get; }
}
