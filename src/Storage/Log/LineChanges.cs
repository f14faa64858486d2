using CrmSync.Domain.Contacts;
using CrmSync.Domain.Log;
using CrmSync.Storage.Rows;

namespace CrmSync.Storage.Log;

/// <summary>A line to be written.</summary>
/// <param name="Number">The number it shall have: that of one of <paramref name="Existing"/>, or a fresh one.</param>
/// <param name="Line">Its facts.</param>
/// <param name="Existing">The lines it takes the place of.</param>
internal sealed record LineChange(long Number, MailLine Line, IReadOnlyList<long> Existing);

/// <summary>Writes lines whole: their rows, what the configuration makes of them, their threads and bounces.</summary>
internal sealed class LineChanges(WriteScope scope, Classifier classifier)
{
    public async Task Apply(IReadOnlyList<LineChange> changes)
    {
        if (changes.Count == 0)
            return;

        var threads = new ThreadSettler(scope);
        var replaced = changes.SelectMany(c => c.Existing).ToArray();
        if (replaced.Length > 0)
        {
            await threads.Remember(replaced);
            await Remove(changes, replaced);
        }

        var mails = new List<(long Number, ThreadMail Mail)>(changes.Count);
        await WriteRows(changes, mails);
        await threads.Settle(mails);
        await new BounceSettler(scope).Settle(changes);
    }

    /// <summary>Takes out the lines that are written anew, and lets their items point to the line that takes their place.</summary>
    private async Task Remove(IReadOnlyList<LineChange> changes, IReadOnlyCollection<long> replaced)
    {
        var numbers = scope.Engine.List(replaced);
        foreach (var table in new[] { "participant", "sighting", "mail_identity", "thread_key", "bounce" })
            await scope.Execute($"delete from {table} where {scope.Engine.AnyOf("interaction", "@numbers")}", new { numbers });

        await scope.Execute($"delete from interaction where {scope.Engine.AnyOf("number", "@numbers")}", new { numbers });

        using var moved = scope.Rows(
            "update remote_item set interaction = r.new_number from {rows} r where remote_item.interaction = r.old_number",
            ("old_number", ColumnKind.Number), ("new_number", ColumnKind.Number));
        foreach (var change in changes)
        {
            foreach (var old in change.Existing.Where(old => old != change.Number))
                await moved.Add(old, change.Number);
        }

        await moved.Flush();
    }

