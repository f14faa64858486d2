using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using CrmSync.Domain.Evaluation;
using NodaTime;

namespace CrmSync.Bench;

/// <summary>
/// Evaluates an invented company: everything once, then what a thousand new mails change, one explanation, and a replay. Interactions are
/// handed over one by one and not held, as a worker reads them from its database; the peak is that of the whole process.
/// </summary>
internal static class PolicySpeed
{
    public static void Run(Options options)
    {
        var count = options.Number("interactions", 1_000_000);
        var company = new InventedCompany(count, options.Number("contacts", 100_000), options.Number("seed", 1));
        var policy = company.Policy();
        Print($"{policy.Rules.Count} rules, {policy.Limits.Count} limits");

        var late = Math.Min(1_000, count / 10);
        var running = new RunningPolicy(policy);
        using var log = company.Log().GetEnumerator();
        var watch = Watch.Start();
        var put = 0;
        while (put < count - late && log.MoveNext())
        {
            running.Put([log.Current]);
            put++;
        }

        Print($"index      {Times(watch)} for {put:N0} interactions, made up on the way");

        var now = log.Current.At;
        watch = Watch.Start();
        var first = running.Evaluate(now, now - Duration.FromDays(31));
        Print(
            $"full       {Times(watch)}, {running.LookedAt:N0} organisations: {first.Items.Count:N0} items, {first.Closed.Count:N0} closed"
        );

        var fresh = new List<Domain.Log.Interaction>();
        while (log.MoveNext())
            fresh.Add(log.Current);

        watch = Watch.Start();
        running.Put(fresh);
        now = company.End;
        var second = running.Evaluate(now, now - Duration.FromDays(31));
        Print(
            $"increment  {Times(watch)} for {fresh.Count:N0} new lines, {running.LookedAt:N0} organisations: {second.Items.Count:N0} items"
        );

        watch = Watch.Start();
        running.Evaluate(now, now - Duration.FromDays(31));
        Print($"nothing new{Times(watch)}");

        var busiest = second.Items.GroupBy(i => i.Contact).OrderByDescending(g => g.Count()).First().Key!;
        watch = Watch.Start();
        var explanation = running.Explain(busiest, now)!;
        Print($"explain    {Times(watch)}, {explanation.ToString().Length:N0} characters");

        var days = options.Number("days", 90);
        watch = Watch.Start();
        var backtest = running.Backtest(now - Duration.FromDays(days), now);
        Print($"backtest   {Times(watch)} for {days} days: {backtest.Items.Count:N0} items");

        using var process = Process.GetCurrentProcess();
        Print($"peak       {process.PeakWorkingSet64 / 1e6,8:N0} MB");
    }

    private static string Times(Watch watch) =>
        string.Create(CultureInfo.InvariantCulture, $"{watch.Elapsed,7:N2} s ({watch.Processor:N2} s of processor)");

    private static void Print(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}

/// <summary>Time by the clock and time of the processors: the second means something on a busy machine too.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Watch(long Began, TimeSpan Used)
{
    public static Watch Start() => new(Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);

    public double Elapsed => Stopwatch.GetElapsedTime(Began).TotalSeconds;

    public double Processor => (Environment.CpuUsage.TotalTime - Used).TotalSeconds;
}
