using System.Data.Common;
using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Storage.Digests;
using CrmSync.Storage.Harvest;
using CrmSync.Storage.Log;
using Dapper;
using NodaTime;

namespace CrmSync.Storage.Tests;

/// <summary>
/// Databases that began with the first schema and were filled then are brought to this version from every version in between, and hold what
/// they held.
/// </summary>
public abstract class MigrationContract(Engine engine)
{
    private static readonly string[] Filled = ["account", "folder", "remote_item", "interaction", "participant", "sighting", "digest"];

    /// <summary>Every version there was.</summary>
    public static TheoryData<string> Versions => new(Migrations.Scripts(Engine.Sqlite).Keys);

    /// <summary>A new, empty database, not opened by the program yet.</summary>
    protected abstract Task<DbConnection> Fresh();

    /// <summary>The same as the program opens it, which brings it to this version.</summary>
    protected abstract Task<ContactDatabase> Open();

    /// <summary>Leaves a transaction as a program does that is killed.</summary>
    protected abstract Task<DbConnection> Kill(DbConnection connection);

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_database_of_every_version_with_data_in_it_comes_to_this_one_whole(string version)
    {
        await using (var connection = await Fresh())
            await Age(connection, version);

        await IsWhole(version);
    }

    [Theory]
    [InlineData("0001_contact_log")]
    [InlineData("0010_claims")]
    [InlineData("0050_learned")]
    public async Task A_program_that_is_killed_while_it_brings_a_database_to_its_version_leaves_it_as_it_was(string version)
    {
        var connection = await Fresh();
        try
        {
            await Age(connection, version);
            var missing = Migrations.Scripts(engine).SkipWhile(script => script.Key != version).Skip(1).ToList();
            foreach (var count in new[] { 1, missing.Count })
            {
                var transaction = await connection.BeginTransactionAsync();
                foreach (var (name, script) in missing.Take(count))
                {
                    await connection.ExecuteAsync(script, null, transaction);
                    await Note(connection, name, transaction);
                }

                connection = await Kill(connection);
                Assert.Equal(version, await connection.ExecuteScalarAsync<string>("select max(name) from migration"));
            }
        }
        finally
        {
            await connection.DisposeAsync();
        }

        await IsWhole(version);
    }

    [Fact]
    public async Task A_year_of_mail_that_the_first_version_wrote_is_the_same_log_line_for_line()
    {
        const int Days = 365;
        await using (var connection = await Fresh())
        {
            await Age(connection, "0001_contact_log");
            for (var day = 1; day <= Days; day++)
                await AddDay(connection, day);
        }

        await using var database = await Open();
        var log = await new ContactLog(database).Read(new LogFilter(), default).ToListAsync();
        Assert.Equal(
            Enumerable.Range(1, Days).SelectMany(Lines),
            log.Where(line => line.Id != "1a2b").OrderBy(line => line.At).Select(line =>
                $"{line.Id} {line.At} {line.Seen} {line.Kind} {line.Class} {line.Direction} {line.Subject} {line.Thread} {line.MessageId} "
                    + $"{line.InReplyTo} {line.Text} "
                    + string.Join(
                        ", ",
                        line.Participants.OrderBy(one => one.Role)
                            .Select(one => $"{one.Role} {one.Name} {one.Address} {one.Internal}"))));
    }

    [Fact]
    public async Task Lines_that_were_written_before_are_found_by_whom_and_what_they_are_about()
    {
        await using (var connection = await Fresh())
        {
            await Age(connection, "0073_login_remedy");
            await connection.ExecuteAsync(
                """
                insert into interaction (number, id, kind, at, seen, command, learned)
                values (2, 'tag', 2, '2026-03-02T12:00:00Z', '2026-03-02T12:00:00Z',
                        '{"By":"ana@bright.example","Verb":"tag","Contact":"eve@mail.beta.example"}', null),
                       (3, 'done', 2, '2026-03-02T12:00:00Z', '2026-03-02T12:00:00Z',
                        '{"By":"ana@bright.example","Verb":"done","About":"1a2b"}', null),
                       (4, 'undo', 2, '2026-03-02T12:00:00Z', '2026-03-02T12:00:00Z',
                        '{"By":"ana@bright.example","Verb":"undo","Undoes":["tag","done"]}', null),
                       (5, 'same', 2, '2026-03-02T12:00:00Z', '2026-03-02T12:00:00Z',
                        '{"By":"ana@bright.example","Verb":"same","Contact":"a@one.example","Other":"a@two.example"}', null),
                       (6, 'forward', 0, '2026-03-02T12:00:00Z', '2026-03-02T12:00:00Z', null,
                        '{"Forwarded":{"Author":"zoe@gamma.example"}}');
                """);
        }

        await using var database = await Open();
        Assert.Equal(["tag"], await Found(new LinesWanted { Domains = ["beta.example"] }));
        Assert.Equal(["done"], await Found(new LinesWanted { Targets = ["1a2b"] }));
        Assert.Equal(["undo"], await Found(new LinesWanted { Targets = ["done"] }));
        Assert.Equal(["same"], await Found(JoinedPeople.Joins));
        Assert.Equal(["same"], await Found(new LinesWanted { Domains = ["two.example"] }));
        Assert.Equal(["forward"], await Found(new LinesWanted { Domains = ["gamma.example"] }));

        async Task<IEnumerable<string>> Found(LinesWanted wanted) =>
            (await new ContactLog(database).Read(wanted, Some.Noon, default)).Select(line => line.Id);
    }

