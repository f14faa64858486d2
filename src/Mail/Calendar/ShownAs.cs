namespace CrmSync.Mail.Calendar;

/// <summary>How an event shows the time of whoever's calendar it stands in.</summary>
public enum ShownAs
{
    Busy,
    Free,
    Tentative,

    /// <summary>At work, in another place.</summary>
    Elsewhere,

    OutOfOffice,
}
