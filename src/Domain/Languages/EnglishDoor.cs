namespace CrmSync.Domain.Languages;

internal sealed class EnglishDoor : IDoorPhrases
{
    public string Line => "Pages of your digests";

    public string SixDigits => "The six digits";

    public string OpenThePage => "Open the page";

    public string SendAnotherCode => "Send another code";

    public string SendMeACode => "Send me a code";

    public (string Title, string Text) NoSuchPage => ("There is no such page", "What stands behind /people/ is no address.");

    public (string Title, string Text) Busy => ("Please wait a minute", "CrmSync is busy; load the page again.");

    public (string Title, string Text) NoDatabase => ("Please wait a minute", "The database cannot be asked; load the page again.");

    public (string Title, string Text) WentWrong =>
        ("That did not work", "CrmSync met something it does not know; whoever runs it finds it in its log. Load the page again.");

    public string StaysClosed => "This page stays closed";

    public string LinkOpensNothing(string why) => $"This link opens nothing: {why}. Open the one in your latest digest.";

    public string NoLinksHere => "there are no links to pages here";

    public string LinkWasChanged => "it is not as it was written into a digest";

    public string LinkIsTooOld(int age, int validDays) => $"the mail it stands in is {age} days old; tokens hold for {validDays} days";

    public string ReaderHasLeft => "whoever it was written for is not with us any more";

    public string LinkOfAnotherReader => "This link was written for somebody else. Open pages from your own digests.";

    public string TooManyCodes => "Too many codes were asked for. Try again in an hour.";

    public (string Title, string Text) OpenFromDigest => (
        "Open this page from your digest",
        "This browser was not let in yet, or not any more. Open the page by a link in your latest digest; a code is then mailed to you.");

    public (string Title, string Text) IsItYou(int days) => (
        "Is it you?",
        "Digests are forwarded, so a link alone opens nothing. A code of six digits goes to the mailbox of the reader this link was "
            + $"written for; enter it here, and this browser is let in for {days} days.");

    public (string Title, string Text) AskedElsewhere =>
        ("Nothing was done", "Another web site asked for this. Open the page by a link in your latest digest.");

    public (string Title, string Text) LoadAgain => ("Nothing was done", "Load the page again.");

    public (string Title, string Text) CodeIsOnItsWay(int minutes) => (
        "A code is on its way",
        $"It goes to the mailbox of the reader this link was written for, and can be entered in this browser for {minutes} minutes.");

    public (string Title, string Text) WrongCode => ("That is not the code", "Look again; the latest mail counts.");

    public (string Title, string Text) SpentCode(int minutes) => (
        "This code opens nothing",
        $"It was tried too often, was used, is older than {minutes} minutes, or was asked for in another browser.");

    public (string Title, string Text) SignedOut => ("You are signed out", "This browser is not let in any more.");

    public (string Title, string Text) NoFigures => ("No figures", "There are figures for managers only.");

    public (string Title, string Text) NobodyOfYours(string contact) =>
        ("Nobody of yours", $"{contact} is nobody you or your team look after, as far as we know.");

    public string CodeSubject => "Your code";

    public string CodeMail(string code, int minutes, int days) =>
        $"{code}\n\nSomebody opened a page from one of your digests and asked for this code. Enter it in the same browser within "
            + $"{minutes} minutes; the browser is then let in for {days} days.\n\nIf it was not you, there is nothing to "
            + "do: without the code nothing opens. Pass it to nobody, for whoever has it sees what you may see.\n";
}
