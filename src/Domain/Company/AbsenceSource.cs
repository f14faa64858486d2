namespace CrmSync.Domain.Company;

/// <summary>What says that one of our people is away.</summary>
public enum AbsenceSource
{
    /// <summary>The policy.</summary>
    Policy,

    /// <summary>Their calendar.</summary>
    Calendar,

    /// <summary>Their automatic reply.</summary>
    Reply,
}
