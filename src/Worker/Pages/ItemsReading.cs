using CrmSync.Worker.Harvest;
using NodaTime;

namespace CrmSync.Worker.Pages;

/// <summary>Reads what the policy makes of every organisation.</summary>
/// <param name="now">The moment.</param>
/// <param name="ct">Cancels.</param>
internal delegate Task<JudgedLog> ItemsReading(Instant now, CancellationToken ct);
