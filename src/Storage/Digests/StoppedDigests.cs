using Dapper;

namespace CrmSync.Storage.Digests;

/// <summary>Which readers want which digest no more.</summary>
public sealed class StoppedDigests(ContactDatabase database, Settings settings)
{
    private const string Prefix = "unsubscribed ";

    /// <summary>Stops a digest for one reader, or sends it again.</summary>
    public Task Set(string digest, string reader, bool stopped, CancellationToken ct) =>
        settings.Set($"{Prefix}{digest} {reader}", stopped ? "yes" : null, ct);

    /// <summary>Names of digests and ids of readers, in order.</summary>
    public async Task<IReadOnlyList<(string Digest, string Reader)>> All(CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        var names = await connection.QueryAsync<string>(
            new CommandDefinition(
                "select name from meta where name like @like order by name",
                new { like = Prefix + "%" },
                cancellationToken: ct));
        return
        [
            .. names
                .Select(name => name[Prefix.Length..].Split(' '))
                .Where(parts => parts.Length == 2)
                .Select(parts => (parts[0], parts[1])),
        ];
    }
}
