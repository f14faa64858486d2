using System.CommandLine;
using System.Text;
using CrmSync.Domain.Digests;
using CrmSync.Worker.Delivery;
using CrmSync.Worker.Digests;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.PolicyFiles;
using CrmSync.Worker.Printing;
using NodaTime;

namespace CrmSync.Worker.Cli;

/// <summary><c>digest</c>: shows or sends the digests that are due at a moment.</summary>
internal sealed class DigestVerb(DigestDispatch dispatch, FreshHarvest fresh, PolicyInForce policy)
{
    private static readonly Option<string?> To = new("--to") { Description = "Only the digests of this person.", HelpName = "X" };
    private static readonly Option<bool> Send = new("--send") { Description = "Send what is due, each once; default: show." };
    private static readonly Option<string> Format = new("--format")
    {
        Description = "How digests are shown.",
        DefaultValueFactory = _ => "text",
    };

    private static readonly ListFormat<(Digest Digest, DigestMail Mail)> Digests = new((json, d) =>
    {
        json.WriteString("digest", d.Digest.Run.Definition.Name);
        json.WriteString("to", d.Digest.Run.Reader.Id);
        json.WriteString("address", d.Digest.Run.Reader.Email.Value);
        json.WriteString("date", NodaTime.Text.LocalDatePattern.Iso.Format(d.Digest.Run.Date));
        json.Write("due", d.Digest.Run.DueAt);
        json.WriteString("message_id", d.Mail.MessageId);
        json.WriteString("subject", d.Digest.Subject);
        json.Write("items", d.Digest.Listed.Select(l => l.Item));
        json.WriteString("text", CrmSync.Mail.Mime.MimeReader.Read(d.Mail.Bytes).Text);
    });

    public static Command Create()
    {
        Format.AcceptOnlyFromAmong("text", "html", "eml", "json");
        return new Command("digest", "Show or send the digests that are due.") { To, Send, Format, CommonOptions.Now }
            .Does<DigestVerb>((verb, parsed, ct) => verb.Run(parsed, ct), reads: parsed => !parsed.GetValue(Send));
    }

    private async Task<int> Run(ParseResult parsed, CancellationToken ct)
    {
        var now = parsed.ReadNow();
        var people = policy.Policy.People;
        var to = parsed.GetValue(To);
        if (to is not null && people.All(p => p.Id != to))
            throw new UsageException($"there is no person \"{to}\" in the policy; there are {string.Join(", ", people.Select(p => p.Id))}");

        if (!parsed.GetValue(Send))
            return await Show(to, parsed.GetValue(Format) ?? "text", now, ct);

        if (to is not null)
            throw new UsageException("--send sends everything that is due; leave --to out, or show the digest without --send");

        if (!dispatch.CanSend)
            throw new UsageException("crmsync.yaml has no delivery: nothing can be sent; add delivery: {from: ..., folder: ...} or smtp");

        if (await dispatch.AccountsToRead(now, ct) is { Count: > 0 } stale)
        {
            foreach (var summary in await fresh.Read(stale, now, ct))
                await HarvestFormat.Complain(summary);
        }

        await dispatch.Begin(ct);
        await dispatch.TryAtOnce(ct);
        return await Report(await dispatch.Send(now, lease: null, ct));
    }

    /// <summary>Says on standard error what left and what did not.</summary>
    public static async Task<int> Report(OutboxReport report)
    {
        foreach (var sent in report.Sent)
            await Console.Error.WriteLineAsync($"sent: {sent.Digest} to {sent.Reader}");

        var problems = report.Unwritten.Select(trouble => trouble.ToString()).Concat(report.Problems.Select(problem => problem.ToString()));
        var told = 0;
        foreach (var problem in problems)
        {
            await Console.Error.WriteLineAsync($"crmsync: {problem}");
            told++;
        }

        if (report.Sent.Count + told == 0)
            await Console.Error.WriteLineAsync("nothing is due");

        return told == 0 ? CommandLine.Done : CommandLine.ProblemsFound;
    }

    private async Task<int> Show(string? to, string format, Instant now, CancellationToken ct)
    {
        var (digests, troubles) = await dispatch.ShowAll(now, ct);
        var due = digests.Where(d => to is null || d.Digest.Run.Reader.Id == to).ToList();
        using var output = new Output(Console.OpenStandardOutput(), OutputFormat.Json, width: null);
        foreach (var (digest, mail) in due)
        {
            switch (format)
            {
                case "json":
                    output.List([(digest, mail)], Digests);
                    break;
                case "html":
                    output.Raw(mail.Html);
                    break;
                case "eml":
                    output.Raw(Encoding.UTF8.GetString(mail.Bytes));
                    break;
                default:
                    output.Line($"To: {digest.Run.Reader.Email}");
                    output.Line($"Subject: {digest.Subject}");
                    output.Line();
                    output.Line(CrmSync.Mail.Mime.MimeReader.Read(mail.Bytes).Text);
                    break;
            }
        }

        foreach (var trouble in troubles)
            await Console.Error.WriteLineAsync($"crmsync: {trouble}");

        if (due.Count + troubles.Count == 0)
            await Console.Error.WriteLineAsync("nothing is due");

        return troubles.Count == 0 ? CommandLine.Done : CommandLine.ProblemsFound;
    }
}
