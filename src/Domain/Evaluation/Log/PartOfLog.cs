namespace CrmSync.Domain.Evaluation;

/// <summary>The part of a log that was read to judge some organisations, and what of the rest turned out to be needed.</summary>
/// <param name="judged">The organisations that are judged.</param>
/// <param name="complete">The organisations all of whose lines are here.</param>
internal sealed class PartOfLog(IReadOnlyCollection<string> judged, IReadOnlySet<string> complete)
{
    private readonly HashSet<string> names = new(judged, StringComparer.Ordinal);
    private readonly HashSet<string> missing = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> Judged => names;

    /// <summary>Organisations that were asked about though their lines are not all here: the answer does not count.</summary>
    public IReadOnlySet<string> Missing => missing;

    /// <summary>Whether an organisation is one of those that are judged.</summary>
    public bool IsJudged(string name) => names.Contains(name);

    /// <summary>Notes that lines of an organisation are needed.</summary>
    public void Need(string name)
    {
        if (!complete.Contains(name))
            missing.Add(name);
    }
}