    [Fact]
    public async Task A_mail_that_was_stored_before_is_known_again_in_a_copy_that_a_gateway_changes_afterwards()
    {
        var identity = MailIdentity.From(Some.Mail(id: "offer-1@acme.example"));
        await using (var connection = await Fresh())
        {
            await Age(connection, "0077_feeds");
            await connection.ExecuteAsync(
                """
                insert into mail_identity (line_id, fingerprint, essence_key, essence, interaction)
                values (@LineId, 'before', @key, 'x', 1)
                """,
                new { identity.LineId, key = identity.Essence!.Key[7..] + "0123456789abc" });
        }

        await using var database = await Open();
        await using var opened = await database.Connect(default);
        Assert.Equal(
            identity.Essence.Key,
            await opened.ExecuteScalarAsync<string>("select essence_key from mail_identity where fingerprint = 'before'"));
    }

    [Fact]
    public async Task Mailboxes_in_Microsoft_365_and_calendars_are_listed_anew_once_and_nothing_else_is()
    {
        await using (var connection = await Fresh())
        {
            await Age(connection, "0075_lines_by_organisation");
            await connection.ExecuteAsync(
                """
                insert into account (number, name, kind, address) values (2, 'graph:ben', 'graph', 'ben@bright.example'),
                                                                 (3, 'ben', 'caldav', null);
                insert into folder (number, account, remote_id, path, cursor)
                values (2, 2, 'AQMkAD', 'Inbox', 'delta'), (3, 2, 'calendar', 'calendar', 'delta'),
                       (4, 3, '/ben/', 'Ben', '2026q4 token');
                update folder set cursor = 'text' where number = 1;
                """);
        }

        await using var database = await Open();
        await using var opened = await database.Connect(default);
        Assert.Equal(
            ["text", null, null, null],
            await opened.QueryAsync<string?>("select cursor from folder order by number"));
    }

    /// <summary>A question of a day and its answer, as they are read back.</summary>
    private static IEnumerable<string> Lines(int day)
    {
        var at = Start(day);
        var (customer, ours) = ($"From Jané {day} jane{day % 7}@acme.example False", "Ana ana@bright.example True");
        yield return $"q{day} {at} {at} Mail Human Inbound Hinges ≥ {day} q{day} q{day}@acme.example  When, {day}? {customer}, To {ours}";
        yield return $"a{day} {at + Some.Hours(1)} {at + Some.Hours(1)} Mail Human Outbound Re: Hinges ≥ {day} q{day} "
            + $"a{day}@bright.example q{day}@acme.example On day {day}. From {ours}, To Jané {day} jane{day % 7}@acme.example False";
    }

    private static Instant Start(int day) => Some.Noon - Some.Hours(24 * 366) + Some.Hours(24 * day);

    private static Task<int> AddDay(DbConnection connection, int day)
    {
        var (question, answer) = (10 + (2 * day), 11 + (2 * day));
        var (at, later) = ($"{Start(day)}", $"{Start(day) + Some.Hours(1)}");
        return connection.ExecuteAsync(
            $"""
            insert into interaction
              (number, id, kind, at, seen, class, direction, author, subject, thread, message_id, in_reply_to, body)
            values ({question}, 'q{day}', 0, '{at}', '{at}', {(int)InteractionClass.Human}, {(int)Direction.Inbound},
                    'jane{day % 7}@acme.example', 'Hinges ≥ {day}', 'q{day}', 'q{day}@acme.example', null, 'When, {day}?'),
                   ({answer}, 'a{day}', 0, '{later}', '{later}', {(int)InteractionClass.Human}, {(int)Direction.Outbound},
                    'ana@bright.example', 'Re: Hinges ≥ {day}', 'q{day}', 'a{day}@bright.example', 'q{day}@acme.example',
                    'On day {day}.');
            insert into participant (interaction, role, address, name, internal)
            values ({question}, 0, 'jane{day % 7}@acme.example', 'Jané {day}', @no),
                   ({question}, 1, 'ana@bright.example', 'Ana', @yes),
                   ({answer}, 0, 'ana@bright.example', 'Ana', @yes),
                   ({answer}, 1, 'jane{day % 7}@acme.example', 'Jané {day}', @no);
            insert into sighting (interaction, account, seen, direction)
            values ({question}, 1, '{at}', 0), ({answer}, 1, '{later}', 1);
            """,
            new { no = false, yes = true });
    }

