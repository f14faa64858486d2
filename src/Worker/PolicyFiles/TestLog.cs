using System.Text;
using CrmSync.Domain.Commands;
using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Domain.Meetings;
using CrmSync.Domain.Policy;
using CrmSync.Mail.Text;
using CrmSync.Worker.Sources;
using CrmSync.Worker.Yaml;
using NodaTime;

namespace CrmSync.Worker.PolicyFiles;

/// <summary>
/// The contact log that the events of a test make: the author's own text is found, classes and threads are settled and markers looked for
/// by the same code as for real mail.
/// </summary>
internal sealed class TestLog
{
    private const string Account = "test";
    private const string MessageHost = "@event.invalid";
    private const string ThreadHost = "@thread.invalid";

    private readonly CompanyPolicy policy;
    private readonly DateTimeZone zone;
    private readonly List<Interaction> settled = [];
    private readonly List<(string Id, Interaction Version)> meetings = [];

    private TestLog(CompanyPolicy policy)
    {
        this.policy = policy;
        zone = policy.DefaultCalendar.Zone;
    }

    /// <summary>Makes the log; events that name events which are not there are reported.</summary>
    public static TestLog From(CompanyPolicy policy, IReadOnlyList<MapValues> events, ProblemList problems)
    {
        var log = new TestLog(policy);
        var named = events.Select((map, i) => (Id: map.Value(TestSection.EventId) ?? $"event-{i + 1}", Map: map)).ToList();
        var mails = log.Mails(
            [.. named.Where(e => Kind(e.Map) == "mail")],
            [.. named.Where(e => Kind(e.Map) == "bounce").Select(e => e.Map)],
            problems);
        foreach (var (id, map) in named)
        {
            if (Kind(map) == "meeting")
                log.meetings.Add((id, log.Meeting(id, map)));
            else if (Kind(map) == "call")
                log.settled.Add(log.Call(id, map));
            else if (Kind(map) == "command")
                log.settled.Add(log.Command(id, map, mails));
        }

        log.SettleUndos();
        return log;
    }

    /// <summary>The log as it is known at a moment: of a meeting that was captured several times the latest version.</summary>
    public ContactLogSnapshot At(Instant now)
    {
        var known = meetings
            .GroupBy(m => m.Id, StringComparer.Ordinal)
            .SelectMany(versions => versions.Where(v => v.Version.Seen <= now) is var seen && seen.Any()
                ? [seen.OrderBy(v => v.Version.Seen).Last().Version with { Seen = seen.Min(v => v.Version.Seen) }]
                : Enumerable.Empty<Interaction>());
        return new ContactLogSnapshot([.. settled, .. known]);
    }

    private static string Kind(MapValues map) => map.Value(TestSection.KindKey) ?? "mail";

    private Instant In(WrittenMoment moment) => moment.In(zone);

    private Instant Moment(MapValues map) => In(map.ValueOr(TestSection.At, new WrittenMoment(default, null)));

    private Instant FirstSeen(MapValues map) => map.Value(TestSection.Seen) is { } seen ? In(seen) : Moment(map);

    private Dictionary<string, Interaction> Mails(
        IReadOnlyList<(string Id, MapValues Map)> events,
        IReadOnlyList<MapValues> bounces,
        ProblemList problems)
    {
        var capture = new Capture(policy, Capture.DefaultTextLimit);
        var classifier = new Classifier(policy);
        var lines = new Dictionary<string, MailLine>(StringComparer.Ordinal);
        var maps = new Dictionary<string, MapValues>(StringComparer.Ordinal);
        foreach (var (id, map) in events)
        {
            if (!maps.TryAdd(id, map))
            {
                problems.Error(
                    map.Place(TestSection.EventId),
                    "031",
                    $"two mails have the id '{id}'; the first is at {maps[id].Place(TestSection.EventId).Spot}");
                continue;
            }

            var facts = ReadFacts(id, map);
            if (capture.WhyNot(facts) is null)
                lines.Add(
                    id,
                    MailLine.FromObservation(
                        new MailObservation(Account, facts, FirstSeen(map)),
                        capture,
                        Instant.Max(Moment(map), FirstSeen(map))
                    )
                );
        }

        var threads = FindThreads(lines, maps, classifier);
        var failed = ReadFailures(bounces, lines, maps, problems);
        var mails = new Dictionary<string, Interaction>(StringComparer.Ordinal);
        foreach (var (id, line) in lines)
            mails.Add(id, classifier.CreateLine(line, threads[id], failed.GetValueOrDefault(id)) with { Id = id });

        settled.AddRange(mails.Values);
        return mails;
    }

