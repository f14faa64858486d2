namespace CrmSync.Worker.Pages;

/// <summary>A bar of a picture.</summary>
/// <param name="Label">What it is about.</param>
/// <param name="Parts">From the bottom up.</param>
public sealed record BarColumn(string Label, IReadOnlyList<BarPart> Parts);

/// <summary>A part of a bar.</summary>
/// <param name="Kind">Its colour: <c>ours</c>, <c>theirs</c>, <c>both</c>, <c>late</c>.</param>
/// <param name="Value">How much.</param>
public sealed record BarPart(string Kind, double Value);
