using CrmSync.Domain.Company;

namespace CrmSync.Worker.Sources.Graph;

/// <summary>One of the calendars a mailbox shows (calendar resource).</summary>
/// <param name="Id">The service's lasting id; null for the calendar a mailbox has of itself, which is asked for without one.</param>
/// <param name="Name">As its owner calls it.</param>
/// <param name="Owner">Whose it is; null when the service does not say.</param>
/// <param name="IsShared">Whether somebody else shares it with the owner of the mailbox.</param>
internal sealed record GraphCalendarPlace(string? Id, string Name, EmailAddress? Owner, bool IsShared)
{
    private const string Mark = "calendar";

    /// <summary>The calendar a mailbox has of itself.</summary>
    public static GraphCalendarPlace Own { get; } = new(null, Mark, null, IsShared: false);

    /// <summary>What the ledger knows it by.</summary>
    public string FolderId => Id is null ? Mark : $"{Mark}:{Id}";

    /// <summary>Whether a folder of the ledger is a calendar.</summary>
    public static bool IsCalendar(string remoteId) => remoteId == Mark || remoteId.StartsWith(Mark + ":", StringComparison.Ordinal);

    /// <summary>A calendar the ledger knows, as far as it knows it.</summary>
    public static GraphCalendarPlace From(string remoteId, string name) =>
        remoteId == Mark ? Own : new(remoteId[(Mark.Length + 1)..], name, null, IsShared: false);

    /// <summary>An address of the mailbox as it is for this calendar: what comes from a segment on is asked for in it.</summary>
    /// <param name="address">As it is for the calendar a mailbox has of itself.</param>
    /// <param name="segment"><c>/calendarView</c> or <c>/events/</c>.</param>
    public string Within(string address, string segment)
    {
        var at = Id is null ? -1 : address.IndexOf(segment, StringComparison.Ordinal);
        return at < 0 ? address : $"{address[..at]}/calendars/{Uri.EscapeDataString(Id!)}{address[at..]}";
    }
}
