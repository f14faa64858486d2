using System.Runtime.InteropServices;

namespace CrmSync.Worker;

/// <summary>
/// The time of this machine. Its stop watch runs from the start of the machine, suspends included: that of
/// <see cref="TimeProvider.System"/> stands still while the machine sleeps, and a worker that has slept must know it.
/// </summary>
internal sealed class MachineTime : TimeProvider
{
    /// <summary>CLOCK_BOOTTIME of Linux (clock_gettime(2)).</summary>
    private const int Boottime = 7;

    private const long NanosecondsPerSecond = 1_000_000_000;

    public static MachineTime Instance { get; } = new();

    public override long TimestampFrequency => NanosecondsPerSecond;

    public override long GetTimestamp()
    {
        if (OperatingSystem.IsLinux() && ReadClock(Boottime, out var time) == 0)
            return (time.Seconds * NanosecondsPerSecond) + time.Nanoseconds;

        // Elsewhere the tick count of the system includes the time it slept.
        return Environment.TickCount64 * 1_000_000;
    }

    [DllImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ReadClock(int clock, out TimeOfClock time);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeOfClock
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
