namespace CrmSync.Worker.Telemetry;

/// <summary>What is counted of one reading of an account.</summary>
/// <param name="New">Items that made a line.</param>
/// <param name="Known">Items that were another copy of a line.</param>
/// <param name="Skipped">Items left out.</param>
/// <param name="Quarantined">Items that cannot be read.</param>
/// <param name="Failed">Items that could not be read this time.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Failure"><c>passing</c> or <c>permanent</c>; null when all of the account could be read.</param>
internal sealed record HarvestFigures(int New, int Known, int Skipped, int Quarantined, int Failed, double Seconds, string? Failure);
