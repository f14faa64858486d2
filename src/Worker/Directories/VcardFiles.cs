using CrmSync.Domain.Company;
using CrmSync.Domain.Harvest;
using CrmSync.Mail.Cards;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Telephones;

namespace CrmSync.Worker.Directories;

/// <summary>A file of vCards, or a folder of such files, with all folders below it.</summary>
/// <param name="settings">Where.</param>
/// <param name="numbers">Reads telephone numbers.</param>
internal sealed class VcardFiles(VcardDirectory settings, TelephoneNumbers numbers) : IDirectory
{
    public Task Connect(CancellationToken ct)
    {
        _ = Files();
        return Task.CompletedTask;
    }

    public async Task<IReadOnlyList<DirectoryPart>> Read(IReadOnlyDictionary<string, string> versions, CancellationToken ct)
    {
        var parts = new List<DirectoryPart>();
        foreach (var file in Files())
            parts.Add(await Read(file, ct));

        return parts;
    }

    private async Task<DirectoryPart> Read(string file, CancellationToken ct)
    {
        var name = DirectoryFile.NameIn(settings.Path, settings.Written, file);
        var (bytes, trouble) = await DirectoryFile.Read(name, file, ct);
        if (bytes is null)
            return new DirectoryPart(name) { Trouble = trouble };

        using var stream = new MemoryStream(bytes, writable: false);
        var read = VCardReader.Read(stream);
        if (read.IsCutShort)
            return new DirectoryPart(name) { Trouble = DirectoryFile.CutShort(name) };

        if (read.Cards.Count == 0)
            return new DirectoryPart(name)
            {
                Trouble = new Trouble(name, "it holds no vCard (BEGIN:VCARD ... END:VCARD)",
                    "export it again as vCard; what it said before stands"),
            };

        return new DirectoryPart(name)
        {
            Cards = [.. read.Cards.Select(card => CardTranslation.Translate(card, At(name, card.Line), numbers)).OfType<DirectoryCard>()],
            BadCards =
            [
                .. read.Problems.Select(problem =>
                    new Trouble(At(name, problem.Line), problem.Reason, "export the card again, or take it out")),
            ],
        };
    }

    private IReadOnlyList<string> Files() => DirectoryFile.List(settings.Path, settings.Written, ".vcf", ".vcard");

    private static string At(string name, int line) => FormattableString.Invariant($"{name}:{line}");
}
