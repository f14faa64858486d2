using System.Globalization;

namespace CrmSync.Worker.Sources.Files;

/// <summary>What names a file of mail in the ledger: one that was changed is another item.</summary>
/// <param name="Path">Below the folder of the account.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Changed">When it was changed last, in milliseconds of the calendar of .NET; the ledger has hexadecimal digits.</param>
internal sealed record FileKey(string Path, long Size, long Changed)
{
    public static FileKey From(string path, long size, DateTimeOffset changed) =>
        new(path, size, changed.UtcTicks / TimeSpan.TicksPerMillisecond);

    /// <summary>What a key of the ledger says; a path may hold the mark that parts it from the rest.</summary>
    public static FileKey Parse(string text)
    {
        var time = text.LastIndexOf('|');
        var size = text.LastIndexOf('|', time - 1);
        return new FileKey(
            text[..size],
            long.Parse(text.AsSpan(size + 1, time - size - 1), CultureInfo.InvariantCulture),
            long.Parse(text.AsSpan(time + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Path}|{Size}|{Changed:x}");
}
