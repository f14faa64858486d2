using CrmSync.Domain.Company;
using CrmSync.Domain.Log;

namespace CrmSync.Storage.Log;

/// <summary>A line to be written.</summary>
/// <param name="Number">The number it shall have: that of one of <paramref name="Existing"/>, or a fresh one.</param>
/// <param name="Line">Its facts.</param>
/// <param name="Existing">The lines it takes the place of.</param>
internal sealed record LineChange(long Number, MailLine Line, IReadOnlyList<long> Existing);

/// <summary>A mail about to be written, with what the configuration makes of it and the keys under which its thread is found.</summary>
internal sealed record WrittenMail(
    long Number, MailLine Line, Classification Verdict, ThreadMail Mail, IReadOnlyList<(long Key, long Moment, KeyRelation Relation)> Keys);

/// <summary>Writes lines whole: their rows, what the configuration makes of them, their threads and bounces.</summary>
internal sealed class LineChanges(WriteScope scope, Classifier classifier)
{
    /// <summary>Writes lines in the place of others, and takes some out for good.</summary>
    public async Task Apply(IReadOnlyList<LineChange> changes, IReadOnlyCollection<long>? removed = null)
    {
        if (changes.Count == 0 && removed is null or { Count: 0 })
            return;

        var threads = new ThreadSettler(scope);
        var bounces = new BounceSettler(scope);
        var replaced = changes.SelectMany(c => c.Existing).Concat(removed ?? []).ToArray();
        if (replaced.Length > 0)
        {
            await threads.Remember(replaced);
            await bounces.Remember(replaced);
            await Remove(changes, replaced);
        }

        var ours = new OurMail(scope, classifier);
        var answers = await ours.AnswersAmong(changes);
        var written = new List<WrittenMail>(changes.Count);
        foreach (var (number, mail, _) in changes)
        {
            var verdict = classifier.Classify(mail, answers.Contains(number));
            var threadMail = classifier.CreateThreadMail(mail, verdict);
            written.Add(new WrittenMail(number, mail, verdict, threadMail, [.. ThreadKeys.From(threadMail)]));
        }

        await WriteRows(written, await threads.Settle(written));
        await bounces.Settle(changes);

        // Answers that were taken for mailings because our mail was not there yet.
        if (await ours.AnswersTo(written) is { Count: > 0 } late)
            await Apply(late);
    }

    /// <summary>Takes out the lines that are written anew, and lets their items point to the line that takes their place.</summary>
    private async Task Remove(IReadOnlyList<LineChange> changes, IReadOnlyCollection<long> replaced)
    {
        await new PlainLines(scope).Remove(replaced);
        var moved = scope.Rows(
            "update remote_item set interaction = r.new_number from {rows} r where remote_item.interaction = r.old_number",
            Column.Number("old_number"), Column.Number("new_number"));
        foreach (var change in changes)
        {
            foreach (var old in change.Existing.Where(old => old != change.Number))
                moved.Add(old).Add(change.Number).End();
        }

        await moved.Flush();
    }

