using System.Security.Cryptography;
using System.Text;

namespace CrmSync.Worker.Telemetry;

/// <summary>How an account is called in metrics and traces, which must hold no address.</summary>
internal static class AccountLabel
{
    /// <summary>
    /// The name of the account; of one that is named after its address, such as <c>imap:ana@us.example</c>, what stands before the @ and
    /// four digits that tell it from others: <c>imap:ana.3f9c</c>.
    /// </summary>
    public static string From(string name)
    {
        var at = name.IndexOf('@', StringComparison.Ordinal);
        return at < 0 ? name : $"{name[..at]}.{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 2))}";
    }
}
