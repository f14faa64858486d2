using CrmSync.Domain.Company;
using CrmSync.Domain.Harvest;

namespace CrmSync.Domain.Calls;

/// <summary>Which side of a call is ours.</summary>
public static class CallSides
{
    /// <summary>Why a call is not kept whose other side did not show its number.</summary>
    public const string Withheld = "a call without a number";

    /// <summary>Why a call among ourselves is not kept.</summary>
    public const string AmongOurselves = "a call among ourselves";

    /// <summary>The leg a row is; else why it is none, or what is wrong with it.</summary>
    /// <param name="record">The row.</param>
    /// <param name="account">The account it came from.</param>
    /// <param name="ours">Whose telephones are ours.</param>
    /// <param name="place">Where the row stands.</param>
    public static (CallLeg? Leg, string? Skipped, Trouble? Trouble) Settle(
        CallRecord record, string account, InternalAddresses ours, string place)
    {
        var isFromOurs = IsOurs(record.From) || record.OursCalling.Count > 0;
        var isToOurs = IsOurs(record.To) || record.OursCalled.Count > 0;
        var direction = record.Direction
            ?? (isFromOurs && isToOurs ? Direction.Internal
                : isFromOurs ? Direction.Outbound
                : isToOurs ? Direction.Inbound
                : record.From is null && record.To is not null ? Direction.Inbound
                : null);
        if (direction is null)
            return (
                null,
                null,
                new Trouble(
                    place,
                    "the row does not tell which side is ours",
                    "write our numbers and extensions as telephones of people in the policy, or name the column of the direction under "
                        + "columns; then run: crmsync quarantine retry"));

        if (direction == Direction.Internal)
            return (null, AmongOurselves, null);

        var isInbound = direction == Direction.Inbound;
        var other = record.Other ?? (isInbound ? record.From : record.To);
        if (other is null)
            return (null, Withheld, null);
        if (IsOurs(other) || !other.Address.IsTelephone)
            return (null, AmongOurselves, null);

        CallParty?[] named = isInbound
            ? [.. record.OursCalled, .. record.Ours, record.To]
            : [.. record.OursCalling, .. record.Ours, record.From];
        var candidates = named.OfType<CallParty>().Where(party => party.Address != other.Address).ToList();
        var us = candidates.Find(party => ours.Contains(party.Address)) ?? candidates.Find(IsOurs) ?? candidates.FirstOrDefault();
        return (
            new CallLeg
            {
                Account = account,
                Row = record.Row,
                Number = other.Address,
                Name = other.Name,
                Ours = us?.Address,
                Direction = direction.Value,
                Start = record.Start,
                Seconds = record.Seconds,
                Call = record.Call,
                IsToTheMinute = record.IsToTheMinute,
            },
            null,
            null);

        bool IsOurs(CallParty? party) => party is not null && (ours.Contains(party.Address) || IsExtension(party.Address));
    }

    /// <summary>A telephone without a country is one of ours: an extension.</summary>
    private static bool IsExtension(EmailAddress address) => address.IsTelephone && !address.Value.Contains('+', StringComparison.Ordinal);
}
