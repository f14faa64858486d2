using System.Globalization;

namespace CrmSync.Storage.Leases;

/// <summary>
/// Knows a process of this machine again: by the start of the machine, the namespace its number counts in, its number, and when it began
/// (proc(5)). Processes of other machines, and of containers beside this one, are never taken for gone.
/// </summary>
internal static class ProcessMark
{
    /// <summary>Of this process; null where the system does not tell.</summary>
    public static string? Own { get; } = Place() is { } place && Began(Environment.ProcessId) is { } began
        ? $"{place} {Environment.ProcessId.ToString(CultureInfo.InvariantCulture)} {began}"
        : null;

    /// <summary>Whether a mark is that of a process which ran here and does not any more.</summary>
    public static bool IsGone(string? mark) =>
        mark?.Split(' ') is [var boot, var space, var number, var began]
        && Place() == $"{boot} {space}"
        && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
        && Began(id) != began;

    private static string? Place()
    {
        try
        {
            return File.ResolveLinkTarget("/proc/self/ns/pid", returnFinalTarget: false) is { } space
                ? $"{File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim()} {space.Name}"
                : null;
        }
        catch (Exception notTold) when (notTold is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Field 22 of /proc/PID/stat, in clock ticks since the start of the machine; null when there is no such process.</summary>
    private static string? Began(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process.ToString(CultureInfo.InvariantCulture)}/stat");

            // The name in parentheses is field 2 and may hold anything. A zombie has ended.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] == "Z" ? null : fields[19];
        }
        catch (Exception notThere) when (notThere is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
