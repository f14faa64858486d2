namespace CrmSync.Storage;

/// <summary>
/// How long a transaction on PostgreSQL may stand still, and wait for another. A program that is frozen in the middle of one is cut off, so
/// that what it holds comes free; whoever waits gets an answer after that, and before Npgsql gives up. Set for each transaction: behind a
/// pooler the session is not ours.
/// </summary>
/// <param name="Idle">Between two statements.</param>
/// <param name="Lock">For what another transaction holds.</param>
internal sealed record WriteLimits(TimeSpan Idle, TimeSpan Lock)
{
    /// <summary>15 and 25 seconds; Npgsql gives up after 30.</summary>
    public static WriteLimits Default { get; } = new(TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(25));

    /// <summary>The statements that set them.</summary>
    public string Sql =>
        $"set local idle_in_transaction_session_timeout = {(long)Idle.TotalMilliseconds}; "
            + $"set local lock_timeout = {(long)Lock.TotalMilliseconds}";
}
