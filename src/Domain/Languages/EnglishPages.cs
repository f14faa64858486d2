namespace CrmSync.Domain.Languages;

internal sealed class EnglishPages : IPagePhrases
{
    public (string Word, string Meaning) HistoryLink(string what) => ("history", $"What passed with them: {what}");

    public string History => "History";

    public string FiguresLink => "Figures of 52 weeks";
}
