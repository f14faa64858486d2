namespace CrmSync.Worker.Tables;

/// <summary>Finds the columns of a table by what they are called: by the name the configuration gives, else by a usual one.</summary>
/// <param name="head">The first line.</param>
/// <param name="named">What the configuration calls columns, by what they mean.</param>
internal sealed class ColumnNames(IReadOnlyList<string> head, IReadOnlyDictionary<string, string> named)
{
    private readonly string[] plain = [.. head.Select(Plain)];

    /// <summary>What the configuration names and the table does not have.</summary>
    public IEnumerable<string> Missing => named.Values.Where(name => !plain.Contains(Plain(name)));

    /// <summary>The columns of a meaning, in the order of <paramref name="usual"/>; the one the configuration names alone.</summary>
    /// <param name="meaning">What is looked for.</param>
    /// <param name="usual">What such columns are usually called, without signs and in small letters.</param>
    public IReadOnlyList<int> Find(string meaning, params string[] usual)
    {
        if (named.TryGetValue(meaning, out var name))
            return Array.IndexOf(plain, Plain(name)) is >= 0 and var column ? [column] : [];

        return
        [
            .. usual.Prepend(meaning).SelectMany(one => plain.Index().Where(column => column.Item == one).Select(column => column.Index))
                .Distinct(),
        ];
    }

    private static string Plain(string name) => new([.. name.ToLowerInvariant().Where(char.IsLetterOrDigit)]);
}
