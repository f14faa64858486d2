namespace CrmSync.Domain.Languages;

/// <summary>What somebody is told who sees no page, or not yet, and the email with the code that opens pages.</summary>
public interface IDoorPhrases
{
    /// <summary>Above the title.</summary>
    string Line { get; }

    /// <summary>What to enter.</summary>
    string SixDigits { get; }

    /// <summary>A button.</summary>
    string OpenThePage { get; }

    /// <summary>A button.</summary>
    string SendAnotherCode { get; }

    /// <summary>A button.</summary>
    string SendMeACode { get; }

    /// <summary>Nobody has such an address.</summary>
    (string Title, string Text) NoSuchPage { get; }

    (string Title, string Text) Busy { get; }

    (string Title, string Text) NoDatabase { get; }

    /// <summary>The program met something it does not know.</summary>
    (string Title, string Text) WentWrong { get; }

    /// <summary>The title over a refusal.</summary>
    string StaysClosed { get; }

    /// <summary>A refusal, with one of the reasons that follow.</summary>
    string LinkOpensNothing(string why);

    /// <summary>A reason.</summary>
    string NoLinksHere { get; }

    /// <summary>A reason.</summary>
    string LinkWasChanged { get; }

    /// <summary>A reason.</summary>
    string LinkIsTooOld(int age, int validDays);

    /// <summary>A reason.</summary>
    string ReaderHasLeft { get; }

    /// <summary>A refusal.</summary>
    string LinkOfAnotherReader { get; }

    /// <summary>A refusal.</summary>
    string TooManyCodes { get; }

    /// <summary>Nobody knows this browser.</summary>
    (string Title, string Text) OpenFromDigest { get; }

    /// <summary>Offers a code.</summary>
    (string Title, string Text) IsItYou(int days);

    /// <summary>Another web site sent the visitor here.</summary>
    (string Title, string Text) AskedElsewhere { get; }

    /// <summary>Something came that no form of ours sends.</summary>
    (string Title, string Text) LoadAgain { get; }

    (string Title, string Text) CodeIsOnItsWay(int minutes);

    (string Title, string Text) WrongCode { get; }

    /// <summary>The code that waits cannot be entered any more.</summary>
    (string Title, string Text) SpentCode(int minutes);

    (string Title, string Text) SignedOut { get; }

    (string Title, string Text) NoFigures { get; }

    /// <summary>Somebody the reader may not see, or nobody at all.</summary>
    (string Title, string Text) NobodyOfYours(string contact);

    /// <summary>The subject of the email with the code.</summary>
    string CodeSubject { get; }

    /// <summary>The email with the code, which stands first.</summary>
    string CodeMail(string code, int minutes, int days);
}
