using System.Net;

namespace CrmSync.Worker.Configuration;

/// <summary>Whether a host is this very machine, without asking any name server.</summary>
internal static class Loopback
{
    public static bool Is(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
