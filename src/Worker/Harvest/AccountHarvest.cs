using System.Diagnostics;
using System.Threading.Channels;
using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Domain.Meetings;
using CrmSync.Mail.Mime;
using CrmSync.Storage.Harvest;
using CrmSync.Storage.Log;
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
    CommandExecution? commands = null)
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
    /// An item that throws what nobody expected is tried so often, for it may have been the moment; then somebody has to look at it.
    /// </summary>
    private const int MostSurprises = 3;

    /// <summary>When so many items in a row throw what nobody expected, each read alone, it is not the items.</summary>
    private const int TooManyInARow = 5;

    private readonly MailBounds bounds = new(classifier.Ours);

    /// <summary>Where sent copies of commands are noted; null where there is no command mailbox.</summary>
    public CommandInbox? Inbox { get; init; }

    /// <summary>Which backlogs may be read now, of all accounts; null where there are no others.</summary>
    public SemaphoreSlim? Backlogs { get; init; }

    /// <summary>
    /// Harvests for a while. An account that cannot be read is a result; only the database can make this throw.
    /// </summary>
    /// <param name="account">The account as it stands now.</param>
    /// <param name="open">Makes its source.</param>
    /// <param name="now">The time of this harvest: what it learns is <c>seen</c> now.</param>
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
            var waits = await ledger.HasOpen(account, now, ct);
            if (waits)
                run.Add(quarantined: await ledger.Recover(account, now, ct));

            var source = open();
            waits |= await Discover(account, source, now, run, ct);
            if (waits && !await ReadPending(account, source, now, run, turn, ct))
                return false;

            await MoveInvitations(account, now, run, ct);
            await SettleCommands(account, now, run, ct);
            await (
                run.Problem is { } words
                    ? accounts.Failed(account, now, capture.Hide(words), run.IsPermanent, ct)
                    : accounts.Succeeded(account, now, readUntil: now, ct));
        }
        catch (SourceException failure)
        {
            run.Fail(failure.Trouble, failure.IsPermanent);
            await accounts.Failed(account, now, capture.Hide(run.Problem!), run.IsPermanent, ct);
        }
        catch (Exception failure) when (Unexpected.IsContained(failure, ct))
        {
            run.Fail(Unexpected.TroubleFrom(account.Name, failure));
            await accounts.Failed(account, now, capture.Hide(run.Problem!), run.IsPermanent, ct);
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
            foreach (var trouble in await commands.Settle(now, ct))
                run.Fail(trouble);
        }
        catch (Exception failure) when (Unexpected.IsContained(failure, ct))
        {
            run.Fail(
                new Trouble(
                    account.Name,
                    $"its commands could not be carried out ({Unexpected.Name(failure)})",
                    "they are kept and tried again with the next harvest; please report it"));
        }
    }

    /// <summary>Writes out the invitations to series further, where time has moved on.</summary>
    private async Task MoveInvitations(AccountState account, Instant now, HarvestRun run, CancellationToken ct)
    {
        try
        {
            await meetings.MoveInvitations(account, now, ct);
        }
        catch (Exception failure) when (Unexpected.IsContained(failure, ct))
        {
            run.Fail(
                new Trouble(
                    account.Name,
                    $"its invitations could not be written out further ({Unexpected.Name(failure)})",
                    "they are kept and tried again with the next harvest; please report it"));
        }
    }

    /// <summary>Lists what is new; true when something was.</summary>
    private async Task<bool> Discover(AccountState account, ISource source, Instant now, HarvestRun run, CancellationToken ct)
    {
        var isNew = false;
        if (!account.FirstReadDone && account.FirstListedAt is null)
            await accounts.BeginsToBeListed(account, now, ct);

        await foreach (var listing in source.Discover(new KnownItems(ledger, account), ct))
        {
            switch (listing is ListedPage listed ? Wanted(listed) : listing)
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
    /// The page without items that bear the address of people of whom nothing is kept: their names alone would tell of them.
    /// </summary>
    private ListedPage Wanted(ListedPage page)
    {
        IReadOnlyList<Locator> wanted = [.. page.New.Where(locator => !capture.Privacy.NoCapture.CoversAnyIn(locator.Key))];
        return wanted.Count == page.New.Count
            ? page
            : page with
            {
                New = wanted,
                Skipped = new Dictionary<string, int>(page.Skipped, StringComparer.Ordinal)
                {
                    [Capture.NotWanted] = page.Skipped.GetValueOrDefault(Capture.NotWanted) + page.New.Count - wanted.Count,
                },
            };
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
        using var room = new SemaphoreSlim(BatchesHeld);
        var pass = new Pass(account, source, folders, now, run, turn)
        {
            IsForCommands = commands is not null,
            WithBytes = commands?.WantsBytes == true,
        };

        // Unbounded: the reading side waits for room by itself, and what it has read when it is stopped is stored all the same.
        await foreach (
            var batch in ReadAhead.Run<ReadBatch>(most: null, (batches, stop) => ReadAll(pass, new BatchWriter(batches, room), stop), ct))
        {
            await Store(pass, batch);
            batch.IsStored.SetResult();
            room.Release();
        }

        return !turn.IsLeftWork;
    }

    /// <summary>
    /// Fills batches until nothing waits, or the source breaks off: then what was read counts, and the rest is given back.
    /// </summary>
    private async Task ReadAll(Pass pass, BatchWriter batches, CancellationToken ct)
    {
        while (await TakeSome(pass, ct) is { Count: > 0 } items)
        {
            using var turn = await TurnFor(items, ct);
            var open = items.ToDictionary(i => i.Number);
            try
            {
                await ReadTogether(pass, items, open, batches, ct);
            }
            catch (Exception failure) when (Unexpected.IsContained(failure, ct))
            {
                // Nobody knows which of them it was, so each is read alone.
                await ReadEachAlone(pass, open, failure, batches, ct);
            }
            catch
            {
                await GiveBack(open, batches);
                throw;
            }

            var last = await batches.Finish(ct);

            // After a death batches are smaller, down to the one item that kills: then nothing else may be in flight beside it.
            if (items.Count < HarvestLedger.LargestBatch)
                await last.IsStored.Task.WaitAsync(ct);
        }
    }

    private async Task ReadTogether(
        Pass pass,
        IReadOnlyList<HarvestItem> items,
        Dictionary<long, HarvestItem> open,
        BatchWriter batches,
        CancellationToken ct)
    {
        await foreach (var reading in pass.Source.Read([.. items.Select(pass.Remote)], ct))
        {
            // What was taken for read may turn out to have been something else.
            if (!open.Remove(reading.Item.Item.Number) && reading is not VanishedReading)
                continue;

            await Add(reading, batches.Current, pass, ct);
            await batches.Next(ct);
        }

        // Silence is not an answer: what the source did not speak of is asked for again.
        foreach (var silent in open.Values)
        {
            pass.Run.Fail(
                new Trouble(
                    pass.Folders[silent.Folder].Path,
                    "the source gave no answer for an item",
                    "it is asked for again with the next harvest"));
            batches.Current.Results.Add(new ItemResult.Failed(silent.Number, "the source gave no answer", pass.Now + RetryAfter));
        }
    }

    /// <summary>Reads items one by one, so that one that throws what nobody expected spoils no other.</summary>
    /// <param name="pass">What goes on.</param>
    /// <param name="open">The items that have no answer yet.</param>
    /// <param name="first">What was thrown when they were read together.</param>
    /// <param name="batches">Where results go.</param>
    /// <param name="ct">Cancels.</param>
    private async Task ReadEachAlone(
        Pass pass,
        Dictionary<long, HarvestItem> open,
        Exception first,
        BatchWriter batches,
        CancellationToken ct)
    {
        var inARow = 0;
        foreach (var item in open.Values.ToList())
        {
            var alone = new Dictionary<long, HarvestItem> { [item.Number] = item };
            try
            {
                await ReadTogether(pass, [item], alone, batches, ct);
                inARow = 0;
            }
            catch (Exception failure) when (Unexpected.IsContained(failure, ct))
            {
                if (++inARow == TooManyInARow)
                {
                    await GiveBack(open, batches);
                    throw new SourceException(Unexpected.TroubleFrom(pass.Account.Name, first), isPermanent: false, first);
                }

                batches.Current.Results.Add(Surprise(pass.Remote(item), failure, pass));
            }
            catch
            {
                await GiveBack(open, batches);
                throw;
            }

            open.Remove(item.Number);
            await batches.Next(ct);
        }
    }

    private async Task GiveBack(Dictionary<long, HarvestItem> open, BatchWriter batches)
    {
        batches.Leave();
        await ledger.Release(open.Values, CancellationToken.None);
    }

    /// <summary>What becomes of an item during whose reading something was thrown that nobody expected.</summary>
    private static ItemResult Surprise(RemoteItem item, Exception failure, Pass pass)
    {
        var trouble = Unexpected.TroubleFrom($"{item.Folder.Path} {item.Key}", failure);
        pass.Run.Fail(trouble);
        return item.Item.Attempts < MostSurprises
            ? new ItemResult.Failed(item.Item.Number, trouble.Reason, pass.Now + RetryAfter)
            : new ItemResult.Quarantined(
                item.Item.Number,
                trouble.Place,
                trouble.Reason,
                "please report it; when a newer version of the program can read it, run: crmsync quarantine retry");
    }

    /// <summary>A few full batches for one reading, or one that is not full.</summary>
    private async Task<IReadOnlyList<HarvestItem>> TakeSome(Pass pass, CancellationToken ct)
    {
        if (pass.Time.IsOver)
        {
            pass.Time.IsLeftWork = await ledger.HasOpen(pass.Account, pass.Now, ct);
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
    private async Task<IDisposable?> TurnFor(IReadOnlyList<HarvestItem> items, CancellationToken ct)
    {
        if (Backlogs is null || !items.Any(item => item.Backlog))
            return null;

        await Backlogs.WaitAsync(ct);
        return new Release(Backlogs);
    }

    private async Task Add(Reading reading, ReadBatch batch, Pass pass, CancellationToken ct)
    {
        try
        {
            var result = reading is MeetingReading meeting ? await meetings.Store(pass.Account, meeting, ct) : ResultFrom(reading, pass);
            if (result is ItemResult.Mail kept && reading is MailReading mail)
            {
                var item = mail.Item.Item;
                var firstListed = item.Backlog ? pass.Account.FirstListedAt ?? pass.Now : (Instant?)null;
                var command = commands is null
                    ? null
                    : CommandMail.Create(mail.Facts, kept.Line, classifier, FactsAttachedTo(mail), firstListed, pass.Now);
                result = kept with { Cut = CutIn(mail, kept, batch, pass), Attached = ForwardedIn(mail, kept.Line, pass) };
                if (command is not null)
                    batch.Commands.Add((command.Wanted(capture.Privacy.NoCapture), mail.Bytes));

                if (mail.Item.Folder.Role == "sent")
                    batch.Sent.AddRange(CommandsSentBy(pass.Account, item, mail.Facts));
            }

            batch.Results.Add(result);
        }
        catch (Exception failure) when (Unexpected.IsContained(failure, ct))
        {
            batch.Results.Add(Surprise(reading.Item, failure, pass));
        }
    }

    /// <summary>What somebody's own copy of a command names, for proving it.</summary>
    private IEnumerable<SentCommand> CommandsSentBy(AccountState account, HarvestItem item, MailFacts facts) =>
        facts
            .To.Concat(facts.Cc)
            .Concat(facts.Bcc)
            .Where(one => classifier.Ours.IsCommandMailbox(one.Address))
            .Select(one => one.Address.Value)
            .Distinct(StringComparer.Ordinal)
            .Select(address => new SentCommand(item.Number, account.Number, CommandMail.ThreadId(facts), address));

    /// <summary>
    /// Stores a batch. When it cannot be stored for a reason nobody expected, each of its items is stored alone, and the one that is the
    /// reason is told.
    /// </summary>
    private async Task Store(Pass pass, ReadBatch batch)
    {
        await Each(
            batch.Invitations,
            some => meetings.Store(some, CancellationToken.None),
            (invitation, failure) =>
                pass.Run.Fail(
                    new Trouble(
                        pass.Account.Name,
                        $"the invitation in a mail cannot be kept ({Unexpected.Name(failure)})",
                        "the mail itself is kept; please report it")));

        // Before the account moves on: a crash between the two repeats the batch and loses no command.
        if (commands is not null)
        {
            await Each(
                batch.Commands,
                some => commands.Keep(some, CancellationToken.None),
                (command, failure) =>
                    pass.Run.Fail(
                        new Trouble(
                            pass.Account.Name,
                            $"a mail to the command mailbox cannot be kept ({Unexpected.Name(failure)})",
                            "the mail itself is in the log; please report it")));
        }

        if (Inbox is not null)
        {
            await Each(
                batch.Sent,
                some => Inbox.KeepSent(some, CancellationToken.None),
                (sent, failure) =>
                    pass.Run.Fail(
                        new Trouble(
                            pass.Account.Name,
                            $"what proves a command cannot be kept ({Unexpected.Name(failure)})",
                            "the mail itself is in the log; please report it")));
        }

        await Each(
            batch.Results,
            async some => pass.Run.Stored(await ledger.Store(pass.Account, some, classifier, CancellationToken.None)),
            (result, failure) => batch.Unstored.Add((result, failure)));
        foreach (var (result, failure) in batch.Unstored)
        {
            var trouble = Unexpected.TroubleFrom(pass.Account.Name, failure);
            pass.Run.Fail(trouble);
            pass.Run.Stored(
                await ledger.Store(
                    pass.Account,
                    [
                        new ItemResult.Quarantined(
                            result.Item,
                            trouble.Place,
                            $"it was read and cannot be kept ({Unexpected.Name(failure)})",
                            "please report it; when a newer version of the program can keep it, run: crmsync quarantine retry"),
                    ],
                    classifier,
                    CancellationToken.None));
        }
    }

    /// <summary>Does something with all; when that fails for a reason nobody expected, with each alone.</summary>
    private static async Task Each<T>(List<T> all, Func<IReadOnlyList<T>, Task> work, Action<T, Exception> tell)
    {
        if (all.Count == 0)
            return;

        try
        {
            await work(all);
        }
        catch (Exception failure) when (Unexpected.IsContained(failure, CancellationToken.None))
        {
            if (all.Count == 1)
            {
                tell(all[0], failure);
                return;
            }

            foreach (var one in all)
                await Each([one], work, tell);
        }
    }

    private ItemResult ResultFrom(Reading reading, Pass pass)
    {
        var item = reading.Item.Item;
        switch (reading)
        {
            case MailReading mail:
                return LineFrom(mail, mail.Facts, pass, out var line) is { } reason
                    ? new ItemResult.Skipped(item.Number, reason)
                    : new ItemResult.Mail(item.Number, line!) { InPlaceOf = item.HeaderLine };
            case SkippedReading skipped:
                return new ItemResult.Skipped(item.Number, skipped.Reason);
            case UnreadableReading unreadable:
                MailLine? known = null;
                return unreadable.Headers is { } headers && LineFrom(reading, headers, pass, out known) is { } unwanted
                    ? new ItemResult.Skipped(item.Number, unwanted)
                    : SetAside(unreadable, known, pass);
            case FailedReading failed:
                pass.Run.Fail(failed.Trouble);
                return new ItemResult.Failed(item.Number, capture.Hide(failed.Trouble.Reason), pass.Now + RetryAfter);
            case GoneReading:
                return new ItemResult.Gone(item.Number);
            case VanishedReading:
                return new ItemResult.Vanished(item.Number);
            default:
                throw new UnreachableException($"{reading.GetType().Name} is no reading this harvest knows");
        }
    }

    private ItemResult.Quarantined SetAside(UnreadableReading reading, MailLine? known, Pass pass)
    {
        var (place, reason, remedy) = reading.Trouble;
        return new ItemResult.Quarantined(reading.Item.Item.Number, capture.Hide(place), capture.Hide(reason), capture.Hide(remedy))
        {
            HeaderLine = known,
            RetryAt = pass.Now + reading.RetryAfter,
        };
    }

    /// <summary>The line of a mail; or why it is not kept.</summary>
    private string? LineFrom(Reading reading, MailFacts facts, Pass pass, out MailLine? line)
    {
        line = null;
        if (capture.WhyNot(facts) is { } reason)
            return reason;

        // A mail that carries a private entry says as much as the entry.
        if (reading is MailReading { WithCalendar: { } calendar } && IsPrivate(calendar))
            return Capture.Private;

        facts = bounds.Apply(facts, reading.Cuts);
        line = MailLine.FromObservation(
            new MailObservation(pass.Account.Name, facts, reading.Item.Item.Backlog ? null : pass.Now),
            capture,
            pass.Now
        );
        return Instant.Max(line.SentAt, line.ArrivedAt) < since ? SkippedBefore.TooOld : null;
    }

    /// <summary>What the mails attached to one say.</summary>
    private static List<MailFacts> FactsAttachedTo(MailReading mail) =>
        [.. (mail.WithAttached?.Attached ?? []).Select(attached => MailTranslation.ReadFacts(attached, stored: null))];

    /// <summary>
    /// The mails from outside that one of us attached and sends round inside the firm: each is one more copy of that mail. What is not to
    /// be kept, or does not say which mail it is, is left out.
    /// </summary>
    private List<MailLine> ForwardedIn(MailReading mail, MailLine around, Pass pass)
    {
        if (mail.WithAttached is null || classifier.Classify(around).Class != InteractionClass.Internal)
            return [];

        var lines = new List<MailLine>();
        foreach (var facts in FactsAttachedTo(mail))
        {
            if (
                facts is { MessageId: not null, From: { } author }
                && !classifier.Ours.Contains(author.Address)
                && LineFrom(mail, facts, pass, out var line) is null)
                lines.Add(line!);
        }

        return lines;
    }

    private static bool IsPrivate(MimeMessage calendar)
    {
        try
        {
            return InvitationTranslation.IsPrivate(calendar);
        }
        catch (Exception failure) when (Unexpected.IsContained(failure, CancellationToken.None))
        {
            // What is wrong with it is told when it is read as an invitation.
            return false;
        }
    }

    /// <summary>
    /// Takes what the calendars in a kept mail say, and gives what was left out of the mail or of them; null when nothing was. Whatever is
    /// wrong with a calendar, the mail itself is kept.
    /// </summary>
    private ItemCut? CutIn(MailReading mail, ItemResult.Mail kept, ReadBatch batch, Pass pass)
    {
        if (mail.WithCalendar is not null)
        {
            try
            {
                var translation = new MeetingTranslation(
                    pass.Account.Name,
                    EmailAddress.TryParse(pass.Account.Address, out var owner) ? owner : null,
                    pass.Now);
                batch.Invitations.AddRange(
                    new InvitationTranslation(translation, pass.Account.Name, since, pass.Now).CreateMessages(
                        mail.WithCalendar,
                        kept.Line.ArrivedAt,
                        mail.Item.Item.Backlog,
                        mail.Cuts));
            }
            catch (Exception failure) when (Unexpected.IsContained(failure, CancellationToken.None))
            {
                // The calendar reader is not meant to throw for anything that is written; if it does, that is told, and the mail is in the
                // log all the same.
                pass.Run.Fail(
                    new Trouble(
                        $"{mail.Item.Folder.Path} {mail.Item.Key}",
                        $"the invitation in this mail cannot be read ({Unexpected.Name(failure)})",
                        "the mail itself is kept; please report it"));
            }
        }

        return mail.Cuts.Count == 0
            ? null
            : new ItemCut(
                $"{mail.Item.Folder.Path} {mail.Item.Key}",
                string.Join("; ", mail.Cuts),
                "the rest of it is in the log; look at the mail itself if it matters");
    }

    /// <summary>What goes on while items are read.</summary>
    private sealed record Pass(
        AccountState Account,
        ISource Source,
        Dictionary<long, FolderState> Folders,
        Instant Now,
        HarvestRun Run,
        TurnTime Time)
    {
        /// <summary>Whether the account is the command mailbox.</summary>
        public bool IsForCommands { get; init; }

        /// <summary>Whether the bytes of mails are wanted.</summary>
        public bool WithBytes { get; init; }

        public RemoteItem Remote(HarvestItem item) =>
            new(Folders[item.Folder], item) { IsForCommands = IsForCommands, WithBytes = WithBytes };
    }

    /// <summary>Hands batches on when they are full, and waits until there is room for the next.</summary>
    private sealed class BatchWriter(ChannelWriter<ReadBatch> batches, SemaphoreSlim room)
    {
        /// <summary>The batch that is being filled.</summary>
        public ReadBatch Current { get; private set; } = new();

        /// <summary>Hands the batch on when it is full.</summary>
        public async Task Next(CancellationToken ct)
        {
            if (Current.Results.Count >= HarvestLedger.LargestBatch)
                await Finish(ct);
        }

        /// <summary>Hands the batch on as it is.</summary>
        public async Task<ReadBatch> Finish(CancellationToken ct)
        {
            var done = Leave();
            await room.WaitAsync(ct);
            return done;
        }

        /// <summary>Hands the batch on as the last one.</summary>
        public ReadBatch Leave()
        {
            var done = Current;
            Current = new ReadBatch();
            batches.TryWrite(done);
            return done;
        }
    }

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

        public List<(CommandMail Mail, byte[]? Bytes)> Commands { get; } = [];

        public List<SentCommand> Sent { get; } = [];

        /// <summary>What could not be stored, with what was thrown.</summary>
        public List<(ItemResult Result, Exception Failure)> Unstored { get; } = [];

        public TaskCompletionSource IsStored { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
