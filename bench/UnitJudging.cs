using System.Diagnostics;
using System.Globalization;
using CrmSync.Worker;
using CrmSync.Worker.Digests;
using CrmSync.Worker.Harvest;
using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;

namespace CrmSync.Bench;

/// <summary>
/// Judges every organisation of a log that <see cref="Filling"/> made, as a running worker does under another policy, then what changes
/// with so many mails, then nothing; and lists the items as whoever only reads does. The peak is that of the whole process.
/// </summary>
internal static class UnitJudging
{
    public static void Run(Options options) =>
        Run(options.At(0, "the folder that fill made"), options.Number("mails", 1_000), options.Number("at", 0)).GetAwaiter().GetResult();

    private static async Task Run(string folder, int mails, int minutes)
    {
        var now = Instant.FromUtc(2026, 11, 2, 12, 0) + Duration.FromMinutes(minutes);
        await using var program = await CrmSyncProgram.Open(
            LoadedConfiguration.Read(folder, now), TimeProvider.System, null, CancellationToken.None);
        var look = program.Services.GetRequiredService<UnitLook>();
        var judged = 0;
        var watch = Watch.Start();
        while (await look.CatchUp(now, CancellationToken.None) is null)
            judged += look.Judged;

        Print($"everybody   {watch} for {judged + look.Judged:N0} organisations");

        watch = Watch.Start();
        await look.CatchUp(now, CancellationToken.None);
        Print($"nothing new {watch}");

        await Touch(Path.Combine(folder, "crmsync.db"), mails);
        watch = Watch.Start();
        var items = (await look.CatchUp(now, CancellationToken.None))!.Evaluation;
        Print($"increment   {watch} for {mails:N0} lines, {look.Judged:N0} organisations: {items.Items.Count:N0} items");

        watch = Watch.Start();
        await look.Read(now, CancellationToken.None);
        Print($"read        {watch}");

        var morning = PolicyMoment.From((await look.CatchUp(now, CancellationToken.None))!);
        watch = Watch.Start();
        var (digests, _) = await program.Services.GetRequiredService<DigestDispatch>().Show(morning, CancellationToken.None);
        Print($"digests     {watch} for {digests.Count:N0} digests");

        var facts = program.Services.GetRequiredService<DigestFactsReader>();
        if (items.Items.Select(item => item.Contact).FirstOrDefault(contact => contact is not null) is { } somebody)
        {
            watch = Watch.Start();
            var page = PolicyMoment.From(await look.Read(somebody, now, CancellationToken.None));
            await facts.FactsAbout(somebody, page, CancellationToken.None);
            Print($"page        {watch} for one contact");
        }

        watch = Watch.Start();
        var team = await facts.FactsAbout(null, morning, CancellationToken.None);
        Print($"figures     {watch} for {team.PromisesDue(Instant.MinValue).Count:N0} promises");
        Print($"peak        {Process.GetCurrentProcess().PeakWorkingSet64 / 1_000_000:N0} MB");
    }

    /// <summary>Has the last mails changed, as far as anybody can tell.</summary>
    private static async Task Touch(string file, int mails)
    {
        await using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        await connection.ExecuteAsync(
            "update interaction set question = question where number > (select max(number) from interaction) - @mails", new { mails });
    }

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    /// <summary>The time and the processor time since it was started.</summary>
    private sealed class Watch
    {
        private readonly long began = Stopwatch.GetTimestamp();
        private readonly TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;

        public static Watch Start() => new();

        public override string ToString()
        {
            var processor = Process.GetCurrentProcess().TotalProcessorTime - before;
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{Stopwatch.GetElapsedTime(began).TotalSeconds,8:N2} s, {processor.TotalSeconds,8:N2} s of processor");
        }
    }
}
