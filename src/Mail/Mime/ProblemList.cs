namespace CrmSync.Mail.Mime;

/// <summary>What was odd about a message, each oddity once, at most a few dozen.</summary>
internal sealed class ProblemList
{
    private const int Most = 50;
    private readonly List<string> problems = [];
    private readonly List<string> cuts = [];

    public IReadOnlyList<string> All => problems;

    /// <summary>Those that say that something was left out because it was more than is kept of any message.</summary>
    public IReadOnlyList<string> Cuts => cuts;

    /// <summary>Something met a limit and is not kept whole.</summary>
    public void AddCut(string cut)
    {
        Add(cut);
        if (problems.Contains(cut, StringComparer.Ordinal) && !cuts.Contains(cut, StringComparer.Ordinal))
            cuts.Add(cut);
    }

    public void Add(string problem)
    {
        if (problems.Count < Most && !problems.Contains(problem, StringComparer.Ordinal))
            problems.Add(problem);
    }
}
