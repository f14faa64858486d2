using System.Globalization;
using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Domain.Tests.Evaluation;

/// <summary>
/// A log told in a few lines, and what a policy makes of it. Times are local to the default calendar: <c>2026-03-02 10:00</c>.
/// </summary>
internal sealed class Story(CompanyPolicy policy)
{
    private static readonly LocalDateTimePattern Clock = LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd HH:mm");
    private readonly List<Interaction> log = [];
    private readonly ContactBook book = new(policy);
    private readonly PhraseBook phrases = new(ReadingRules.From(policy));
    private List<AccountCoverage>? coverage;

    public CompanyPolicy Policy { get; } = policy;

    public IReadOnlyList<Interaction> Log => log;

    public Instant Time(string text) => Clock.Parse(text).Value.InZoneLeniently(Policy.DefaultCalendar.Zone).ToInstant();

    /// <summary>
    /// A human mail. <paramref name="to"/>, <paramref name="cc"/> and <paramref name="bcc"/> may name several, separated by blanks.
    /// </summary>
    public Story Mail(
        string id,
        string at,
        string from,
        string to,
        string thread = "t",
        string text = "",
        string subject = "Hello",
        string? seen = null,
        string? cc = null,
        string? bcc = null,
        bool ack = false,
        string? inReplyTo = null,
        string? replyTo = null,
        bool form = false,
        InteractionClass type = InteractionClass.Human,
        Learned? learned = null)
    {
        // Of what a form sends only Reply-To says who wrote it.
        var author = EmailAddress.Parse(form ? replyTo! : from);
        var fromUs = book.IsOurs(author);
        var people = new List<Participant> { Person(from, ParticipantRole.From) };
        people.AddRange(Each(replyTo, ParticipantRole.ReplyTo));
        people.AddRange(Each(to, ParticipantRole.To));
        people.AddRange(Each(cc, ParticipantRole.Cc));
        people.AddRange(Each(bcc, ParticipantRole.Bcc));
        var direction = !fromUs ? Direction.Inbound : people.Exists(p => !p.Internal) ? Direction.Outbound : Direction.Internal;
        var found = phrases.FoundIn(text);
        log.Add(new Interaction
        {
            Id = id,
            Kind = InteractionKind.Mail,
            At = Time(at),
            Seen = Time(seen ?? at),
            Class = direction == Direction.Internal ? InteractionClass.Internal : type,
            Direction = direction,
            Author = author,
            IsAuthorByReplyTo = form,
            Subject = subject,
            Thread = thread,
            MessageId = id,
            InReplyTo = inReplyTo,
            Participants = people,
            Question = text.Contains('?', StringComparison.Ordinal),
            Acknowledgement = ack && !fromUs,
            Markers = phrases.Markers(subject, found, direction),
            Phrases = PhraseBook.TextsAmong(found),
            Learned = learned ?? Learned.Nothing,
        });
        return this;
    }

    /// <summary>A recipient's copy of a mail told before came back.</summary>
    public Story Bounce(string of, string at, string? failed = null)
    {
        var index = log.FindIndex(i => i.Id == of);
        log[index] = log[index] with
        {
            Participants =
            [
                .. log[index]
                    .Participants.Select(p =>
                        !p.Internal && (failed is null || failed == p.Address.Value) ? p with { Bounced = Time(at) } : p),
            ],
        };
        return this;
    }

    /// <summary>
    /// A meeting; who declined is marked with a minus: <c>ana@us.example -jane@acme.example</c>. The first named organised it.
    /// </summary>
    /// <summary>A call; nobody answered one of no seconds.</summary>
    public Story Call(string id, string at, string from, string to, int seconds, string? seen = null)
    {
        var start = Time(at);
        var caller = Person(from, ParticipantRole.From);
        log.Add(
            new Interaction
            {
                Id = id,
                Kind = InteractionKind.Call,
                At = start,
                Seen = Time(seen ?? at),
                Direction = caller.Internal ? Direction.Outbound : Direction.Inbound,
                Participants = [caller, Person(to, ParticipantRole.To) with { Internal = !caller.Internal }],
                Call = new CallFacts(start, start + Duration.FromSeconds(seconds), seconds > 0 ? seconds : null),
            });
        return this;
    }

