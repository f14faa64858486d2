using CrmSync.Domain.Calls;

namespace CrmSync.Worker.Sources.Calls;

/// <summary>A row of a table of calls.</summary>
/// <param name="Item">The item.</param>
/// <param name="Record">What it says.</param>
/// <param name="Place">Where it stands.</param>
internal sealed record CallReading(RemoteItem Item, CallRecord Record, string Place) : Reading(Item);
