namespace CrmSync.Worker.Tests.Graph;

/// <summary>What goes wrong with one request.</summary>
internal enum Fault
{
    None,

    /// <summary>429 with Retry-After in seconds (throttling).</summary>
    Throttled,

    /// <summary>429 with Retry-After as a date (RFC 9110 section 10.2.3).</summary>
    ThrottledUntil,

    /// <summary>503 with Retry-After.</summary>
    Unavailable,

    /// <summary>504 without anything (errors, "Gateway timeout").</summary>
    GatewayTimeout,

    /// <summary>The connection ends in the middle of the answer.</summary>
    Cut,

    /// <summary>The answer is whole by its length, and ends in the middle of the JSON.</summary>
    Truncated,

    /// <summary>401: the access token has expired.</summary>
    TokenExpired,

    /// <summary>410: the delta link has expired (delta-query-overview, "Synchronization reset").</summary>
    LinkExpired,

    /// <summary>A proxy answers with a page of its own.</summary>
    WebPage,

    /// <summary>504, and the mail was sent all the same.</summary>
    SentButTimeout,
}

/// <summary>One request as the service saw it.</summary>
internal sealed record SeenRequest(string Mailbox, string Method, string Path, string Query, string Prefer, int Status, bool InBatch);
