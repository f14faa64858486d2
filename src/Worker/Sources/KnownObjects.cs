namespace CrmSync.Worker.Sources;

/// <summary>What the ledger knows of the objects of a calendar (<see cref="SeriesKey"/>).</summary>
internal sealed class KnownObjects
{
    private readonly Dictionary<string, (int Number, string Tag)> last = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> series = new(StringComparer.Ordinal);

    public KnownObjects(IEnumerable<SeriesKey?> keys)
    {
        var gone = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var key in keys)
        {
            switch (key)
            {
                case SeriesKey.Version version:
                    Add(version.Object, version.Tag, version.Number);
                    Series(version.Object, add: true).Add(version.Name);
                    break;
                case SeriesKey.Lost { Tag.Length: > 0 } lost:
                    Add(lost.Object, lost.Tag, lost.Number);
                    break;
                case SeriesKey.Gone farewell:
                    gone[farewell.Object] = Math.Max(farewell.Number, gone.GetValueOrDefault(farewell.Object));
                    break;
            }
        }

        foreach (var (name, one) in last.Where(one => gone.GetValueOrDefault(one.Key) < one.Value.Number))
            Present[name] = one.Tag;
    }

    /// <summary>The objects that are there as far as we know, with the tag of their last version.</summary>
    public Dictionary<string, string?> Present { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether the object was ever there.</summary>
    public bool IsKnown(string name) => last.ContainsKey(name);

    /// <summary>Whether the last version of an object that is there has this tag.</summary>
    public bool Holds(string name, string? tag) => tag is not null && Present.GetValueOrDefault(name) == tag;

    /// <summary>
    /// The number a version of an object has, or gets: another than all before, also when the object was like that once before.
    /// </summary>
    public int Number(string name, string tag)
    {
        var known = last.GetValueOrDefault(name);
        return Holds(name, tag) ? known.Number : known.Number + 1;
    }

    /// <summary>The names of the series an object held in any version we know.</summary>
    public IReadOnlyCollection<string> Series(string name) => Series(name, add: false);

    /// <summary>The keys that say an object is gone, one a series.</summary>
    public IEnumerable<SeriesKey> Farewells(string name) =>
        Series(name).Select(one => new SeriesKey.Gone(name, one, last[name].Number));

    /// <summary>The keys that say everything is gone.</summary>
    public IEnumerable<SeriesKey> Farewells() => Present.Keys.SelectMany(Farewells);

    private void Add(string name, string tag, int number)
    {
        if (number > last.GetValueOrDefault(name).Number)
            last[name] = (number, tag);
    }

    private HashSet<string> Series(string name, bool add)
    {
        if (series.TryGetValue(name, out var names))
            return names;

        names = new HashSet<string>(StringComparer.Ordinal);
        if (add)
            series[name] = names;

        return names;
    }
}
