namespace CrmSync.Worker.Yaml;

/// <summary>All problems of one run: reading goes on after each, so that an admin sees everything at once.</summary>
/// <param name="letter">The letter of error codes: <c>P</c> for the policy, <c>C</c> for crmsync.yaml.</param>
/// <param name="warningLetter">The letter of warning codes.</param>
internal sealed class ProblemList(char letter, char warningLetter)
{
    /// <summary>More are not useful to anybody.</summary>
    private const int Most = 1000;

    private readonly List<Problem> problems = [];
    private readonly List<SourceFile> files = [];
    private readonly HashSet<(Spot, string)> places = [];

    private readonly List<Problem> shortcomings = [];
    private readonly List<Problem> missingSecrets = [];

    public int ErrorCount { get; private set; }

    /// <summary>What is often written in the place of a key, for suggestions.</summary>
    public IReadOnlyDictionary<string, string> Misnomers { get; init; } = new Dictionary<string, string>();

    /// <summary>What <c>check</c> calls an error, though the program can work with it and does, with a warning.</summary>
    public IReadOnlyList<Problem> Shortcomings => shortcomings;

    /// <summary>Secrets that are not where the file says: problems only for what needs them.</summary>
    public IReadOnlyList<Problem> MissingSecrets => missingSecrets;

    public bool HasErrors => ErrorCount > 0;

    public static ProblemList ForPolicy() => new('P', 'W');

    public static ProblemList ForConfiguration(IReadOnlyDictionary<string, string>? misnomers = null) =>
        new('C', 'C') { Misnomers = misnomers ?? new Dictionary<string, string>() };

    /// <summary>All problems by place: files in the order they were read, then line and column.</summary>
    public IReadOnlyList<Problem> InOrder()
    {
        // What is no YAML of ours cannot be of the right type either; once is enough.
        var unusable = problems.Where(p => p.Code.EndsWith("001", StringComparison.Ordinal)).Select(p => p.Spot).ToHashSet();
        return
        [
            .. problems
                .Where(p => p.Code.EndsWith("001", StringComparison.Ordinal) || !unusable.Contains(p.Spot))
                .OrderBy(p => files.IndexOf(p.Spot.File))
                .ThenBy(p => p.Spot.Line)
                .ThenBy(p => p.Spot.Column)
                .ThenBy(p => p.Code, StringComparer.Ordinal),
        ];
    }

    /// <summary>Sets the place of a file in the order of problems.</summary>
    public void Knows(SourceFile file)
    {
        if (!files.Contains(file))
            files.Add(file);
    }

    /// <summary>An error at a place.</summary>
    /// <param name="spot">The key or value meant.</param>
    /// <param name="number">Three digits.</param>
    /// <param name="message">One sentence in the words of the admin.</param>
    /// <param name="suggestions">The closest valid words.</param>
    public void Error(Spot spot, string number, string message, IReadOnlyList<string>? suggestions = null) =>
        Add(new Problem(Severity.Error, letter + number, spot, message, suggestions ?? []));

    public void Error(YamlNode node, string number, string message, IReadOnlyList<string>? suggestions = null) =>
        Error(node.Spot, number, message, suggestions);

    /// <summary>An error about a whole file.</summary>
    public void Error(SourceFile file, string number, string message) => Error(new Spot(file, 1, 1, 1), number, message);

    /// <summary>See <see cref="Shortcomings"/>.</summary>
    public void Shortcoming(YamlNode node, string number, string message) =>
        shortcomings.Add(new Problem(Severity.Error, letter + number, node.Spot, message, []));

    /// <summary>See <see cref="MissingSecrets"/>.</summary>
    public Problem MissingSecret(Spot spot, string number, string message)
    {
        var problem = new Problem(Severity.Error, letter + number, spot, message, []);
        missingSecrets.Add(problem);
        return problem;
    }

    public void Warn(Spot spot, string number, string message, IReadOnlyList<string>? suggestions = null) =>
        Add(new Problem(Severity.Warning, warningLetter + number, spot, message, suggestions ?? []));

    public void Warn(YamlNode node, string number, string message) => Warn(node.Spot, number, message);

    /// <summary>Takes over a problem found elsewhere. The same code at the same place counts once.</summary>
    public void Add(Problem problem)
    {
        Knows(problem.Spot.File);
        if (!places.Add((problem.Spot, problem.Code)))
            return;

        if (problem.Severity == Severity.Error)
            ErrorCount++;
        if (problems.Count < Most)
            problems.Add(problem);
    }
}
