namespace CrmSync.Worker.Status;

/// <summary>The status page with what was asked of it.</summary>
/// <param name="Worker">How the worker is doing.</param>
/// <param name="Refresh">After how many seconds the browser loads it again; null: never.</param>
internal sealed record StatusView(WorkerStatus Worker, int? Refresh);
