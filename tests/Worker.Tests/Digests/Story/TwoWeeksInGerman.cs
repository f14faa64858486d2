namespace CrmSync.Worker.Tests.Digests.Story;

/// <summary>The two weeks of a company whose people are written to in German, and answer so.</summary>
public sealed class TwoWeeksInGerman() : TwoWeeks("de");
