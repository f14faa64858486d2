namespace CrmSync.Domain.Languages;

/// <summary>What an item is told as; each has a word in every language.</summary>
public enum ToldAs
{
    Overdue,
    DueToday,
    DueSoon,
    ToDo,
    Escalated,
    AtRisk,
    Handover,
}
