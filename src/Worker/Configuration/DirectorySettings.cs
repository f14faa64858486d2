using CrmSync.Worker.Yaml;

namespace CrmSync.Worker.Configuration;

/// <summary>One place that says who people are.</summary>
/// <param name="Name">Unique among directories and accounts.</param>
/// <param name="Place">Where it stands in the configuration.</param>
internal abstract record DirectorySettings(string Name, Spot Place)
{
    /// <summary>The key it is written with: vcard, csv, carddav or graph.</summary>
    public abstract string Kind { get; }

    /// <summary>The country whose telephone numbers are written without one; null: that of the default calendar's zone.</summary>
    public string? Region { get; init; }

    /// <summary>What reading it needs.</summary>
    public virtual IEnumerable<Secret?> Secrets => [];

    /// <summary>Why it cannot be read; null when every secret it needs is there.</summary>
    public Problem? MissingSecret => Secrets.Select(secret => secret?.Missing).FirstOrDefault(missing => missing is not null);
}

/// <summary>A file of cards, or a folder of such files.</summary>
/// <param name="Path">The full path.</param>
/// <param name="Written">As written, for messages.</param>
internal sealed record VcardDirectory(string Name, Spot Place, string Path, string Written) : DirectorySettings(Name, Place)
{
    public override string Kind => "vcard";
}

/// <summary>A table.</summary>
/// <param name="Path">The full path.</param>
/// <param name="Written">As written, for messages.</param>
internal sealed record CsvDirectory(string Name, Spot Place, string Path, string Written) : DirectorySettings(Name, Place)
{
    public override string Kind => "csv";

    /// <summary>What its columns are called, by what they mean.</summary>
    public IReadOnlyDictionary<string, string> Columns { get; init; } = new Dictionary<string, string>();
}

/// <summary>The address books of a user on a server.</summary>
internal sealed record CarddavDirectory(string Name, Spot Place, Uri Url, string User, Secret Password) : DirectorySettings(Name, Place)
{
    public override string Kind => "carddav";

    /// <summary>The full path of an additional trust anchor.</summary>
    public string? Ca { get; init; }

    public override IEnumerable<Secret?> Secrets => [Password];
}

/// <summary>The contacts in the mailboxes of a tenant.</summary>
/// <param name="Account">The account that reads them.</param>
internal sealed record GraphDirectory(string Name, Spot Place, GraphAccount Account) : DirectorySettings(Name, Place)
{
    public override string Kind => "graph";

    public override IEnumerable<Secret?> Secrets => Account.Secrets;
}
