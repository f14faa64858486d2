using System.CommandLine;
using CrmSync.Storage.Log;
using CrmSync.Worker.Printing;

namespace CrmSync.Worker.Cli;

/// <summary><c>events</c>: how far events were sent, and sending them again.</summary>
internal sealed class EventsVerb(EventBook book)
{
    private static readonly Option<long> From = new("--from")
    {
        Description = "The position of the first event to send again.",
        HelpName = "POSITION",
        Required = true,
    };

    private static readonly ListFormat<EventState> Format = new(
        (json, state) =>
        {
            json.WriteNumber("sent", state.Sent);
            json.WriteNumber("newest", state.Newest);
            json.WriteNumber("oldest", state.Oldest);
        },
        ("sent up to", state => Number(state.Sent)),
        ("newest", state => Number(state.Newest)),
        ("oldest that is kept", state => Number(state.Oldest)));

    public static Command Create()
    {
        var replay = new Command("replay", "Send all events from a position on again.") { From }
            .Does<EventsVerb>((verb, parsed, ct) => verb.Replay(parsed, ct));
        return new Command("events", "Show how far events were sent.") { CommonOptions.Format, replay }
            .Reads<EventsVerb>((verb, parsed, ct) => verb.Show(parsed, ct));
    }

    private async Task<int> Show(ParseResult parsed, CancellationToken ct)
    {
        using var output = parsed.ReadOutput();
        output.List(await book.State(ct) is { } state ? [state] : (IReadOnlyList<EventState>)[], Format);
        return CommandLine.Done;
    }

    private async Task<int> Replay(ParseResult parsed, CancellationToken ct)
    {
        var position = parsed.GetValue(From);
        if (position < 1)
        {
            await Console.Error.WriteLineAsync("crmsync: --from is the position of an event, 1 or more");
            return CommandLine.WrongUsage;
        }

        if (await book.State(ct) is not { } state || !await book.Replay(position, ct))
        {
            await Console.Error.WriteLineAsync("crmsync: no events are noted; write `events:` in crmsync.yaml and start `crmsync run`");
            return CommandLine.ProblemsFound;
        }

        var first = Math.Max(position, state.Oldest);
        await Console.Error.WriteLineAsync(
            first > state.Newest
                ? $"crmsync: there is no event at or after {Number(position)}; the newest is {Number(state.Newest)}"
                : $"crmsync: events {Number(first)} to {Number(state.Newest)} are sent again by the running worker");
        return CommandLine.Done;
    }

    private static string Number(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