    public Story Meeting(
        string id,
        string start,
        string end,
        string people,
        string? seen = null,
        string? cancelled = null,
        bool allDay = false)
    {
        var attendees = people.Split(' ');
        log.Add(
            new Interaction
            {
                Id = id,
                Kind = InteractionKind.Meeting,
                At = Time(start),
                Seen = Time(seen ?? start),
                Subject = "Meeting",
                Participants =
                [
                    .. attendees.Select(
                        (a, i) =>
                            Person(a.TrimStart('-'), i == 0 ? ParticipantRole.Organizer : ParticipantRole.Attendee) with
                            {
                                Response = a[0] == '-' ? MeetingResponse.Declined : MeetingResponse.Accepted,
                            }),
                ],
                Meeting = new MeetingFacts
                {
                    Uid = id,
                    Start = Time(start),
                    End = Time(end),
                    CancelledAt = cancelled is null ? null : Time(cancelled),
                    AllDay = allDay,
                },
            });
        return this;
    }

    public Story Command(
        string at,
        string verb,
        string? about = null,
        string? contact = null,
        string? until = null,
        string? tag = null,
        string? rule = null,
        string? text = null,
        string from = "ana@us.example",
        string? other = null,
        string? to = null,
        string? undoes = null)
    {
        log.Add(new Interaction
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"command-{log.Count}"),
            Kind = InteractionKind.Command,
            At = Time(at),
            Seen = Time(at),
            Command = new CommandFacts(EmailAddress.Parse(from), CommandVerbs.Parse(verb))
            {
                About = about,
                Contact = contact is null ? null : EmailAddress.Parse(contact),
                Until = until is null ? null : Time(until),
                Tag = tag,
                Rule = rule,
                Text = text,
                Other = other is null ? null : EmailAddress.Parse(other),
                To = to,
                Undoes = undoes is null ? [] : [undoes],
            },
        });
        return this;
    }

    public Story ReadUpTo(string account, string address, string? at, int grace = 5, bool isCalendar = false)
    {
        (coverage ??= []).Add(
            new AccountCoverage(account, EmailAddress.Parse(address), at is null ? null : Time(at))
            {
                Grace = Duration.FromMinutes(grace),
                IsCalendar = isCalendar,
            });
        return this;
    }

    public EvaluationResult At(string now) =>
        new Evaluator(Policy).Evaluate(new ContactLogSnapshot(log) { Coverage = coverage }, Time(now));

    /// <summary>
    /// The complete list of items at a moment, each as <c>rule about state</c> and then any of <c>opened=</c>, <c>due=</c>, <c>until=</c>
    /// (a time or <c>null</c>),
    /// <c>owner=</c>, <c>level=</c>, <c>by=</c>. Times leave out the blank: <c>2026-03-02T10:00</c>.
    /// </summary>
    public Story Expect(string now, params string[] expected)
    {
        var items = At(now).Items;
        var told = string.Join('\n', items.Select(Print).Order(StringComparer.Ordinal));
        Assert.True(items.Count == expected.Length, $"at {now} expected {expected.Length} items, found {items.Count}:\n{told}");
        foreach (var line in expected)
        {
            var words = line.Split(' ');
            var item = items.FirstOrDefault(i => i.Rule.Name == words[0] && i.About == words[1]);
            Assert.True(item is not null, $"at {now} no item {words[0]} about {words[1]}:\n{told}");
            var printed = Print(item).Split(' ');
            foreach (var word in words)
                Assert.True(printed.Contains(word), $"at {now} expected \"{word}\" of\n{line}\nfound\n{Print(item)}");
        }

        return this;
    }

    /// <summary>That an item ended: <c>rule about as</c>, and if given the moment.</summary>
    public Story ExpectClosed(string now, string rule, string about, ItemClosing closing, string? at = null)
    {
        var closed = At(now).Closed;
        Assert.True(
            closed.Any(c => c.Rule.Name == rule && c.About == about && c.As == closing && (at is null || c.At == Time(at))),
            $"at {now} not closed as expected; closed are\n"
                + string.Join('\n', closed.Select(c => $"{c.Rule.Name} {c.About} {c.As} {Local(c.At)}")));
        return this;
    }

    public string Print(Item item) =>
        $"{item.Rule.Name} {item.About} {item.State.ToString().ToLowerInvariant()} opened={Local(item.Opened)} due={Local(item.Due)} "
            + $"owner={item.Owner} "
        + $"level={item.Level} by={item.By ?? "null"} until={Local(item.Until)}";

    private string Local(Instant? at) =>
        at is { } moment ? Clock.Format(moment.InZone(Policy.DefaultCalendar.Zone).LocalDateTime).Replace(' ', 'T') : "null";

    private Participant Person(string address, ParticipantRole role) =>
        new(EmailAddress.Parse(address), null, role, book.IsOurs(EmailAddress.Parse(address)));

    private IEnumerable<Participant> Each(string? addresses, ParticipantRole role) =>
        (addresses ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(a => Person(a, role));
}
