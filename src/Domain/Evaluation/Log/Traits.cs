using CrmSync.Domain.Log;

namespace CrmSync.Domain.Evaluation;

/// <summary>What is true of a contact as of now: tags from the policy and from commands, and the segments that follow from them.</summary>
internal sealed class Traits : Kept
{
    private readonly ulong[] segments;
    private readonly string[] tags;
    private readonly (string Tag, long From, long To)[] spans;

    private Traits(View view, ContactNode contact)
    {
        var configured = contact.Entry?.Tags ?? [];
        spans = TagSpans(view, contact);
        tags =
            spans.Length == 0
                ? Plan.Strings(configured)
                :
                [
                    .. configured.Where(t => !Array.Exists(spans, s => s.Tag == t)),
                    .. spans.Where(s => s.To == long.MaxValue).Select(s => s.Tag).Distinct(),
                ];

        var plan = view.Plan;
        segments = new ulong[(plan.Segments.Length + 63) / 64];
        var settled = new sbyte[plan.Segments.Length];
        for (var i = 0; i < plan.Segments.Length; i++)
            Settle(plan, contact, i, settled);
    }

    public static Traits Compute(View view, ContactNode contact)
    {
        view.Need(contact);
        var kept = contact.Traits;
        if (view.StillHolds(kept))
            return kept;

        var before = view.Begin();
        return contact.Traits = view.End(new Traits(view, contact), before);
    }

    public IReadOnlyList<string> Tags => tags;

    public bool IsIn(int segment) => (segments[segment / 64] & (1UL << (segment % 64))) != 0;

    public bool HasAny(IReadOnlyList<string> wanted)
    {
        foreach (var tag in wanted)
        {
            if (Array.IndexOf(tags, tag) >= 0)
                return true;
        }

        return false;
    }

    /// <summary>
    /// When a tag that a command gave or took was borne; a tag of the policy itself is borne always and not listed unless a command took
    /// it.
    /// </summary>
    public IEnumerable<(long From, long To)> Bore(string tag)
    {
        foreach (var span in spans)
        {
            if (span.Tag == tag)
                yield return (span.From, span.To);
        }
    }

    public bool HasAlways(string tag) => !Array.Exists(spans, s => s.Tag == tag) && Array.IndexOf(tags, tag) >= 0;

    private static (string Tag, long From, long To)[] TagSpans(View view, ContactNode contact)
    {
        List<(string Tag, long From, long To)>? found = null;
        foreach (var line in contact.Lines)
        {
            if (
                line.Kind != LineKind.Command
                || line.Verb is not (CommandVerb.Tag or CommandVerb.Untag)
                || line.Command!.Tag is not { } tag
                || !view.Stands(line))
                continue;

            found ??= [];
            var open = found.FindIndex(s => s.Tag == tag && s.To == long.MaxValue);
            if (line.Verb == CommandVerb.Tag && open < 0 && (contact.Entry?.Tags.Contains(tag) != true || found.Exists(s => s.Tag == tag)))
                found.Add((tag, line.At, long.MaxValue));
            else if (line.Verb == CommandVerb.Untag && open >= 0)
                found[open] = found[open] with { To = line.At };
            else if (line.Verb == CommandVerb.Untag && contact.Entry?.Tags.Contains(tag) == true && !found.Exists(s => s.Tag == tag))
                found.Add((tag, long.MinValue, line.At));
        }

        return found is null ? [] : [.. found];
    }

    /// <summary>0 unknown, 1 being settled, 2 no, 3 yes. A ring of <c>not_in</c> is refused by validation; here it means no.</summary>
    private bool Settle(Plan plan, ContactNode contact, int number, sbyte[] settled)
    {
        if (settled[number] != 0)
            return settled[number] == 3;

        settled[number] = 1;
        var segment = plan.Segments[number];
        var members = plan.SegmentMembers[number];
        var inside = members.Names(contact) || HasAny(members.Tags);
        if (segment.NotIn is { } others)
        {
            var none = true;
            foreach (var other in others)
                none &= !Settle(plan, contact, plan.SegmentNumber(other), settled);

            inside |= none;
        }

        settled[number] = inside ? (sbyte)3 : (sbyte)2;
        if (inside)
            segments[number / 64] |= 1UL << (number % 64);

        return inside;
    }
}
