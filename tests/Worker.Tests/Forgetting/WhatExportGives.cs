using System.Text.Json;
using System.Text.RegularExpressions;
using CrmSync.Domain.Log;
using CrmSync.Worker.Tests.Cli;
using NodaTime;
using static CrmSync.Worker.Tests.Forgetting.PlantedCompany;

namespace CrmSync.Worker.Tests.Forgetting;

/// <summary>Whoever asks what is held about them is given all that <c>forget</c> would erase.</summary>
public sealed partial class WhatExportGives
{
    [Fact]
    public async Task Every_sentence_about_somebody_that_stands_in_any_table_stands_in_the_export()
    {
        await using var company = await PlantedCompany.Open();
        company.Plant(1);
        company.Plant(2);
        await using (var program = await company.Begin(Tuesday))
        {
            await HarvestAll(program, Tuesday);
            Assert.Empty((await program.Digests.Send(Tuesday, Duration.Zero, default)).Problems);
        }

        var held = Sentences(await company.Everything());
        var run = await TheProgram.Run("export", Address(1), "--config", company.Config, "--now", Tuesday.ToString());
        var export = Assert.Single(run.Json);
        var given = Subjects.Collapse(string.Join('\n', Strings(export)));

        Assert.Equal(0, run.Status);
        Assert.True(held.Count > 10, string.Join("; ", held));
        Assert.All(held, sentence => Assert.Contains(sentence, given, StringComparison.OrdinalIgnoreCase));

        // Each kind of trace has a place of its own.
        string[] places = ["mails", "meetings", "commands", "notes", "bounces", "quarantine", "digests", "command_mails"];
        Assert.All(places, place => Assert.True(export.GetProperty(place).GetArrayLength() > 0, place));
    }

    /// <summary>What was planted about the first person, however it is kept.</summary>
    private static HashSet<string> Sentences(string everything) =>
        Planted().Matches(Subjects.Collapse(everything)).Select(found => found.Value).ToHashSet(StringComparer.OrdinalIgnoreCase);

    private static IEnumerable<string> Strings(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => [json.GetString()!],
        JsonValueKind.Array => json.EnumerateArray().SelectMany(Strings),
        JsonValueKind.Object => json.EnumerateObject().SelectMany(one => Strings(one.Value)),
        _ => [],
    };

    [GeneratedRegex(@"Zimtstern( [a-z]+){0,3} 1\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Planted();
}
