namespace CrmSync.Mail.Mime;

/// <summary>What was odd about a message, each oddity once, at most a few dozen.</summary>
internal sealed class ProblemList
{
    private const int Most = 50;
    private readonly List<string> problems = [];

    public IReadOnlyList<string> All => problems;

    public void Add(string problem)
    {
        if (problems.Count < Most && !problems.Contains(problem, StringComparer.Ordinal))
            problems.Add(problem);
    }
}
