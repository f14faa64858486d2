using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Worker.Yaml;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Worker.PolicyFiles;

/// <summary>A moment as a test writes it: local to the default calendar unless it has an offset.</summary>
internal sealed record WrittenMoment(LocalDateTime Local, Offset? Offset)
{
    /// <summary>The instant; a local time that does not exist moves forward by the gap, one that exists twice is the first.</summary>
    public Instant In(DateTimeZone zone) =>
        Offset is { } offset
            ? Local.WithOffset(offset).ToInstant()
            : zone.ResolveLocal(Local, NodaTime.TimeZones.Resolvers.LenientResolver).ToInstant();
}

/// <summary><c>tests</c> (policy-language.md section 12), in the policy itself or in a file of their own.</summary>
internal static class TestSection
{
    private const string MomentPattern =
        $"^{Forms.DatePattern}T(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?(?:Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])?$";

    private static readonly LocalDateTimePattern Minutes = LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mm");
    private static readonly OffsetPattern OffsetForm = OffsetPattern.CreateWithInvariantCulture("m");

    private static readonly string Verbs = string.Join(", ", CommandVerbs.OfTheLog.SkipLast(1).Select(CommandVerbs.Name))
        + $" or {CommandVerbs.Name(CommandVerbs.OfTheLog[^1])}";

    private static readonly Shape<string> Id = Forms.Line("an id", 200);

    private static readonly Shape<WrittenMoment> Moment = new TextShape<WrittenMoment>(
        "a time such as \"2026-03-02T10:00\"",
        MomentPattern,
        ReadMoment);

    private static readonly Shape<IReadOnlyList<EmailAddress>> Addresses = new OneOrMoreShape<EmailAddress>(Forms.Address);

    public static Key<string> KindKey { get; } =
        new(
            "kind",
            new ChoiceShape<string>(
                [("mail", "mail"), ("meeting", "meeting"), ("bounce", "bounce"), ("command", "command"), ("call", "call")]),
            "mail, meeting, bounce, command or call.",
            shown: "mail");

    public static Key<string> EventId { get; } = new("id", Id, "What other events and expectations call it.");

    public static Key<WrittenMoment> At { get; } =
        new("at", Moment, "When it happened; of a meeting: when it was captured.", required: true);

    public static Key<WrittenMoment> Seen { get; } = new("seen", Moment, "When we learned of it; otherwise at once.");

    public static Key<Sender> From { get; } =
        new(
            "from",
            new TextShape<Sender>(
                "an address, with or without a name: Ana Adams <ana@us.example>",
                @"^(?:[^<>@]*<[^\s@<>,;]+@[^\s@<>,;]*[^\s@<>,;.]>|[^\s@<>,;]+@[^\s@<>,;]*[^\s@<>,;.])$",
                ReadSender,
                max: 500),
            "The author, with or without a name.");

    public static Key<EmailAddress> ReplyTo { get; } = new("reply_to", Forms.Address, "Where answers go.");

    public static Key<IReadOnlyList<EmailAddress>> To { get; } = new("to", Addresses, "The addressees.");

    public static Key<IReadOnlyList<EmailAddress>> Cc { get; } = new("cc", Addresses, "The addressees in copy.");

    public static Key<IReadOnlyList<EmailAddress>> Bcc { get; } = new("bcc", Addresses, "The addressees in blind copy.");

    public static Key<string> Thread { get; } = new("thread", Id, "The thread; events with the same one belong together.");

    public static Key<string> InReplyTo { get; } = new("in_reply_to", Id, "The id of the mail it answers.");

    public static Key<string> Subject { get; } = new("subject", new EmptyableText(), "The subject.");

    public static Key<string> Text { get; } = new("text", new EmptyableText(), "The body, quotes and signature included.");

    public static Key<int> Attachments { get; } = new("attachments", new WholeShape(0, 1000), "How many attachments.");

