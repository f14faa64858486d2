using System.Security.Cryptography;
using Dapper;

namespace CrmSync.Storage;

/// <summary>Small values the installation keeps by name.</summary>
public sealed class Settings(ContactDatabase database)
{
    /// <summary>The value of that name, or null.</summary>
    public async Task<string?> Get(string name, CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        return await connection.QuerySingleOrDefaultAsync<string?>("select value from meta where name = @name", new { name });
    }

    /// <summary>Keeps a value; null forgets it.</summary>
    public Task Set(string name, string? value, CancellationToken ct) =>
        database.Write(
            scope => value is null
                ? scope.Execute("delete from meta where name = @name", new { name })
                : scope.Execute(
                    "insert into meta (name, value) values (@name, @value) on conflict (name) do update set value = excluded.value",
                    new { name, value = Texts.Clean(value) }),
            ct);

    /// <summary>What tells this installation from every other: made once, kept for good. Message-IDs of digests rest on it.</summary>
    public Task<string> Installation(CancellationToken ct) => Once("installation", () => Guid.NewGuid().ToString("n"), ct);

    /// <summary>A secret of that name: made once, kept for good.</summary>
    public async Task<byte[]> Secret(string name, CancellationToken ct) =>
        Convert.FromHexString(await Once(name, () => Convert.ToHexString(RandomNumberGenerator.GetBytes(32)), ct));

    private async Task<string> Once(string name, Func<string> make, CancellationToken ct) =>
        await Get(name, ct) ?? await database.Write(
            async scope =>
            {
                await scope.Execute(
                    "insert into meta (name, value) values (@name, @value) on conflict (name) do nothing",
                    new { name, value = make() });
                return await scope.One<string>("select value from meta where name = @name", new { name });
            },
            ct);
}
