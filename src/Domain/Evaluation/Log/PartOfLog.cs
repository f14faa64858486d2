namespace CrmSync.Domain.Evaluation;

/// <summary>The part of a log that was read to judge one organisation, and what of the rest turned out to be needed.</summary>
/// <param name="organisation">The organisation that is judged.</param>
/// <param name="complete">The organisations all of whose lines are here.</param>
internal sealed class PartOfLog(string organisation, IReadOnlySet<string> complete)
{
    private readonly HashSet<string> missing = new(StringComparer.Ordinal);

    public string Organisation { get; } = organisation;

    /// <summary>Organisations that were asked about though their lines are not all here: the answer does not count.</summary>
    public IReadOnlySet<string> Missing => missing;

    /// <summary>Notes that lines of an organisation are needed.</summary>
    public void Need(string name)
    {
        if (!complete.Contains(name))
            missing.Add(name);
    }
}
