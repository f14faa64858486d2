using System.Text.RegularExpressions;
using CrmSync.Worker.Tests.PolicyFiles;

namespace CrmSync.Worker.Tests.House;

/// <summary>How the source files are laid out.</summary>
public sealed partial class TheSources
{
    private const int Width = 140;

    [Fact]
    public void No_line_of_code_is_longer_than_the_style_allows()
    {
        var tooLong =
            from folder in new[] { "src", "tests", "bench" }
            from file in Directory.EnumerateFiles(Path.Combine(Fixture.Repository, folder), "*.cs", SearchOption.AllDirectories)
            where !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
            from line in File.ReadLines(file).Select((text, index) => (Text: text, Number: index + 1))
            where line.Text.Length > Width
            select $"{Path.GetRelativePath(Fixture.Repository, file)}:{line.Number} has {line.Text.Length} characters";

        Assert.Empty(tooLong);
    }

    /// <summary>Who asks the machine for the time, and why: everybody else has it from the container.</summary>
    private static readonly Dictionary<string, string> Clocks = new(StringComparer.Ordinal)
    {
        ["src/Worker/MachineTime.cs"] = "it is the time of the machine",
        ["src/Worker/Cli/CommandLine.cs"] = "the program begins here, and hands it to the container",
        ["src/Worker/MailServers/MailWire.cs"] = "how long a peer is silent is measured on the wire, whatever time the program goes by",
        ["src/Worker/Sources/Imap/LineTrouble.cs"] = "the same",
    };

    [Fact]
    public void The_time_comes_in_from_outside()
    {
        var asking =
            from file in Directory.EnumerateFiles(Path.Combine(Fixture.Repository, "src"), "*", SearchOption.AllDirectories)
            where file.EndsWith(".cs", StringComparison.Ordinal) || file.EndsWith(".razor", StringComparison.Ordinal)
            where !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
            where File.ReadLines(file).Any(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal) && Clock().IsMatch(line))
            select Path.GetRelativePath(Fixture.Repository, file).Replace(Path.DirectorySeparatorChar, '/');

        Assert.Equal(Clocks.Keys.Order(StringComparer.Ordinal), asking.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(
        @"TimeProvider\.System|MachineTime\.Instance|MachineTime Instance|SystemClock|\bDateTime(Offset)?\.(UtcNow|Now|Today)\b"
            + @"|\bStopwatch\b|TickCount")]
    private static partial Regex Clock();
}
