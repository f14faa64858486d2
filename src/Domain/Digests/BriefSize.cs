namespace CrmSync.Domain.Digests;

/// <summary>How much of each kind a brief tells.</summary>
internal sealed record BriefSize(int Contacts, int Open, int Awaited, int Facts, int NextSteps, int Ahead)
{
    /// <summary>One screen of a mail.</summary>
    public static BriefSize Screen { get; } = new(Contacts: 3, Open: 4, Awaited: 3, Facts: 5, NextSteps: 3, Ahead: 3);

    /// <summary>A page of its own.</summary>
    public static BriefSize Page { get; } = new(Contacts: 500, Open: 100, Awaited: 100, Facts: 200, NextSteps: 50, Ahead: 50);
}
