using CrmSync.Mail.Calendar;
using CrmSync.Mail.Dav;

namespace CrmSync.Worker.Sources;

/// <summary>The connections to the servers that publish calendars, kept between harvests.</summary>
internal sealed class FeedConnections : IDisposable
{
    private readonly HttpClient http = new(DavClient.Handler(), disposeHandler: true);

    /// <summary>What fetches the calendar at an address.</summary>
    public CalendarFeed FeedAt(Uri url) => new(http, url);

    public void Dispose() => http.Dispose();
}
