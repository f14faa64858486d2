namespace CrmSync.Worker.Tests.Digests.Story;

/// <summary>The two weeks of a company whose people are written to in French, and answer so.</summary>
public sealed class TwoWeeksInFrench() : TwoWeeks("fr");
