using System.Security.Cryptography;
using System.Text;

namespace CrmSync.Worker.Sources.Graph;

/// <summary>What an item of a calendar in Microsoft 365 stands for, told by its key in the ledger.</summary>
internal abstract record GraphEventKey
{
    private const string GoneMark = "gone";
    private const string LostMark = "lost";

    private GraphEventKey()
    {
    }

    /// <summary>One version of one series.</summary>
    /// <param name="Id">The event's lasting id.</param>
    /// <param name="Series">The name of the series (<see cref="SeriesItems.Name"/>).</param>
    /// <param name="Digest">Of everything a line of the log can show of it.</param>
    public sealed record Version(string Id, string Series, string Digest) : GraphEventKey
    {
        /// <summary>The key that says this version is not there any more.</summary>
        public Gone Farewell => new(Hash(Id), Series, Digest);

        public override string ToString() => $"{Id}|{Series}|{Digest}";
    }

    /// <summary>That a series is not there any more.</summary>
    public sealed record Gone(string IdHash, string Series, string Digest) : GraphEventKey
    {
        public override string ToString() => $"{GoneMark}|{IdHash}|{Series}|{Digest}";
    }

    /// <summary>That an event cannot be read, and why.</summary>
    public sealed record Lost(string IdHash, string ChangeKey, string Words) : GraphEventKey
    {
        public override string ToString() =>
            $"{LostMark}|{IdHash}|{Uri.EscapeDataString(ChangeKey)}|{Uri.EscapeDataString(Words)}";
    }

    /// <summary>What a key says; null for one that another version of this program wrote.</summary>
    public static GraphEventKey? Parse(string text) => text.Split('|') switch
    {
        [GoneMark, var hash, var series, var digest] => new Gone(hash, series, digest),
        [LostMark, var hash, var changeKey, var words] =>
            new Lost(hash, Uri.UnescapeDataString(changeKey), Uri.UnescapeDataString(words)),
        [var id, var series, var digest] => new Version(id, series, digest),
        _ => null,
    };

    /// <summary>Ids are long, and some keys hold none that matters.</summary>
    public static string Hash(string id) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)).AsSpan(0, 6));
}
