using System.CommandLine;
using System.Text.Json;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Storage.Log;
using CrmSync.Worker.Harvest;
using NodaTime;

namespace CrmSync.Worker.Cli;

/// <summary><c>forget</c> and <c>export</c>: the rights of the people in the log.</summary>
internal static class PersonVerbs
{
    private static readonly Argument<string> Address = new("ADDRESS")
    {
        Description = "The person; aliases of the policy's contacts belong to them.",
    };

    public static Command CreateForget() =>
        new Command("forget", "Erase a person, and keep them erased.") { Address, CommonOptions.Now }.Does(Forget);

    public static Command CreateExport() =>
        new Command("export", "Everything held about a person, as JSON.") { Address, CommonOptions.Now }.Does(Export);

    private static async Task<int> Forget(ParseResult parsed, CancellationToken ct)
    {
        var now = parsed.NowOf();
        await using var program = await Composition.Open(parsed.FolderOf(), now, ct);
        var addresses = program.AddressesOf(parsed.GetValue(Address)!);
        var classifier = new Classifier(program.Policy);
        if (addresses.FirstOrDefault(classifier.Ours.Contains) is { } ours)
            throw new UsageException($"{ours} is one of us; only people outside can be erased");

        var counts = await new Erasure(program.Database).Forget(addresses, classifier, MeetingHarvest.MergeFor(program.Policy), now, ct);
        await Console.Error.WriteLineAsync(
            $"erased: {counts.Removed} lines removed, {counts.Reduced} lines of others without them; what is read from now on leaves "
                + $"them out"
        );
        return CommandLine.Done;
    }

    private static async Task<int> Export(ParseResult parsed, CancellationToken ct)
    {
        var now = parsed.NowOf();
        await using var program = await Composition.Open(parsed.FolderOf(), now, ct);
        using var output = new Output(Console.OpenStandardOutput(), OutputFormat.Json, width: null);
        foreach (var address in program.AddressesOf(parsed.GetValue(Address)!))
            output.List([await new Erasure(program.Database).Export(address, ct)], PersonAt(now));

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
