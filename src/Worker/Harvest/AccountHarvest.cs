using System.Diagnostics;
using System.Threading.Channels;
using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Domain.Meetings;
using CrmSync.Storage.Harvest;
using CrmSync.Worker.Commands;
using CrmSync.Worker.Sources;
using NodaTime;

namespace CrmSync.Worker.Harvest;

/// <summary>
/// Reads one account forward from where it was left: lists what is new, reads it in batches, stores every batch in one transaction.
/// </summary>
/// <param name="accounts">Where successes and failures are written down.</param>
/// <param name="ledger">What is known and what is to be read.</param>
/// <param name="capture">What is kept of a mail.</param>
/// <param name="classifier">What the configuration makes of a mail.</param>
/// <param name="meetings">Where copies of meetings become lines.</param>
/// <param name="since">Older mail is left out.</param>
/// <param name="time">Measures turns.</param>
/// <param name="commands">What takes the mails of the command mailbox; null for every other account.</param>
internal sealed class AccountHarvest(
    Accounts accounts,
    HarvestLedger ledger,
    Capture capture,
    Classifier classifier,
    MeetingHarvest meetings,
    Instant since,
    TimeProvider time,
    CommandDesk? commands = null)
{
    /// <summary>Items that could not be read this time are tried again by the next harvest, never twice by the same.</summary>
    private static readonly Duration RetryAfter = Duration.FromSeconds(1);

    /// <summary>
    /// Batches that are asked for in one go: enough that the time a question travels does not count, few enough that a death repeats
    /// little.
    /// </summary>
    private const int BatchesAhead = 4;

    /// <summary>Batches that were read and are not stored yet, at most, beside the one that is being filled.</summary>
    private const int BatchesHeld = 1;

    /// <summary>
    /// An invitation to a series is read once and not again when a quarter has passed, as a calendar is; so it is written out far ahead.
    /// </summary>
    private static readonly Duration InvitationsAhead = Duration.FromDays(2 * 365);

    /// <summary>Which backlogs may be read now, of all accounts; null where there are no others.</summary>
    public SemaphoreSlim? Backlogs { get; init; }

    /// <summary>Harvests to the end. An account that cannot be read is a result; only the database can make this throw.</summary>
    /// <param name="account">The account.</param>
    /// <param name="open">Makes its source.</param>
    /// <param name="now">The time of this harvest: what it learns is <c>seen</c> now.</param>
    /// <param name="progress">Told about every page and batch, or null.</param>
    /// <param name="ct">Stops after the batch at hand; nothing is lost.</param>
    public async Task<HarvestSummary> Run(
        AccountState account,
        Func<ISource> open,
        Instant now,
        IProgress<HarvestProgress>? progress,
        CancellationToken ct)
    {
        var run = new HarvestRun(account.Name, progress, time);
        await Turn(account, open, now, run, Timeout.InfiniteTimeSpan, ct);
        return run.Summary();
    }

    /// <summary>As <see cref="Run"/>, but reads no longer than a while.</summary>
    /// <param name="account">The account as it stands now.</param>
    /// <param name="open">Makes its source.</param>
    /// <param name="now">The time of this harvest.</param>
    /// <param name="run">Counts all turns of the harvest together.</param>
    /// <param name="most">After this time no further batches are asked for.</param>
    /// <param name="ct">Stops after the batch at hand; nothing is lost.</param>
    /// <returns>False when more waits for the next turn.</returns>
    public async Task<bool> Turn(AccountState account, Func<ISource> open, Instant now, HarvestRun run, TimeSpan most, CancellationToken ct)
    {
        run.BeginTurn();
        var turn = new TurnTime(most, time);
        try
        {
            // Most of the time nothing waits and nothing is new: then nothing is written.
            var waits = await ledger.HasOpen(account, ct);
            if (waits)
                run.Add(quarantined: await ledger.Recover(account, ct));

            var source = open();
            waits |= await Discover(account, source, now, run, ct);
            if (waits && !await ReadPending(account, source, now, run, turn, ct))
                return false;

            await SettleCommands(account, now, run, ct);
            await (
                run.Problem is { } words
                    ? accounts.Failed(account, now, words, run.IsPermanent, ct)
                    : accounts.Succeeded(account, now, readUntil: now, ct));
        }
        catch (SourceException failure)
        {
            run.Fail(failure.Trouble, failure.IsPermanent);
            await accounts.Failed(account, now, failure.Message, failure.IsPermanent, ct);
        }
        finally
        {
            run.EndTurn();
        }

        return true;
    }

    /// <summary>Commands wait where they are when they cannot be settled now; the mails themselves are stored already.</summary>
    private async Task SettleCommands(AccountState account, Instant now, HarvestRun run, CancellationToken ct)
    {
        if (commands is null)
            return;

        try
        {
            await commands.Settle(now, ct);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            run.Fail(
                new Trouble(
                    account.Name,
                    $"its commands could not be carried out: {failure.Message}",
                    "they are kept and tried again with the next harvest"));
        }
    }

    /// <summary>Lists what is new; true when something was.</summary>
    private async Task<bool> Discover(AccountState account, ISource source, Instant now, HarvestRun run, CancellationToken ct)
    {
        var isNew = false;
        await foreach (var listing in source.Discover(new KnownItems(ledger, account), ct))
        {
            switch (listing)
            {
                case ListedPage { New.Count: 0 } page:
                    run.Listed(page, added: 0);
                    if (page.Cursor != page.Folder.Cursor)
                        await ledger.MoveCursor(page.Folder, page.Cursor, ct);

                    break;
                case ListedPage page:
                    var added = await ledger.Discover(page.Folder, page.New, page.Cursor, ct);
                    isNew |= added > 0;
                    run.Listed(page, added);
                    break;
                case FolderUnreadable folder:
                    run.Fail(folder.Trouble, folder.IsPermanent);
                    break;
                case ReadNow:
                    await ReadPending(account, source, now, run, new TurnTime(Timeout.InfiniteTimeSpan, time), ct);
                    break;
            }
        }

        if (!account.FirstReadDone)
            await accounts.FirstReadDone(account, ct);

        return isNew;
    }

    /// <summary>
    /// Reads what waits. While one batch is stored the next ones are read, so that both cores have work and the wire does not fall silent
    /// between batches; what is held meanwhile is a few batches of lines, never mails.
    /// </summary>
    /// <returns>False when the time is over and more waits.</returns>
    private async Task<bool> ReadPending(
        AccountState account,
        ISource source,
        Instant now,
        HarvestRun run,
        TurnTime turn,
        CancellationToken ct)
    {
        var folders = (await ledger.Folders(account, ct)).ToDictionary(f => f.Number);
        var batches = Channel.CreateUnbounded<ReadBatch>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        using var room = new SemaphoreSlim(BatchesHeld);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var reading = ReadAll(new Pass(account, source, folders, now, run, turn), batches.Writer, room, stop.Token);
        try
        {
            await foreach (var batch in batches.Reader.ReadAllAsync(CancellationToken.None))
            {
                await Store(account, batch, run);
                batch.IsStored.SetResult();
                room.Release();
            }
        }
        finally
        {
            await stop.CancelAsync();
            await reading;
        }

        return !turn.IsLeftWork;
    }

    /// <summary>
    /// Fills batches until nothing waits, or the source breaks off: then what was read counts, and the rest is given back.
    /// </summary>
    private async Task ReadAll(Pass pass, ChannelWriter<ReadBatch> batches, SemaphoreSlim room, CancellationToken ct)
    {
        try
        {
            while (await TakeSome(pass, ct) is { Count: > 0 } items)
            {
                using var turn = await TurnOf(items, ct);
                var open = items.ToDictionary(i => i.Number);
                var last = new ReadBatch();
                try
                {
                    await foreach (var reading in pass.Source.Read([.. items.Select(i => new RemoteItem(pass.Folders[i.Folder], i))], ct))
                    {
                        // What was taken for read may turn out to have been something else.
                        if (!open.Remove(reading.Item.Item.Number) && reading is not VanishedReading)
                            continue;

                        await Add(reading, last, pass, ct);
                        if (last.Results.Count < HarvestLedger.LargestBatch)
                            continue;

                        batches.TryWrite(last);
                        last = new ReadBatch();
                        await room.WaitAsync(ct);
                    }
                }
                catch (Exception stopped) when (stopped is SourceException or OperationCanceledException)
                {
                    batches.TryWrite(last);
                    await ledger.Release(open.Values, CancellationToken.None);
                    batches.Complete(stopped);
                    return;
                }

                // Silence is not an answer: what the source did not speak of is asked for again.
                foreach (var silent in open.Values)
                {
                    pass.Run.Fail(
                        new Trouble(
                            pass.Folders[silent.Folder].Path,
                            "the source gave no answer for an item",
                            "it is asked for again with the next harvest"));
                    last.Results.Add(new ItemResult.Failed(silent.Number, "the source gave no answer", pass.Now + RetryAfter));
                }

                batches.TryWrite(last);
                await room.WaitAsync(ct);

                // After a death batches are smaller, down to the one item that kills: then nothing else may be in flight beside it.
                if (items.Count < HarvestLedger.LargestBatch)
                    await last.IsStored.Task.WaitAsync(ct);
            }

            batches.Complete();
        }
        catch (Exception failure)
        {
            batches.Complete(failure);
        }
    }

    /// <summary>A few full batches for one reading, or one that is not full.</summary>
    private async Task<IReadOnlyList<HarvestItem>> TakeSome(Pass pass, CancellationToken ct)
    {
        if (pass.Time.IsOver)
        {
            pass.Time.IsLeftWork = await ledger.HasOpen(pass.Account, ct);
            return [];
        }

        var items = new List<HarvestItem>();
        for (var left = pass.Time.Batches(); left > 0; left--)
        {
            var more = await ledger.Take(pass.Account, HarvestLedger.LargestBatch, pass.Now, ct);
            items.AddRange(more);
            if (more.Count < HarvestLedger.LargestBatch)
                break;
        }

        return items;
    }

    /// <summary>Waits until a backlog may be read; what has just arrived need not.</summary>
    private async Task<IDisposable?> TurnOf(IReadOnlyList<HarvestItem> items, CancellationToken ct)
    {
        if (Backlogs is null || !items.Any(item => item.Backlog))
            return null;

        await Backlogs.WaitAsync(ct);
        return new Release(Backlogs);
    }

    private async Task Add(Reading reading, ReadBatch batch, Pass pass, CancellationToken ct)
    {
        var (account, now, run) = (pass.Account, pass.Now, pass.Run);
        var result = reading is MeetingReading meeting
            ? await meetings.Store(account, meeting, ct)
            : ResultOf(reading, account.Name, now, run);
        if (result is ItemResult.Mail kept && reading is MailReading { WithCalendar: not null } mail)
            batch.Invitations.AddRange(InvitationsIn(mail, kept.Line, account, now, run));

        batch.Results.Add(result);
        if (
            commands is not null
            && result is ItemResult.Mail { Line: var line }
            && reading is MailReading { Facts: var facts }
            && CommandMail.Of(facts, line, classifier, reading.Item.Item.Backlog, now) is { } command)
            batch.Commands.Add(command);
    }

    private async Task Store(AccountState account, ReadBatch batch, HarvestRun run)
    {
        // First what the mails invite to: whoever dies between the two reads these mails again, and knows their invitations when he sees
        // them.
        await meetings.Store(batch.Invitations, CancellationToken.None);

        // Before the account moves on: a crash between the two repeats the batch and loses no command.
        if (commands is not null)
            await commands.Keep(batch.Commands, CancellationToken.None);

        run.Stored(await ledger.Store(account, batch.Results, classifier, CancellationToken.None));
    }

    private ItemResult ResultOf(Reading reading, string account, Instant now, HarvestRun run)
    {
        var item = reading.Item.Item;
        switch (reading)
        {
            case MailReading mail:
                return LineOf(mail.Facts, item, account, now, out var line) is { } reason
                    ? new ItemResult.Skipped(item.Number, reason)
                    : new ItemResult.Mail(item.Number, line!) { InPlaceOf = item.HeaderLine };
            case SkippedReading skipped:
                return new ItemResult.Skipped(item.Number, skipped.Reason);
            case UnreadableReading { Trouble: var t, Headers: { } headers }:
                return LineOf(headers, item, account, now, out var known) is { } unwanted
                    ? new ItemResult.Skipped(item.Number, unwanted)
                    : new ItemResult.Quarantined(item.Number, t.Place, t.Reason, t.Remedy) { HeaderLine = known };
            case UnreadableReading { Trouble: var t }:
                return new ItemResult.Quarantined(item.Number, t.Place, t.Reason, t.Remedy);
            case FailedReading failed:
                run.Fail(failed.Trouble);
                return new ItemResult.Failed(item.Number, failed.Trouble.Reason, now + RetryAfter);
            case GoneReading:
                return new ItemResult.Gone(item.Number);
            case VanishedReading:
                return new ItemResult.Vanished(item.Number);
            default:
                throw new UnreachableException($"{reading.GetType().Name} is no reading this harvest knows");
        }
    }

    /// <summary>The line of a mail; or why it is not kept.</summary>
    private string? LineOf(MailFacts facts, HarvestItem item, string account, Instant now, out MailLine? line)
    {
        line = null;
        if (capture.WhyNot(facts) is { } reason)
            return reason;

        line = MailLine.Of(new MailObservation(account, facts, item.Backlog ? null : now), capture, now);
        return Instant.Max(line.SentAt, line.ArrivedAt) < since ? SkippedBefore.TooOld : null;
    }

    /// <summary>What the calendars in a kept mail say. Whatever is wrong with them, the mail itself is kept.</summary>
    private IReadOnlyList<InvitationMail> InvitationsIn(MailReading mail, MailLine line, AccountState account, Instant now, HarvestRun run)
    {
        try
        {
            var translation = new MeetingTranslation(
                account.Name,
                EmailAddress.TryParse(account.Address, out var owner) ? owner : null,
                now);
            return new InvitationTranslation(translation, account.Name, new Interval(since, now + InvitationsAhead)).MessagesOf(
                mail.WithCalendar!,
                line.ArrivedAt,
                mail.Item.Item.Backlog);
        }
        catch (Exception failure)
            when (failure
                    is ArgumentException
                        or ArithmeticException
                        or FormatException
                        or InvalidOperationException
                        or IndexOutOfRangeException
                        or KeyNotFoundException)
        {
            // The calendar reader is not meant to throw for anything that is written; if it does, that is told, and the mail is in the log
            // all the same.
            run.Fail(
                new Trouble(
                    $"{mail.Item.Folder.Path} {mail.Item.Key}",
                    $"the invitation in this mail cannot be read ({failure.GetType().Name})",
                    "the mail itself is kept; please report it"));
            return [];
        }
    }

    /// <summary>What goes on while items are read.</summary>
    private sealed record Pass(
        AccountState Account,
        ISource Source,
        Dictionary<long, FolderState> Folders,
        Instant Now,
        HarvestRun Run,
        TurnTime Time);

    private sealed class Release(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }

    /// <summary>The time an account may read before others are to have theirs.</summary>
    private sealed class TurnTime(TimeSpan most, TimeProvider time)
    {
        private readonly long began = time.GetTimestamp();
        private TimeSpan? asked;

        /// <summary>Never before something was asked for: every turn gets on.</summary>
        public bool IsOver => asked is not null && most != Timeout.InfiniteTimeSpan && Elapsed >= most;

        /// <summary>Whether it ended with work left.</summary>
        public bool IsLeftWork { get; set; }

        private TimeSpan Elapsed => time.GetElapsedTime(began);

        /// <summary>How many batches to ask for now: from a slow server one at a time, or the turn would never end.</summary>
        public int Batches()
        {
            var last = Elapsed - (asked ?? Elapsed);
            asked = Elapsed;
            return most != Timeout.InfiniteTimeSpan && last > most / BatchesAhead ? 1 : BatchesAhead;
        }
    }

    /// <summary>What was read and is stored together.</summary>
    private sealed class ReadBatch
    {
        public List<ItemResult> Results { get; } = [];

        public List<InvitationMail> Invitations { get; } = [];

        public List<CommandMail> Commands { get; } = [];

        public TaskCompletionSource IsStored { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
