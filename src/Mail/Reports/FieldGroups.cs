using CrmSync.Mail.Mime;

namespace CrmSync.Mail.Reports;

/// <summary>Header-like fields in groups that blank lines separate: the form of all machine-readable report parts.</summary>
internal static class FieldGroups
{
    private const int Most = 20_000;

    /// <summary>All groups that hold a field, each a list of (name, unfolded value).</summary>
    public static List<List<(string Name, string Value)>> Read(ReadOnlySpan<byte> content) =>
        Read(Charsets.Clean(Charsets.Decode(content, null)));

    /// <summary>All groups in a text whose lines end with LF.</summary>
    public static List<List<(string Name, string Value)>> Read(string text)
    {
        var groups = new List<List<(string Name, string Value)>>();
        List<(string Name, string Value)>? group = null;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.IsWhiteSpace())
            {
                group = null;
                continue;
            }

            if (char.IsWhiteSpace(line[0]) && group is [.., var last])
            {
                group[^1] = (last.Name, last.Value.Length > 8_000 ? last.Value : $"{last.Value} {line.Trim()}");
                continue;
            }

            var colon = line.IndexOf(':');
            if (colon <= 0)
                continue;
            if (group is null)
            {
                if (groups.Count >= Most)
                    break;
                groups.Add(group = []);
            }

            group.Add((line[..colon].Trim().ToString(), line[(colon + 1)..].Trim().ToString()));
        }

        return groups;
    }

    /// <summary>The first value of that name in a group, or null.</summary>
    public static string? First(this List<(string Name, string Value)> group, string name)
    {
        foreach (var (key, value) in group)
        {
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase) && value.Length > 0)
                return value;
        }

        return null;
    }

    /// <summary>
    /// The address of a typed value such as <c>rfc822; ana@hill.example</c>, or null. X.400 and unknown forms name nobody.
    /// </summary>
    public static string? Address(string? value)
    {
        if (value is null)
            return null;

        var semicolon = value.IndexOf(';', StringComparison.Ordinal);
        var text = semicolon >= 0 ? value[(semicolon + 1)..] : value;
        return AddressList.Parse(text) is [var found, ..] ? found.Address : null;
    }
}
