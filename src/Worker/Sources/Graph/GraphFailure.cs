using System.Net;

namespace CrmSync.Worker.Sources.Graph;

/// <summary>What kind of failure it was, as far as it decides what happens next.</summary>
internal enum GraphFailureKind
{
    /// <summary>The service refused this request, with a status and a code.</summary>
    Refused,

    /// <summary>Busy, broken or cut off, again and again; it will pass.</summary>
    Passing,

    /// <summary>No token is to be had, or none that is accepted.</summary>
    Login,

    /// <summary>This machine's clock and the service's lie too far apart.</summary>
    Clock,

    /// <summary>What answers is no Microsoft Graph.</summary>
    NotGraph,

    /// <summary>An answer about one folder or calendar is not what was asked for; the others may be.</summary>
    Malformed,
}

/// <summary>A request to Microsoft Graph that failed for good, after everything that may be repeated was repeated.</summary>
/// <param name="kind">What kind of failure.</param>
/// <param name="status">The HTTP status, or null when there was no answer.</param>
/// <param name="code">The service's code for it (<c>ErrorAccessDenied</c>), empty when it gives none.</param>
/// <param name="words">What happened, in the service's words or ours.</param>
/// <param name="cause">What it comes from.</param>
internal sealed class GraphFailure(GraphFailureKind kind, HttpStatusCode? status, string code, string words, Exception? cause = null)
    : Exception(words, cause)
{
    /// <summary>Codes that say a delta link is used up (delta-query-overview, "synchronization reset").</summary>
    private static readonly HashSet<string> Expired = new(StringComparer.OrdinalIgnoreCase)
    {
        "syncStateNotFound", "syncStateInvalid", "resyncRequired", "InvalidSyncStateData", "ErrorInvalidSyncStateData", "SyncStateNotFound",
    };

    public GraphFailureKind Kind => kind;

    public HttpStatusCode? Status => status;

    public string Code => code;

    /// <summary>Whether the link must be thrown away and the round begun anew.</summary>
    public bool LinkIsUsedUp => status == HttpStatusCode.Gone || Expired.Contains(code);

    /// <summary>Whether what was asked for is not there.</summary>
    public bool NotFound => status == HttpStatusCode.NotFound;
}
