using System.Net;
using System.Net.Sockets;

namespace CrmSync.Worker.MailServers;

/// <summary>
/// Addresses that lead to this machine or to its nearest neighbours: loopback, link-local (where clouds keep the credentials of their
/// machines) and unspecified ones, whatever form they are written in.
/// </summary>
internal static class LocalAddresses
{
    /// <summary>RFC 6052: IPv4 addresses behind a translator.</summary>
    private static readonly IPNetwork Translated = IPNetwork.Parse("64:ff9b::/96");

    private static readonly IPNetwork LinkLocal = IPNetwork.Parse("169.254.0.0/16");

    /// <summary>RFC 1122: "this network"; systems connect such an address to themselves.</summary>
    private static readonly IPNetwork ThisNetwork = IPNetwork.Parse("0.0.0.0/8");

    public static bool IsLocal(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        else if (Translated.Contains(address))
            address = new IPAddress(address.GetAddressBytes().AsSpan(12));

        return IPAddress.IsLoopback(address) || (address.AddressFamily == AddressFamily.InterNetwork
            ? LinkLocal.Contains(address) || ThisNetwork.Contains(address)
            : address.IsIPv6LinkLocal || address.Equals(IPAddress.IPv6Any));
    }
}
