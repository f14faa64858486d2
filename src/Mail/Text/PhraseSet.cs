using System.Buffers;

namespace CrmSync.Mail.Text;

/// <summary>
/// Phrases looked for as a part of a text, without case: in the text made lower case once, because the vectorised search for many phrases is far
/// slower where it must fold case itself.
/// </summary>
internal sealed class PhraseSet
{
    private const int Handful = 64;

    private readonly SearchValues<string>[] ascii;
    private readonly SearchValues<string>[] others;

    public PhraseSet(IEnumerable<string> phrases)
    {
        var all = phrases.Select(p => p.ToLowerInvariant()).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        ascii = Handfuls(all.Where(p => System.Text.Ascii.IsValid(p)));
        others = Handfuls(all.Where(p => !System.Text.Ascii.IsValid(p)));
    }

    /// <summary>Whether one of the phrases stands in the text.</summary>
    public bool IsIn(ReadOnlySpan<char> text)
    {
        var rented = text.Length > 512 ? ArrayPool<char>.Shared.Rent(text.Length) : null;
        var lower = rented is null ? stackalloc char[512] : rented;
        try
        {
            lower = lower[..text.ToLowerInvariant(lower)];
            return HasAny(lower, ascii) || others.Length > 0 && !System.Text.Ascii.IsValid(text) && HasAny(lower, others);
        }
        finally
        {
            if (rented is not null)
                ArrayPool<char>.Shared.Return(rented);
        }
    }

    private static bool HasAny(ReadOnlySpan<char> text, SearchValues<string>[] handfuls)
    {
        foreach (var handful in handfuls)
        {
            if (text.ContainsAny(handful))
                return true;
        }

        return false;
    }

    private static SearchValues<string>[] Handfuls(IEnumerable<string> phrases) =>
        [.. phrases.Chunk(Handful).Select(some => SearchValues.Create(some, StringComparison.Ordinal))];
}
