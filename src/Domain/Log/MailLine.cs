using CrmSync.Domain.Company;
using NodaTime;

namespace CrmSync.Domain.Log;

/// <summary>One account's copy of a mail.</summary>
/// <param name="Account">The name of the account.</param>
/// <param name="Seen">When it was harvested; null when it was there as the account was read for the first time.</param>
public sealed record Sighting(string Account, Instant? Seen);

/// <summary>How much of a mail's own text a line still holds.</summary>
public enum KeptText
{
    /// <summary>None: the configuration keeps no text, or it was dropped.</summary>
    None,

    /// <summary>The beginning.</summary>
    Part,

    /// <summary>All of it, so that markers and acknowledgement can be derived anew.</summary>
    Whole,
}

/// <summary>Somebody named in the headers of a mail.</summary>
/// <param name="Address">Their address.</param>
/// <param name="Name">The display name as written, or null.</param>
/// <param name="Role">In which header.</param>
/// <param name="Place">The place in that header, from 0: whom a mail is about first is the first of its To.</param>
/// <param name="In">In which forms of the mail (<see cref="MailIdentity.Content"/>), where a gateway changed some copies and not all name
/// them; null where all do.</param>
public sealed record MailParticipant(EmailAddress Address, string? Name, ParticipantRole Role, int Place = 0, string? In = null);

/// <summary>
/// The facts of one mail in the log, merged from every copy seen, before any configuration is applied. Merging is commutative, associative
/// and idempotent, so the order in which copies arrive never shows.
/// </summary>
public sealed record MailLine
{
    /// <summary>Every identity its copies had, smallest first.</summary>
    public required IReadOnlyList<MailIdentity> Identities { get; init; }

    public required IReadOnlyList<Sighting> Sightings { get; init; }

    public required IReadOnlyList<MailParticipant> Participants { get; init; }

    /// <summary>People that only some of the forms name in which a gateway left the mail: they are no participants.</summary>
    public IReadOnlyList<MailParticipant> NamedInSome { get; init; } = [];

    public EmailAddress? Sender { get; init; }

    public string? Subject { get; init; }

    public string? InReplyTo { get; init; }

    public IReadOnlyList<string> References { get; init; } = [];

    /// <summary>The headers classes rest on, names in lower case.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public bool CalendarPart { get; init; }

    public ReportFacts? Report { get; init; }

    /// <summary>The earliest moment at which a copy says it was sent (Date, else Received, else stored).</summary>
    public required Instant SentAt { get; init; }

    /// <summary>The earliest moment at which a copy says it arrived (topmost Received, else Date, else stored).</summary>
    public required Instant ArrivedAt { get; init; }

    public int Attachments { get; init; }

    /// <summary>What the body showed the mail to be.</summary>
    public MailSigns Signs { get; init; }

    public bool Question { get; init; }

    /// <summary>The excerpt as kept.</summary>
    public string? Text { get; init; }

    public KeptText OwnTextKept { get; init; }

    /// <summary>Whether the own text would pass as an acknowledgement from this sender, whatever the direction.</summary>
    public bool Acknowledges { get; init; }

    /// <summary>The configured phrases found in the whole own text, as <see cref="PhraseBook"/> writes them.</summary>
    public IReadOnlyList<string> Phrases { get; init; } = [];

    /// <summary>What is left of its words where its thread is private; null where it is not.</summary>
    public HiddenWords? Hidden { get; init; }

    /// <summary>What its text told about people.</summary>
    public Learned Learned { get; init; } = Learned.Nothing;

    public string Id => Identities[0].LineId;

    /// <summary>The Message-ID people see; the smallest identity's that has one.</summary>
    public string? MessageId => Identities.FirstOrDefault(i => i.MessageId is not null)?.MessageId;

    public EmailAddress? From => Participants.FirstOrDefault(p => p.Role == ParticipantRole.From)?.Address;

