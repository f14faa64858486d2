using NodaTime;

namespace CrmSync.Domain.Log;

/// <summary>An absence notice names the day on which its author is back.</summary>
/// <param name="Day">The first day on which they can be reached again.</param>
public sealed record ReturnNotice(LocalDate Day)
{
    /// <summary>The sentence that says so; null where no words are kept.</summary>
    public string? Sentence { get; init; }
}
