using System.CommandLine;
using System.Text.Json;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Storage.Log;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.PolicyFiles;
using NodaTime;

namespace CrmSync.Worker.Cli;

/// <summary><c>forget</c> and <c>export</c>: the rights of the people in the log.</summary>
internal sealed class PersonVerbs(Erasure erasure, PolicyInForce policy)
{
    private static readonly Argument<string> Address = new("ADDRESS")
    {
        Description = "The person; aliases of the policy's contacts belong to them.",
    };

    public static Command CreateForget() =>
        new Command("forget", "Erase a person, and keep them erased.") { Address, CommonOptions.Now }
            .Does<PersonVerbs>((verb, parsed, ct) => verb.Forget(parsed, ct));

    public static Command CreateExport() =>
        new Command("export", "Everything held about a person, as JSON.") { Address, CommonOptions.Now }
            .Does<PersonVerbs>((verb, parsed, ct) => verb.Export(parsed, ct));

    private async Task<int> Forget(ParseResult parsed, CancellationToken ct)
    {
        var now = parsed.NowOf();
        var current = policy.Policy;
        var addresses = LogVerb.AddressesOf(parsed.GetValue(Address)!, current);
        var classifier = new Classifier(current);
        if (addresses.FirstOrDefault(classifier.Ours.Contains) is { } ours)
            throw new UsageException($"{ours} is one of us; only people outside can be erased");

        var counts = await erasure.Forget(addresses, classifier, MeetingHarvest.MergeFor(current), now, ct);
        await Console.Error.WriteLineAsync(
            $"erased: {counts.Removed} lines removed, {counts.Reduced} lines of others without them; what is read from now on leaves "
                + $"them out"
        );
        return CommandLine.Done;
    }

    private async Task<int> Export(ParseResult parsed, CancellationToken ct)
    {
        var now = parsed.NowOf();
        using var output = new Output(Console.OpenStandardOutput(), OutputFormat.Json, width: null);
        foreach (var address in LogVerb.AddressesOf(parsed.GetValue(Address)!, policy.Policy))
            output.List([await erasure.Export(address, ct)], PersonAt(now));

        return CommandLine.Done;
    }

    private static ListFormat<PersonRecord> PersonAt(Instant now) => new((json, person) =>
    {
        json.WriteString("address", person.Address.Value);
        json.WriteBoolean("erased", person.IsErased);
        json.WriteStartArray("lines");
        foreach (var line in person.Lines)
        {
            json.WriteStartObject();
            LogFormat.At(now).Json(json, line);
            if (person.Facts.TryGetValue(line.Id, out var facts))
                json.WriteString("facts", facts);

            json.WriteEndObject();
        }

        json.WriteEndArray();
    });
}
