using System.Data.Common;
using System.Text;
using Dapper;

namespace CrmSync.Storage.Privacy;

/// <summary>A place in the database where somebody is named.</summary>
/// <param name="Table">The table.</param>
/// <param name="Column">The column.</param>
/// <param name="Key">Which row: of a line its id, else what the row begins with.</param>
/// <param name="IsLine">Whether it is a line of the log, or hangs on one.</param>
public sealed record Trace(string Table, string Column, string Key, bool IsLine);

/// <summary>
/// Looks through every text of every table for somebody. Tables and columns are those the database has, whoever made them, so that no table
/// is forgotten.
/// </summary>
internal sealed class DatabaseSearch(ContactDatabase database)
{
    /// <param name="words">What is looked for.</param>
    /// <param name="textOfMail">What a mail that is kept as bytes says.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<IReadOnlyList<Trace>> Find(PersonWords words, Func<byte[], string> textOfMail, CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        var columns = await connection.QueryAsync<(string Table, string Column)>(
            new CommandDefinition(database.Engine.TextColumns, cancellationToken: ct));
        var all = (
            await connection.QueryAsync<(string Table, string Column)>(
                new CommandDefinition(database.Engine.Columns, cancellationToken: ct))).ToLookup(c => c.Table, c => c.Column);
        var found = new List<Trace>();
        foreach (
            var table in columns
                .GroupBy(column => column.Table, column => column.Column, StringComparer.Ordinal)
                .OrderBy(table => table.Key, StringComparer.Ordinal))
            await Find(connection, table.Key, [.. table], [.. all[table.Key]], words, textOfMail, found, ct);

        return found;
    }

    private static async Task Find(
        DbConnection connection,
        string table,
        string[] texts,
        string[] all,
        PersonWords words,
        Func<byte[], string> textOfMail,
        List<Trace> found,
        CancellationToken ct)
    {
        var isLine = table == "interaction" || all.Contains("interaction", StringComparer.Ordinal);
        var key =
            table == "interaction" ? "t.id"
            : isLine ? "(select i.id from interaction i where i.number = t.interaction)"
            : $"t.{Quoted(all[0])}";
        await using var command = connection.CreateCommand();
        command.CommandText = $"select {key}, {string.Join(", ", texts.Select(text => "t." + Quoted(text)))} from {Quoted(table)} t";
        await using var row = await command.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct))
        {
            for (var i = 0; i < texts.Length; i++)
            {
                var isNamed = row.GetValue(i + 1) switch
                {
                    string text => words.AreNamedIn(text),
                    byte[] bytes => words.AreNamedIn(Encoding.UTF8.GetString(bytes)) || words.AreNamedIn(textOfMail(bytes)),
                    _ => false,
                };
                if (isNamed)
                    found.Add(
                        new Trace(
                            table,
                            texts[i],
                            Convert.ToString(row.GetValue(0), System.Globalization.CultureInfo.InvariantCulture) ?? "",
                            isLine));
            }
        }
    }

    private static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
