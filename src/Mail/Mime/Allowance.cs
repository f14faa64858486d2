namespace CrmSync.Mail.Mime;

/// <summary>What may still be kept of one message, all its parts together.</summary>
internal sealed class Allowance(int bytes)
{
    private long left = bytes;

    /// <summary>The smaller of a part's own limit and what is left.</summary>
    public int AtMost(int limit) => (int)Math.Clamp(left, 0, limit);

    public void Take(int kept) => left -= kept;
}
