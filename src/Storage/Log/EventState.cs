namespace CrmSync.Storage.Log;

/// <summary>How far events were sent.</summary>
public sealed record EventState
{
    /// <summary>The last event that arrived; 0: none.</summary>
    public long Sent { get; init; }

    /// <summary>The last that was noted.</summary>
    public long Newest { get; init; }

    /// <summary>The first that is still kept.</summary>
    public long Oldest { get; init; }
}
