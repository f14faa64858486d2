using System.Runtime.ExceptionServices;
using CrmSync.Domain.Company;
using CrmSync.Domain.Harvest;
using CrmSync.Domain.Log;
using CrmSync.Domain.Meetings;
using CrmSync.Domain.Policy;
using CrmSync.Storage.Log;
using CrmSync.Storage.Meetings;
using CrmSync.Worker.Sources;
using NodaTime;

namespace CrmSync.Worker.Harvest;

/// <summary>
/// Settles what a calendar shows now against what it showed before, and merges it with everybody else's copies and with the invitations in
/// mail.
/// </summary>
internal sealed class MeetingHarvest(MeetingLog log, Privacy privacy, Classifier classifier)
{
    /// <summary>In the UIDs of the lists we show in calendars: subscribed to in one that we read, they are no meetings.</summary>
    public const string OwnUid = ".crmsync@";

    private readonly InternalAddresses ours = classifier.Ours;
    private readonly MeetingMerge merge = MergeFor(classifier.Rules);
    private readonly Dictionary<string, IReadOnlyList<MeetingCopy>> before = new(StringComparer.Ordinal);
    private ErasedPeople? erased;
    private long? account;

    /// <summary>How copies are merged by the rules of a policy.</summary>
    public static MeetingMerge MergeFor(ReadingRules rules) =>
        new(
            new InvitationTrust(new Organisations(rules.Classify.PublicDomains).IsPublic),
            new MeetingPeople(rules),
            new OwnAbsences(rules));

    /// <summary>Stores the meetings of one series in one transaction.</summary>
    public async Task<ItemResult> Store(AccountState calendar, MeetingReading reading, CancellationToken ct)
    {
        await Load(calendar, ct);
        var name = MeetingKey.IsName(reading.Series) ? reading.Series : MeetingKey.Name(reading.Series);
        var known = before.GetValueOrDefault(name, []);

        // What must not be kept takes part in the settling, so that it goes where it was kept before it was private; it is not stored
        // itself.
        IReadOnlyList<MeetingCopy> copies =
        [
            .. reading.Copies.Select(copy => privacy.Labels.WhyLabelled(copy.Categories) is null ? copy : MeetingTranslation.Blanked(copy)),
        ];
        IReadOnlyList<MeetingCopy> now = [.. copies.Select(copy => IsUnwanted(copy) ? MeetingTranslation.Blanked(copy) : copy)];
        IReadOnlyList<MeetingCopy> kept = [.. now.Select(copy => erased!.Without(copy, ours)).OfType<MeetingCopy>()];
        IReadOnlyList<MeetingCopy> settled = [.. CalendarRound.Settle(known, kept, reading.Window).Where(copy => !copy.Private)];
        var isNew = false;
        if (known.Count + settled.Count > 0)
        {
            isNew =
                (
                    await log.Store(
                        calendar,
                        [.. known.Select(copy => copy.Key.Uid).Distinct(StringComparer.Ordinal)],
                        settled,
                        merge,
                        ours,
                        ct)).New > 0;
            before[name] = settled;
        }

        var number = reading.Item.Item.Number;
        return now switch
        {
            _ when reading.IsGone => new ItemResult.Gone(number),
            _ when now.All(copy => copy.LeftOutAt is not null) => new ItemResult.Skipped(number, SkippedBefore.NotInWindow),
            _ when kept.Any(copy => !copy.Private) => new ItemResult.Read(number, isNew) { Cut = CutIn(reading) },
            _ when kept.Count < now.Count => new ItemResult.Skipped(number, ErasedPeople.Reason),
            _ when copies.Any(copy => !copy.Private) => new ItemResult.Skipped(number, Capture.NotWanted),
            _ => new ItemResult.Skipped(number, Capture.Private),
        };
    }

    private static Trouble? CutIn(MeetingReading reading) =>
        reading.Cuts.Count == 0
            ? null
            : new Trouble(
                reading.Item.Folder.Path,
                string.Join("; ", reading.Cuts),
                "the rest of it is in the log; look at the calendar if it matters");

    /// <summary>
    /// Keeps what calendar messages in mails say, and merges it with what the calendars say. A message kept already changes nothing.
    /// </summary>
    public async Task Store(IReadOnlyCollection<InvitationMail> messages, CancellationToken ct)
    {
        IReadOnlyList<InvitationMail> wanted = [.. messages.Select(Wanted).OfType<InvitationMail>()];
        if (wanted.Count > 0)
            await log.Store(wanted, merge, ours, ct);
    }

    /// <summary>Writes the invitations of an account out further whose series go on and come to the end of what is written.</summary>
    public async Task MoveInvitations(AccountState mailbox, Instant now, CancellationToken ct)
    {
        ExceptionDispatchInfo? first = null;
        foreach (var kept in await log.InvitationsWrittenUntil(mailbox.Name, now + InvitedSeries.Ahead - InvitedSeries.Step, ct))
        {
            try
            {
                await log.Rewrite(kept, InvitedSeries.Continue(kept.Message, now), merge, ours, ct);
            }
            catch (Exception failure) when (Unexpected.IsContained(failure, ct))
            {
                // The others go on; what it was is told by whoever asked for this.
                first ??= ExceptionDispatchInfo.Capture(failure);
            }
        }

        first?.Throw();
    }

    private async Task Load(AccountState calendar, CancellationToken ct)
    {
        if (account == calendar.Number)
            return;

        before.Clear();
        foreach (
            var series in (await log.ReadCopies(calendar, ct)).GroupBy(
                copy => copy.Name ?? MeetingKey.Name(copy.Key.Uid),
                StringComparer.Ordinal))
            before[series.Key] = [.. series];

        erased = await log.Erased(ct);

        account = calendar.Number;
    }

    /// <summary>The message without the meetings that must not be kept; null when nothing is left of it.</summary>
    private InvitationMail? Wanted(InvitationMail mail)
    {
        IReadOnlyList<MeetingCopy> meetings =
            [.. mail.Meetings.Where(copy => !IsUnwanted(copy) && privacy.Labels.WhyLabelled(copy.Categories) is null)];
        var people = mail
            .Invitees.Select(i => i.Address)
            .Concat(mail.Senders)
            .Concat(mail.Organizer is null ? [] : [mail.Organizer.Address])
            .Concat(new[] { mail.SentBy, mail.DelegatedFrom }.OfType<EmailAddress>())
            .Concat(Mentions.AddressesIn(mail.Uid));
        return privacy.NoCapture.Covers(null, people) || (mail.Meetings.Count > 0 && meetings.Count == 0)
            ? null
            : mail with
            {
                Meetings = meetings,
            };
    }

    private bool IsUnwanted(MeetingCopy copy) =>
        copy.Uid.Contains(OwnUid, StringComparison.OrdinalIgnoreCase)
        || privacy.NoCapture.Covers(
            copy.Subject,
            copy.Invitees.Select(i => i.Address)
                .Concat(copy.Organizer is null ? [] : [copy.Organizer.Address])
                .Concat(Mentions.AddressesIn(copy.Uid)));
}