    public static Key<IReadOnlyList<Named<string, string>>> Headers { get; } =
        new(
            "headers",
            new NamedShape<string, string>(Forms.Line("the name of a header", 200), new EmptyableText(), "header"),
            "Other headers by name.");

    public static Key<WrittenMoment> Start { get; } = new("start", Moment, "When the meeting starts.", required: true);

    public static Key<WrittenMoment> End { get; } = new("end", Moment, "When the meeting ends.", required: true);

    public static Key<EmailAddress> Organizer { get; } = new("organizer", Forms.Address, "Who called the meeting.");

    public static Key<IReadOnlyList<Named<EmailAddress, MeetingResponse>>> Attendees { get; } =
        new(
            "attendees",
            new NamedShape<EmailAddress, MeetingResponse>(
                Forms.Address,
                new ChoiceShape<MeetingResponse>([
                    ("accepted", MeetingResponse.Accepted),
                    ("declined", MeetingResponse.Declined),
                    ("tentative", MeetingResponse.Tentative),
                    ("unknown", MeetingResponse.Unknown),
                ]),
                "attendee"),
            "Who is invited, and their answers.");

    public static Key<EmailAddress> Caller { get; } = new(
        "from", PolicyForms.Party, "Who called: an address, a number or an extension.", required: true);

    public static Key<EmailAddress> Called { get; } = new(
        "to", PolicyForms.Party, "Who was called: an address, a number or an extension.", required: true);

    public static Key<int> Seconds { get; } = new("seconds", new WholeShape(0, 86_400), "How long they spoke; 0: nobody answered.");

    public static Key<string> Status { get; } =
        new(
            "status",
            new ChoiceShape<string>([("confirmed", "confirmed"), ("tentative", "tentative"), ("cancelled", "cancelled")]),
            "confirmed, tentative or cancelled.",
            shown: "confirmed");

    public static Key<bool> AllDay { get; } = new("all_day", Forms.Truth, "Whether it takes whole days.");

    public static Key<bool> OutOfOffice { get; } =
        new("out_of_office", Forms.Truth, "Whether its organizer's own calendar shows them as out of office meanwhile.");

    public static Key<Word> BounceOf { get; } =
        new("of", Id.As((text, node) => new Word(text, node)), "The id of the mail that came back.", required: true);

    public static Key<IReadOnlyList<EmailAddress>> Failed { get; } =
        new("failed", Addresses, "The addresses it did not reach; otherwise all.");

    public static Key<WrittenCommand> Do { get; } =
        new(
            "do",
            new TextShape<WrittenCommand>(
                Verbs,
                $"^(?:{string.Join('|', CommandVerbs.OfTheLog.Select(CommandVerbs.Name))}|(?:snooze|tag|untag)-[A-Za-z0-9._-]+)$",
                ReadCommand,
                max: 100),
            $"The verb: {Verbs}; also as one word: snooze-3d, tag-vip. `undo` takes back the sender's last command within a day.",
            required: true);

    public static Key<string> Taker { get; } = new("to", Forms.Name, "The id of the person to whom an item is given.");

    public static Key<string> About { get; } = new("about", Id, "The thread, meeting or contact it is about.");

    public static Key<EmailAddress> Contact { get; } = new("contact", Forms.Address, "The contact it is about.");

    public static Key<EmailAddress> Other { get; } =
        new("other", Forms.Address, "The other address of the contact (same), or whom the contact follows (follow-up).");

    public static Key<WrittenMoment> Until { get; } = new("until", Moment, "The end of a snooze.");

    public static Key<string> Tag { get; } = new("tag", PolicyForms.Tag, "The tag to set or remove.");

    public static Key<string> Rule { get; } = new("rule", Forms.Name, "Only items of that rule.");

    public static Key<EmailAddress> By { get; } = new("from", Forms.Address, "Who says it.", required: true);

    public static Key<Word> ExpectedRule { get; } = new("rule", Forms.Reference, "The rule of the item.", required: true);

    public static Key<string> ExpectedAbout { get; } =
        new("about", Id, "The thread, meeting, contact or organisation the item is about.", required: true);

