using System.Globalization;
using static CrmSync.Domain.Policy.Engine.Sentences;

namespace CrmSync.Domain.Policy.Engine;

/// <summary>What holds an initiative, in words, each with the line of the policy it comes from.</summary>
internal static class HoldWords
{
    public static IEnumerable<ExplainedLine> Of(View view, HeldItem item, Limits limits)
    {
        var label = "held by";
        foreach (var hold in item.Holds)
        {
            yield return new ExplainedLine(label, Words(view, item, hold), hold.Limit?.Place);
            label = "also";
        }

        foreach (var (cap, _, used) in item.Caps.Where(c => item.Holds.TrueForAll(h => h.Limit != c.Cap.Limit)))
            yield return new ExplainedLine("also", string.Create(CultureInfo.InvariantCulture, $"cap {cap.Limit.Name}: {used} of {cap.Limit.Max} in {cap.Limit.Window}"), cap.Limit.Place);

        foreach (var limit in view.Plan.Policy.Limits.Where(l => l.Mode == Mode.Observe && limits.WouldApply(l, item.Draft)))
            yield return new ExplainedLine("observed", $"{limit.Kind} {limit.Name} is only observed", limit.Place);
    }

    private static string Words(View view, HeldItem item, Hold hold)
    {
        var zone = view.Plan.Calendar.Zone;
        var until = hold.Until == long.MaxValue ? "" : $", until {When(zone, hold.Until)}";
        switch (hold.Limit)
        {
            case null:
                return (hold.By == Hold.Snooze ? "a snooze" : "a meeting booked with them") + until;
            case CooldownLimit cooldown:
                return $"cooldown {cooldown.Name}{Wide(cooldown)}: {LastCase(view, cooldown, item.Draft)}{until}";
            case CapLimit cap:
                var used = item.Caps.Find(c => c.Cap.Limit == cap).Used;
                var full = string.Create(CultureInfo.InvariantCulture, $"cap {cap.Name}{Wide(cap)}: {used} of {cap.Max} in {cap.Window}");
                return used < cap.Max && hold.Until == long.MaxValue
                    ? $"{full}; what is left goes to more urgent items"
                    : $"{full}: {string.Join(", ", Counted(view, cap, item.Draft))}{until}";
            default:
                return $"{hold.Limit.Kind} {hold.Limit.Name}{until}";
        }
    }

    private static string Wide(Limit limit) => limit.Per == Per.Organisation ? ", per organisation" : "";

    private static string LastCase(View view, CooldownLimit limit, Draft draft)
    {
        var zone = view.Plan.Calendar.Zone;
        var people = limit.Per == Per.Organisation ? draft.Contact.Organisation.Contacts : [draft.Contact];
        var last = people.SelectMany(c => Casebook.Of(view, c)).Where(s => limit.Cases.Contains(view.Plan.Cases[s.Case].Name))
            .OrderByDescending(s => s.Closed).ThenByDescending(s => s.Opened).FirstOrDefault();
        if (last is null)
            return "a case";

        var what = $"{last.Contact} {Quoted(last.Opening.Subject)}";
        if (last.IsOpen)
            return $"{what} open since {When(zone, last.Opened)}";

        var how = last.ClosedBy is { Kind: LineKind.Command } ? "resolved" : $"quiet {view.Plan.Cases[last.Case].QuietFor}";
        return $"{what} closed {When(zone, last.Closed)} ({how}) + {limit.For}";
    }

    private static IEnumerable<string> Counted(View view, CapLimit cap, Draft draft) =>
        Caps.Counted(view, cap, draft.Contact).Where(c => (cap.Calendar ?? draft.Calendar).Deadline(c.At, cap.Window) > view.Now && c.At <= view.Now)
            .Select(c => $"{When(view.Plan.Calendar.Zone, c.At)} {Quoted(c.Line.Subject)}" + (Who(view.Plan, c.Line.Person) is { } who ? $" ({who})" : ""));
}
