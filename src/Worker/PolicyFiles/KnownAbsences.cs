using CrmSync.Storage.Log;
using NodaTime;

namespace CrmSync.Worker.PolicyFiles;

/// <summary>Takes who of our people is away, by their calendars and automatic replies, into the policy in force.</summary>
internal sealed class KnownAbsences(PolicyInForce policy, ContactLog log)
{
    /// <summary>Looks at what the log says by now.</summary>
    public async Task TakeIn(Instant now, CancellationToken ct) =>
        policy.TakeIn(await log.Read(new LogFilter { Now = now, SayAway = true, WithoutText = true }, ct).ToListAsync(ct), now);
}
