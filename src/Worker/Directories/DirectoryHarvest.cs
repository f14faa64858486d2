using System.Security.Cryptography;
using System.Text;
using CrmSync.Domain.Company;
using CrmSync.Domain.Harvest;
using CrmSync.Domain.Log;
using CrmSync.Storage;
using CrmSync.Storage.Directories;
using CrmSync.Storage.Harvest;
using CrmSync.Storage.Log;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.PolicyFiles;
using CrmSync.Worker.Sources;
using CrmSync.Worker.Yaml;
using NodaTime;

namespace CrmSync.Worker.Directories;

/// <summary>Reads one directory and keeps what it says; a directory that cannot be read keeps what it said, and stops no other.</summary>
internal sealed class DirectoryHarvest(
    ContactDatabase database,
    DirectorySources sources,
    DirectoryCards cards,
    Accounts accounts,
    PolicyInForce policy,
    ImportedPeople imported,
    CrmSyncConfiguration configuration,
    TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Takes away what directories said that are not configured any more.</summary>
    public Task DropFormer(CancellationToken ct) => cards.Keep([.. configuration.Directories.Select(directory => directory.Name)], ct);

    public async Task<DirectoryReading> Run(DirectorySettings directory, Instant now, CancellationToken ct)
    {
        var began = time.GetTimestamp();
        var state = await accounts.Register(directory.Name, directory.Kind, address: null, ct);
        await using var alone = await AccountLock.Wait(database, state, Patience, ct);
        if (alone is null)
            return Failed(new Trouble(directory.Name, "another crmsync is reading it right now", "try again when it is done"),
                permanent: false);

        try
        {
            var marks = Marks(directory, await ErasedPeople.Count(database, ct));
            var versions = (await cards.Versions(directory.Name, ct))
                .Where(version => version.Value.StartsWith(marks, StringComparison.Ordinal))
                .ToDictionary(version => version.Key, version => version.Value[marks.Length..], StringComparer.Ordinal);
            var parts = await sources.Open(directory).Read(versions, ct);
            parts = [.. parts.Select(part => part with { BadCards = [.. part.BadCards, .. Strangers(part)] })];
            var capture = new CardCapture(policy.Policy);
            var kept = parts.Select(part => Keep(part, capture, marks)).ToList();
            var counts = await cards.Replace(directory.Name, kept, ct);
            await imported.TakeOver(ct);
            var unreadable = parts.Where(part => part.Trouble is not null).Select(part => part.Trouble!).ToList();
            if (unreadable.Count == 0)
                await accounts.NoteSuccess(state, now, now, ct);
            else
                await accounts.NoteFailure(state, now, InWords(unreadable), permanent: false, ct);

            var bad = parts.SelectMany(part => part.BadCards).ToList();
            var left = parts.Sum(part => part.Cards?.Count ?? 0) - kept.Sum(part => part.Cards?.Count ?? 0);
            return new DirectoryReading(
                new HarvestSummary(directory.Name, counts.New, counts.Known, counts.Skipped + left, bad.Count, unreadable.Count, Seconds())
                {
                    Problem = unreadable.Count == 0 ? null : InWords(unreadable),
                },
                bad);
        }
        catch (SourceException failure)
        {
            await accounts.NoteFailure(state, now, PrintableText.OneLine(failure.Trouble.ToString()), failure.IsPermanent, ct);
            return Failed(failure.Trouble, failure.IsPermanent);
        }
        catch (Exception failure) when (Unexpected.IsContained(failure, ct))
        {
            var trouble = Unexpected.TroubleFrom(directory.Name, failure);
            await accounts.NoteFailure(state, now, trouble.ToString(), permanent: false, ct);
            return Failed(trouble, permanent: false);
        }

        double Seconds() => Math.Round(time.GetElapsedTime(began).TotalSeconds, 2);

        DirectoryReading Failed(Trouble trouble, bool permanent) => new(
            new HarvestSummary(directory.Name, 0, 0, 0, 0, 1, Seconds())
            {
                Problem = PrintableText.OneLine(trouble.ToString()),
                IsPermanent = permanent,
            },
            []);
    }

    /// <summary>Owners who are nobody of ours: each is told once, and what else a card says is kept.</summary>
    private IEnumerable<Trouble> Strangers(DirectoryPart part) =>
        (part.Cards ?? [])
            .Where(card => card.Owner is { } owner && policy.Policy.FindPerson(owner) is null)
            .DistinctBy(card => card.Owner, StringComparer.OrdinalIgnoreCase)
            .Select(card => new Trouble(
                card.Source,
                $"the owner \"{card.Owner}\" is nobody in people",
                "write an id of people, an address or a full name of theirs, or leave the owner out"));

    private static KeptPart Keep(DirectoryPart part, CardCapture capture, string marks) => new(part.Name)
    {
        Cards = part.Cards is { } read ? [.. read.Select(capture.Keep).OfType<DirectoryCard>()] : null,
        Version = part.Version is { } version ? marks + version : null,
        Troubles = part.Trouble is { } trouble ? [trouble, .. part.BadCards] : part.BadCards,
    };

    /// <summary>What else decides how a part is kept: when that changes, a part is read again though it is as it was.</summary>
    private string Marks(DirectorySettings directory, long erasures)
    {
        var privacy = policy.Policy.Privacy;
        var rules = string.Join(
            ' ',
            new[] { privacy.NoCapture, privacy.MetadataOnly }
                .SelectMany(filter => filter.Addresses.Select(one => one.Value).Concat(filter.Domains))
                .Order(StringComparer.Ordinal));
        var rest = FormattableString.Invariant($"{sources.RegionFor(directory)} {erasures} {rules}");
        return $"{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(rest)))} ";
    }

    private static string InWords(List<Trouble> troubles) =>
        PrintableText.OneLine(troubles.Count == 1 ? troubles[0].ToString() : $"{troubles[0]} · and {troubles.Count - 1} more");
}

/// <summary>What came of reading a directory.</summary>
/// <param name="Summary">In numbers.</param>
/// <param name="BadCards">The cards and rows that cannot be read.</param>
internal sealed record DirectoryReading(HarvestSummary Summary, IReadOnlyList<Trouble> BadCards);