    private async Task WriteRows(IReadOnlyList<WrittenMail> written, Dictionary<long, string> threads)
    {
        var accounts = await Accounts();
        var interactions = scope.Rows(
            """
            insert into interaction (number, id, kind, at, seen, class, direction, author, subject, thread, message_id, in_reply_to, body,
                        body_kept, question,
                                     acknowledgement, attachments, markers, reasons, phrases, sent_at, arrived_at, refs, facts, learned)
            select r.number, r.id, 0, r.at, r.seen, r.class, r.direction, r.author, r.subject, r.thread, r.message_id, r.in_reply_to,
                   r.body, r.body_kept, r.question,
                   r.acknowledgement, r.attachments, r.markers, r.reasons, r.phrases, r.sent_at, r.arrived_at, r.refs, r.facts, r.learned
              from {rows} r
            """,
            Column.Number("number"), Column.Text("id"), Column.Instant("at"), Column.Instant("seen"), Column.Number("class"),
            Column.Number("direction"), Column.Text("author"), Column.Text("subject"), Column.Text("thread"), Column.Text("message_id"),
            Column.Text("in_reply_to"), Column.Text("body"), Column.Number("body_kept"), Column.Flag("question"),
            Column.Flag("acknowledgement"), Column.Number("attachments"), Column.Text("markers"), Column.Text("reasons"),
            Column.Text("phrases"), Column.Instant("sent_at"), Column.Instant("arrived_at"), Column.Text("refs"), Column.Text("facts"),
            Column.Text("learned"));
        var participants = scope.Rows(
            """
            insert into participant (interaction, role, address, place, name, internal)
            select r.interaction, r.role, r.address, r.place, r.name, r.internal
              from {rows} r
            """,
            Column.Number("interaction"),
            Column.Number("role"),
            Column.Text("address"),
            Column.Number("place"),
            Column.Text("name"),
            Column.Flag("internal"));
        var sightings = scope.Rows(
            """
            insert into sighting (interaction, account, seen, direction)
            select r.interaction, r.account, r.seen, r.direction
              from {rows} r
            """,
            Column.Number("interaction"), Column.Number("account"), Column.Instant("seen"), Column.Number("direction"));
        var identities = scope.Rows(
            """
            insert into mail_identity (line_id, fingerprint, message_id, message_key, dated, content, essence_key, essence, interaction)
            select r.line_id, r.fingerprint, r.message_id, r.message_key, r.dated, r.content, r.essence_key, r.essence, r.interaction
              from {rows} r
            """,
            Column.Text("line_id"), Column.Text("fingerprint"), Column.Text("message_id"), Column.Text("message_key"),
            Column.Instant("dated"), Column.Text("content"), Column.Text("essence_key"), Column.Text("essence"),
            Column.Number("interaction"));
        var keys = scope.Rows(
            """
            insert into thread_key (thread_key, moment, interaction, relation)
            select r.thread_key, r.moment, r.interaction, r.relation
              from {rows} r
            """,
            Column.Number("thread_key"), Column.Number("moment"), Column.Number("interaction"), Column.Number("relation"));
        var bounces = scope.Rows(
            """
            insert into bounce (message_hash, address, interaction, moment)
            select r.message_hash, r.address, r.interaction, r.moment
              from {rows} r
            """,
            Column.Number("message_hash"), Column.Text("address"), Column.Number("interaction"), Column.Number("moment"));

        foreach (var (number, mail, verdict, _, threadKeys) in written)
        {
            var line = classifier.CreateLine(mail, verdict, threads[number]);
            interactions
                .Add(number)
                .Add(line.Id)
                .Add(line.At)
                .Add(line.Seen)
                .Add((long?)line.Class)
                .Add((long?)line.Direction)
                .Add(line.Author?.Value)
                .Add(line.Subject)
                .Add(line.Thread)
                .Add(line.MessageId)
                .Add(line.InReplyTo)
                .Add(line.Text)
                .Add((long)mail.OwnTextKept)
                .Add(line.Question)
                .Add(line.Acknowledgement)
                .Add(line.Attachments)
                .Add(LineFacts.Join(line.Markers))
                .Add(LineFacts.Join([.. line.Reasons.Select(r => LineFacts.OneLine(r))]))
                .Add(LineFacts.Join(mail.Phrases))
                .Add(mail.SentAt)
                .Add(mail.ArrivedAt)
                .Add(LineFacts.Join(mail.References))
                .Add(LineFacts.Write(mail))
                .Add(LineFacts.WriteLearned(line.Learned))
                .End();

            foreach (var (person, named) in line.Participants.Zip(mail.Participants))
                participants
                    .Add(number)
                    .Add((long)person.Role)
                    .Add(person.Address.Value)
                    .Add(named.Place)
                    .Add(person.Name)
                    .Add(person.Internal)
                    .End();

            foreach (var sighting in mail.Sightings)
            {
                var (account, own) = accounts[sighting.Account];
                sightings.Add(number).Add(account).Add(sighting.Seen).Add((long)Classifier.DirectionSeenFrom(own, mail, verdict)).End();
            }

            foreach (var identity in mail.Identities)
            {
                identities
                    .Add(identity.LineId)
                    .Add(identity.Fingerprint)
                    .Add(identity.MessageId ?? "")
                    .Add(identity.MessageKey)
                    .Add(identity.Date)
                    .Add(identity.Content)
                    .Add(identity.Essence?.Key)
                    .Add(identity.Essence?.Written)
                    .Add(number)
                    .End();
            }

            foreach (var (key, moment, relation) in threadKeys)
                keys.Add(key).Add(moment).Add(number).Add((long)relation).End();

            foreach (var address in mail.Report?.Failed.Distinct() ?? [])
            {
                if (mail.Report!.OfMessageId is { } bounced)
                    bounces.Add(ThreadKeys.OfMessage(bounced)).Add(address.Value).Add(number).Add((long?)null).End();
                if (ThreadKeys.OfSubject(mail.Report.OfSubject, address) is { } subject)
                    bounces.Add(subject).Add(address.Value).Add(number).Add(line.At.ToUnixTimeSeconds()).End();
            }
        }

        await interactions.Flush();
        await participants.Flush();
        await sightings.Flush();
        await identities.Flush();
        await keys.Flush();
        await bounces.Flush();
    }

    private async Task<Dictionary<string, (long Number, IReadOnlySet<EmailAddress> Own)>> Accounts() =>
        (await scope.Query<(long Number, string Name, string? Address)>("select number, name, address from account")).ToDictionary(
            a => a.Name,
            a =>
                (
                    a.Number,
                    (IReadOnlySet<EmailAddress>)(
                        EmailAddress.TryParse(a.Address, out var address) ? new HashSet<EmailAddress> { address } : [])),
            StringComparer.Ordinal);
}
