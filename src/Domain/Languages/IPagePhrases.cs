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
}
