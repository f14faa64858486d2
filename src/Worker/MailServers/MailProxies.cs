using System.Net;
using MailKit.Net.Proxy;

namespace CrmSync.Worker.MailServers;

/// <summary>The proxies that lead to mail servers, as the configuration writes them: <c>socks5://proxy.bright.example:1080</c>.</summary>
internal static class MailProxies
{
    private const int UsualPort = 1080;

    /// <summary>MailKit's client for a proxy.</summary>
    /// <param name="proxy">socks5, socks4, socks4a, http or https, host and port; user and password where the proxy wants them.</param>
    public static IProxyClient Create(Uri proxy)
    {
        var port = proxy.Port > 0 ? proxy.Port : UsualPort;
        var parts = proxy.UserInfo.Split(':', 2);
        var login = proxy.UserInfo.Length == 0
            ? null
            : new NetworkCredential(Uri.UnescapeDataString(parts[0]), parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "");
        return (proxy.Scheme, login) switch
        {
            ("socks5", null) => new Socks5Client(proxy.Host, port),
            ("socks5", _) => new Socks5Client(proxy.Host, port, login),
            ("socks4", null) => new Socks4Client(proxy.Host, port),
            ("socks4", _) => new Socks4Client(proxy.Host, port, login),
            ("socks4a", null) => new Socks4aClient(proxy.Host, port),
            ("socks4a", _) => new Socks4aClient(proxy.Host, port, login),
            ("https", null) => new HttpsProxyClient(proxy.Host, port),
            ("https", _) => new HttpsProxyClient(proxy.Host, port, login),
            (_, null) => new HttpProxyClient(proxy.Host, port),
            _ => new HttpProxyClient(proxy.Host, port, login),
        };
    }
}
