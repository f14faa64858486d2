using CrmSync.Domain.Digests;
using NodaTime;

namespace CrmSync.Worker.Pages;

/// <summary>What the calendar of a reader shows.</summary>
/// <param name="Name">Shown beside it.</param>
/// <param name="Zone">The reader's.</param>
/// <param name="Installation">Tells entries apart from those of every other installation.</param>
/// <param name="Domain">Ours, behind the ids of entries.</param>
/// <param name="Pages">Where readers open pages, without a slash at its end.</param>
/// <param name="Entries">In order, and when each last changed.</param>
internal sealed record FeedContent(
    string Name,
    DateTimeZone Zone,
    string Installation,
    string Domain,
    string Pages,
    IReadOnlyList<(FeedEntry Entry, Instant Changed)> Entries);
