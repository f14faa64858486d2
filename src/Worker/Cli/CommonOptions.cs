using System.CommandLine;
using System.CommandLine.Parsing;
using CrmSync.Worker.PolicyFiles;
using CrmSync.Worker.Printing;
using NodaTime;
using NodaTime.Extensions;

namespace CrmSync.Worker.Cli;

/// <summary>Options that mean the same everywhere.</summary>
internal static class CommonOptions
{
    private const string DefaultFolder = "config";

    public static Option<string> Config { get; } = new("--config")
    {
        Description = "The folder with crmsync.yaml and policy.yaml (or policy/*.yaml).",
        HelpName = "DIR",
        DefaultValueFactory = _ => DefaultFolder,
        Recursive = true,
    };

    public static Option<bool> Verbose { get; } = new("--verbose") { Description = "Tell more on standard error.", Recursive = true };

    public static Option<LogStyle> Log { get; } = CreateChoice(
        "--log",
        "What standard error says: text for people, json for programs: one object a line.",
        isRecursive: true,
        ("text", LogStyle.Text),
        ("json", LogStyle.Json));

    public static Option<OutputFormat> Format { get; } = CreateChoice(
        "--format",
        "table for people, json for programs: one object a line.",
        isRecursive: false,
        ("table", OutputFormat.Table),
        ("json", OutputFormat.Json));

    public static Option<Instant?> Now { get; } =
        Moment("--now", "The moment to ask for, e.g. 2026-03-02T09:00:00Z, \"2026-03-02 09:00\" or 7d; default: the clock.", "INSTANT");

    /// <summary>An option that takes a moment as people write it: local to the calendar of the policy, or so long ago.</summary>
    /// <param name="name">With its dashes.</param>
    /// <param name="description">A sentence.</param>
    /// <param name="helpName">What the help calls its value.</param>
    /// <param name="zone">The zone; null: that of the policy where <c>--config</c> says.</param>
    public static Option<Instant?> Moment(
        string name, string description, string helpName, Func<ArgumentResult, DateTimeZone>? zone = null) => new(name)
        {
            Description = description,
            HelpName = helpName,
            CustomParser = result =>
                Parse(result, text => Written(result, name, zone).Read(text), $"a moment; write {MomentReader.Forms}"),
        };

    /// <summary>The moment of this run: given, or the clock's, read once.</summary>
    public static Instant ReadNow(this ParseResult parsed) => parsed.GetValue(Now) ?? CommandLine.Time.GetCurrentInstant();

    /// <summary>The time of an SQLite database when the verb is to act as at another moment; null when it is not.</summary>
    public static TimeProvider? ReadDatabaseTime(this ParseResult parsed) =>
        parsed.GetValue(Now) is { } now ? new ShiftedTime(CommandLine.Time, now) : null;

    public static string ReadFolder(this ParseResult parsed) => parsed.GetValue(Config) ?? DefaultFolder;

    /// <summary>Standard output in the format asked for.</summary>
    public static Output ReadOutput(this ParseResult parsed) => new(
        Console.OpenStandardOutput(), parsed.GetValue(Format), Console.IsOutputRedirected ? null : Math.Max(40, Console.WindowWidth));

    private static Option<T> CreateChoice<T>(string name, string description, bool isRecursive, params (string Word, T Value)[] choices)
        where T : struct
    {
        var words = choices.Select(choice => choice.Word).ToArray();
        var option = new Option<T>(name)
        {
            Description = description,
            HelpName = string.Join('|', words),
            Recursive = isRecursive,
            CustomParser = result =>
                Parse(
                    result,
                    text => choices.Where(choice => choice.Word == text).Select(choice => (T?)choice.Value).FirstOrDefault(),
                    string.Join(" or ", words)) ?? default,
        };

        // Otherwise the names of the enumeration would be completed.
        option.CompletionSources.Clear();
        option.CompletionSources.Add(words);
        return option;
    }

    /// <summary>Reads a moment that is counted, except for <c>--now</c> itself, from what <c>--now</c> says.</summary>
    private static MomentReader Written(ArgumentResult result, string name, Func<ArgumentResult, DateTimeZone>? zone)
    {
        var clock = CommandLine.Time.GetCurrentInstant();
        var now = name == "--now" ? clock : result.GetValue(Now) ?? clock;
        return new MomentReader(() => zone?.Invoke(result) ?? ReadZone(result.GetValue(Config) ?? DefaultFolder, now), now);
    }

    /// <summary>The zone of the policy's calendar; while the policy is broken, UTC: the verb says what is wrong with it.</summary>
    private static DateTimeZone ReadZone(string folder, Instant now) =>
        PolicyFolder.Read(folder, new ReadingOptions(now.InUtc().Date, [])).Written?.Policy.DefaultCalendar.Zone ?? DateTimeZone.Utc;

    private static T? Parse<T>(ArgumentResult result, Func<string, T?> read, string wanted)
        where T : struct
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (read(text) is { } value)
            return value;

        result.AddError($"\"{text}\" is not {wanted}");
        return null;
    }
}
