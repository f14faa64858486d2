using CrmSync.Domain.Harvest;
using CrmSync.Domain.Log;
using CrmSync.Domain.Meetings;
using CrmSync.Mail.Mime;
using NodaTime;

namespace CrmSync.Worker.Sources;

/// <summary>What one item turned out to be.</summary>
internal abstract record Reading(RemoteItem Item)
{
    /// <summary>What was left out of it because it met a bound, in words; the harvest adds its own.</summary>
    public ISet<string> Cuts { get; init; } = new HashSet<string>(StringComparer.Ordinal);
}

/// <summary>A mail.</summary>
internal sealed record MailReading(RemoteItem Item, MailFacts Facts) : Reading(Item)
{
    /// <summary>
    /// The mail itself when there is a calendar in it; null in all others, which are let go as soon as their facts are known.
    /// </summary>
    public MimeMessage? WithCalendar { get; init; }

    /// <summary>The mail itself when other mails are attached to it; null in all others.</summary>
    public MimeMessage? WithAttached { get; init; }

    /// <summary>Where whoever has the mailbox opens it in a browser, as the server says; null where the server says nothing.</summary>
    public string? WebLink { get; init; }

    /// <summary>The categories, labels and keywords it bears where it lies.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>The folder it lies in, as people see it from the top.</summary>
    public string FolderPath { get; init; } = "";

    /// <summary>Between the levels of <see cref="FolderPath"/>; null where there are none.</summary>
    public char? Delimiter { get; init; }

    /// <summary>Of larger mails the bytes are not kept: commands have no use for attachments.</summary>
    public const int MostBytes = 10_000_000;

    /// <summary>The mail as it is stored, where that was asked for and it is not too large; else null.</summary>
    public byte[]? Bytes { get; init; }
}

/// <summary>The meetings of one series (or a single one) as the account holds them now.</summary>
/// <param name="Item">The item.</param>
/// <param name="Series">Whose meetings they are (<see cref="MeetingKey.Uid"/>).</param>
/// <param name="Copies">The meetings in <paramref name="Window"/>, also those marked private.</param>
/// <param name="Window">What was looked at; what lies outside stays as it is known.</param>
internal sealed record MeetingReading(RemoteItem Item, string Series, IReadOnlyList<MeetingCopy> Copies, Interval Window) : Reading(Item)
{
    /// <summary>Whether the series is not there any more.</summary>
    public bool IsGone { get; init; }
}

/// <summary>Left out on purpose: a draft, an entry marked private.</summary>
internal sealed record SkippedReading(RemoteItem Item, string Reason) : Reading(Item);

/// <summary>Cannot be read as it is; somebody may look at it and try again.</summary>
internal sealed record UnreadableReading(RemoteItem Item, Trouble Trouble) : Reading(Item)
{
    /// <summary>What its headers say, when at least these could be read: the log knows of the mail, though not what it says.</summary>
    public MailFacts? Headers { get; init; }

    /// <summary>After how long it is tried again by itself; null when it would be no better then.</summary>
    public Duration? RetryAfter { get; init; }
}

/// <summary>Could not be read this time; it is tried again with the next harvest.</summary>
internal sealed record FailedReading(RemoteItem Item, Trouble Trouble) : Reading(Item);

/// <summary>No longer there, which is remembered.</summary>
internal sealed record GoneReading(RemoteItem Item) : Reading(Item);

/// <summary>
/// Listed, and not there when it was to be read: deleted or moved meanwhile. Should it come back under its key, a listing may name it
/// again. May follow another reading of the item, which then was of something else.
/// </summary>
internal sealed record VanishedReading(RemoteItem Item) : Reading(Item);
