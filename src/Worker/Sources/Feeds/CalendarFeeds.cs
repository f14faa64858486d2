using CrmSync.Worker.MailServers;

namespace CrmSync.Worker.Sources.Feeds;

/// <summary>
/// The connections to servers that publish calendars: one set for the addresses operators wrote, and one for those that such servers send
/// us on to, which never lead to this machine or its own network link.
/// </summary>
/// <param name="named">Connects to what operators named.</param>
/// <param name="followed">Connects to where servers send us on to.</param>
/// <param name="reached">Where the connections of <paramref name="named"/> lead.</param>
internal sealed class CalendarFeeds(HttpMessageHandler named, HttpMessageHandler followed, ReachedHosts reached) : IDisposable
{
    private readonly HttpMessageInvoker asking = new(named);
    private readonly HttpMessageInvoker following = new(followed);

    /// <summary>The connections the product runs with.</summary>
    /// <param name="time">What waiting is measured with.</param>
    /// <param name="limits">Null: the limits the product runs with.</param>
    public static CalendarFeeds Create(TimeProvider time, WebLimits? limits = null)
    {
        var reached = new ReachedHosts();
        return new CalendarFeeds(
            WebConnections.Create(time, limits, reached: reached),
            WebConnections.CreateForRedirects(time, limits),
            reached);
    }

    /// <summary>Sends a request to the address an operator wrote.</summary>
    public Task<HttpResponseMessage> Ask(HttpRequestMessage request, CancellationToken ct) => asking.SendAsync(request, ct);

    /// <summary>Sends a request to where a server sent us on to. Only who lies on this machine itself may send us around on it.</summary>
    /// <param name="first">The address the operator wrote, which was connected to.</param>
    /// <param name="request">The request.</param>
    /// <param name="ct">Ends the waiting.</param>
    public Task<HttpResponseMessage> Follow(Uri first, HttpRequestMessage request, CancellationToken ct) =>
        (reached.IsLocal(first) ? asking : following).SendAsync(request, ct);

    public void Dispose()
    {
        asking.Dispose();
        following.Dispose();
    }
}