    public static Key<string> State { get; } =
        new(
            "state",
            new ChoiceShape<string>([
                ("open", "open"),
                ("overdue", "overdue"),
                ("paused", "paused"),
                ("snoozed", "snoozed"),
                ("suppressed", "suppressed"),
            ]),
            "open, overdue, paused, snoozed or suppressed.");

    public static Key<string> Owner { get; } = new("owner", Forms.Name, "The id of its owner.");

    public static Key<Answer<WrittenMoment>> Opened { get; } = new("opened", new OrNullShape<WrittenMoment>(Moment), "When it opened.");

    public static Key<Answer<WrittenMoment>> Due { get; } =
        new("due", new OrNullShape<WrittenMoment>(Moment), "When it is due; null for none.");

    public static Key<int> Level { get; } = new("level", new WholeShape(0, 100), "How many escalation steps are due.");

    public static Key<Answer<string>> ByLimit { get; } =
        new(
            "by",
            new OrNullShape<string>(Forms.Line("the name of a limit", 100)),
            "The limit that holds it (away, snooze and meeting_booked are built in); null for none.");

    public static Key<Answer<WrittenMoment>> HeldUntil { get; } =
        new("until", new OrNullShape<WrittenMoment>(Moment), "The end of the hold; null if unknown.");

    public static Key<IReadOnlyList<Word>> Unsure { get; } = new(
        "unsure",
        new ListShape<Word>(Id.As((text, node) => new Word(text, node))),
        "The accounts that make it unsure, as `coverage` names them.");

    public static Key<bool> Held { get; } = new("held", Forms.Truth, "Whether an accusation waits until accounts have been read.");

    public static Key<string> NotifiedTo { get; } = new("to", Forms.Name, "The id of who was told.", required: true);

    public static Key<string> NotifiedStep { get; } = new(
        "step",
        new EitherShape<string>(
            "warn, or the number of a step",
            new WholeShape(1, 100).As((number, _) => FormattableString.Invariant($"escalate-{number}")),
            new TextShape<string>("warn, or the number of a step", "^(?:warn|escalate-[1-9][0-9]?)$", Forms.Same, max: 20)),
        "warn, or which of the steps of `escalate`: 1 for the first.",
        required: true);

    public static Key<IReadOnlyList<MapValues>> Notified { get; } = new(
        "notified",
        new ListShape<MapValues>(new MapShape("a step {to, step}", NotifiedTo, NotifiedStep) { Definition = "notified" }),
        "Who has been told which step by an immediate mail, in order; what hours and bundling delay counts as told.");

    public static Key<string> As { get; } =
        new(
            "as",
            new ChoiceShape<string>([
                ("met", "met"),
                ("late", "late"),
                ("satisfied", "satisfied"),
                ("expired", "expired"),
                ("cancelled", "cancelled"),
            ]),
            "met, late, satisfied, expired or cancelled.");

    public static Key<WrittenMoment> ClosedAt { get; } = new("at", Moment, "When it closed.");

    public static Key<WrittenMoment> Now { get; } = new("now", Moment, "The moment to look at.", required: true);

    public static Key<IReadOnlyList<MapValues>> Expect { get; } =
        new(
            "expect",
            new ListShape<MapValues>(
                new MapShape(
                    "an item {rule, about, state, ...}",
                    ExpectedRule,
                    ExpectedAbout,
                    State,
                    Owner,
                    Opened,
                    Due,
                    Level,
                    ByLimit,
                    HeldUntil, Unsure, Held, Notified)
                {
                    Definition = "expectedItem",
                }),
            "The complete list of items that are not closed. Fields left out are not compared.");

    public static Key<IReadOnlyList<MapValues>> Closed { get; } =
        new(
            "closed",
            new ListShape<MapValues>(
                new MapShape("a closed item {rule, about, as, at}", ExpectedRule, ExpectedAbout, Owner, As, ClosedAt, Opened, Due)
                {
                    Definition = "expectedClosed",
                }),
            "Items that are closed by then; there may be others.");

