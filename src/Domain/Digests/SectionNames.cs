namespace CrmSync.Domain.Digests;

/// <summary>The sections a digest can have, as the policy writes them.</summary>
public static class SectionNames
{
    public const string MeetingsToday = "meetings_today";
    public const string Overdue = "overdue";
    public const string DueToday = "due_today";
    public const string ToDo = "to_do";
    public const string News = "news";
    public const string Proposals = "proposals";
    public const string HeldBack = "held_back";
    public const string NeedsYou = "needs_you";
    public const string OverdueByOwner = "overdue_by_owner";
    public const string Cases = "cases";
    public const string AtRisk = "at_risk";
    public const string OverContacted = "over_contacted";
    public const string Handovers = "handovers";
    public const string Expired = "expired";
    public const string Numbers = "numbers";
    public const string Health = "health";

    /// <summary>Confirms commands; in every digest, and not for the policy to name.</summary>
    public const string AsYouSaid = "as_you_said";

    /// <summary>What owners get unless the policy says otherwise, in order.</summary>
    public static readonly IReadOnlyList<string> ForOwners = [Overdue, DueToday, MeetingsToday, ToDo, Proposals, News, HeldBack];

    /// <summary>What managers get unless the policy says otherwise, in order.</summary>
    public static readonly IReadOnlyList<string> ForManagers =
    [
        NeedsYou,
        OverdueByOwner,
        Cases,
        AtRisk,
        News,
        OverContacted,
        Handovers,
        Expired,
        Numbers,
        Health,
    ];

    /// <summary>Every section, for checking the policy.</summary>
    public static readonly IReadOnlyList<string> All = [.. ForOwners.Union(ForManagers, StringComparer.Ordinal)];
}
