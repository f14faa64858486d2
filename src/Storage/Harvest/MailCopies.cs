using Dapper;

namespace CrmSync.Storage.Harvest;

/// <summary>Where the copies of mails lie, as far as they were there when they were read.</summary>
public sealed class MailCopies(ContactDatabase database)
{
    /// <summary>Every copy of some lines.</summary>
    /// <param name="lines">The ids of the lines.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<IReadOnlyList<MailCopy>> Find(IReadOnlyCollection<string> lines, CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        return (await connection.QueryAsync<MailCopy>(
            new CommandDefinition(
                $"""
                select i.id as Line, i.message_id as MessageId, a.name as Account, a.kind as Kind, a.address as Address,
                       r.web_link as WebLink
                  from interaction i
                  join remote_item r on r.interaction = i.number
                  join account a on a.number = r.account
                 where {database.Engine.AnyOf("i.id", "@lines")} and r.state = {ItemState.Done:d}
                 order by r.number
                """,
                new { lines = database.Engine.List([.. lines]) },
                cancellationToken: ct))).AsList();
    }
}

/// <summary>One copy of a mail.</summary>
public sealed record MailCopy
{
    /// <summary>The id of the line it is a copy of.</summary>
    public required string Line { get; init; }

    public string? MessageId { get; init; }

    public required string Account { get; init; }

    /// <summary>The key that the account is configured with.</summary>
    public required string Kind { get; init; }

    /// <summary>Whose mailbox it lies in.</summary>
    public string? Address { get; init; }

    /// <summary>Where it opens in a browser, as the server says; null where the server says nothing.</summary>
    public string? WebLink { get; init; }
}
