using System.CommandLine;
using System.Globalization;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
using CrmSync.Storage.Log;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.PolicyFiles;
using CrmSync.Worker.Printing;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Worker.Cli;

/// <summary><c>contacts</c>: who we know at a moment.</summary>
internal sealed class ContactsVerb(UnitLook look, ContactLog log, PolicyInForce policy)
{
    private static readonly Option<string?> Segment = new("--segment") { Description = "Only contacts in this segment.", HelpName = "S" };

    private static ListFormat<(KnownContact Known, string? Name)> In(DateTimeZone zone) => new(
        (json, one) =>
        {
            var contact = one.Known;
            json.WriteString("contact", contact.Primary.Value);
            json.WriteString("name", one.Name);
            json.Write("addresses", contact.Addresses.Select(a => a.Value));
            json.WriteString("organisation", contact.Organisation);
            json.WriteString("owner", contact.Owner);
            json.Write("segments", contact.Segments);
            json.Write("first_contact", contact.FirstContact);
            json.Write("last_contact", contact.LastContact);
            json.WriteNumber("received", contact.Received);
            json.WriteNumber("sent", contact.Sent);
            json.WriteNumber("mailings", contact.Mailings);
            json.WriteNumber("meetings", contact.Meetings);
            json.WriteNumber("calls", contact.Calls);
        },
        ("contact", c => c.Known.Primary.Value),
        ("name", c => c.Name ?? ""),
        ("organisation", c => c.Known.Organisation),
        ("owner", c => c.Known.Owner),
        ("first contact", c => Day(c.Known.FirstContact, zone)),
        ("last contact", c => Day(c.Known.LastContact, zone)),
        ("received", c => c.Known.Received.ToString(CultureInfo.InvariantCulture)),
        ("sent", c => c.Known.Sent.ToString(CultureInfo.InvariantCulture)),
        ("meetings", c => c.Known.Meetings.ToString(CultureInfo.InvariantCulture)),
        ("segments", c => string.Join(", ", c.Known.Segments)));

    public static Command Create() => new Command("contacts", "Show who we know.") { Segment, CommonOptions.Format, CommonOptions.Now }
        .Reads<ContactsVerb>((verb, parsed, ct) => verb.Run(parsed, ct));

    private async Task<int> Run(ParseResult parsed, CancellationToken ct)
    {
        var now = parsed.ReadNow();
        var current = policy.Policy;
        var segment = parsed.GetValue(Segment);
        if (segment is not null && !current.Segments.ContainsKey(segment))
        {
            var known = string.Join(", ", current.Segments.Keys.Order(StringComparer.Ordinal));
            throw new UsageException($"there is no segment \"{segment}\" in the policy; there are {known}");
        }

        var (_, contacts) = await look.ReadContacts(now, ct);
        var signed = await log.Names([.. contacts.SelectMany(contact => contact.Addresses)], now, ct);
        using var output = parsed.ReadOutput();
        var people = new PeopleBook(current, [], now, signed);
        output.List(
            contacts
                .Where(contact => segment is null || contact.Segments.Contains(segment))
                .Select(contact => (contact, people.FindName(contact.Primary))),
            In(current.DefaultCalendar.Zone));
        return CommandLine.Done;
    }

    private static string? Day(Instant? moment, DateTimeZone zone) =>
        moment is { } at ? LocalDatePattern.Iso.Format(at.InZone(zone).Date) : null;
}
