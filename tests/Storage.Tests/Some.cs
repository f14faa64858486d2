using System.Security.Cryptography;
using System.Text;
using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Domain.Time;
using NodaTime;

namespace CrmSync.Storage.Tests;

/// <summary>A small company and the mail it gets.</summary>
internal static class Some
{
    public static readonly Instant Noon = Instant.FromUtc(2026, 3, 2, 12, 0);

    public static readonly CompanyPolicy Policy = Bright();

    public static readonly Classifier Classifier = new(Policy);

    public static readonly Capture Capture = new(Policy, Domain.Log.Capture.DefaultTextLimit);

    public static EmailAddress Address(string text) => EmailAddress.Parse(text);

    public static NamedAddress Named(string address, string? name = null) => new(Address(address), name);

    public static Duration Hours(double hours) => Duration.FromHours(hours);

    /// <summary>A mail from a customer to Ana at noon.</summary>
    public static MailFacts Mail(
        string from = "bob@acme.example",
        string subject = "The offer",
        string body = "When can you deliver?",
        string? id = null,
        Instant? at = null) =>
        new()
        {
            MessageId = id,
            From = Named(from, "Bob"),
            To = [Named("ana@bright.example", "Ana")],
            Subject = subject,
            Date = at ?? Noon,
            Received = (at ?? Noon) + Duration.FromSeconds(5),
            BodyDigest = SHA256.HashData(Encoding.UTF8.GetBytes(body)),
            OwnText = body,
            Excerpt = body,
            Question = body.Contains('?', StringComparison.Ordinal),
        };

    public static MailLine Line(MailFacts facts, string account = "ana", Instant? seen = null) =>
        MailLine.FromObservation(new MailObservation(account, facts, seen), Capture, Noon + Duration.FromDays(30));

    private static CompanyPolicy Bright()
    {
        var calendar = new BusinessCalendar(
            "office", DateTimeZone.Utc, new Dictionary<IsoDayOfWeek, IReadOnlyList<OpenSpan>>(), new Dictionary<LocalDate, Holiday>());
        var ana = new Person("ana", Address("ana@bright.example"));
        return new CompanyPolicy
        {
            Version = "test",
            Us = new OurSide(["bright.example"], []),
            DefaultCalendar = calendar,
            DefaultOwner = ana,
            Calendars = new Dictionary<string, BusinessCalendar>(),
            People = [ana],
        };
    }
}
