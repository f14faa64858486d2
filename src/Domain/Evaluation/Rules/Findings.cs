using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Domain.Time;

namespace CrmSync.Domain.Evaluation;

/// <summary>An item before limits, owners and steps are settled.</summary>
internal sealed class Draft
{
    public required Rule Rule { get; init; }

    public required int Index { get; init; }

    public required string About { get; init; }

    /// <summary>Whom it concerns; of an item about an organisation, the one who was last in contact.</summary>
    public required ContactNode Contact { get; init; }

    /// <summary>Set when the item is about the organisation as a whole.</summary>
    public bool PerOrganisation { get; init; }

    /// <summary>The natural opening.</summary>
    public required long Opened { get; init; }

    /// <summary>Due, where it does not follow from the opening; <see cref="long.MaxValue"/> for none.</summary>
    public long? FixedDue { get; init; }

    public bool Paused { get; init; }

    /// <summary>What tells this item from others of the same rule about the same.</summary>
    public required string Key { get; init; }

    public Line? Trigger { get; init; }

    public ThreadNode? Thread { get; init; }

    public required Reason Reason { get; init; }

    public BusinessCalendar Calendar => Rule.Calendar;

    public bool IsInitiative => Rule.Kind.IsInitiative;

    public long DueFrom(long opened) => FixedDue ?? (Rule.Within is { } within ? Calendar.Deadline(opened, within) : long.MaxValue);
}

/// <summary>An item that is over: what it was about, since when, and when it was due.</summary>
internal sealed record PastItem(Rule Rule, string About, ContactNode Contact, string Key, long Opened, long? Due);

/// <summary>How an item came to its end.</summary>
internal sealed record Ending(PastItem Item, ItemClosing As, long At, long KnownAt, Line? By, Reason Reason);

/// <summary>A <c>respond</c> item whose due passed unanswered: what <c>late_responses</c> counts.</summary>
internal readonly record struct LateResponse(ContactNode Contact, long Due, Line Mail, RespondRule Rule, ThreadNode? Thread);

/// <summary>A late answer as a watch looked at it: it counts only once it is sure.</summary>
/// <param name="Due">When the answer was due.</param>
/// <param name="RestsOn">Null where that did not matter.</param>
/// <param name="WasSure">What came of it.</param>
internal readonly record struct WatchedLateness(long Due, RestsOn? RestsOn, bool WasSure)
{
    /// <summary>Whether accounts read since then leave it as it was.</summary>
    public bool StillHolds(Coverage? coverage) => coverage is null ? WasSure : coverage.IsSure(Due, RestsOn) == WasSure;
}

/// <summary>What the rules found for one organisation.</summary>
internal sealed class Findings(OrganisationNode organisation)
{
    public OrganisationNode Organisation { get; } = organisation;

    public List<Draft> Drafts { get; } = [];

    public List<Ending> Endings { get; } = [];

    public List<LateResponse> Late { get; } = [];

    /// <summary>The late answers that a watch asked for.</summary>
    public List<WatchedLateness> Watched { get; } = [];

    /// <summary>Whether an item about <paramref name="contact"/> is this organisation's: threads can belong to several.</summary>
    public bool Wants(ContactNode? contact) => contact?.Organisation == Organisation;

    /// <summary>Notes an item about a contact that rests on no line of the log.</summary>
    /// <param name="rule">Its rule.</param>
    /// <param name="contact">The contact.</param>
    /// <param name="opened">Its natural opening.</param>
    /// <param name="due">When it is due, where that does not follow from the opening; else null.</param>
    /// <param name="key">What tells it from others of the rule about the contact.</param>
    /// <param name="reason">Why, in words.</param>
    public void Open<T>(Planned<T> rule, ContactNode contact, long opened, long? due, string key, Reason reason)
        where T : Rule => Drafts.Add(new Draft
        {
            Rule = rule.Rule,
            Index = rule.Index,
            About = contact.Primary.Value,
            Contact = contact,
            Opened = opened,
            FixedDue = due,
            Key = key,
            Reason = reason,
        });

    /// <summary>Notes the end of an item, unless it is so long ago that nobody asks for it.</summary>
    /// <param name="view">What is asked for.</param>
    /// <param name="item">The item.</param>
    /// <param name="closing">What became of it.</param>
    /// <param name="at">When.</param>
    /// <param name="knownAt">Since when we know; the same as <paramref name="at"/> where time alone ended it.</param>
    /// <param name="by">The line that ended it, or null.</param>
    /// <param name="reason">Why, in words.</param>
    public void End(View view, PastItem item, ItemClosing closing, long at, long knownAt, Line? by, Reason reason)
    {
        if (at >= view.ClosedSince || item.Due is { } due and < long.MaxValue && due >= view.ClosedSince)
            Endings.Add(new Ending(item, closing, at, knownAt, by, reason));
    }
}

/// <summary>The <c>done</c> commands that mean an item.</summary>
internal static class Done
{
    /// <summary>Those about a thread, and those that name the contact and nothing narrower, in no particular order.</summary>
    public static IEnumerable<Line> Lines(View view, Rule rule, Line[] aboutIt, ContactNode? contact)
    {
        foreach (var line in aboutIt)
        {
            if (Means(line, rule))
                yield return line;
        }

        if (contact is null)
            yield break;

        foreach (var line in History.Compute(view, contact).Commands)
        {
            if (Means(line, rule) && IsAboutContact(line))
                yield return line;
        }
    }

    /// <summary>The first at or after <paramref name="at"/>.</summary>
    public static Line? First(View view, Rule rule, Line[] aboutIt, ContactNode? contact, long at)
    {
        Line? first = null;
        foreach (var line in Lines(view, rule, aboutIt, contact))
        {
            if (line.At >= at && (first is null || Order.Plain(line, first) < 0))
                first = line;
        }

        return first;
    }

    /// <summary>Commands about something else than a contact, as known by now.</summary>
    public static Line[] About(View view, string about)
    {
        var commands = view.Log.CommandsAbout(about);
        return commands.Count == 0 ? [] : [.. commands.Where(view.Stands)];
    }

    /// <summary>Whether a command names the contact and no thread, meeting or organisation.</summary>
    public static bool IsAboutContact(Line command) =>
        command.Command!.About is not { } about || about.Contains('@', StringComparison.Ordinal);

    private static bool Means(Line line, Rule rule) =>
        line.Verb == CommandVerb.Done && (line.Command!.Rule is not { } named || named == rule.Name);
}
