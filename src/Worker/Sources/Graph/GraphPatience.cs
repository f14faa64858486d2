using NodaTime;

namespace CrmSync.Worker.Sources.Graph;

/// <summary>How long a mailbox is waited for.</summary>
internal sealed record GraphPatience
{
    /// <summary>The wait before the second try of a request that broke off; doubled with each further one.</summary>
    public Duration FirstWait { get; init; } = Duration.FromMilliseconds(500);

    /// <summary>The wait when the service is busy and does not say for how long.</summary>
    public Duration WhenBusy { get; init; } = Duration.FromSeconds(5);

    /// <summary>No wait of ours is longer.</summary>
    public Duration LongestWait { get; init; } = Duration.FromSeconds(60);

    /// <summary>Who is told to wait longer than this gives up for now; the mailbox is left alone until then all the same.</summary>
    public Duration LongestObeyed { get; init; } = Duration.FromMinutes(10);

    /// <summary>How often a request is made before it counts as failed.</summary>
    public int Tries { get; init; } = 10;

    /// <summary>How long one answer may take.</summary>
    public Duration OneAnswer { get; init; } = Duration.FromSeconds(100);
}
