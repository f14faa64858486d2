using CrmSync.Domain.Company;
using CrmSync.Domain.Log;

namespace CrmSync.Storage.Log;

/// <summary>The rows of mails in every table of the log, gathered and written together.</summary>
/// <param name="scope">The transaction.</param>
/// <param name="accounts">The numbers of accounts and their own addresses, by name.</param>
internal sealed class MailRows(WriteScope scope, IReadOnlyDictionary<string, (long Number, IReadOnlySet<EmailAddress> Own)> accounts)
{
    private readonly RowBatch interactions = scope.Rows(
        $$"""
        insert into interaction (number, id, kind, at, seen, class, direction, author, subject, thread, message_id, in_reply_to,
                                 body, body_kept, question, acknowledgement, attachments, markers, reasons, phrases,
                                 sent_at, arrived_at, refs, facts, learned, away)
        select r.number, r.id, {{InteractionKind.Mail:d}}, r.at, r.seen, r.class, r.direction, r.author, r.subject, r.thread, r.message_id,
               r.in_reply_to, r.body, r.body_kept, r.question, r.acknowledgement, r.attachments, r.markers, r.reasons, r.phrases,
               r.sent_at, r.arrived_at, r.refs, r.facts, r.learned, r.away
          from {rows} r
        """,
        Column.Number("number"), Column.Text("id"), Column.Instant("at"), Column.Instant("seen"), Column.Number("class"),
        Column.Number("direction"), Column.Text("author"), Column.Text("subject"), Column.Text("thread"), Column.Text("message_id"),
        Column.Text("in_reply_to"), Column.Text("body"), Column.Number("body_kept"), Column.Flag("question"),
        Column.Flag("acknowledgement"), Column.Number("attachments"), Column.Text("markers"), Column.Text("reasons"),
        Column.Text("phrases"), Column.Instant("sent_at"), Column.Instant("arrived_at"), Column.Text("refs"), Column.Text("facts"),
        Column.Text("learned"), Column.Text("away"));

    private readonly RowBatch participants = scope.Rows(
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

    private readonly RowBatch sightings = scope.Rows(
        """
        insert into sighting (interaction, account, seen, direction)
        select r.interaction, r.account, r.seen, r.direction
          from {rows} r
        """,
        Column.Number("interaction"), Column.Number("account"), Column.Instant("seen"), Column.Number("direction"));

    private readonly RowBatch identities = scope.Rows(
        """
        insert into mail_identity (line_id, fingerprint, message_id, message_key, dated, content, essence_key, essence, interaction)
        select r.line_id, r.fingerprint, r.message_id, r.message_key, r.dated, r.content, r.essence_key, r.essence, r.interaction
          from {rows} r
        """,
        Column.Text("line_id"), Column.Text("fingerprint"), Column.Text("message_id"), Column.Text("message_key"),
        Column.Instant("dated"), Column.Text("content"), Column.Text("essence_key"), Column.Text("essence"),
        Column.Number("interaction"));

    private readonly RowBatch keys = scope.Rows(
        """
        insert into thread_key (thread_key, moment, interaction, relation)
        select r.thread_key, r.moment, r.interaction, r.relation
          from {rows} r
        """,
        Column.Number("thread_key"), Column.Number("moment"), Column.Number("interaction"), Column.Number("relation"));

    private readonly RowBatch bounces = scope.Rows(
        """
        insert into bounce (message_hash, address, interaction, moment)
        select r.message_hash, r.address, r.interaction, r.moment
          from {rows} r
        """,
        Column.Number("message_hash"), Column.Text("address"), Column.Number("interaction"), Column.Number("moment"));

    private readonly LineFinder finder = new(scope);

    /// <summary>Adds a mail with the line it makes.</summary>
    public void Add(
        long number,
        MailLine mail,
        Classification verdict,
        Interaction line,
        IEnumerable<(long Key, long Moment, KeyRelation Relation)> threadKeys)
    {
        AddLine(number, mail, line);
        AddParticipants(number, mail, line);
        finder.Add(number, line);
        AddSightings(number, mail, verdict);
        AddIdentities(number, mail);
        foreach (var (key, moment, relation) in threadKeys)
            keys.Add(key).Add(moment).Add(number).Add((long)relation).End();

        AddBounces(number, mail, line);
    }

    public async Task Flush()
    {
        foreach (var rows in (RowBatch[])[interactions, participants, sightings, identities, keys, bounces])
            await rows.Flush();

        await finder.Flush();
    }

    private void AddLine(long number, MailLine mail, Interaction line) =>
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
            .Add(LineFacts.WriteAway(line.Away))
            .End();

    private void AddParticipants(long number, MailLine mail, Interaction line)
    {
        foreach (var (person, named) in line.Participants.Zip(mail.Participants))
            participants
                .Add(number)
                .Add((long)person.Role)
                .Add(person.Address.Value)
                .Add(named.Place)
                .Add(person.Name)
                .Add(person.Internal)
                .End();
    }

    private void AddSightings(long number, MailLine mail, Classification verdict)
    {
        foreach (var sighting in mail.Sightings)
        {
            var (account, own) = accounts[sighting.Account];
            sightings.Add(number).Add(account).Add(sighting.Seen).Add((long)Classifier.DirectionSeenFrom(own, mail, verdict)).End();
        }
    }

    private void AddIdentities(long number, MailLine mail)
    {
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
    }

    private void AddBounces(long number, MailLine mail, Interaction line)
    {
        foreach (var address in mail.Report?.Failed.Distinct() ?? [])
        {
            if (mail.Report!.OfMessageId is { } bounced)
                bounces.Add(ThreadKeys.OfMessage(bounced)).Add(address.Value).Add(number).Add((long?)null).End();
            if (ThreadKeys.OfSubject(mail.Report.SubjectKey, address) is { } subject)
                bounces.Add(subject).Add(address.Value).Add(number).Add(line.At.ToUnixTimeSeconds()).End();
        }
    }
}
