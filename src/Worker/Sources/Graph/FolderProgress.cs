using System.Text.Json;
using System.Text.Json.Serialization;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Worker.Sources.Graph;

/// <summary>How far a folder is listed, as it is kept in its cursor.</summary>
/// <param name="Link">The link of the next page, or of the next round; opaque, with everything the first request asked for in it. Null:
/// begin anew.</param>
/// <param name="RoundIsDone">Whether the link begins a new round.</param>
/// <param name="Count">How many messages the round has shown so far.</param>
/// <param name="SweepFrom">The sweep goes on with what arrived at this moment or before; null when none is under way.</param>
internal sealed record FolderProgress(string? Link, bool RoundIsDone, int Count, string? SweepFrom)
{
    public static FolderProgress Start { get; } = new(null, false, 0, null);

    private static readonly JsonSerializerOptions Compact = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault };

    /// <summary>The labels the walk tells of; null where the policy names none.</summary>
    public string? Labels { get; init; }

    [JsonIgnore]
    public Instant? Sweep => SweepFrom is null ? null : InstantPattern.ExtendedIso.Parse(SweepFrom).Value;

    /// <summary>What the cursor holds; a start for one that is empty or was written by somebody else.</summary>
    public static FolderProgress Parse(string? text)
    {
        if (text is null)
            return Start;

        try
        {
            return JsonSerializer.Deserialize<FolderProgress>(text, Compact) ?? Start;
        }
        catch (JsonException)
        {
            // Beginning anew doubles nothing: every item is known by its id.
            return Start;
        }
    }

    public FolderProgress WithSweep(Instant? from) =>
        this with
        {
            SweepFrom = from is { } moment ? InstantPattern.ExtendedIso.Format(moment) : null,
        };

    public override string ToString() => JsonSerializer.Serialize(this, Compact);
}
