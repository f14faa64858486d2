using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Domain.Meetings;
using CrmSync.Storage.Calls;
using CrmSync.Storage.Log;
using NodaTime;

namespace CrmSync.Storage.Privacy;

/// <summary>Erases people again from a database that was restored: those whose hashes are known, wherever they stand.</summary>
/// <param name="database">The restored database.</param>
/// <param name="erasure">Erases one.</param>
/// <param name="textOfMail">What a mail that is kept as bytes says.</param>
public sealed class ErasureAgain(ContactDatabase database, Erasure erasure, Func<byte[], string> textOfMail)
{
    /// <summary>Erases whoever is found, and keeps the others erased as well.</summary>
    /// <param name="known">Who was erased.</param>
    /// <param name="classifier">Knows who is ours.</param>
    /// <param name="merge">Merges the meetings they were in.</param>
    /// <param name="now">The moment.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>How many people were found.</returns>
    public async Task<int> Apply(ErasureFile known, Classifier classifier, MeetingMerge merge, Instant now, CancellationToken ct)
    {
        if (known.Salt is not { } text || known.Marks.Count == 0)
            return 0;

        var people = await Find(known, Convert.FromHexString(text), ct);
        await database.WriteDurably(
            async scope =>
            {
                // Of telephones that nobody is known by only the hash is left to find them by.
                await known.Note(scope);
                return await CallLog.LeaveOut(scope, await ErasedPeople.Load(scope));
            },
            ct);
        foreach (var person in people)
            await erasure.Forget(person, classifier, merge, now, TimeSpan.Zero, ct);

        return people.Count;
    }

    private async Task<IReadOnlyList<SomePerson>> Find(ErasureFile known, byte[] salt, CancellationToken ct)
    {
        var persons = known.Marks.Where(mark => mark.Kind == (int)MarkKind.Address)
            .ToLookup(mark => mark.Hash, mark => mark.Person, StringComparer.Ordinal);
        var found = new Dictionary<string, HashSet<EmailAddress>>(StringComparer.Ordinal);
        var seen = new HashSet<EmailAddress>();
        await foreach (var words in Texts(ct))
        {
            foreach (var address in Mentions.AddressesIn(words))
            {
                if (!seen.Add(address))
                    continue;

                foreach (var person in ErasedPeople.Marks(salt, address).SelectMany(mark => persons[mark]).Distinct())
                {
                    if (!found.TryGetValue(person, out var addresses))
                        found.Add(person, addresses = []);

                    addresses.Add(address);
                }
            }
        }

        return [.. found.Values.Select(addresses => new SomePerson([.. addresses]))];
    }

    /// <summary>Everything the database says, in every table.</summary>
    private async IAsyncEnumerable<string> Texts([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        var columns = new List<(string Table, string Column)>();
        await using (var command = connection.CreateCommand())
        {
            command.CommandText = database.Engine.TextColumns;
            await using var rows = await command.ExecuteReaderAsync(ct);
            while (await rows.ReadAsync(ct))
                columns.Add((rows.GetString(0), rows.GetString(1)));
        }

        foreach (var (table, column) in columns)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = $"select \"{column}\" from \"{table}\" where \"{column}\" is not null";
            await using var rows = await command.ExecuteReaderAsync(ct);
            while (await rows.ReadAsync(ct))
            {
                yield return rows.GetValue(0) switch
                {
                    byte[] mail => textOfMail(mail),
                    var value => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? "",
                };
            }
        }
    }
}
