using CrmSync.Domain.Log;

namespace CrmSync.Domain.Languages;

internal sealed class EnglishRefusals : IRefusalPhrases
{
    public string NamesNoAddress => "names no address; write for example \"can i write to jane@acme.example\"";

    public string SaysNot => "says “not”; write what was done, or nothing at all";

    public string IsQuestion => "is a question, so nothing was done; write it without the question mark if you mean it";

    public string LiesInThePast => "names a time that lies in the past";

    public string WasNoCall => "was no call; write for example \"note 2: not reached\", or snooze it";

    public string UnknownWord(string word) =>
        $"is nothing this version knows: “{word}” cannot be carried out; write help to see what can be said";

    public string FeedWithoutNew =>
        "is not enough: write “feed new” for an address that shows your list in your calendar; an address you had before ends then";

    public string UndoneAsAWhole =>
        "cannot be taken back by its number; write undo alone, and all that your last mail or link did is taken back";

    public string AllMayMeanTheDay => "may be said of the day or of every line; write for example \"done all\" if you mean the lines";

    public string NoTime(string verb, string targets) =>
        $"does not say until when; write for example \"{verb} {targets} friday\" or \"{verb} {targets} 3d\"";

    public string IsNoTime(string words) =>
        $"\"{words}\" is no time; write a day (friday, 12 march, 2026-06-01) or a length (3d, 2 weeks)";

    public string NoTag(string verb, string targets) => $"names no tag; write for example \"{verb} {targets} vip\"";

    public string NoText => "has no text";

    public string NoPerson(string verb, string targets) => $"names nobody; write for example \"{verb} {targets} to ben\"";

    public string TimeBehind(string targets) =>
        $"has a time behind it, which only snooze takes; write \"snooze {targets} ...\", or put a colon before a remark";

    public string MoreBehind(string words) =>
        $"has more behind it than could be understood (\"{words}\"), so nothing of it was done; put a colon before a remark";

    public string IsNoCommand =>
        "is no command; write done, snooze, called, resolved, give, not useful, tag or note, and the number of the line; or help";

    public string NoLine(string written, CommandVerb verb) => $"names no line; write for example \"{written} 2{Argument(verb)}\"";

    public string NoThread => "concerns no thread of mails, so there is nothing to make private";

    public string CannotTakeBackPrivate =>
        "cannot take back what your last mail did: what was made private is not kept any more";

    public string CannotTakeBackStop =>
        "cannot take back what your last mail did, for it stopped a digest or asked for it again; write the opposite";

    public string TakenBackAlready => "finds that what your last mail did was taken back already; nothing else was touched";

    public string NothingToTakeBack => "finds nothing of yours that was done within the last day; nothing was taken back";

    public string LinkIsNotOurs => "changes nothing: the token does not belong to this item; use the links of your latest mail";

    public string LinkIsTooOld(int age, int valid) =>
        $"changes nothing: the mail it stands in is {age} days old; tokens hold for {valid} days; use the links of your latest mail";

    public string LinkForSomebodyElse(string person) =>
        $"changes nothing: the link was made for somebody else, not for {person}; use the links of your own mails";

    public string NothingThere => "concerns something that is not there any more; there is nothing left to do about it";

    public string UnknownLink => "changes nothing: this version knows no such command; use the links of your latest mail";

    public string NoSuchDigest(string digests) => $"names no digest; there are {digests}";

    public string NobodyMetSoon =>
        "names nobody from outside, and you meet nobody within a week; forward a mail of theirs, or write their address into the subject";

    public string UnknownAddress =>
        "is no command; write to +done, +snooze-3d, +called, +resolved, +tag-x, +untag-x, +note, +chase or +brief";

    public string NobodyFromOutside => "names nobody from outside; forward a mail of theirs, or write their address into the subject";

    public string NotSeen(string address) =>
        $": {address} is nobody you or your team look after, as far as we know; ask whoever looks after them";

    public string FitsNoMail(string address) => $"fits no mail with {address}; send +chase as Bcc of the mail you want answered";

    public string NotWrittenFor(string person) => $"answers a mail that was not written for {person}; answer your own";

    public string MailTooOld(int days) => $"answers a mail that is older than {days} days; answer your latest one";

    public string StandsBelowQuote(string line) =>
        $": “{line}” stands below what you quote, where nothing is carried out; write it above the quoted mail";

    public string HoldsNoCommand =>
        "holds no command; write for example \"done 2\" above the quoted mail, or \"who jane@acme.example\", or \"help\"";

    public string AddressNotOurs => "was sent to an address that is not one of ours, or was changed on its way; answer the mail itself";

    public string NotFromHere => "answers a mail this installation did not write; answer your latest one";

    public string NumbersNeedMail =>
        ": numbers belong to a mail of ours, but this answers none; answer the mail that has the line, or write the id "
            + "that stands below it";

    public string NobodyToBrief => "finds nobody from outside you meet within a week; write for example \"brief jane@acme.example\"";

    public string NoContactNamed => "names nobody from outside; write the address of a contact";

    public string ListsNoLines => ": the mail this answers lists no lines";

    public string Line(int number) => $"line {number}";

    public string NotInThisMail(string line, int? last) =>
        $": {line} is not in the mail this answers; {last switch
        {
            null => "it lists none",
            1 => "it has line 1 only",
            _ => $"it has the lines 1 to {last}",
        }}";

    public string NotThereAnyMore(string line) => $": {line} is not there any more; there is nothing left to do about it";

    public string NoItemOfYours(string line) => $": {line} is no item of yours";

    public string IsProposal => ": it is a question; answer it with yes or no";

    public string NoSinglePerson(CommandVerb verb) =>
        $": it concerns no single person, so there is nobody to {(verb == CommandVerb.Called ? "have called" : CommandVerbs.Name(verb))}";

    public string DoneAlready =>
        ": it is done already, so there is nothing to come back to; write what you know with note, or answer the customer";

    public string NoTagInAddress => "names no tag; write for example tag-vip";

    public string NoTextOfItsOwn => "has no text of its own; write what is to be noted above the forwarded mail";

    public string AsksNothing => ": it asks nothing; yes, no and same answer what a digest asks";

    public string AsksWhetherLeft => ": it asks whether somebody has left; answer it with yes or no";

    public string AnsweredAlready => ": it is answered already; write undo to take that back";

    public string NotYoursToGive => ": it can be given away only by whoever looks after it, or by somebody above them";

    public string NobodyOfOurs(string name, string people) => $": {name} is none of our people; there are {people}";

    public string SeveralOfOurs(string name, IReadOnlyList<string> people) => $": {name} may be {string.Join(" or ", people)}; write which";

    public string NoTimeInAddress => "does not say until when; write for example snooze-3d or snooze-2026-06-01";

    public string EndsInThePast => "ends at a time that is past; write for example snooze-3d";

    public string NotUnderstood(string failure) =>
        $"could not be understood ({failure}); write it in other words, and please report this";

    public string NothingIsKept => "is about somebody of whom nothing is kept (privacy.no_capture)";

    public string NamesSomebodyErased => "names a person who was erased; nothing of it is kept";

    private static string Argument(CommandVerb verb) => verb switch
    {
        CommandVerb.Snooze => " friday",
        CommandVerb.Tag or CommandVerb.Untag => " vip",
        CommandVerb.Give => " to ben",
        _ => "",
    };
}
