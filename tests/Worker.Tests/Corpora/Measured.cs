namespace CrmSync.Worker.Tests.Corpora;

/// <summary>What the program makes of a corpus.</summary>
/// <param name="Of">How many were looked at.</param>
/// <param name="Wrong">The names of those that came out otherwise.</param>
internal sealed record Measured(int Of, IReadOnlyList<string> Wrong)
{
    public static Measured Each<T>(IEnumerable<T> inputs, Func<T, string> name, Func<T, bool> isRight)
    {
        T[] all = [.. inputs];
        return new Measured(all.Length, [.. all.Where(input => !isRight(input)).Select(name).Order(StringComparer.Ordinal)]);
    }
}
