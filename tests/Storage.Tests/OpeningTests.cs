using System.Runtime.Versioning;
using CrmSync.Domain.Harvest;
using Microsoft.Data.Sqlite;

namespace CrmSync.Storage.Tests;

public sealed class SqliteOpeningTests(SqliteFiles files) : IClassFixture<SqliteFiles>
{
    private string Fresh(string name) => Path.Combine(files.Folder, name);

    private static string Copy(string file)
    {
        File.Copy(file, file + ".copy");
        return file + ".copy";
    }

    [Fact]
    public async Task A_new_file_is_made_with_its_folder_and_opened_again_as_it_is()
    {
        var file = Fresh("new/folder/crmsync.db");
        await using (var first = await ContactDatabase.OpenSqlite(file, TimeProvider.System, default))
            Assert.Equal("0001_contact_log", first.Applied[0]);

        await using var second = await ContactDatabase.OpenSqlite(file, TimeProvider.System, default);
        Assert.Empty(second.Applied);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task The_file_its_companions_and_its_folder_are_for_nobody_else_to_read()
    {
        var file = Fresh("private/crmsync.db");
        await using var scene = await Scene.On(await ContactDatabase.OpenSqlite(file, TimeProvider.System, default));
        await using var held = await Harvest.AccountLock.Wait(scene.Database, scene.Account(), TimeSpan.Zero, default);
        await scene.Deliver(Some.Line(Some.Mail(id: "1@acme.example")));

        var made = Directory.GetFiles(Path.GetDirectoryName(file)!);
        Assert.Contains(made, name => name.EndsWith("-wal", StringComparison.Ordinal));
        Assert.Contains(made, name => name.EndsWith(".lock", StringComparison.Ordinal));
        Assert.All(made, name => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(name)));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(Path.GetDirectoryName(file)!));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_that_was_replaced_is_gone_also_when_another_connection_has_opened_the_new_one(bool isDeleted)
    {
        var file = Fresh($"replaced{isDeleted}.db");
        await using var database = await ContactDatabase.OpenSqlite(file, TimeProvider.System, default);
        await database.Write(scope => scope.Execute("insert into migration (name, applied_at) values ('one', '2030')"), default);
        Assert.False(database.IsGone());

        if (isDeleted)
            File.Delete(file);
        else
            File.Move(Copy(file), file, overwrite: true);

        // What fails closes its connection; the next one finds the file by its name.
        await Assert.ThrowsAsync<TimeoutException>(
            () => database.Write(_ => throw new TimeoutException("the work failed"), default));
        Assert.True(database.IsGone());
    }

