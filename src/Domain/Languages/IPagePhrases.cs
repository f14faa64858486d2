namespace CrmSync.Domain.Languages;

/// <summary>The pages readers open from their digests, and the links to them.</summary>
public interface IPagePhrases
{
    /// <summary>The word of the link to a contact's page, and what it means for whoever hears it without its surroundings.</summary>
    (string Word, string Meaning) HistoryLink(string what);

    /// <summary>What passed with somebody, as a title.</summary>
    string History { get; }

    /// <summary>The link to the figures of a manager.</summary>
    string FiguresLink { get; }

    /// <summary>Past the head of the page, for whoever uses the keyboard.</summary>
    string ToContent { get; }

    /// <summary>What a contact's page is, above the name.</summary>
    string Contact { get; }

    string ContactsByMonth { get; }

    /// <summary>What is counted as a contact.</summary>
    string ContactsCounted { get; }

    /// <summary>The part of a bar that came from them.</summary>
    string TheyWrote { get; }

    /// <summary>The part of a bar that came from us.</summary>
    string WeWrote { get; }

    /// <summary>The part of a bar that took both.</summary>
    string MetOrCalled { get; }

    /// <summary>The month, and the three parts.</summary>
    IReadOnlyList<string> MonthColumns { get; }

    /// <summary>Opens the figures of a picture.</summary>
    string TheSameAsTable { get; }

    /// <summary>The figures of a picture, by its title.</summary>
    string AsTable(string title);

    /// <summary>What the tallest bar stands for.</summary>
    string AtMostInAMonth(int most);

    /// <summary>What the picture says when there is nothing to see on it.</summary>
    string NoContactIn(int months);

    /// <summary>What the picture says.</summary>
    string ContactsIn(int contacts, int months, string month, int most);

    string WhatIsOpen { get; }

    string NothingOpen { get; }

    string OursToDo { get; }

    string TheirsToDo { get; }

    string NextSteps { get; }

    string MeetingsAhead { get; }

    /// <summary>No fact, and how to note one.</summary>
    string NothingNoted { get; }

    /// <summary>Who was in touch with them.</summary>
    string Colleagues { get; }

    /// <summary>Who, how many contacts, when last.</summary>
    IReadOnlyList<string> ColleagueColumns { get; }

    string NoContactSoFar { get; }

    /// <summary>Contacts that are not shown.</summary>
    string AndEarlier(int count);

    /// <summary>What the links at the end of a page are, for whoever hears them.</summary>
    string OtherPages { get; }

    /// <summary>The figures of a manager: their page and the link to it.</summary>
    string Figures { get; }

    string SignOut { get; }

    /// <summary>Who reads the page, and what it tells.</summary>
    string Foot(string reader, string moment);
}
