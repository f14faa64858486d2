using System.Text.Json;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Storage.Digests;
using CrmSync.Storage.Log;
using Dapper;
using NodaTime;

namespace CrmSync.Storage.Privacy;

/// <summary>What was dropped because it is older than <c>privacy.retain</c> allows, or would be.</summary>
/// <param name="Texts">Lines that lost their text.</param>
/// <param name="Notes">Notes that lost their free text.</param>
/// <param name="Mails">Digests, notices and answers that lost their bytes.</param>
/// <param name="CommandMails">Mails to the command mailbox that lost what they said.</param>
public sealed record RetentionCounts(int Texts, int Notes, int Mails, int CommandMails)
{
    public int Total => Texts + Notes + Mails + CommandMails;
}

/// <summary>The last run of the retention.</summary>
/// <param name="At">When.</param>
/// <param name="Before">What was older than this was dropped.</param>
/// <param name="Dropped">How much.</param>
public sealed record RetentionRun(Instant At, Instant Before, RetentionCounts Dropped);

/// <summary>
/// Drops texts that are older than <c>privacy.retain</c> allows (policy-language.md section 5). Lines, people, times and everything else
/// the policy rests on stay.
/// </summary>
public sealed class Retention(ContactDatabase database, Settings settings)
{
    private const string Setting = "retention";

    /// <summary>A line holds words in its body, or in a sentence on which something it told rests.</summary>
    private const string HasWords = $"(body is not null or facts like '%{LineFacts.SentenceMark}%')";

    /// <summary>So many lines in one transaction: others want to write, too.</summary>
    private const int Batch = 2000;

    /// <summary>The last run; null when there was none.</summary>
    public async Task<RetentionRun?> Last(CancellationToken ct) =>
        await settings.Get(Setting, ct) is { } text ? JsonSerializer.Deserialize<RetentionRun>(text, Json.Options) : null;

    /// <summary>How much <see cref="Drop"/> would drop.</summary>
    /// <param name="before">What is older is dropped.</param>
    /// <param name="ct">Cancels.</param>
    public Task<RetentionCounts> Count(Instant before, CancellationToken ct) =>
        database.Write(
            async scope => new RetentionCounts(
                (int)
                    await scope.One<long>(
                        $"select count(*) from interaction where at < @before and kind <> {InteractionKind.Command:d} and {HasWords}",
                        new { before }),
                (await Notes(scope, before)).Count,
                (int)
                    await scope.One<long>(
                        $"select count(*) from digest where due_at < @before and bytes is not null and state not in {LedgerStates.Unsent}",
                        new { before }),
                (int)
                    await scope.One<long>(
                        "select count(*) from command_mail where arrived_at < @before and (mail is not null or words is not null or "
                            + "answer is not null)",
                        new { before })),
            ct);

    /// <summary>Drops what is too old and notes how much that was.</summary>
    /// <param name="before">What is older is dropped.</param>
    /// <param name="now">The moment, for <c>status</c>.</param>
    /// <param name="ct">Ends between two transactions; the next run goes on from there.</param>
    public async Task<RetentionCounts> Drop(Instant before, Instant now, CancellationToken ct)
    {
        var texts = 0;
        for (var some = Batch; some == Batch; texts += some)
            some = await database.Write(scope => Texts(scope, before), ct);

        var dropped = await database.Write(
            async scope =>
            {
                await Thorough(scope);
                var notes = await Notes(scope, before);
                foreach (var (number, command) in notes)
                    await scope.Execute(
                        "update interaction set command = @command where number = @number",
                        new { number, command = CommandText.Write(command) });

                return new RetentionCounts(
                    texts,
                    notes.Count,
                    await scope.Execute(
                        $"""
                        update digest set bytes = null
                         where due_at < @before and bytes is not null and state not in {LedgerStates.Unsent}
                        """,
                        new { before }),
                    await scope.Execute(
                        $"""
                        update command_mail
                           set mail = null, bytes = null, words = null, answer = null, people = null,
                               state = case when state = {CommandMailState.Waiting:d} then {CommandMailState.Refused:d} else state end
                         where arrived_at < @before and (mail is not null or words is not null or answer is not null)
                        """,
                        new { before }));
            },
            ct);
        await settings.Set(Setting, JsonSerializer.Serialize(new RetentionRun(now, before, dropped), Json.Options), ct);
        return dropped;
    }

    private static async Task<int> Texts(WriteScope scope, Instant before)
    {
        await Thorough(scope);
        var lines = (
            await scope.Query<(long Number, string? Facts, string? Learned)>(
                $"""
                select number, facts, learned
                  from interaction
                 where at < @before and kind <> {InteractionKind.Command:d} and {HasWords}
                 order by at, id
                 limit @Batch
                """,
                new { before, Batch })).AsList();
        await scope.Execute(
            $"update interaction set body = null, body_kept = 0 where {scope.Engine.AnyOf("number", "@numbers")}",
            new { numbers = scope.Engine.List(lines.ConvertAll(line => line.Number)) });
        foreach (var (number, facts, learned) in lines.Where(line => LineFacts.HoldSentences(line.Facts)))
            await scope.Execute(
                "update interaction set facts = @facts, learned = @learned where number = @number",
                new
                {
                    number,
                    facts = LineFacts.WithoutSentences(facts!),
                    learned = LineFacts.WriteLearned(LineFacts.ReadLearned(learned).WithoutSentences()),
                });

        return lines.Count;
    }

    /// <summary>The commands whose words are too old, as they are kept from now on: dates stay, for rules rest on them.</summary>
    private static async Task<IReadOnlyList<(long Number, CommandFacts Command)>> Notes(WriteScope scope, Instant before)
    {
        var notes = new List<(long, CommandFacts)>();
        foreach (
            var (number, text) in await scope.Query<(long Number, string Command)>(
                $"""
                select number, command
                  from interaction
                 where at < @before and kind = {InteractionKind.Command:d} and command is not null
                """,
                new { before }))
        {
            var command = CommandText.Read(text);
            if (command.Text is not null && NoteText.DatesAlone(command.Text) is var dates && dates != command.Text)
                notes.Add((number, command with { Text = dates }));
        }

        return notes;
    }

    /// <summary>On SQLite what is dropped is overwritten, too.</summary>
    private static async Task Thorough(WriteScope scope)
    {
        if (scope.Engine.IsSqlite)
            await scope.Execute("pragma secure_delete = on");
    }
}
