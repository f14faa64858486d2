using System.Security.Cryptography;
using System.Text;
using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Domain.Time;
using NodaTime;

namespace CrmSync.Domain.Tests.Log;

/// <summary>The small cast of the log's tests: Ana and Bob are ours, Jane and John are customers.</summary>
internal static class Some
{
    public static readonly Instant Noon = Instant.FromUtc(2026, 3, 2, 12, 0);

    public static readonly CompanyPolicy Policy = new()
    {
        Version = "test",
        Us = new OurSide(["us.example"], [Address("ana@freelance.example")]) { CommandMailbox = Address("crmsync@us.example") },
        DefaultCalendar = Office,
        DefaultOwner = new Person("ana", Address("ana@us.example")) { Name = "Ana Weber" },
        Calendars = new Dictionary<string, BusinessCalendar> { ["office"] = Office },
        People =
        [
            new Person("ana", Address("ana@us.example")) { Name = "Ana Weber" },
            new Person("bob", Address("bob@us.example")) { Also = [Address("robert@elsewhere.example")] },
        ],
        Teams = [new Team("support", "ana", ["bob"], [Address("support@us.example")])],
        Markers = new Dictionary<string, Marker>
        {
            ["complaint"] = new("complaint", ["complaint", "not acceptable"], Here) { Direction = Direction.Inbound },
            ["offer"] = new("offer", ["offer"], Here) { InText = false },
        },
        Cases = new Dictionary<string, CaseDefinition>
        {
            ["refund"] = new(
                "refund",
                new Condition.Any([new Condition.TextHas(["money back"]), new Condition.HasMarker(["complaint"])]),
                Here),
        },
    };

    public static Place Here => new("policy.yaml", 1, 1);

    public static BusinessCalendar Office =>
        new(
            "office",
            DateTimeZone.Utc,
            new Dictionary<IsoDayOfWeek, IReadOnlyList<OpenSpan>> { [IsoDayOfWeek.Monday] = [new OpenSpan(540, 1020)] },
            new Dictionary<LocalDate, Holiday>());

    public static Capture Capture(int textLimit = Domain.Log.Capture.DefaultTextLimit) => new(Policy, textLimit);

    public static EmailAddress Address(string text) => EmailAddress.Parse(text);

    public static NamedAddress Named(string text, string? name = null) => new(Address(text), name);

    public static MailFacts Mail(
        string from = "jane@acme.example",
        string to = "ana@us.example",
        string? cc = null,
        string? bcc = null,
        string? replyTo = null,
        string? subject = "Order 17",
        string? id = null,
        string text = "Hello",
        Instant? date = null,
        params (string Name, string Value)[] headers) => new()
        {
            MessageId = id,
            From = Named(from),
            To = People(to),
            Cc = People(cc),
            Bcc = People(bcc),
            ReplyTo = People(replyTo),
            Subject = subject,
            Date = date ?? Noon,
            BodyDigest = Digest(text),
            Headers = headers.ToDictionary(h => h.Name, h => h.Value),
            OwnText = text,
            Excerpt = text,
            Question = text.Contains('?', StringComparison.Ordinal),
        };

    public static MailLine Line(this MailFacts facts, string account = "ana", Instant? seen = null) =>
        MailLine.FromObservation(new MailObservation(account, facts, seen), Capture(), Noon + Duration.FromDays(1));

    public static ReadOnlyMemory<byte> Digest(string text) =>
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(text.Where(c => !char.IsWhiteSpace(c)))));

    private static NamedAddress[] People(string? list) =>
        list is null or "" ? [] : [.. list.Split(',').Select(one => Named(one))];
}
