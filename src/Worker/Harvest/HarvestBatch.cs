using System.Threading.Channels;
using CrmSync.Domain.Harvest;
using CrmSync.Domain.Meetings;
using CrmSync.Storage.Harvest;
using CrmSync.Storage.Log;
using CrmSync.Worker.Commands;
using CrmSync.Worker.Sources;
using CrmSync.Worker.Sources.Calls;

namespace CrmSync.Worker.Harvest;

/// <summary>What was read and is stored together.</summary>
internal sealed class HarvestBatch
{
    /// <summary>How many items it holds; it is full with <see cref="HarvestLedger.LargestBatch"/>.</summary>
    public int Count => Results.Count + Meetings.Count + Calls.Count;

    /// <summary>What became of each item that is no meeting.</summary>
    public List<ItemResult> Results { get; } = [];

    /// <summary>The series of calendars; what becomes of their items shows when they are stored.</summary>
    public List<MeetingReading> Meetings { get; } = [];

    /// <summary>The rows of telephone systems; what becomes of their items shows when they are stored.</summary>
    public List<CallReading> Calls { get; } = [];

    /// <summary>The calendar messages of emails, each with the item it came from.</summary>
    public List<(InvitationMail Mail, RemoteItem Item)> Invitations { get; } = [];

    /// <summary>The emails to the command mailbox.</summary>
    public List<(CommandMail Mail, byte[]? Bytes, RemoteItem Item)> Commands { get; } = [];

    /// <summary>What sent copies prove of commands.</summary>
    public List<(SentCommand Command, RemoteItem Item)> Sent { get; } = [];

    public TaskCompletionSource IsStored { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>Hands batches on when they are full, and waits until there is room for the next.</summary>
internal sealed class BatchWriter(ChannelWriter<HarvestBatch> batches, SemaphoreSlim room)
{
    /// <summary>The batch that is being filled.</summary>
    public HarvestBatch Current { get; private set; } = new();

    /// <summary>Hands the batch on when it is full.</summary>
    public async Task HandOnFull(CancellationToken ct)
    {
        if (Current.Count >= HarvestLedger.LargestBatch)
            await HandOn(ct);
    }

    /// <summary>Hands the batch on as it is.</summary>
    public async Task<HarvestBatch> HandOn(CancellationToken ct)
    {
        var done = HandOnLast();
        await room.WaitAsync(ct);
        return done;
    }

    /// <summary>Hands the batch on as the last one.</summary>
    public HarvestBatch HandOnLast()
    {
        var done = Current;
        Current = new HarvestBatch();
        batches.TryWrite(done);
        return done;
    }
}
