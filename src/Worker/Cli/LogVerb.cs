using System.CommandLine;
using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Storage.Log;
using CrmSync.Worker.PolicyFiles;
using NodaTime;

namespace CrmSync.Worker.Cli;

/// <summary><c>log</c>: the contact log as known at a moment, oldest first.</summary>
internal sealed class LogVerb(ContactLog log, PolicyInForce policy)
{
    private static readonly Option<string?> Contact = new("--contact") { Description = "Only lines with this address.", HelpName = "X" };
    private static readonly Option<Instant?> Since = CommonOptions.Moment("--since", "From this moment on.", "T");
    private static readonly Option<Instant?> Until = CommonOptions.Moment("--until", "Before this moment.", "T");

    private static readonly Option<string?> Class = new("--class")
    {
        Description = "Mail of one class, or all for every line; without it: human mail, held and booked meetings, calls, commands.",
        HelpName = "C",
    };

    public static Command Create()
    {
        Class.AcceptOnlyFromAmong([.. Enum.GetNames<InteractionClass>().Select(n => n.ToLowerInvariant()), "all"]);
        return new Command("log", "Show the contact log, oldest first.")
        {
            Contact,
            Since,
            Until,
            Class,
            CommonOptions.Format,
            CommonOptions.Now,
        }.Reads<LogVerb>((verb, parsed, ct) => verb.Run(parsed, ct));
    }

    private async Task<int> Run(ParseResult parsed, CancellationToken ct)
    {
        var now = parsed.ReadNow();
        var wanted = parsed.GetValue(Class);
        var filter = new LogFilter
        {
            Now = now,
            With = parsed.GetValue(Contact) is { } contact ? Addresses(contact, policy.Policy) : null,
            Since = parsed.GetValue(Since),
            Until = parsed.GetValue(Until),
            Classes = wanted switch
            {
                null => [InteractionClass.Human],
                "all" => null,
                _ => [Enum.Parse<InteractionClass>(wanted, ignoreCase: true)],
            },
            Kinds = wanted is null or "all" ? null : [InteractionKind.Mail],
        };

        var commands = await log
            .Read(filter with { With = null, About = filter.With, Kinds = [InteractionKind.Command] }, ct)
            .ToListAsync(ct);
        var threads = await log.Threads([.. commands.Select(line => line.Command?.About).OfType<string>().Distinct()], ct);
        var lines = log.Read(filter, ct)
            .Where(line => wanted is not null || LogFormat.Status(line, now) is null or MeetingStatus.Held or MeetingStatus.Booked);
        using var output = parsed.ReadOutput();
        await output.List(
            filter.With is { } people && filter.Kinds is null ? WithCommandsAbout(people, lines, commands) : lines,
            LogFormat.At(now, threads, policy.Policy.DefaultCalendar.Zone));
        return CommandLine.Done;
    }

    /// <summary>The lines with somebody, and in their places what was said about them: notes, calls.</summary>
    private static async IAsyncEnumerable<Interaction> WithCommandsAbout(
        IReadOnlyCollection<EmailAddress> people,
        IAsyncEnumerable<Interaction> lines,
        IReadOnlyList<Interaction> commands)
    {
        var about = new Queue<Interaction>(
            commands.Where(line =>
                line.Command!.Contact is { } contact && people.Contains(contact)
                || EmailAddress.TryParseContact(line.Command.About, out var address) && people.Contains(address)));
        await foreach (var line in lines)
        {
            while (about.TryPeek(out var next) && (next.At, next.Id).CompareTo((line.At, line.Id)) < 0)
                yield return about.Dequeue();
            yield return line;
        }

        while (about.TryDequeue(out var last))
            yield return last;
    }

    /// <summary>Every address of the person somebody asks for.</summary>
    public static IReadOnlyCollection<EmailAddress> Addresses(string text, CompanyPolicy policy)
    {
        if (!EmailAddress.TryParseContact(text, out var address))
            throw new UsageException($"\"{text}\" is not an address");

        var book = new ContactBook(policy);
        return book.Addresses(book.Primary(address));
    }
}
