using System.Text.Json;
using System.Text.Json.Serialization;

namespace CrmSync.Worker.Sources.Imap;

/// <summary>What a folder's counters were before its last listing: as long as they are the same there is nothing to list.</summary>
/// <param name="Validity">UIDVALIDITY.</param>
/// <param name="Next">UIDNEXT.</param>
/// <param name="Exists">How many messages.</param>
/// <param name="Old">How many of them are left out in every run: older than wanted, drafts, deleted.</param>
/// <param name="ModSeq">HIGHESTMODSEQ, where the server tells it: the other counters of two folders may be the same.</param>
internal sealed record FolderSnapshot(ulong Validity, uint Next, long Exists, long Old, ulong? ModSeq = null)
{
    /// <summary>The labels that were looked for then; null where the policy names none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Labels { get; init; }

    /// <summary>When they were looked for, in seconds since 1970.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long LabelsAt { get; init; }

    public static FolderSnapshot? Parse(string? text)
    {
        try
        {
            return text is null ? null : JsonSerializer.Deserialize<FolderSnapshot>(text);
        }
        catch (JsonException)
        {
            // Written by another version: then the folder is listed once more.
            return null;
        }
    }

    /// <summary>The counters, if the server gave all of them.</summary>
    public static FolderSnapshot? From(FolderStatus? status, long old) =>
        status is { UidValidity: { } validity, UidNext: { } next, Exists: { } exists }
            ? new FolderSnapshot(validity, next, exists, old, status.HighestModSeq)
            : null;

    /// <summary>Whether nothing was added or removed since.</summary>
    public bool IsStill(FolderStatus? status) =>
        From(status, Old) is { } now && (now with { ModSeq = now.ModSeq ?? ModSeq })
            == (this with { ModSeq = ModSeq ?? now.ModSeq, Labels = null, LabelsAt = 0 });

    public override string ToString() => JsonSerializer.Serialize(this);
}

/// <summary>
/// A few messages of a folder by UID and Message-ID: when UIDVALIDITY changes they tell whether the numbers really mean other messages now.
/// </summary>
internal sealed record FolderSample(IReadOnlyDictionary<uint, string> Ids)
{
    /// <summary>How many messages are remembered.</summary>
    public const int Size = 25;

    private const int Enough = 20;

    public static FolderSample? Parse(string? text)
    {
        try
        {
            return text is null || JsonSerializer.Deserialize<Dictionary<uint, string>>(text) is not { Count: > 0 } ids
                ? null
                : new FolderSample(ids);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>
    /// Whether the same numbers still mean the same messages: no known one differs, and twenty of them, or four fifths of those remembered,
    /// are there.
    /// </summary>
    public bool Matches(IReadOnlyDictionary<uint, string> found)
    {
        var common = Ids.Keys.Where(found.ContainsKey).ToList();
        return common.TrueForAll(uid => Ids[uid] == found[uid]) && (common.Count >= Enough || common.Count * 5 >= Ids.Count * 4);
    }

    public override string ToString() => JsonSerializer.Serialize(Ids);
}
