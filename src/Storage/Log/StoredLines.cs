using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using NodaTime;

namespace CrmSync.Storage.Log;

/// <summary>Reads the facts of mails back, as they were merged.</summary>
internal sealed class StoredLines(WriteScope scope)
{
    /// <summary>The mails with these numbers, in a few round trips.</summary>
    public async Task<Dictionary<long, MailLine>> Load(IReadOnlyCollection<long> numbers)
    {
        if (numbers.Count == 0)
            return [];

        var identities = await Grouped<IdentityRow, MailIdentity>(
            "select interaction, fingerprint, message_key, dated, message_id, content, essence_key, essence from mail_identity",
            numbers,
            row => row.Interaction,
            row => row.Identity);
        var sightings = await Grouped<SightingRow, Sighting>(
            "select s.interaction, a.name as account, s.seen from sighting s join account a on a.number = s.account", numbers,
            row => row.Interaction, row => new Sighting(row.Account, row.Seen));
        var participants = await Grouped<ParticipantRow, MailParticipant>(
            "select interaction, role, address, place, name from participant",
            numbers,
            row => row.Interaction,
            row => new MailParticipant(EmailAddress.Parse(row.Address), row.Name, (ParticipantRole)row.Role, row.Place));
        var rows = await scope.Query<LineRow>(
            $"""
            select number, subject, in_reply_to, body, body_kept, question, attachments, phrases, sent_at, arrived_at, refs, facts
              from interaction
             where {scope.Engine.AnyOf("number", "@numbers")}
            """,
            new { numbers = scope.Engine.List(numbers) });

        return rows.ToDictionary(
            row => row.Number,
            row =>
                LineFacts.Read(
                    new MailLine
                    {
                        Identities =
                        [
                            .. identities[row.Number]
                                .OrderBy(i => i.LineId, StringComparer.Ordinal)
                                .ThenBy(i => i.Fingerprint, StringComparer.Ordinal)
                                .ThenBy(i => i.MessageId, StringComparer.Ordinal),
                        ],
                        Sightings = [.. sightings[row.Number].OrderBy(s => s.Account, StringComparer.Ordinal)],
                        Participants =
                        [
                            .. participants[row.Number]
                                .OrderBy(p => p.Role)
                                .ThenBy(p => p.Place)
                                .ThenBy(p => p.Address.Value, StringComparer.Ordinal),
                        ],
                        Subject = row.Subject,
                        InReplyTo = row.InReplyTo,
                        References = LineFacts.Split(row.Refs),
                        SentAt = row.SentAt,
                        ArrivedAt = row.ArrivedAt,
                        Attachments = row.Attachments,
                        Question = row.Question,
                        Text = row.Body,
                        OwnTextKept = (KeptText)row.BodyKept,
                        Phrases = LineFacts.Split(row.Phrases),
                    },
                    row.Facts));
    }

    private async Task<ILookup<long, T>> Grouped<TRow, T>(
        string select,
        IReadOnlyCollection<long> numbers,
        Func<TRow, long> key,
        Func<TRow, T> make) =>
        (
            await scope.Query<TRow>(
                $"{select} where {scope.Engine.AnyOf("interaction", "@numbers")}",
                new { numbers = scope.Engine.List(numbers) })).ToLookup(key, make);

    private sealed record SightingRow
    {
        public long Interaction { get; init; }

        public required string Account { get; init; }

        public Instant? Seen { get; init; }
    }

    private sealed record ParticipantRow
    {
        public long Interaction { get; init; }

        public int Role { get; init; }

        public required string Address { get; init; }

        public int Place { get; init; }

        public string? Name { get; init; }
    }

    private sealed record LineRow
    {
        public long Number { get; init; }

        public string? Subject { get; init; }

        public string? InReplyTo { get; init; }

        public string? Body { get; init; }

        public int BodyKept { get; init; }

        public bool Question { get; init; }

        public int Attachments { get; init; }

        public string? Phrases { get; init; }

        public Instant SentAt { get; init; }

        public Instant ArrivedAt { get; init; }

        public string? Refs { get; init; }

        public string? Facts { get; init; }
    }
}
