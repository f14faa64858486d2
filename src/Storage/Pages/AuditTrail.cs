using System.Globalization;
using CrmSync.Domain.Company;
using CrmSync.Storage.Log;
using Dapper;
using NodaTime;

namespace CrmSync.Storage.Pages;

/// <summary>Who looked at, exported or erased what, by page, mail or verb.</summary>
public sealed class AuditTrail(ContactDatabase database)
{
    /// <summary>Keeps that somebody did something; somebody who was erased is not named.</summary>
    public Task Note(AuditEntry entry, CancellationToken ct) => database.Write(
        async scope =>
        {
            var isErased =
                EmailAddress.TryParseContact(entry.About, out var about) && (await ErasedPeople.Load(scope)).Contains(about);
            return await scope.Execute(
                "insert into audit (at, who, way, what, about) values (@At, @who, @way, @what, @about)",
                new
                {
                    entry.At,
                    who = Texts.Clean(entry.Who),
                    way = Name(entry.Way),
                    what = Texts.Clean(entry.What),
                    about = isErased ? null : Texts.Clean(entry.About),
                });
        },
        ct);

    /// <summary>What was kept since a moment, oldest first; null: all of it.</summary>
    public async Task<IReadOnlyList<AuditEntry>> Read(Instant? since, CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        var rows = await connection.QueryAsync<(Instant At, string Who, string Way, string What, string? About)>(
            new CommandDefinition(
                "select at, who, way, what, about from audit where at >= @since order by at, number",
                new { since = since ?? NodaConstants.UnixEpoch },
                cancellationToken: ct));
        return
        [
            .. rows.Select(row =>
                new AuditEntry(row.At, row.Who, Enum.Parse<AuditWay>(row.Way, ignoreCase: true), row.What, row.About)),
        ];
    }

    /// <summary>Takes a person out; that somebody did something about somebody stays.</summary>
    internal static Task<int> LeaveOut(WriteScope scope, IReadOnlyList<EmailAddress> people) => scope.Execute(
        $"update audit set about = null where {scope.Engine.AnyOf("about", "@people")}",
        new { people = scope.Engine.List([.. people.Select(address => address.Value)]) });

    private static string Name(AuditWay way) => way.ToString().ToLower(CultureInfo.InvariantCulture);
}
