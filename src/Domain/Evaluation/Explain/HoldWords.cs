using System.Globalization;
using CrmSync.Domain.Policy;
using static CrmSync.Domain.Evaluation.Sentences;

namespace CrmSync.Domain.Evaluation;

/// <summary>What holds an initiative, in words, each with the line of the policy it comes from.</summary>
internal static class HoldWords
{
    public static IEnumerable<ExplainedLine> Explain(View view, HeldItem item)
    {
        var label = "held by";
        foreach (var hold in item.Holds)
        {
            var notice = hold.Kind == LimitKind.Away ? Absences.Current(view, item.Draft) : null;
            yield return new ExplainedLine(label, Words(view, item.Draft, hold, item.Caps, notice), hold.Limit?.Place, notice?.Id);
            label = "also";
        }

        foreach (var (cap, _, _, used) in item.Caps.Where(c => item.Holds.TrueForAll(h => h.Limit != c.Cap)))
            yield return new ExplainedLine("also", Use(cap, used), cap.Place);

        foreach (var hold in item.WouldHold)
        {
            var words = Words(view, item.Draft, hold, item.Caps, notice: null);
            yield return new ExplainedLine("observed", $"would be held by {words}", hold.Limit!.Place);
        }
    }

    private static string Words(View view, Draft draft, Hold hold, List<CapUse> uses, Line? notice)
    {
        var zone = view.Plan.Calendar.Zone;
        var until = hold.Until == long.MaxValue ? "" : $", until {When(zone, hold.Until)}";
        switch (hold.Limit)
        {
            case null when notice is not null:
                return $"away: automatic answer of {When(zone, notice.At)} {Quoted(notice.Return!.Sentence ?? notice.Subject)}{until}";
            case null:
                return BuiltIn(hold.Kind) + until;
            case CooldownLimit cooldown:
                return $"cooldown {cooldown.Name}{Wide(cooldown)}: {LastCase(view, cooldown, draft)}{until}";
            case CapLimit cap when hold.Until == long.MaxValue && uses.Find(u => u.Cap == cap).Used is var used && used < cap.Max:
                return $"{Use(cap, used)}; what is left goes to more urgent items";
            case CapLimit cap:
                var counted = Counted(view, cap, draft);
                return $"{Use(cap, counted.Count)}: {string.Join(", ", counted)}{until}";
            default:
                return $"{hold.Limit.Kind} {hold.Limit.Name}{until}";
        }
    }

    private static string BuiltIn(LimitKind kind) =>
        kind == LimitKind.Snooze ? "a snooze"
        : kind == LimitKind.Retired ? "retired: they have left, as one of us confirmed"
        : kind == LimitKind.MeetingBooked ? "a meeting booked with them"
        : kind.Name;

    private static string Use(CapLimit cap, int used) =>
        string.Create(CultureInfo.InvariantCulture, $"cap {cap.Name}{Wide(cap)}: {used} of {cap.Max} in {cap.Window}");

    private static string Wide(Limit limit) => limit.Per == Per.Organisation ? ", per organisation" : "";

    private static string LastCase(View view, CooldownLimit limit, Draft draft)
    {
        var zone = view.Plan.Calendar.Zone;
        var last = Casebook.Last(view, limit, draft.Contact);
        if (last is null)
            return "a case";

        var what = $"{last.Contact} {Quoted(last.Opening.Subject)}";
        if (last.IsOpen)
            return $"{what} open since {When(zone, last.Opened)}";

        var how = last.ClosedBy is { Kind: LineKind.Command } ? "resolved" : $"quiet {view.Plan.Cases[last.Case].QuietFor}";
        return $"{what} closed {When(zone, last.Closed)} ({how}) + {limit.For}";
    }

    private static List<string> Counted(View view, CapLimit cap, Draft draft) =>
        [
            .. Caps.InWindow(view, cap, draft.Contact, draft.Calendar)
                .Select(c =>
                    $"{When(view.Plan.Calendar.Zone, c.At)} {Quoted(c.Line.Subject)}"
                    + (Who(view.Plan, c.Line.Person) is { } who ? $" ({who})" : "")),
        ];
}