    /// <summary>The line of one copy.</summary>
    /// <param name="observation">The copy.</param>
    /// <param name="capture">What is kept of texts, and the words the configuration looks for.</param>
    /// <param name="harvested">The moment of the harvest: nothing can have happened more than a day after it.</param>
    public static MailLine FromObservation(MailObservation observation, Capture capture, Instant harvested)
    {
        var facts = observation.Facts;
        var date = Plausible(facts.Date, harvested);
        var received = Plausible(facts.Received, harvested);
        var stored = Plausible(facts.Stored, harvested) ?? harvested;
        var from = facts.From is null ? [] : facts.FurtherAuthors.Prepend(facts.From);
        var own = facts.OwnText ?? "";
        var keepsText = capture.KeepsText(facts, Instant.Max(date ?? received ?? stored, received ?? date ?? stored), harvested);
        var text = keepsText ? capture.Shorten(facts.Excerpt) : null;
        var identity = MailIdentity.From(facts);

        return new MailLine
        {
            Identities = [identity with { MessageId = capture.Id(identity.MessageId) }],
            Sightings = [new Sighting(observation.Account, observation.Seen)],
            Participants = MailPeople.InOrder(
            [
                .. As(from, ParticipantRole.From), .. As(facts.ReplyTo, ParticipantRole.ReplyTo), .. As(facts.To, ParticipantRole.To),
                .. As(facts.Cc, ParticipantRole.Cc), .. As(facts.Bcc, ParticipantRole.Bcc),
            ]),
            Sender = facts.Sender?.Address,
            Subject = capture.Subject(facts),
            InReplyTo = capture.Id(facts.InReplyTo),
            References =
            [
                .. facts.References.Select(id => capture.Id(id)!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
            ],
            Headers = facts.Headers,
            CalendarPart = facts.CalendarPart,
            Report = facts.Report,
            SentAt = date ?? received ?? stored,
            ArrivedAt = received ?? date ?? stored,
            Attachments = facts.Attachments,
            Signs = facts.Signs,
            Question = facts.Question,
            Text = text,
            OwnTextKept = text is null ? KeptText.None : own.Length <= text.Length ? KeptText.Whole : KeptText.Part,
            Acknowledges = facts.Attachments == 0 && capture.Acknowledgements.Covers(own, facts.From),
            Phrases = capture.Phrases.FoundIn(own),
            Learned = capture.Learn(facts, keepsText),
        };
    }

    /// <summary>
    /// The same without subject and text. People, times and what the policy rests on stay, so that nothing can be hidden that way.
    /// </summary>
    /// <param name="phrases">What the policy looks for in subjects: found, it is kept.</param>
    public MailLine WithoutWords(PhraseBook phrases) => this with
    {
        Hidden = Hidden ?? HiddenWords.From(Subject),
        Phrases = [.. Phrases.Concat(phrases.FoundInSubject(Subject)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
        Subject = null,
        Text = null,
        OwnTextKept = KeptText.None,
        Report = Report is null ? null : Report with { HiddenSubject = Report.SubjectKey, OfSubject = null },
        Learned = WithoutWords(Learned.WithoutSentences()),
    };

    private static Learned WithoutWords(Learned learned) =>
        learned.Forwarded is { } forwarded ? learned with { Forwarded = forwarded with { Subject = null } } : learned;

    /// <summary>This line with what another copy of the same mail adds.</summary>
    public MailLine With(MailLine other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Hidden is null && other.Hidden is null ? Merged(other) : Merged(other).Hiding(Hidden, other.Hidden);
    }

    /// <summary>A private copy makes the line private; what is kept in place of its words is that of any copy.</summary>
    private MailLine Hiding(HiddenWords? one, HiddenWords? another)
    {
        var hidden = (one ?? another!).With(one is null ? null : another);
        return this with { Hidden = Subject is null ? hidden : hidden.With(HiddenWords.From(Subject)) };
    }

    private MailLine Merged(MailLine other)
    {
        var (all, some) = MailPeople.Join(this, other);
        var words = ShorterText(this, other);
        return new()
        {
            Identities =
            [
                .. Identities
                    .Concat(other.Identities)
                    .GroupBy(i => (i.Fingerprint, i.MessageKey, i.Date, i.MessageId))
                    .Select(same => same.Count() == 1
                        ? same.First()
                        : same.OrderBy(OwnLengthIn).ThenByDescending(i => i.Content, StringComparer.Ordinal)
                            .ThenBy(i => i.Essence?.Written, StringComparer.Ordinal).First())
                    .OrderBy(i => i.LineId, StringComparer.Ordinal)
                    .ThenBy(i => i.Fingerprint, StringComparer.Ordinal)
                    .ThenBy(i => i.MessageId, StringComparer.Ordinal),
            ],
            Sightings =
            [
                .. Sightings
                    .Concat(other.Sightings)
                    .GroupBy(s => s.Account, StringComparer.Ordinal)
                    .OrderBy(g => g.Key, StringComparer.Ordinal)
                    .Select(g => new Sighting(g.Key, g.Any(s => s.Seen is null) ? null : g.Min(s => s.Seen))),
            ],
            Participants = all,
            NamedInSome = some,
            Sender = Smaller(Sender?.Value, other.Sender?.Value) is { } sender ? EmailAddress.Parse(sender) : null,
            Subject = Shorter(Subject, other.Subject),
            InReplyTo = Smaller(InReplyTo, other.InReplyTo),
            References = [.. References.Union(other.References, StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            Headers = Headers
                .Concat(other.Headers)
                .GroupBy(h => h.Key, StringComparer.Ordinal)
                .ToDictionary(g => g.Key, g => g.Select(h => h.Value).Max(StringComparer.Ordinal)!, StringComparer.Ordinal),
            CalendarPart = CalendarPart || other.CalendarPart,
            Report =
                Report is null || other.Report is null
                    ? Report ?? other.Report
                    : new ReportFacts(
                        Smaller(Report.OfMessageId, other.Report.OfMessageId),
                        [.. Report.Failed.Union(other.Report.Failed).OrderBy(a => a.Value, StringComparer.Ordinal)],
                        Smaller(Report.OfSubject, other.Report.OfSubject))
                    {
                        HiddenSubject = Smaller(Report.HiddenSubject, other.Report.HiddenSubject),
                    },
            SentAt = Instant.Min(SentAt, other.SentAt),
            ArrivedAt = Instant.Min(ArrivedAt, other.ArrivedAt),
            Attachments = Math.Max(Attachments, other.Attachments),
            Signs = words?.Signs ?? (Signs | other.Signs),
            Question = words?.Question ?? (Question || other.Question),
            Text = (words ?? Fuller(this, other)).Text,
            OwnTextKept = (words ?? Fuller(this, other)).OwnTextKept,
            Acknowledges = words?.Acknowledges ?? (Acknowledges && other.Acknowledges),
            Phrases = words?.Phrases ?? [.. Phrases.Union(other.Phrases, StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            Learned = words?.Learned ?? Learned.With(other.Learned),
        };
    }

    /// <summary>
    /// Which of two lines has the shorter own text: what a gateway adds to a copy is not the author's. Null where they are as long, which
    /// then is one text.
    /// </summary>
    private static MailLine? ShorterText(MailLine one, MailLine other) =>
        one.OwnLength < other.OwnLength ? one
        : other.OwnLength < one.OwnLength ? other
        : null;

    private int OwnLength => Identities.Min(OwnLengthIn);

    private static int OwnLengthIn(MailIdentity identity) => identity.Essence?.Text.Length ?? int.MaxValue;

    /// <summary>Dates before 1990 or more than a day after the harvest are somebody's broken clock.</summary>
    private static Instant? Plausible(Instant? time, Instant harvested) =>
        time is { } t && t >= Instant.FromUtc(1990, 1, 1, 0, 0) && t <= harvested + Duration.FromHours(24) ? t : null;

    private static IEnumerable<MailParticipant> As(IEnumerable<NamedAddress> people, ParticipantRole role) =>
        people.Select(
            (person, place) => new MailParticipant(person.Address, string.IsNullOrWhiteSpace(person.Name) ? null : person.Name, role, place)
        );

    private static MailLine Fuller(MailLine one, MailLine other) =>
        new[] { one, other }
            .OrderByDescending(l => l.Text?.Length ?? -1)
            .ThenBy(l => l.Text, StringComparer.Ordinal)
            .ThenByDescending(l => l.OwnTextKept)
            .First();

    private static string? Smaller(string? one, string? other) =>
        one is null ? other : other is null || string.CompareOrdinal(one, other) <= 0 ? one : other;

    /// <summary>What a list or a gateway puts before a subject makes it longer.</summary>
    private static string? Shorter(string? one, string? other) =>
        one is null || other is null || one.Length == other.Length ? Smaller(one, other)
        : one.Length < other.Length ? one
        : other;
}
