namespace CrmSync.Worker.MailServers;

/// <summary>How long a mail server may take. Real time, whatever clock the program runs on: bytes travel in real time.</summary>
/// <param name="Connect">For the TCP connection, the proxy's answer and the TLS handshake, each.</param>
/// <param name="Silence">Between two arrivals of bytes while an answer is expected.</param>
/// <param name="Whole">
/// For a whole answer, however steadily it trickles in; large answers get more (see <see cref="MailWire.Expect"/>).
/// </param>
internal sealed record MailTimeouts(TimeSpan Connect, TimeSpan Silence, TimeSpan Whole)
{
    /// <summary>20 seconds to connect, 60 seconds of silence, 5 minutes for an answer.</summary>
    public static MailTimeouts Default { get; } = new(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(60), TimeSpan.FromMinutes(5));
}
