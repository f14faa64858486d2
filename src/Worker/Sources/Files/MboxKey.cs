using System.Globalization;

namespace CrmSync.Worker.Sources.Files;

/// <summary>What names a message of an mbox file in the ledger.</summary>
/// <param name="Offset">Where its first byte stands.</param>
/// <param name="Length">In bytes.</param>
/// <param name="Digest">Of its beginning: what stands there now may be another message.</param>
/// <param name="IsMail">False for text that belongs to no message.</param>
internal sealed record MboxKey(long Offset, long Length, string Digest, bool IsMail)
{
    private const string Text = "text";

    /// <summary>What a key of the ledger says.</summary>
    public static MboxKey Parse(string text)
    {
        var parts = text.Split(':');
        return new MboxKey(
            long.Parse(parts[0], CultureInfo.InvariantCulture),
            long.Parse(parts[1], CultureInfo.InvariantCulture),
            parts[2],
            parts is not [_, _, _, Text]);
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Offset}:{Length}:{Digest}{(IsMail ? "" : $":{Text}")}");
}