    private MailFacts ReadFacts(string id, MapValues map)
    {
        var text = OwnText.From(map.Value(TestSection.Text) ?? "");
        var headers = (map.Value(TestSection.Headers) ?? [])
            .GroupBy(h => h.Key.Trim().ToLowerInvariant(), StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.First().Value, StringComparer.Ordinal);
        var type = headers.GetValueOrDefault("content-type", "").Trim();
        var sender = map.Value(TestSection.From);
        return new MailFacts
        {
            MessageId = id + MessageHost,
            InReplyTo = map.Value(TestSection.InReplyTo) is { } answered ? answered + MessageHost : null,
            References = References(map),
            From = sender is null ? null : new NamedAddress(sender.Address, sender.Name),
            ReplyTo = map.Value(TestSection.ReplyTo) is { } replyTo ? [new NamedAddress(replyTo, null)] : [],
            To = Named(map.Value(TestSection.To)),
            Cc = Named(map.Value(TestSection.Cc)),
            Bcc = Named(map.Value(TestSection.Bcc)),
            Subject = map.Value(TestSection.Subject),
            Date = Moment(map),
            BodyDigest = Encoding.UTF8.GetBytes(id),
            Headers = headers.Where(h => MailFacts.ClassHeaders.Contains(h.Key)).ToDictionary(StringComparer.Ordinal),
            CalendarPart = type.StartsWith("text/calendar", StringComparison.OrdinalIgnoreCase),
            Report = type.StartsWith("multipart/report", StringComparison.OrdinalIgnoreCase) ? new ReportFacts(null, []) : null,
            OwnText = text.Own,
            Excerpt = text.Excerpt,
            Question = QuestionMark.IsIn(text.Own),
            Attachments = map.Value(TestSection.Attachments),
            Told = NoticeTranslation.Read(map.Value(TestSection.Subject), text.Own, Moment(map).InZone(zone).Date),
            Pasted = PastedTranslation.Read(map.Value(TestSection.Subject), map.Value(TestSection.Text) ?? ""),
        };
    }

    private static List<string> References(MapValues map)
    {
        var references = new List<string>();
        if (map.Value(TestSection.Thread) is { } thread)
            references.Add(thread + ThreadHost);
        if (map.Value(TestSection.InReplyTo) is { } answered)
            references.Add(answered + MessageHost);
        return references;
    }

    /// <summary>
    /// A named thread holds exactly the mails that name it; the others find theirs as real mail does. A thread without a name goes by its
    /// first mail.
    /// </summary>
    private static Dictionary<string, string> FindThreads(
        Dictionary<string, MailLine> lines,
        Dictionary<string, MapValues> maps,
        Classifier classifier)
    {
        // A mail that stands for each named thread: whoever answers it is not joined to anything else by subject.
        var names = maps.Values.Select(m => m.Value(TestSection.Thread)).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        var roots = names.Select(name => new ThreadMail($"thread:{name}", Instant.MinValue, [name + ThreadHost], [], null, []));
        var resolved = Threads.Resolve([
            .. lines.Select(l => classifier.CreateThreadMail(l.Value) with { Id = $"mail:{l.Key}" }),
            .. roots,
        ]);
        var named = names
            .Select(name => (Group: resolved[$"thread:{name}"], name))
            .DistinctBy(n => n.Group)
            .ToDictionary(n => n.Group, n => n.name, StringComparer.Ordinal);
        var first = lines
            .GroupBy(l => resolved[$"mail:{l.Key}"], StringComparer.Ordinal)
            .ToDictionary(
                g => g.Key,
                g => g.OrderBy(l => l.Value.SentAt).ThenBy(l => l.Key, StringComparer.Ordinal).First().Key,
                StringComparer.Ordinal);
        return lines.Keys.ToDictionary(
            id => id,
            id => maps[id].Value(TestSection.Thread) ?? named.GetValueOrDefault(resolved[$"mail:{id}"]) ?? first[resolved[$"mail:{id}"]],
            StringComparer.Ordinal);
    }

