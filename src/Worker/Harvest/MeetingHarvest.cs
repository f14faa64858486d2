using CrmSync.Domain.Contacts;
using CrmSync.Domain.Log;
using CrmSync.Domain.Meetings;
using CrmSync.Domain.Policy;
using CrmSync.Storage.Harvest;
using CrmSync.Storage.Meetings;
using CrmSync.Worker.Sources;

namespace CrmSync.Worker.Harvest;

/// <summary>Settles what a calendar shows now against what it showed before, and merges it with everybody else's copies.</summary>
internal sealed class MeetingHarvest(MeetingLog log, CompanyPolicy policy, InternalAddresses ours)
{
    private readonly MeetingMerge merge = MergeFor(policy);
    private (long Account, ILookup<string, MeetingCopy> Copies)? before;

    /// <summary>How copies are merged under a policy.</summary>
    public static MeetingMerge MergeFor(CompanyPolicy policy) => new(new InvitationTrust(new Organisations(policy.Classify.PublicDomains).IsPublic));

    /// <summary>Stores the meetings of one series in one transaction.</summary>
    public async Task<ItemResult> Store(AccountState account, MeetingReading reading, CancellationToken ct)
    {
        var number = reading.Item.Item.Number;
        if (reading.Copies.Count > 0 && reading.Copies.All(IsUnwanted))
            return new ItemResult.Skipped(number, "privacy.no_capture");

        if (before?.Account != account.Number)
            before = (account.Number, (await log.CopiesOf(account, ct)).ToLookup(copy => copy.Key.Uid, StringComparer.Ordinal));

        var settled = CalendarRound.Settle([.. before.Value.Copies[reading.Series]], [.. reading.Copies.Where(copy => !IsUnwanted(copy))], reading.Window);
        var counts = await log.Store(account, [reading.Series], settled, merge, ours, ct);
        return reading.Copies.Count == 0 ? new ItemResult.Gone(number) : new ItemResult.Read(number, IsNew: counts.New > 0);
    }

    private bool IsUnwanted(MeetingCopy copy) =>
        policy.Privacy.NoCapture.Covers(copy.Subject, copy.Invitees.Select(i => i.Address).Concat(copy.Organizer is null ? [] : [copy.Organizer.Address]));
}
