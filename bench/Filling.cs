using System.Diagnostics;
using System.Globalization;
using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Storage.Log;
using CrmSync.Worker;
using Microsoft.Data.Sqlite;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Bench;

/// <summary>
/// Makes a configuration folder with a policy and an SQLite database that holds the log of the invented company, for measuring whole verbs:
/// the rows are written straight, for harvesting so many mails would take most of the time.
/// </summary>
internal static class Filling
{
    private const int Batch = 1000;

    public static void Run(Options options) =>
        Run(
            options.At(0, "the new configuration folder"),
            options.Number("interactions", 1_000_000),
            options.Number("contacts", 100_000),
            options.Number("seed", 1)).GetAwaiter().GetResult();

    private static async Task Run(string folder, int interactions, int contacts, int seed)
    {
        var company = new InventedCompany(interactions, contacts, seed);
        var policy = company.Policy();
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "crmsync.yaml"), """
            version: 1
            storage: {sqlite: crmsync.db}
            accounts: [{maildir: mail, address: person0@us.example}]
            """);
        Directory.CreateDirectory(Path.Combine(folder, "mail"));
        var people = string.Join('\n', policy.People.Select(person => $"  {person.Id}: {{ email: {person.Email} }}"));
        await File.WriteAllTextAsync(Path.Combine(folder, "policy.yaml"), $$$$"""
            version: 1
            us: {domains: [us.example]}
            defaults: {calendar: office, owner: person0}
            calendars: {office: {zone: Europe/Berlin, hours: {mon-fri: ["09:00-17:00"]}}}
            people:
            {{{{people}}}}
            segments: {customer: {domains: [firm0.example, firm1.example, firm2.example]}}
            assign: [{owner: first_contact}]
            rules:
              - respond: answer
                within: 4bh
              - chase: waiting
                after: 2bd
              - stay_in_touch: customers
                when: {segment: customer}
                every: 6w
            digests:
              - { digest: my-day, to: owners, at: "08:00" }
              - { digest: the-firm, to: [person0], at: "08:00", sections: [overdue_by_owner, over_contacted, numbers] }
            """);
        await using var program = await CrmSyncProgram.Open(
            LoadedConfiguration.Read(folder, company.End), TimeProvider.System, null, CancellationToken.None);
        var watch = Stopwatch.StartNew();
        var commands = await Write(Path.Combine(folder, "crmsync.db"), company.Log().Take(interactions));
        foreach (var some in commands.Chunk(Batch))
            await program.Create<CommandLog>().Add(some, CancellationToken.None);

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{interactions:N0} lines in {watch.Elapsed.TotalSeconds:N1} s; ask as of {company.End}"));
    }

    /// <summary>Writes mails and meetings; gives the commands.</summary>
    private static async Task<List<Interaction>> Write(string file, IEnumerable<Interaction> log)
    {
        await using var connection = new SqliteConnection($"Data Source={file}");
        await connection.OpenAsync();
        await using var transaction = connection.BeginTransaction();
        await using var line = Insert(
            connection,
            "interaction",
            "number, id, kind, at, seen, class, direction, author, subject, thread, message_id, in_reply_to, uid, starts_at, ends_at, "
                + "question, acknowledgement, markers");
        await using var person = Insert(connection, "participant", "interaction, role, address, internal, response");
        await using var outsider = Insert(connection, "outsider", "address, domain");
        var known = new HashSet<EmailAddress>();
        var commands = new List<Interaction>();
        var number = 0L;
        foreach (var one in log)
        {
            if (one.Kind == InteractionKind.Command)
            {
                commands.Add(one with { Participants = [new Participant(one.Command!.By, null, ParticipantRole.From, true)] });
                continue;
            }

            number++;
            await Execute(
                line, number, one.Id, (long)one.Kind, Printed(one.At), Printed(one.Seen), (long?)one.Class, (long?)one.Direction,
                one.Author?.Value, one.Subject, one.Thread, one.MessageId, one.InReplyTo, one.Meeting?.Uid, Printed(one.Meeting?.Start),
                Printed(one.Meeting?.End), one.Question, one.Acknowledgement,
                one.Markers.Count == 0 ? null : string.Join('\n', one.Markers));
            foreach (var participant in one.Participants.DistinctBy(each => (each.Role, each.Address)))
            {
                await Execute(
                    person, number, (long)participant.Role, participant.Address.Value, participant.Internal, (long?)participant.Response);
                if (!participant.Internal && known.Add(participant.Address))
                    await Execute(
                        outsider, participant.Address.Value, string.Join('.', participant.Address.Domain.Split('.').Reverse()));
            }
        }

        await transaction.CommitAsync();
        return commands;
    }

    private static SqliteCommand Insert(SqliteConnection connection, string table, string columns)
    {
        var command = connection.CreateCommand();
        var count = columns.Split(',').Length;
        var values = string.Join(", ", Enumerable.Range(0, count).Select(i => $"@p{i}"));
        command.CommandText = $"insert into {table} ({columns}) values ({values})";
        for (var i = 0; i < count; i++)
            command.Parameters.Add(new SqliteParameter { ParameterName = $"@p{i}" });

        return command;
    }

    private static Task<int> Execute(SqliteCommand command, params object?[] values)
    {
        for (var i = 0; i < values.Length; i++)
            command.Parameters[i].Value = values[i] ?? DBNull.Value;

        return command.ExecuteNonQueryAsync();
    }

    private static string? Printed(Instant? at) => at is { } moment ? InstantPattern.General.Format(moment) : null;
}