    private Dictionary<string, Dictionary<EmailAddress, Instant>> ReadFailures(
        IReadOnlyList<MapValues> bounces, Dictionary<string, MailLine> lines, Dictionary<string, MapValues> maps, ProblemList problems)
    {
        var failures = new Dictionary<string, Dictionary<EmailAddress, Instant>>(StringComparer.Ordinal);
        foreach (var bounce in bounces)
        {
            if (bounce.Value(TestSection.BounceOf) is not { } of)
                continue;
            if (!lines.TryGetValue(of.Text, out var mail))
            {
                if (!maps.ContainsKey(of.Text))
                    problems.Error(of.Node, "030", $"no mail '{of}' in this test", Spelling.Closest(of.Text, maps.Keys));
                continue;
            }

            if (!failures.TryGetValue(of.Text, out var failed))
                failures.Add(of.Text, failed = []);
            foreach (
                var address in bounce.Value(TestSection.Failed)
                    ??
                    [
                        .. mail
                            .Participants.Where(p => p.Role is ParticipantRole.To or ParticipantRole.Cc or ParticipantRole.Bcc)
                            .Select(p => p.Address),
                    ]
            )
                failed[address] = failed.TryGetValue(address, out var earlier)
                    ? Instant.Min(earlier, FirstSeen(bounce))
                    : FirstSeen(bounce);
        }

        return failures;
    }

    private Interaction Meeting(string id, MapValues map)
    {
        var ours = new InternalAddresses(policy);
        var start = In(map.ValueOr(TestSection.Start, new WrittenMoment(default, null)));
        var attendees = map.Value(TestSection.Attendees) ?? [];
        var participants = attendees
            .Select(a => new Participant(a.Key, null, ParticipantRole.Attendee, ours.Contains(a.Key), a.Value))
            .ToList();
        if (map.Value(TestSection.Organizer) is { } organizer)
        {
            // Whoever calls a meeting comes to it, unless they say otherwise.
            var response = attendees.FirstOrDefault(a => a.Key == organizer)?.Value ?? MeetingResponse.Accepted;
            participants.Insert(0, new Participant(organizer, null, ParticipantRole.Organizer, ours.Contains(organizer), response));
        }

        return new Interaction
        {
            Id = id,
            Kind = InteractionKind.Meeting,
            At = start,
            Seen = FirstSeen(map),
            Subject = map.Value(TestSection.Subject),
            Participants = participants,
            Accounts = [Account],
            Away = map.Value(TestSection.Status) == "cancelled" ? [] : Away(map, attendees),
            Meeting = new MeetingFacts
            {
                Uid = id,
                Start = start,
                End = In(map.ValueOr(TestSection.End, new WrittenMoment(default, null))),
                AllDay = map.Value(TestSection.AllDay),
                CancelledAt = map.Value(TestSection.Status) == "cancelled" ? Moment(map) : null,
            },
        };
    }

    private Interaction Call(string id, MapValues map)
    {
        var ours = new InternalAddresses(policy);
        var (from, to) = (map.Value(TestSection.Caller)!, map.Value(TestSection.Called)!);
        var seconds = map.Value(TestSection.Seconds);
        var isOutbound = ours.Contains(from) || !ours.Contains(to);
        return new Interaction
        {
            Id = id,
            Kind = InteractionKind.Call,
            At = Moment(map),
            Seen = FirstSeen(map),
            Direction = isOutbound ? Direction.Outbound : Direction.Inbound,
            Participants =
            [
                new Participant(from, null, ParticipantRole.From, isOutbound),
                new Participant(to, null, ParticipantRole.To, !isOutbound),
            ],
            Accounts = [Account],
            Call = new CallFacts(Moment(map), Moment(map) + Duration.FromSeconds(seconds), seconds > 0 ? seconds : null),
        };
    }

