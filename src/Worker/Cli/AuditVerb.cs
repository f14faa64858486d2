using System.CommandLine;
using System.Globalization;
using CrmSync.Storage.Pages;
using CrmSync.Worker.PolicyFiles;
using CrmSync.Worker.Printing;
using NodaTime;

namespace CrmSync.Worker.Cli;

/// <summary><c>audit</c>: who looked at, exported or erased what.</summary>
internal sealed class AuditVerb(AuditTrail audit, PolicyInForce policy)
{
    private static readonly Option<Instant?> Since = CommonOptions.Moment("--since", "From this moment on.", "T");

    private static ListFormat<AuditEntry> In(DateTimeZone zone) => new(
        (json, entry) =>
        {
            json.Write("at", entry.At);
            json.WriteString("who", entry.Who);
            json.WriteString("way", Word(entry.Way));
            json.WriteString("what", entry.What);
            json.WriteString("about", entry.About);
        },
        ("at", entry => Moments.Print(entry.At, zone)),
        ("who", entry => entry.Who),
        ("by", entry => Word(entry.Way)),
        ("what", entry => entry.What),
        ("about", entry => entry.About ?? "somebody erased"));

    public static Command Create() =>
        new Command("audit", "Show who looked at, exported or erased what, oldest first.")
        {
            Since,
            CommonOptions.Format,
            CommonOptions.Now,
        }.Reads<AuditVerb>((verb, parsed, ct) => verb.Run(parsed, ct));

    private async Task<int> Run(ParseResult parsed, CancellationToken ct)
    {
        using var output = parsed.ReadOutput();
        output.List(await audit.Read(parsed.GetValue(Since), ct), In(policy.Policy.DefaultCalendar.Zone));
        return CommandLine.Done;
    }

    private static string Word(AuditWay way) => way.ToString().ToLower(CultureInfo.InvariantCulture);
}