    private async Task WriteRows(IReadOnlyList<LineChange> changes, List<(long Number, ThreadMail Mail)> mails)
    {
        var accounts = await Accounts();
        using var interactions = scope.Rows(
            """
            insert into interaction (number, id, kind, at, seen, class, direction, author, subject, thread, message_id, in_reply_to, body, body_kept, question,
                                     acknowledgement, attachments, markers, reasons, phrases, sent_at, arrived_at, refs, facts)
            select r.number, r.id, 0, r.at, r.seen, r.class, r.direction, r.author, r.subject, r.thread, r.message_id, r.in_reply_to, r.body, r.body_kept, r.question,
                   r.acknowledgement, r.attachments, r.markers, r.reasons, r.phrases, r.sent_at, r.arrived_at, r.refs, r.facts
              from {rows} r
            """,
            ("number", ColumnKind.Number), ("id", ColumnKind.Text), ("at", ColumnKind.Instant), ("seen", ColumnKind.Instant), ("class", ColumnKind.Number),
            ("direction", ColumnKind.Number), ("author", ColumnKind.Text), ("subject", ColumnKind.Text), ("thread", ColumnKind.Text), ("message_id", ColumnKind.Text),
            ("in_reply_to", ColumnKind.Text), ("body", ColumnKind.Text), ("body_kept", ColumnKind.Number), ("question", ColumnKind.Flag),
            ("acknowledgement", ColumnKind.Flag), ("attachments", ColumnKind.Number), ("markers", ColumnKind.Text), ("reasons", ColumnKind.Text),
            ("phrases", ColumnKind.Text), ("sent_at", ColumnKind.Instant), ("arrived_at", ColumnKind.Instant), ("refs", ColumnKind.Text), ("facts", ColumnKind.Text));
        using var participants = scope.Rows(
            """
            insert into participant (interaction, role, address, name, internal)
            select r.interaction, r.role, r.address, r.name, r.internal
              from {rows} r
            """,
            ("interaction", ColumnKind.Number), ("role", ColumnKind.Number), ("address", ColumnKind.Text), ("name", ColumnKind.Text), ("internal", ColumnKind.Flag));
        using var sightings = scope.Rows(
            """
            insert into sighting (interaction, account, seen, direction)
            select r.interaction, r.account, r.seen, r.direction
              from {rows} r
            """,
            ("interaction", ColumnKind.Number), ("account", ColumnKind.Number), ("seen", ColumnKind.Instant), ("direction", ColumnKind.Number));
        using var identities = scope.Rows(
            """
            insert into mail_identity (line_id, fingerprint, message_id, message_key, dated, interaction)
            select r.line_id, r.fingerprint, r.message_id, r.message_key, r.dated, r.interaction
              from {rows} r
            """,
            ("line_id", ColumnKind.Text), ("fingerprint", ColumnKind.Text), ("message_id", ColumnKind.Text), ("message_key", ColumnKind.Text),
            ("dated", ColumnKind.Instant), ("interaction", ColumnKind.Number));
        using var keys = scope.Rows(
            """
            insert into thread_key (thread_key, moment, interaction, relation)
            select r.thread_key, r.moment, r.interaction, r.relation
              from {rows} r
            """,
            ("thread_key", ColumnKind.Number), ("moment", ColumnKind.Number), ("interaction", ColumnKind.Number), ("relation", ColumnKind.Number));
        using var bounces = scope.Rows(
            """
            insert into bounce (message_hash, address, interaction)
            select r.message_hash, r.address, r.interaction
              from {rows} r
            """,
            ("message_hash", ColumnKind.Number), ("address", ColumnKind.Text), ("interaction", ColumnKind.Number));

        foreach (var (number, mail, _) in changes)
        {
            var line = classifier.LineOf(mail);
            await interactions.Add(
                number, line.Id, line.At, line.Seen, (long?)line.Class, (long?)line.Direction, line.Author?.Value, line.Subject, line.Thread, line.MessageId,
                line.InReplyTo, line.Text, (long)mail.OwnTextKept, line.Question, line.Acknowledgement, (long)line.Attachments, LineFacts.Join(line.Markers),
                LineFacts.Join([.. line.Reasons.Select(r => LineFacts.OneLine(r))]), LineFacts.Join(mail.Phrases), mail.SentAt, mail.ArrivedAt,
                LineFacts.Join(mail.References), LineFacts.Write(mail));

            foreach (var person in line.Participants)
                await participants.Add(number, (long)person.Role, person.Address.Value, person.Name, person.Internal);

            foreach (var sighting in mail.Sightings)
            {
                var (account, own) = accounts[sighting.Account];
                await sightings.Add(number, account, sighting.Seen, (long)classifier.DirectionSeenFrom(own, mail));
            }

            foreach (var identity in mail.Identities)
            {
                await identities.Add(
                    identity.LineId, identity.Fingerprint, identity.MessageId ?? "", identity.MessageKey, identity.Date, number);
            }

            var thread = classifier.ThreadMailOf(mail);
            mails.Add((number, thread));
            foreach (var (key, moment, relation) in ThreadKeys.Of(thread))
                await keys.Add(key, moment, number, (long)relation);

            if (mail.Report is { OfMessageId: { } bounced } report)
            {
                foreach (var address in report.Failed.Distinct())
                    await bounces.Add(ThreadKeys.OfMessage(bounced), address.Value, number);
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
            a => (a.Number, (IReadOnlySet<EmailAddress>)(EmailAddress.TryParse(a.Address, out var address) ? new HashSet<EmailAddress> { address } : [])),
            StringComparer.Ordinal);
}
