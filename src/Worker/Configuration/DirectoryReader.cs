using CrmSync.Worker.Yaml;
using static CrmSync.Worker.Configuration.ConfigurationShape;

namespace CrmSync.Worker.Configuration;

/// <summary>Builds the directories; every one gets a name no other directory and no account has.</summary>
internal sealed class DirectoryReader(ProblemList problems, IReadOnlyList<Account> accounts)
{
    private readonly Dictionary<string, Spot> names = accounts
        .DistinctBy(account => account.Name, StringComparer.Ordinal)
        .ToDictionary(account => account.Name, account => account.Place, StringComparer.Ordinal);

    public IReadOnlyList<DirectorySettings> Read(IReadOnlyList<MapValues> written) =>
        [.. written.Select(Read).OfType<DirectorySettings>()];

    private DirectorySettings? Read(MapValues map)
    {
        DirectorySettings? directory = DirectoryKinds.First(kind => map.Node.Find(kind.Kind!.Name) is not null).Kind!.Name switch
        {
            "vcard" => Vcard(map),
            "csv" => Csv(map),
            "carddav" => Carddav(map),
            _ => Contacts(map),
        };
        return directory is null ? null : directory with { Region = map.Value(Region) };
    }

    private VcardDirectory? Vcard(MapValues map) =>
        map.Value(ConfigurationShape.Vcard) is { } path
            ? new VcardDirectory(NameFor(map, $"vcard:{Path.GetFileName(path.TrimEnd('/'))}"), map.Node.Spot,
                AccountReader.Full(map, path), path)
            : null;

    private CsvDirectory? Csv(MapValues map) =>
        map.Value(ConfigurationShape.Csv) is { } path
            ? new CsvDirectory(NameFor(map, $"csv:{Path.GetFileName(path)}"), map.Node.Spot, AccountReader.Full(map, path), path)
            {
                Columns = ColumnsIn(map.Value(DirectoryColumns)),
            }
            : null;

    private CarddavDirectory? Carddav(MapValues map) =>
        map.Value(ConfigurationShape.Carddav) is { } url && map.Value(CaldavUser) is { } user && map.Value(CaldavPassword) is { } password
            ? new CarddavDirectory(NameFor(map, $"carddav:{url.Host}:{user}"), map.Node.Spot, url, user, password)
            {
                Ca = AccountReader.ReadCa(map, problems),
            }
            : null;

    private GraphDirectory? Contacts(MapValues map)
    {
        if (map.Value(GraphContacts) is not { } name)
            return null;

        var graphs = accounts.OfType<GraphAccount>().ToList();
        if (graphs.Find(account => account.Name == name.Text) is { } found)
            return new GraphDirectory(NameFor(map, $"contacts:{name.Text}"), map.Node.Spot, found);

        problems.Error(name.Node, "030", $"no graph account '{name}'", Spelling.Closest(name.Text, graphs.Select(account => account.Name)));
        return null;
    }

    internal static IReadOnlyDictionary<string, string> ColumnsIn(MapValues? map)
    {
        var columns = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in map?.Node.Entries ?? [])
        {
            if (entry.Value is YamlScalar { Text: { Length: > 0 } text })
                columns[entry.Key.Text] = text;
        }

        return columns;
    }

    private string NameFor(MapValues map, string otherwise)
    {
        var (name, spot) = map.Value(Name) is { } written ? (written, map.Place(Name).Spot) : (otherwise, map.Node.Spot);
        if (!names.TryAdd(name, spot))
            problems.Error(
                spot,
                "031",
                $"two accounts or directories are called '{name}'; the first is at {names[name]}; give one of them another `name`");
        return name;
    }
}
