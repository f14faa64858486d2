using CrmSync.Storage;
using CrmSync.Storage.Harvest;
using CrmSync.Storage.Log;
using CrmSync.Worker.Tests.Forgetting;
using Dapper;
using Microsoft.Data.Sqlite;
using NodaTime;

namespace CrmSync.Worker.Tests.Harvest;

/// <summary>
/// In every table of the database some rows cannot be written, for a reason nobody expected: whoever writes them, nothing else stops, and
/// once they can be written again all is as if nothing had been.
/// </summary>
public sealed class WritesThatFail
{
    private const string OfOurs = "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by 1";

    private const string Words = "about jane@acme.example";

    /// <summary>Half an hour after the digests were due.</summary>
    private static readonly Instant Morning = Instant.FromUtc(2026, 3, 3, 7, 30);

    private static readonly Duration Later = Duration.FromMinutes(10);

    public static TheoryData<string> Tables()
    {
        var folder = Directory.CreateTempSubdirectory("crmsync-tables-").FullName;
        try
        {
            var file = Path.Combine(folder, "empty.db");
            Task.Run(async () => await (await ContactDatabase.OpenSqlite(file, TimeProvider.System, default)).DisposeAsync())
                .GetAwaiter().GetResult();
            using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
            return [.. connection.Query<string>(OfOurs)];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task Rows_that_cannot_be_written_stop_nothing_else_and_are_written_later(string table)
    {
        var expected = await Undisturbed;
        await using var company = await Plant();
        await using (var program = await company.Begin(Morning))
        {
            await Do(company, SpoilRows(company, table));
            for (var round = 0; round < 4; round++)
                await Work(program, Morning + (round * Later), isDisturbed: true);

            await Do(company, "drop trigger spoilt_insert; drop trigger spoilt_update; drop trigger spoilt_delete");
            await program.Part<HarvestLedger>().RetryQuarantine(null, default);
            await LiveOn(program);
            Assert.Equal(expected.Log, await Print(program));
        }

        Assert.Equal(expected.Digests, Digests(company));
    }

    private static Task<(IReadOnlyList<string> Log, IReadOnlyList<string> Digests)> Undisturbed { get; } = LiveUndisturbed();

    private static async Task<(IReadOnlyList<string> Log, IReadOnlyList<string> Digests)> LiveUndisturbed()
    {
        await using var company = await Plant();
        await using var program = await company.Begin(Morning);
        for (var round = 0; round < 4; round++)
            await Work(program, Morning + (round * Later), isDisturbed: false);

        await LiveOn(program);
        return (await Print(program), Digests(company));
    }

    /// <summary>The rest of the day, and the next morning.</summary>
    private static async Task LiveOn(TestProgram program)
    {
        foreach (var minutes in new[] { 40, 50, 60, 24 * 60 })
            await Work(program, Morning + Duration.FromMinutes(minutes), isDisturbed: false);
    }

    private static async Task<PlantedCompany> Plant()
    {
        var company = await PlantedCompany.Open();
        company.Plant(1);
        company.Plant(2);
        return company;
    }

    /// <summary>What <c>run</c> does in a round: harvests, writes and sends. A harvest may not throw whatever happens.</summary>
    private static async Task Work(TestProgram program, Instant now, bool isDisturbed)
    {
        await foreach (var done in program.Harvest.Run(program.Readable, now, null, default))
        {
            Assert.DoesNotContain(Words, done.Problem ?? "", StringComparison.Ordinal);
            Assert.True(isDisturbed || done.Problem is null, $"{done.Account}: {done.Problem}");
        }

        try
        {
            var report = await program.Digests.Send(now, Duration.Zero, default);
            Assert.True(isDisturbed || report.Problems.Count + report.Unwritten.Count == 0, string.Join('\n', report.Problems));
        }
        catch (SqliteException) when (isDisturbed)
        {
            // It ends this run of the job, which says so and runs again.
        }
    }

    private static async Task<IReadOnlyList<string>> Print(TestProgram program)
    {
        var lines = await program.Log.Read(new LogFilter(), default).ToListAsync();
        return
        [
            .. lines
                .Select(line =>
                    $"{line.Id} {line.Kind} {line.Class} {line.Direction} {line.At} {line.Subject} {line.Thread} {line.Text} "
                        + $"{line.Command} {string.Join(',', line.Accounts)} "
                        + string.Join(',', line.Participants.Select(one => $"{one.Role} {one.Address} {one.Bounced}")))
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>
    /// Which digests left for whom the next morning: that of the day itself tells what was known then, and is there once, for the name of
    /// its file is its id.
    /// </summary>
    private static IReadOnlyList<string> Digests(PlantedCompany company) =>
        [
            .. Directory
                .EnumerateFiles(company.PathTo("out", "x")[..^2], "*.eml")
                .Select(File.ReadAllText)
                .Where(mail => mail.Contains("X-CrmSync: digest", StringComparison.Ordinal))
                .Select(mail => string.Join(' ', mail.Split("\r\n").Where(IsTelling)))
                .Where(head => head.Contains("4 Mar 2026", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal),
        ];

    private static bool IsTelling(string line) =>
        new[] { "Date:", "List-Id:", "Subject:", "To:" }.Any(field => line.StartsWith(field, StringComparison.Ordinal));

    /// <summary>A third of the rows, told apart by their keys, so that a row that fails fails until it is healed.</summary>
    private static string SpoilRows(PlantedCompany company, string table)
    {
        using var connection = new SqliteConnection(Place(company));
        var keys = connection
            .Query<(string Name, long Place)>($"select name, pk from pragma_table_info('{table}') where pk > 0")
            .Select(key => key.Name)
            .ToList();
        string When(string row) => string.Join(" + ", keys.Select(key => $"unicode(substr(cast({row}.{key} as text), -1))"));
        return string.Concat(
            new[] { ("insert", "new"), ("update", "new"), ("delete", "old") }.Select(one =>
                $"create trigger spoilt_{one.Item1} before {one.Item1} on {table} when ({When(one.Item2)}) % 3 = 1 "
                    + $"begin select raise(abort, '{Words}'); end;"));
    }

    private static async Task Do(PlantedCompany company, string sql)
    {
        await using var connection = new SqliteConnection(Place(company));
        await connection.ExecuteAsync(sql);
    }

    private static string Place(PlantedCompany company) => $"Data Source={company.PathTo("data", "planted.db")};Pooling=False";
}
