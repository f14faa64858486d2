using System.Text.RegularExpressions;

namespace CrmSync.Worker.Status;

/// <summary>Takes mail addresses out of texts that leave the program where anybody may read them.</summary>
internal static partial class Addresses
{
    /// <summary>The text without mail addresses.</summary>
    /// <param name="text">What a source or a file said.</param>
    /// <param name="known">Ours, which may stay: names of accounts contain them.</param>
    public static string Hidden(string text, IReadOnlySet<string>? known = null) =>
        Address().Replace(text, match => known?.Contains(match.Value.ToLowerInvariant()) == true ? match.Value : "(an address)");

    [GeneratedRegex(@"[^\s@<>""'(),;:=\[\]]+@[^\s@<>""'(),;:=\[\]]+", RegexOptions.NonBacktracking)]
    private static partial Regex Address();
}