    [Fact]
    public async Task Two_programs_can_start_at_once_on_a_new_file()
    {
        var opened = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(_ => Task.Run(() => ContactDatabase.OpenSqlite(Fresh("race.db"), TimeProvider.System, default))));
        Assert.Single(opened, database => database.Applied.Count > 0);
        foreach (var database in opened)
            await database.DisposeAsync();
    }

    [Fact]
    public async Task A_newer_database_is_refused_by_name()
    {
        await using (var database = await ContactDatabase.OpenSqlite(Fresh("newer.db"), TimeProvider.System, default))
            await database.Write(
                scope => scope.Execute("insert into migration (name, applied_at) values ('0099_future', '2030')"),
                default);

        var refused = await Assert.ThrowsAsync<DatabaseUnusableException>(
            () => ContactDatabase.OpenSqlite(Fresh("newer.db"), TimeProvider.System, default));
        Assert.Contains("newer than this program", refused.Message, StringComparison.Ordinal);
        Assert.Contains("0099_future", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_database_is_refused_and_left_alone()
    {
        await File.WriteAllTextAsync(Fresh("letter.db"), string.Join('\n', Enumerable.Repeat("Dear Sir or Madam,", 100)));
        var refused = await Assert.ThrowsAsync<DatabaseUnusableException>(
            () => ContactDatabase.OpenSqlite(Fresh("letter.db"), TimeProvider.System, default));
        Assert.Contains("not an SQLite database", refused.Message, StringComparison.Ordinal);
        Assert.StartsWith("Dear Sir", await File.ReadAllTextAsync(Fresh("letter.db")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_in_the_place_of_the_file_is_refused()
    {
        Directory.CreateDirectory(Fresh("folder.db"));
        var refused = await Assert.ThrowsAsync<DatabaseUnusableException>(
            () => ContactDatabase.OpenSqlite(Fresh("folder.db"), TimeProvider.System, default));
        Assert.Contains("cannot be opened", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_held_by_another_program_is_waited_for_and_then_refused()
    {
        await using var holder = new SqliteConnection($"Data Source={Fresh("held.db")};Pooling=false");
        await holder.OpenAsync();
        await using (var command = holder.CreateCommand())
        {
            command.CommandText = "begin exclusive";
            await command.ExecuteNonQueryAsync();
        }

        var refused = await Assert.ThrowsAsync<DatabaseUnusableException>(() =>
            ContactDatabase.OpenSqlite(Fresh("held.db"), TimeProvider.System, TimeSpan.FromSeconds(1), default));
        Assert.Contains("another program holds the database", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_disk_is_said_and_loses_nothing()
    {
        await using var scene = await Scene.On(await ContactDatabase.OpenSqlite(Fresh("full.db"), TimeProvider.System, default));
        await scene.Deliver(Some.Line(Some.Mail(id: "first@acme.example")));
        var items = await scene.Discover(200);
        await scene.Database.Write(scope => scope.Execute("pragma max_page_count = 1"), default);
        ItemResult[] results =
        [
            .. items.Select(
                (item, i) =>
                    new ItemResult.Mail(item.Number, Some.Line(Some.Mail(id: $"{i}@acme.example", body: new string('x', 2000) + i)))
            ),
        ];

        var full = await Assert.ThrowsAsync<DatabaseUnusableException>(() =>
            scene.Ledger.Store(scene.Account(), results, Some.Classifier, default));
        Assert.Contains("the disk is full", full.Message, StringComparison.Ordinal);
        Assert.Single(await scene.Log());

        await scene.Database.Write(scope => scope.Execute("pragma max_page_count = 1000000"), default);
        Assert.Equal(200, (await scene.Ledger.Store(scene.Account(), results, Some.Classifier, default)).New);
    }

    [Fact]
    public async Task A_write_that_throws_leaves_nothing_and_the_next_one_works()
    {
        await using var scene = await Scene.On(await ContactDatabase.OpenSqlite(Fresh("broken.db"), TimeProvider.System, default));
        var items = await scene.Discover(1);
        await Assert.ThrowsAsync<InvalidOperationException>(() => scene.Database.Write<int>(
            async scope =>
            {
                await scope.Execute("update remote_item set state = 1");
                throw new InvalidOperationException("power cut");
            },
            default));

        await scene.Ledger.Recover(scene.Account(), Some.Noon, default);
        Assert.Equal(items[0].Number, (await scene.Ledger.Take(scene.Account(), 500, Some.Noon, default)).Single().Number);
    }
}

[Collection(PostgresTests.Name)]
public sealed class PostgresOpeningTests(PostgresDatabases server)
{
    [Fact]
    public async Task Two_programs_can_start_at_once_on_a_new_database()
    {
        var place = await server.Server.NewDatabase();
        var opened = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(_ => ContactDatabase.OpenPostgres(place, TimeProvider.System, default)));
        Assert.Single(opened, database => database.Applied.Count > 0);
        foreach (var database in opened)
            await database.DisposeAsync();
    }

    [Fact]
    public async Task A_newer_database_is_refused_by_name()
    {
        await using (var database = await server.New())
            await database.Write(
                scope => scope.Execute("insert into migration (name, applied_at) values ('0099_future', '2030')"),
                default);

        Assert.Contains(
            "0099_future",
            (await Assert.ThrowsAsync<DatabaseUnusableException>(server.Again)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_does_not_exist_and_a_server_that_is_away_are_told_apart()
    {
        var missing = await Assert.ThrowsAsync<DatabaseUnusableException>(() =>
            ContactDatabase.OpenPostgres(server.Server.ConnectionString("nowhere"), TimeProvider.System, default));
        Assert.Contains("createdb", missing.Message, StringComparison.Ordinal);

        var away = await Assert.ThrowsAsync<DatabaseUnusableException>(
            () => ContactDatabase.OpenPostgres(
                "Host=127.0.0.1;Port=1;Username=ana;Password=secret;Database=crmsync;Timeout=2", TimeProvider.System, default));
        Assert.Contains("cannot be reached", away.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", away.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_connection_string_is_refused_without_repeating_it()
    {
        var refused = await Assert.ThrowsAsync<DatabaseUnusableException>(() =>
            ContactDatabase.OpenPostgres("postgres://ana:secret@host/db", TimeProvider.System, default)
        );
        Assert.Contains("storage.postgres", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_programs_storing_copies_of_one_mail_at_once_make_one_line()
    {
        await using var one = await Scene.On(await server.New(), "ana", "ben");
        await using var other = await Scene.On(await server.Again(), "ana", "ben");
        var mails = Enumerable.Range(0, 20).Select(i => Some.Mail(id: $"{i}@acme.example", at: Some.Noon + Some.Hours(i))).ToArray();
        await Task.WhenAll(
            Task.Run(async () =>
            {
                foreach (var mail in mails)
                    await one.Deliver(Some.Line(mail));
            }),
            Task.Run(async () =>
            {
                foreach (var mail in mails)
                    await other.Deliver("ben", Some.Line(mail, "ben"));
            }));

        var log = await one.Log();
        Assert.Equal(20, log.Count);
        Assert.All(log, line => Assert.Equal(["ana", "ben"], line.Accounts));
    }
}
