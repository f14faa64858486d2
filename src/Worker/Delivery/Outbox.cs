using CrmSync.Domain.Company;
using CrmSync.Domain.Harvest;
using CrmSync.Domain.Policy;
using CrmSync.Mail.Mime;
using CrmSync.Storage;
using CrmSync.Storage.Digests;
using CrmSync.Worker.MailServers;
using CrmSync.Worker.Sources;
using CrmSync.Worker.Telemetry;
using NodaTime;

namespace CrmSync.Worker.Delivery;

/// <summary>
/// The only door through which mails leave. It takes what the ledger holds, each mail once; nobody but people of the policy and the command
/// mailbox is ever a recipient, whoever asks for it.
/// </summary>
/// <param name="ledger">What is to leave and what has left.</param>
/// <param name="health">How the way is doing on which mails leave.</param>
/// <param name="delivery">The way.</param>
/// <param name="copies">Whether a mail in doubt has left.</param>
/// <param name="policy">Who may get mails.</param>
/// <param name="sender">Who our mails come from.</param>
/// <param name="bootClock">Tells how long this worker stood still: a clock that goes on while the machine sleeps.</param>
internal sealed class Outbox(
    DigestLedger ledger,
    DeliveryHealth health,
    IMailDelivery delivery,
    SentCopies copies,
    CompanyPolicy policy,
    MailSender sender,
    TimeProvider bootClock)
{
    /// <summary>A mail whose worker has given no sign of life for so long is taken over, once it is known that it has not left.</summary>
    public static readonly Duration Lease = Duration.FromMinutes(15);

    /// <summary>What could not leave for so long tells nothing new any more.</summary>
    private static readonly Duration GiveUp = Duration.FromHours(24);

    private static readonly Duration Fresh = Duration.FromHours(1);

    /// <summary>How long a reader waits for a mail because the command mailbox does not take its copy.</summary>
    private static readonly Duration PatienceWithCopy = Duration.FromMinutes(30);

    /// <summary>When a run is asked to stop, the mail under way may end, so that nobody has to find out later what became of it.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);

    private const int Batch = 100;

    /// <summary>
    /// How many mails are claimed, and noted as sent, together: each time costs a write to the disk. After a crash so many are looked for.
    /// </summary>
    private const int Group = 20;

    /// <summary>Well below the lease: what is claimed is handed over before another worker may take it for abandoned.</summary>
    private static readonly TimeSpan PatienceWithGroup = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, Person> readers = policy.People.ToDictionary(person => person.Id, StringComparer.Ordinal);
    private readonly HashSet<EmailAddress> allowed =
    [
        .. (sender.OnlyReader is { } only ? [only] : policy.People).SelectMany(person => person.Also.Prepend(person.Email)),
        .. sender.CommandMailbox is { } commands ? new[] { commands } : [],
    ];

    /// <summary>
    /// Sends everything that is ready. One mail that cannot leave stops no other; a way that does not work is left alone for a while.
    /// </summary>
    /// <param name="now">The moment of the run.</param>
    /// <param name="lease">
    /// After how long without a sign of life a claim counts as abandoned, by the time of the database; null: <see cref="Lease"/>.
    /// </param>
    /// <param name="ct">Ends the run between two mails.</param>
    public async Task<OutboxReport> SendAll(Instant now, Duration? lease, CancellationToken ct)
    {
        var report = new OutboxReport([], []);
        var trouble = await health.Trouble(ct);
        if (trouble?.NextTry > now)
            return report;

        var run = new Run(now, lease ?? Lease, bootClock, await copies.AreSeen(ct), await health.CopyTrouble(ct), report);
        try
        {
            if (await SendReady(run, ct) is { } unreachable)
            {
                await Note(run);
                var waits = await ledger.CountUnsent(ct);
                await health.Set(After(trouble, unreachable.Answer, run.Now), ct);
                report.Problems.Add(
                    new OutboxProblem(unreachable.Mail, $"{unreachable.Answer.Reason}{(waits > 1 ? $"; {waits} mails wait for it" : "")}"));
            }
            else if (trouble is not null && report.Sent.Count > 0)
            {
                await health.Set(null, ct);
            }
        }
        finally
        {
            await Note(run);
        }

        return report;
    }

    /// <returns>Why the way does not work, when it does not, and which mail met that.</returns>
    private async Task<(PlannedMail Mail, DeliveryAnswer.Unreachable Answer)?> SendReady(Run run, CancellationToken ct)
    {
        PlannedMail? last = null;
        while (await ledger.Ready(last, run.Now, run.Lease, Batch, ct) is { Count: > 0 } ready)
        {
            last = ready[^1].Plan;
            foreach (var group in ready.Chunk(run.CopiesAreSeen ? Group : 1))
            {
                ct.ThrowIfCancellationRequested();
                if (await SendGroup(group, run, ct) is { } unreachable)
                    return unreachable;
            }
        }

        return null;
    }

    private async Task<(PlannedMail Mail, DeliveryAnswer.Unreachable Answer)?> SendGroup(
        IReadOnlyList<LedgerMail> group,
        Run run,
        CancellationToken ct)
    {
        var leaving = new List<LedgerMail>();
        foreach (var mail in group)
        {
            try
            {
                if (await IsToLeave(mail, run, ct))
                    leaving.Add(mail);
            }
            catch (Exception failure) when (Unexpected.IsContained(failure, ct))
            {
                run.Report.Problems.Add(new OutboxProblem(mail.Plan, Unexpected.TroubleFrom("whether it is to leave", failure).ToString()));
            }
        }

        var claim = await Claim.Take(
            ledger,
            bootClock,
            () => ledger.Settle(run.TakeSteps(), [.. leaving.Select(mail => mail.Plan.MessageId)], run.CopiesAreSeen, run.Lease, ct));
        var began = bootClock.GetTimestamp();
        (PlannedMail, DeliveryAnswer.Unreachable)? trouble = null;
        foreach (var mail in leaving.Where(mail => claim.Holds(mail.Plan.MessageId)))
        {
            if (trouble is not null || ct.IsCancellationRequested || bootClock.GetElapsedTime(began) > PatienceWithGroup)
                run.Steps.Add(new LedgerStep.Postponed(mail.Plan.MessageId, claim.Token, null, null));
            else if (NoteAnswer(mail, claim.Token, await HandOver(mail, claim, run, ct), run) is DeliveryAnswer.Unreachable unreachable)
                trouble = (mail.Plan, unreachable);

            claim.Leave(mail.Plan.MessageId);
        }

        return trouble;
    }

    /// <summary>Whether a mail is to be handed over; what is to be noted of one that is not, is.</summary>
    private async Task<bool> IsToLeave(LedgerMail mail, Run run, CancellationToken ct)
    {
        var fate = mail.State == LedgerState.Sending ? await copies.FindFate(mail, delivery.Repetition, run.Now, ct) : Fate.NotSent;
        if (fate == Fate.Sent)
        {
            NoteAnswer(mail, mail.Token, new DeliveryAnswer.Accepted(), run);
            return false;
        }

        if (await WhyStale(mail, fate, run.Now, ct) is { } why)
        {
            NoteAnswer(mail, mail.Token, new DeliveryAnswer.Refused(why), run);
            return false;
        }

        if (fate == Fate.NotSent)
            return true;

        run.Report.Problems.Add(
            new OutboxProblem(mail.Plan, "it may have left when the program stopped; it waits until the command mailbox has been read"));
        return false;
    }

    private static DeliveryAnswer NoteAnswer(LedgerMail mail, long token, DeliveryAnswer answer, Run run)
    {
        var id = mail.Plan.MessageId;
        StorageMeters.CountMail(mail.Plan.Digest, answer switch
        {
            DeliveryAnswer.Accepted => "sent",
            DeliveryAnswer.Refused => "failed",
            _ => "postponed",
        });
        switch (answer)
        {
            case DeliveryAnswer.Accepted:
                run.Steps.Add(new LedgerStep.Sent(id, token, run.Moment));
                run.Report.Sent.Add(mail.Plan);
                break;
            case DeliveryAnswer.Postponed postponed:
                run.Steps.Add(new LedgerStep.Postponed(id, token, postponed.Reason, run.Now + RetryTimes.OfMail(mail.Attempts)));
                run.Report.Problems.Add(new OutboxProblem(mail.Plan, postponed.Reason));
                break;
            case DeliveryAnswer.Unreachable unreachable:
                run.Steps.Add(new LedgerStep.Postponed(id, token, unreachable.Reason, NextTry: null));
                break;
            case DeliveryAnswer.Refused refused:
                run.Steps.Add(new LedgerStep.Refused(id, token, refused.Reason));
                run.Report.Problems.Add(new OutboxProblem(mail.Plan, refused.Reason) { IsFinal = true });
                break;
            case DeliveryAnswer.NotOurs:
                // Counts only if nobody has taken it over: then it waits for the next run.
                run.Steps.Add(new LedgerStep.Postponed(id, token, null, null));
                break;
            case DeliveryAnswer.InDoubt doubt:
                // Stays "sending": the next run looks for the copy before anything is sent again.
                run.Steps.Add(new LedgerStep.Doubtful(id, token, doubt.Reason));
                run.Report.Problems.Add(new OutboxProblem(mail.Plan, doubt.Reason));
                break;
        }

        return answer;
    }

    /// <summary>Notes what became of the last mails; also when the run is asked to stop.</summary>
    private async Task Note(Run run)
    {
        if (run.TakeSteps() is { Count: > 0 } steps)
            await ledger.Settle(steps, [], run.CopiesAreSeen, run.Lease, CancellationToken.None);
    }

    /// <summary>Why a mail is not worth sending any more, in words, or null.</summary>
    private async Task<string?> WhyStale(LedgerMail mail, Fate fate, Instant now, CancellationToken ct)
    {
        var doubt =
            mail.State == LedgerState.Sending && fate != Fate.NotSent
                ? "it may have left when the program stopped, and nothing tells whether it did"
                : null;
        if (fate == Fate.NeverKnown)
            return $"{doubt}; it is not sent a second time";

        // What is fresh and was not tried yet is what most runs send.
        if (mail is { State: LedgerState.Rendered, Problem: null } && now - mail.Plan.DueAt < Fresh)
            return null;

        var because = (doubt ?? mail.Problem) is { } problem ? $": {problem}" : "";
        if (now - mail.Plan.DueAt > GiveUp)
            return $"it could not leave within a day{because}";

        return mail.Plan.IsDaily && await ledger.IsFollowed(mail.Plan, ct)
            ? $"it could not leave before the next one was there{because}"
            : null;
    }

    /// <summary>Hands a mail over. Whatever it meets that nobody expected stays with it: the other mails go on.</summary>
    private async Task<DeliveryAnswer> HandOver(LedgerMail mail, Claim claim, Run run, CancellationToken ct)
    {
        using var farewell = new CancellationTokenSource();
        await using var stop = ct.Register(() => farewell.CancelAfter(Farewell));
        var isLeaving = false;
        try
        {
            if (Envelope(mail, claim, run, out var refusal) is not { } leaving)
                return new DeliveryAnswer.Refused(refusal!);

            isLeaving = true;
            using var trace = Traces.Mail("send", mail.Plan.Digest);
            var answer = await delivery.Deliver(leaving, farewell.Token);
            if (answer is not DeliveryAnswer.Accepted)
                trace.MarkFailed(answer.GetType().Name);

            return answer;
        }
        catch (Exception failure) when (Unexpected.IsContained(failure, farewell.Token))
        {
            var words = $"the program met something it does not know ({Unexpected.Name(failure)}); please report it";
            return isLeaving
                ? new DeliveryAnswer.InDoubt($"nobody knows whether it has left: {words}")
                : new DeliveryAnswer.Postponed($"it was not handed over: {words}");
        }
    }

    /// <summary>The mail as it leaves; or why it never will.</summary>
    private LeavingMail? Envelope(LedgerMail mail, Claim claim, Run run, out string? refusal)
    {
        var id = mail.Plan.MessageId;
        refusal = null;
        if (!readers.TryGetValue(mail.Plan.Reader, out var reader))
            refusal = $"\"{mail.Plan.Reader}\" is not in people; mails go to nobody else";
        else if (claim.Bytes(id) is not { } bytes)
            refusal = mail.Problem ?? "it is ready to leave and has no bytes: the database was changed by hand";
        else if (Strangers(bytes).FirstOrDefault() is { } stranger)
            refusal = $"{stranger} is neither in people nor the command mailbox; mails go to nobody else";
        else
            return Envelope(mail, sender.Recipient(reader), bytes, claim, run);

        return null;
    }

    private LeavingMail Envelope(LedgerMail mail, Person reader, byte[] bytes, Claim claim, Run run)
    {
        var id = mail.Plan.MessageId;
        CopyAnswer? refused = null;
        return new LeavingMail(id.Replace('/', '-'), sender.From.Value, reader.Email.Value, sender.CommandMailbox?.Value, bytes)
        {
            Token = claim.Token,
            TriedAt = mail.State == LedgerState.Sending ? mail.ClaimedAt : null,
            IsOurs = token => claim.IsOurs(id, token),
            HasLapsed = () => claim.HasLapsed,
            MayLeaveWithoutCopy = (copy, token) => MayLeaveWithoutCopy(mail.Plan, claim, refused = copy, run, token),
            MayEnd = (isCopied, token) => MayEnd(id, claim, isCopied, refused, run, token),
        };
    }

    /// <summary>
    /// The last question before the last byte. A mail whose copy nobody will see is noted as such by then: nothing will tell whether it
    /// left.
    /// </summary>
    private async Task<bool> MayEnd(string id, Claim claim, bool isCopied, CopyAnswer? refused, Run run, CancellationToken ct)
    {
        if (!await claim.IsOurs(id, ct))
            return false;

        if (isCopied)
            await Tell(run, null, ct);

        return (isCopied && run.CopiesAreSeen)
            || (await ledger.MarkWithoutCopy(id, claim.Token, isCopied ? null : refused?.Problem, ct) && !claim.HasLapsed);
    }

    /// <summary>
    /// Whether a mail leaves although the command mailbox does not take its copy. A copy that may be taken later is waited for a little;
    /// the reader does not wait for a command mailbox that is full or does not exist.
    /// </summary>
    private async Task<bool> MayLeaveWithoutCopy(PlannedMail mail, Claim claim, CopyAnswer copy, Run run, CancellationToken ct)
    {
        await Tell(run, copy.Problem, ct);
        return !(copy.WillPass && run.Now < mail.DueAt + PatienceWithCopy) && await claim.IsOurs(mail.MessageId, ct);
    }

    /// <summary>Keeps what is wrong with the command mailbox, whenever that changes.</summary>
    private async Task Tell(Run run, string? problem, CancellationToken ct)
    {
        if (run.CopyTrouble == problem)
            return;

        await health.SetCopyTrouble(problem, ct);
        run.CopyTrouble = problem;
    }

    /// <summary>Recipients in the mail itself that are not ours: a header that got there by trickery must not leave either.</summary>
    private IEnumerable<string> Strangers(byte[] bytes)
    {
        var mail = MimeReader.Read(bytes);
        return mail.To.Concat(mail.Cc).Concat(mail.Bcc).Select(mailbox => mailbox.Address)
            .Where(text => !EmailAddress.TryParse(text, out var address) || !allowed.Contains(address));
    }

    /// <summary>What is known of a way that does not work, after one more try.</summary>
    internal static DeliveryTrouble After(DeliveryTrouble? before, DeliveryAnswer.Unreachable answer, Instant now)
    {
        var attempts = before?.Attempts ?? 0;
        return new DeliveryTrouble(
            answer.Reason,
            before?.Since ?? now,
            attempts + 1,
            now + (answer.RetryAfter ?? RetryTimes.OfWay(answer.Failure, attempts)),
            answer.Failure.NeedsPerson || answer.Failure is MailFailure.Permanent);
    }

    /// <summary>What holds for all mails of a run.</summary>
    private sealed class Run(
        Instant began, Duration lease, TimeProvider bootClock, bool copiesAreSeen, string? copyTrouble, OutboxReport report)
    {
        private readonly long start = bootClock.GetTimestamp();

        /// <summary>The moment of the run.</summary>
        public Instant Now => began;

        /// <summary>A run of many mails over a slow server takes long.</summary>
        public Instant Moment => began + Duration.FromTimeSpan(bootClock.GetElapsedTime(start));

        public Duration Lease => lease;

        public bool CopiesAreSeen => copiesAreSeen;

        public string? CopyTrouble { get; set; } = copyTrouble;

        /// <summary>What became of mails and is not noted yet.</summary>
        public List<LedgerStep> Steps { get; private set; } = [];

        public OutboxReport Report => report;

        public List<LedgerStep> TakeSteps()
        {
            var steps = Steps;
            Steps = [];
            return steps;
        }
    }
}

/// <summary>What a run of the outbox did.</summary>
internal sealed record OutboxReport(List<PlannedMail> Sent, List<OutboxProblem> Problems)
{
    /// <summary>What could not even be written before the run, for reasons nobody expected.</summary>
    public IReadOnlyList<Trouble> Unwritten { get; init; } = [];
}

/// <summary>A mail that did not leave, and why.</summary>
internal sealed record OutboxProblem(PlannedMail Mail, string Reason)
{
    /// <summary>Whether it will never leave.</summary>
    public bool IsFinal { get; init; }

    public override string ToString() => $"{Mail.Digest} for {Mail.Reader} ({Mail.Occasion}): {Reason}";
}