    public static Key<string> Name { get; } =
        new("name", Forms.Line("a sentence", 500), "What the test shows, as a sentence.", required: true);

    public static Key<Word> Config { get; } =
        new("config", Id.As((text, node) => new Word(text, node)), "The configuration it runs on, one of `configs`.");

    public static Key<IReadOnlyList<Named<string, YamlNode>>> With { get; } =
        new("with", new SectionsShape(), "Sections that replace those of the configuration for this test.");

    public static Key<IReadOnlyList<MapValues>> Events { get; } =
        new("events", new ListShape<MapValues>(new EventShape()), "What happened, in any order.", required: true);

    public static Key<IReadOnlyList<Named<string, Answer<WrittenMoment>>>> Coverage { get; } = new(
        "coverage",
        new NamedShape<string, Answer<WrittenMoment>>(Id, new OrNullShape<WrittenMoment>(Moment), "person or account"),
        "How far accounts were read, by person, address or account: when the last reading began; null for never. All others were read.");

    public static Key<WrittenMoment> SingleNow { get; } = new("now", Moment, "The moment to look at, in place of `checks`.");

    public static Key<IReadOnlyList<MapValues>> Checks { get; } =
        new(
            "checks",
            new ListShape<MapValues>(
                new MapShape("a check {now, expect, closed}", Now, Expect, Closed, Coverage)
                {
                    OneOf = [Expect, Closed],
                    Definition = "check",
                },
                least: 1),
            "Moments to look at, and what must be there.");

    public static Shape<IReadOnlyList<MapValues>> Shape { get; } =
        new ListShape<MapValues>(
            new MapShape("a test", Name, Config, With, Events, SingleNow, Expect, Closed, Checks, Coverage)
            {
                Definition = "test",
                OneOf = [Checks, SingleNow],
                Apart = Checks,
            });

    private static bool ReadMoment(string text, out WrittenMoment moment)
    {
        var time = text.IndexOf('T', StringComparison.Ordinal);
        var zone = text.AsSpan(time).IndexOfAny("Z+-");
        var offset = zone < 0 ? null : text[(time + zone)..];
        var local = zone < 0 ? text : text[..(time + zone)];
        moment = null!;
        if (
            !Minutes.Parse(local).TryGetValue(default, out var minutes)
            && !LocalDateTimePattern.GeneralIso.Parse(local).TryGetValue(default, out minutes))
            return false;

        Offset? shift = null;
        if (offset is not null)
        {
            var read = default(Offset);
            if (offset != "Z" && !OffsetForm.Parse(offset).TryGetValue(default, out read))
                return false;
            shift = read;
        }

        moment = new WrittenMoment(minutes, shift);
        return true;
    }

    private static bool ReadSender(string text, out Sender sender)
    {
        var angle = text.IndexOf('<', StringComparison.Ordinal);
        sender = null!;
        if (!EmailAddress.TryParse(angle < 0 ? text : text[(angle + 1)..^1], out var address))
            return false;

        sender = new Sender(address, angle <= 0 || string.IsNullOrWhiteSpace(text[..angle]) ? null : text[..angle].Trim().Trim('"'));
        return true;
    }

    private static bool ReadCommand(string text, out WrittenCommand command)
    {
        var (name, argument) = CommandVerbs.Split(text);
        command = new WrittenCommand(CommandVerbs.Parse(name), argument);
        return true;
    }
}

/// <summary>A command as a test writes it.</summary>
/// <param name="Verb">What.</param>
/// <param name="Argument">What stands behind it in the same word; null for nothing.</param>
internal sealed record WrittenCommand(CommandVerb Verb, string? Argument);

/// <summary>Who a mail of a test is from.</summary>
internal sealed record Sender(EmailAddress Address, string? Name);

/// <summary>An expected value that may be "none".</summary>
internal sealed record Answer<T>(T? Value);
