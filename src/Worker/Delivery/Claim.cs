using CrmSync.Storage.Digests;

namespace CrmSync.Worker.Delivery;

/// <summary>
/// The claim on the mails of a group. It is asked at every step of a mail and renewed in the database; a worker that stood still for
/// minutes gives it up by itself, because another one may have taken over what nobody was at, and no statement holds back bytes that are on
/// their way.
/// </summary>
internal sealed class Claim
{
    /// <summary>
    /// Well below the lease of <see cref="Outbox"/>, and no longer than mail servers wait for a client (RFC 5321 section 4.5.3.2).
    /// </summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    /// <summary>An answer of the database counts so long; nobody takes a mail over that fast.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly DigestLedger ledger;
    private readonly TimeProvider bootClock;
    private readonly HashSet<string> ours;
    private readonly IReadOnlyDictionary<string, byte[]?> bytes;
    private long askedAt;

    private Claim(DigestLedger ledger, TimeProvider bootClock, ClaimedMails claimed, long askedAt) =>
        (this.ledger, this.bootClock, this.askedAt, Token, ours, bytes) =
            (ledger, bootClock, askedAt, claimed.Token, claimed.Mails.ToHashSet(StringComparer.Ordinal), claimed.Bytes);

    /// <summary>What every step of these mails shows.</summary>
    public long Token { get; }

    /// <summary>Whether this worker stood still for so long that it has to give up what it took.</summary>
    public bool HasLapsed => bootClock.GetElapsedTime(askedAt) > LongestPause;

    /// <summary>Takes mails.</summary>
    /// <param name="ledger">Where they are kept.</param>
    /// <param name="bootClock">The clock of this machine that goes on while it sleeps.</param>
    /// <param name="take">Takes them.</param>
    public static async Task<Claim> Take(DigestLedger ledger, TimeProvider bootClock, Func<Task<ClaimedMails>> take)
    {
        // What counts is when the question was asked: the answer may have waited while this worker stood still.
        var before = bootClock.GetTimestamp();
        return new Claim(ledger, bootClock, await take(), before);
    }

    /// <summary>What leaves of a mail: what it was when it was taken.</summary>
    public byte[]? Bytes(string mail) => bytes.GetValueOrDefault(mail);

    /// <summary>Whether a mail was ours when the database was asked last.</summary>
    public bool Holds(string mail) => ours.Contains(mail);

    /// <summary>Whether a mail is ours still; says at the same time that this worker is at all of them.</summary>
    public async Task<bool> IsOurs(string mail, CancellationToken ct)
    {
        if (HasLapsed || !ours.Contains(mail))
            return false;

        if (bootClock.GetElapsedTime(askedAt) > Fresh)
        {
            var asked = bootClock.GetTimestamp();
            ours.IntersectWith(await ledger.Renew(ours, Token, ct));
            askedAt = asked;
        }

        return !HasLapsed && ours.Contains(mail);
    }

    /// <summary>What has come to its end is renewed no more.</summary>
    public void Leave(string mail) => ours.Remove(mail);
}
