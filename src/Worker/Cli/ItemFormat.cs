using CrmSync.Domain.Evaluation;
using CrmSync.Worker.Printing;
using NodaTime;

namespace CrmSync.Worker.Cli;

/// <summary>An item of the policy as interface.md section 1 promises it.</summary>
internal static class ItemFormat
{
    /// <param name="zone">Of the times in a table.</param>
    public static ListFormat<Item> In(DateTimeZone zone) => new(
        (json, item) =>
        {
            json.WriteString("rule", item.Rule.Name);
            json.WriteString("about", item.About);
            json.WriteString("contact", item.Contact?.Value);
            json.WriteString("owner", item.Owner);
            json.WriteString("state", LogFormat.Word<ItemState>(item.State));
            json.Write("opened", item.Opened);
            json.Write("due", item.Due);
            json.WriteNumber("level", item.Level);
            json.WriteString("by", item.By);
            json.Write("until", item.Until);
            json.WriteString("id", item.Id);
            json.WriteString("why", item.Why);
            json.WriteString("kind", item.Rule.Kind.Name);
            json.Write("unsure", item.Unsure);
            json.WriteBoolean("held", item.Held);
        },
        ("id", item => item.Id),
        ("state", item => LogFormat.Word<ItemState>(item.State)),
        ("owner", item => item.Owner),
        ("rule", item => item.Rule.Name),
        ("contact", item => item.Contact?.Value ?? item.About),
        ("due", item => Moments.Print(item.Due, zone) ?? (item.Until is { } until ? "held until " + Moments.Print(until, zone) : "")),
        ("unsure", item => item.Held ? $"held, not read since: {string.Join(", ", item.Unread)}" : string.Join(", ", item.Unsure)),
        ("why", item => item.Why));
}
