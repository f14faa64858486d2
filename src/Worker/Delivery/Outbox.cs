using CrmSync.Domain.Contacts;
using CrmSync.Domain.Policy;
using CrmSync.Mail.Mime;
using CrmSync.Storage.Digests;
using CrmSync.Worker.Digests;
using NodaTime;

namespace CrmSync.Worker.Delivery;

/// <summary>
/// The only door through which mails leave. It takes what the ledger holds, each mail once; nobody but people of the policy and the command mailbox is ever a
/// recipient, whoever asks for it.
/// </summary>
internal sealed class Outbox(DigestLedger ledger, IMailDelivery delivery, SentCopies copies, CompanyPolicy policy, MailSender sender)
{
    /// <summary>A mail being handed over for so long belongs to a worker that is gone.</summary>
    public static readonly Duration Lease = Duration.FromMinutes(15);

    /// <summary>What could not leave for so long tells nothing new any more.</summary>
    private static readonly Duration GiveUp = Duration.FromHours(24);

    private const int Batch = 200;

    private readonly Dictionary<string, Person> readers = policy.People.ToDictionary(person => person.Id, StringComparer.Ordinal);
    private readonly HashSet<EmailAddress> allowed = [.. policy.People.SelectMany(person => person.Also.Prepend(person.Email)), .. sender.CommandMailbox is { } commands ? new[] { commands } : []];

    /// <summary>Sends everything that is ready. One mail that cannot leave stops no other.</summary>
    /// <param name="now">The moment of the run.</param>
    /// <param name="lease">After how long a claim counts as abandoned; null: <see cref="Lease"/>. A single worker that just started may say zero.</param>
    /// <param name="ct">Ends the run between two mails.</param>
    public async Task<OutboxReport> SendAll(Instant now, Duration? lease, CancellationToken ct)
    {
        var report = new OutboxReport([], []);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            // Those seen in this run and still there could not leave; they come first in the list and are passed over.
            var ready = (await ledger.Unsent(Batch + report.Problems.Count, ct)).Where(mail => seen.Add(mail.Plan.MessageId)).ToList();
            if (ready.Count == 0)
                return report;

            foreach (var mail in ready)
            {
                ct.ThrowIfCancellationRequested();
                await Send(mail, now, now - (lease ?? Lease), report, ct);
            }
        }
    }

    private async Task Send(LedgerMail mail, Instant now, Instant staleBefore, OutboxReport report, CancellationToken ct)
    {
        var id = mail.Plan.MessageId;
        var abandoned = mail.State == LedgerState.Sending;
        if (abandoned && mail.ClaimedAt > staleBefore)
            return;

        var arrived = abandoned && !delivery.Replaces ? await copies.Arrived(mail, ct) : false;
        if (arrived is null)
        {
            report.Problems.Add(new OutboxProblem(mail.Plan, "it may have left when the program stopped; it waits until the command mailbox has been read"));
            return;
        }

        if (!await ledger.Claim(id, now, staleBefore, ct))
            return;

        switch (arrived.Value ? new DeliveryAnswer.Accepted() : await HandOver(mail, now, ct))
        {
            case DeliveryAnswer.Accepted:
                await ledger.Sent(id, now, ct);
                report.Sent.Add(mail.Plan);
                break;
            case DeliveryAnswer.Postponed postponed:
                await ledger.Postpone(id, postponed.Reason, ct);
                report.Problems.Add(new OutboxProblem(mail.Plan, postponed.Reason));
                break;
            case DeliveryAnswer.Refused refused:
                await ledger.Refuse(id, refused.Reason, ct);
                report.Problems.Add(new OutboxProblem(mail.Plan, refused.Reason) { IsFinal = true });
                break;
            case DeliveryAnswer.InDoubt doubt:
                // Stays "sending": the next run looks for the copy before anything is sent again.
                report.Problems.Add(new OutboxProblem(mail.Plan, doubt.Reason));
                break;
        }
    }

    private async Task<DeliveryAnswer> HandOver(LedgerMail mail, Instant now, CancellationToken ct)
    {
        if (now - mail.Plan.DueAt > GiveUp)
            return new DeliveryAnswer.Refused($"it could not leave within a day{(mail.Problem is { } problem ? $": {problem}" : "")}");

        if (!readers.TryGetValue(mail.Plan.Reader, out var reader))
            return new DeliveryAnswer.Refused($"\"{mail.Plan.Reader}\" is not in people; mails go to nobody else");

        var bytes = mail.Bytes ?? throw new InvalidOperationException($"The mail {mail.Plan.MessageId} is ready to leave but has no bytes; the database was changed by hand.");
        if (Strangers(bytes).FirstOrDefault() is { } stranger)
            return new DeliveryAnswer.Refused($"{stranger} is neither in people nor the command mailbox; mails go to nobody else");

        var name = $"{mail.Plan.Occasion}-{mail.Plan.Digest}-{mail.Plan.Reader}".Replace(':', '-').Replace('/', '-');
        return await delivery.Deliver(new LeavingMail(name, sender.From.Value, reader.Email.Value, sender.CommandMailbox?.Value, bytes), ct);
    }

    /// <summary>Recipients in the mail itself that are not ours: a header that got there by trickery must not leave either.</summary>
    private IEnumerable<string> Strangers(byte[] bytes)
    {
        var mail = MimeReader.Read(bytes);
        return mail.To.Concat(mail.Cc).Concat(mail.Bcc).Select(mailbox => mailbox.Address)
            .Where(text => !EmailAddress.TryParse(text, out var address) || !allowed.Contains(address));
    }
}

/// <summary>What a run of the outbox did.</summary>
internal sealed record OutboxReport(List<PlannedMail> Sent, List<OutboxProblem> Problems);

/// <summary>A mail that did not leave, and why.</summary>
internal sealed record OutboxProblem(PlannedMail Mail, string Reason)
{
    /// <summary>Whether it will never leave.</summary>
    public bool IsFinal { get; init; }

    public override string ToString() => $"{Mail.Digest} for {Mail.Reader} ({Mail.Occasion}): {Reason}";
}
