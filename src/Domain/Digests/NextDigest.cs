using NodaTime;

namespace CrmSync.Domain.Digests;

/// <summary>When a digest leaves next.</summary>
/// <param name="Digest">Its name in the policy.</param>
/// <param name="At">The moment.</param>
/// <param name="Readers">How many people it goes to then.</param>
public sealed record NextDigest(string Digest, Instant At, int Readers);
