using System.Globalization;
using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using NodaTime;

namespace CrmSync.Domain.Meetings;

/// <summary>
/// What makes two copies the same meeting: the clean UID, and which occurrence of the series, in UTC. A meeting that moves keeps its key.
/// Gateways change the case of UIDs, so it does not count; short UIDs are not unique in the world (Exchange wrote <c>1:2323</c>), so they
/// hold for one organiser.
/// </summary>
/// <param name="Uid">The UID in lower case, with the organiser's address behind it when it is short.</param>
/// <param name="Occurrence">The recurrence id; null for a single meeting.</param>
public sealed record MeetingKey(string Uid, Instant? Occurrence)
{
    /// <summary>UIDs shorter than this are told apart by their organiser.</summary>
    public const int ShortUid = 16;

    private const char NameMark = '~';
    private const int NameLength = 26;

    public static MeetingKey From(string uid, EmailAddress? organizer, Instant? occurrence) => new(Series(uid, organizer), occurrence);

    /// <summary>What all occurrences of one series share.</summary>
    public static string Series(string uid, EmailAddress? organizer)
    {
        var folded = uid.Trim().ToLowerInvariant();
        return folded.Length >= ShortUid ? folded : $"{folded} {organizer?.Value}";
    }

    /// <summary>A series as listings name it: what a UID says, or whose it is, stands in no list of items.</summary>
    public static string Name(string series) => NameMark + StableHash.Print(StableHash.Compute("series", series), NameLength);

    /// <summary>Whether a text is a name <see cref="Name"/> gave.</summary>
    public static bool IsName(string text) => text.Length == NameLength + 1 && text[0] == NameMark;

    /// <summary>The id of the line in the log: equal on every database and in every run, ascending with the occurrence.</summary>
    public string LineId => StableHash.Print(Occurrence)
        + StableHash.Print(StableHash.Compute("meeting", Uid, Occurrence?.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)), 13);
}
