using System.Globalization;

namespace CrmSync.Worker.Tests.Digests;

/// <summary>A policy whose digest is due two minutes from now by the real clock, when the first harvest is done.</summary>
internal static class DigestSoon
{
    /// <summary>Writes it into a folder.</summary>
    public static void Write(string folder)
    {
        var at = DateTimeOffset.UtcNow.AddMinutes(2).ToString("HH:mm", CultureInfo.InvariantCulture);
        File.WriteAllText(
            Path.Combine(folder, "policy.yaml"),
            $$"""
            version: 1
            us: { domains: [us.example] }
            defaults: { calendar: always, owner: ana }
            calendars: { always: { zone: UTC, hours: { mon-sun: "00:00-24:00" } } }
            people: { ana: { email: ana@us.example } }
            rules: [ { respond: reply, within: 1m } ]
            digests: [ { digest: my-day, to: owners, at: "{{at}}", days: daily } ]

            """);
    }
}