    private async Task IsWhole(string version)
    {
        await using var database = await Open();
        Assert.Equal(Migrations.Scripts(engine).Keys.SkipWhile(name => name != version).Skip(1), database.Applied);
        foreach (var table in Filled)
            Assert.Equal(table == "participant" ? 2 : 1, await database.CountRows(table, default));

        var line = Assert.Single(await new ContactLog(database).Read(new LogFilter(), default).ToListAsync());
        Assert.Equal(("1a2b", "Hinges", InteractionKind.Mail, Some.Noon), (line.Id, line.Subject, line.Kind, line.At));
        Assert.Equal(
            ["ana@bright.example", "jane@acme.example"],
            line.Participants.Select(one => one.Address.Value).Order(StringComparer.Ordinal));
        Assert.Single(await new ContactLog(database).Read(new LinesWanted { Domains = ["acme.example"] }, Some.Noon, default));
        Assert.Equal("ana", Assert.Single(await new Accounts(database).All(default)).Name);
        Assert.Equal(1, Assert.Single(await new LedgerCounts(database).Counts(default)).Items);
        Assert.Equal(LedgerState.Sent, (await new DigestLedger(database).Find("m1@bright.example", default))!.State);
        foreach (var view in new[] { "contact_log", "contact_log_participants", "contacts" })
            Assert.True(await database.CountRows(view, default) > 0, view);
    }

    /// <summary>Brings an empty database to a version, filled as soon as it had its first tables.</summary>
    private async Task Age(DbConnection connection, string version)
    {
        await connection.ExecuteAsync(
            "create table if not exists migration (name varchar(200) not null primary key, applied_at varchar(40) not null)");
        var isFilled = false;
        foreach (var (name, script) in Migrations.Scripts(engine))
        {
            await connection.ExecuteAsync(script);
            await Note(connection, name, null);
            if (!isFilled)
                await Fill(connection);

            isFilled = true;
            if (name == version)
                return;
        }
    }

    private static Task<int> Note(DbConnection connection, string name, DbTransaction? transaction) =>
        connection.ExecuteAsync("insert into migration (name, applied_at) values (@name, '2026-01-01')", new { name }, transaction);

    /// <summary>A mail of a customer that was read and told of, as the first version wrote it.</summary>
    private static Task<int> Fill(DbConnection connection) =>
        connection.ExecuteAsync(
            """
            insert into account (number, name, kind, address) values (1, 'ana', 'imap', 'ana@bright.example');
            insert into folder (number, account, remote_id, path, role) values (1, 1, 'INBOX', 'Inbox', 'inbox');
            insert into interaction (number, id, kind, at, seen, class, direction, author, subject, thread, message_id, body)
            values (1, '1a2b', 0, '2026-03-02T12:00:00Z', '2026-03-02T12:00:00Z', 6, 0, 'jane@acme.example', 'Hinges', '1a2b',
                    'q@acme.example', 'When do they come?');
            insert into remote_item (number, folder, epoch, item_key, account, state, interaction) values (1, 1, 1, '7', 1, 1, 1);
            insert into participant (interaction, role, address, name, internal) values (1, 0, 'jane@acme.example', 'Jane', @no);
            insert into participant (interaction, role, address, name, internal) values (1, 1, 'ana@bright.example', 'Ana', @yes);
            insert into sighting (interaction, account, seen, direction) values (1, 1, '2026-03-02T12:00:00Z', 0);
            insert into mail_identity (line_id, fingerprint, message_id, interaction) values ('1a2b', 'f', 'q@acme.example', 1);
            insert into digest (message_id, digest, reader, local_date, state, due_at, planned_at, sent_at, bytes)
            values ('m1@bright.example', 'my-day', 'ana', '2026-03-03', 3, '2026-03-03T08:00:00Z', '2026-03-03T08:00:00Z',
                    '2026-03-03T08:01:00Z', @bytes);
            """,
            new { no = false, yes = true, bytes = "Subject: x\r\n\r\n"u8.ToArray() });
}