    /// <summary>Who is away by an entry, as if it stood in its organizer's own calendar.</summary>
    private IReadOnlyList<OwnAbsence> Away(MapValues map, IReadOnlyList<Named<EmailAddress, MeetingResponse>> attendees)
    {
        var start = In(map.ValueOr(TestSection.Start, new WrittenMoment(default, null)));
        var end = In(map.ValueOr(TestSection.End, new WrittenMoment(default, null)));
        var (first, after) = (start.InZone(zone).Date, end.InZone(zone).Date);
        var shown = new ShownTime(map.Value(TestSection.OutOfOffice));
        var isAllDay = map.Value(TestSection.AllDay);
        return new OwnAbsences(ReadingRules.From(policy)).FindIn(
        [
            new MeetingCopy
            {
                Uid = "test",
                Account = Account,
                Owner = map.Value(TestSection.Organizer),
                Subject = map.Value(TestSection.Subject),
                Invitees = [.. attendees.Select(attendee => new Invitee(attendee.Key))],
                Shown = isAllDay ? shown with { First = first, Last = after > first ? after.PlusDays(-1) : first } : shown,
                Start = start,
                End = end,
                FirstSeen = start,
                LastSeen = start,
            },
        ]);
    }

    private Interaction Command(string id, MapValues map, Dictionary<string, Interaction> mails)
    {
        var by = map.ValueOr(TestSection.By, policy.DefaultOwner.Email);
        var (verb, argument) = map.ValueOr(TestSection.Do, new WrittenCommand(CommandVerb.Note, null));
        var about = map.Value(TestSection.About);
        if (about is not null && mails.TryGetValue(about, out var mail) && !mails.Values.Any(m => m.Thread == about))
            about = mail.Thread;

        return new Interaction
        {
            Id = id,
            Kind = InteractionKind.Command,
            At = Moment(map),
            Seen = FirstSeen(map),
            Author = by,
            Participants = [new Participant(by, null, ParticipantRole.From, Internal: true)],
            Accounts = [Account],
            Command = new CommandFacts(by, verb)
            {
                About = about,
                Contact = map.Value(TestSection.Contact),
                Other = map.Value(TestSection.Other),
                Until =
                    map.Value(TestSection.Until) is { } until ? In(until)
                    : verb == CommandVerb.Snooze ? SnoozeEnd.Parse(argument ?? "1d", policy.DefaultCalendar, Moment(map))
                    : null,
                Tag = map.Value(TestSection.Tag) ?? (verb is CommandVerb.Tag or CommandVerb.Untag ? argument?.ToLowerInvariant() : null),
                Rule = map.Value(TestSection.Rule) ?? (verb == CommandVerb.FollowUp ? Retirement.Rule : null),
                Text = map.Value(TestSection.Text),
                To = map.Value(TestSection.Taker),
            },
        };
    }

    /// <summary>Lets each <c>undo</c> take back the last command of its sender within a day.</summary>
    private void SettleUndos()
    {
        var undone = new HashSet<string>(StringComparer.Ordinal);
        var undos = settled
            .Where(line => line.Command?.Verb == CommandVerb.Undo)
            .OrderBy(line => line.At)
            .ThenBy(line => line.Id, StringComparer.Ordinal);
        foreach (var undo in undos.ToList())
        {
            var last = settled
                .Where(line =>
                    line.Command is { Verb: not CommandVerb.Undo } command
                    && command.By == undo.Command!.By
                    && line.At <= undo.At
                    && undo.At - line.At <= Duration.FromDays(1)
                    && !undone.Contains(line.Id))
                .MaxBy(line => line.At);
            if (last is null)
                continue;

            undone.Add(last.Id);
            settled[settled.IndexOf(undo)] = undo with { Command = undo.Command! with { Undoes = [last.Id] } };
        }
    }

    private static List<NamedAddress> Named(IReadOnlyList<EmailAddress>? addresses) =>
        [.. (addresses ?? []).Select(a => new NamedAddress(a, null))];
}
