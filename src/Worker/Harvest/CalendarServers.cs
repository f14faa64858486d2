using CrmSync.Worker.MailServers;
using CrmSync.Worker.Sources.CalDav;
using CrmSync.Worker.Sources.Feeds;

namespace CrmSync.Worker.Harvest;

/// <summary>The connections to the servers that hold calendars, kept between harvests.</summary>
/// <param name="time">What waiting is measured with.</param>
/// <param name="logins">Fetches the tokens of accounts that log in with some.</param>
/// <param name="limits">Null: the limits the product runs with.</param>
internal sealed class CalendarServers(TimeProvider time, MailLogins logins, WebLimits? limits = null) : IDisposable
{
    public CalDavSources CalDav { get; } = new(time, logins, limits);

    public CalendarFeeds Feeds { get; } = CalendarFeeds.Create(time, limits);

    public void Dispose()
    {
        CalDav.Dispose();
        Feeds.Dispose();
    }
}
