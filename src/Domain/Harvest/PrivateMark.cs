using NodaTime;

namespace CrmSync.Domain.Harvest;

/// <summary>A label or folder that the policy names as private.</summary>
/// <param name="Because">Which, in words.</param>
/// <param name="At">When it was met.</param>
public sealed record PrivateMark(string Because, Instant At);
