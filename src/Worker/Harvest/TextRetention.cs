using System.Globalization;
using CrmSync.Storage.Privacy;
using CrmSync.Worker.PolicyFiles;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Worker.Harvest;

/// <summary>Drops texts that are older than <c>privacy.retain</c> allows.</summary>
internal sealed class TextRetention(Retention retention, PolicyInForce policy)
{
    /// <summary>How much is too old; null when everything is kept.</summary>
    public async Task<RetentionCounts?> Count(Instant now, CancellationToken ct) =>
        Before(now) is { } before ? await retention.Count(before, ct) : null;

    /// <summary>Drops what is too old; null when everything is kept.</summary>
    public async Task<RetentionCounts?> Run(Instant now, CancellationToken ct) =>
        Before(now) is { } before ? await retention.Drop(before, now, ct) : null;

    /// <summary>What the last run did, in words; null when there was none.</summary>
    public async Task<string?> LastInWords(CancellationToken ct) =>
        await retention.Last(ct) is { } last
            ? $"texts older than {InstantPattern.General.Format(last.Before)} were dropped on {InstantPattern.General.Format(last.At)}: "
                + $"{InWords(last.Dropped)}"
            : null;

    public static string InWords(RetentionCounts counts) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{counts.Texts} texts of lines, {counts.Notes} notes, {counts.Mails} digests and answers, {counts.CommandMails} mails to "
                + $"the command mailbox"
        );

    private Instant? Before(Instant now)
    {
        var current = policy.Policy;
        return current.Privacy.KeepsSince(now, current.DefaultCalendar.Zone);
    }
}
