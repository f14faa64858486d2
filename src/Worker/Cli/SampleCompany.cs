using CrmSync.Worker.Printing;
using NodaTime;

namespace CrmSync.Worker.Cli;

/// <summary>The sample company that is shipped inside the program: its configuration, mailboxes and calendars.</summary>
internal static class SampleCompany
{
    /// <summary>How the names of its files begin among the resources of the program.</summary>
    private const string Shipped = "config/";

    /// <summary>The zone of its calendars.</summary>
    public static DateTimeZone Zone { get; } = DateTimeZoneProviders.Tzdb["Europe/Dublin"];

    private static readonly string Story = Path.Combine("sample", "story.txt");

    /// <summary>Puts a fresh copy under <paramref name="place"/>, in the place of one from an earlier run, and gives its folder.</summary>
    public static string CopyTo(string place)
    {
        var folder = Path.Combine(place, "company");
        try
        {
            if (Directory.Exists(folder))
            {
                // Only what an earlier demo put here is replaced.
                if (!File.Exists(Path.Combine(folder, Story)))
                    throw new UsageException($"{folder} is there already and is no sample company; name another folder with --out");

                Directory.Delete(folder, recursive: true);
            }

            Copy(folder);
            return folder;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"the sample company cannot be put into {folder}: {failure.Message}");
        }
    }

    /// <summary>Copies it into a folder; what is there is kept.</summary>
    /// <exception cref="IOException">A file is there already, or cannot be written.</exception>
    public static void Copy(string folder)
    {
        var program = typeof(SampleCompany).Assembly;
        foreach (var name in program.GetManifestResourceNames().Where(name => name.StartsWith(Shipped, StringComparison.Ordinal)))
        {
            var copy = Path.Combine(folder, name[Shipped.Length..]);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            using var content = program.GetManifestResourceStream(name)!;
            using var file = new FileStream(copy, FileMode.CreateNew);
            content.CopyTo(file);
        }
    }

    /// <summary>The moment its story is told at.</summary>
    public static Instant StoryIn(string folder)
    {
        var line = File.ReadLines(Path.Combine(folder, Story)).First(l => !l.StartsWith('#') && !string.IsNullOrWhiteSpace(l));
        return new MomentReader(() => DateTimeZone.Utc, Instant.MinValue).Read(line.Trim())
            ?? throw new FormatException($"{Story}: \"{line}\" is not an instant");
    }
}
