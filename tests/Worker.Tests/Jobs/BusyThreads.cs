namespace CrmSync.Worker.Tests.Jobs;

/// <summary>Threads that work, or would if a processor were free: however loaded the machine, who has work to do is not asleep.</summary>
internal static class BusyThreads
{
    /// <summary>Counts those of a process; none when it has ended.</summary>
    public static int Count(int process)
    {
        try
        {
            return Directory.EnumerateDirectories($"/proc/{process}/task").Count(IsBusy);
        }
        catch (IOException)
        {
            // It has ended.
            return 0;
        }
    }

    /// <summary>A thread as proc(5) tells of it: its name in parentheses, and its state.</summary>
    private static bool IsBusy(string thread)
    {
        try
        {
            var told = File.ReadAllText(Path.Combine(thread, "stat"));
            return told[told.LastIndexOf(')') + 2] is 'R' or 'D';
        }
        catch (IOException)
        {
            // It has ended.
            return false;
        }
    }
}
