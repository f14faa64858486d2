using CrmSync.Domain.Log;

namespace CrmSync.Domain.Digests;

/// <summary>Something known of a contact.</summary>
/// <param name="Words">In one safe line.</param>
/// <param name="From">The line that says so; null where the policy does.</param>
internal sealed record SaidFact(string Words, Interaction? From);
