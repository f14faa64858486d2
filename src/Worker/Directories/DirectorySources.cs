using System.Diagnostics;
using CrmSync.Domain.Harvest;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Sources;
using CrmSync.Worker.Sources.CalDav;
using CrmSync.Worker.Sources.Graph;
using CrmSync.Worker.Telephones;
using NodaTime;

namespace CrmSync.Worker.Directories;

/// <summary>How each kind of directory is read.</summary>
/// <param name="zone">Of the default calendar: its country is that of numbers that name none.</param>
/// <param name="graph">Keeps the connections to Microsoft 365.</param>
/// <param name="time">What waiting is measured with.</param>
internal sealed class DirectorySources(DateTimeZone zone, GraphTenants graph, TimeProvider time) : IDisposable
{
    private readonly DavConnections connections = new(time);
    private readonly Lazy<string?> usual = new(() => TelephoneNumbers.FindRegion(zone));

    /// <summary>The country of the numbers a directory writes without one; null where nobody knows.</summary>
    public string? RegionFor(DirectorySettings directory) => directory.Region ?? usual.Value;

    /// <exception cref="SourceException">A secret it needs is missing.</exception>
    public IDirectory Open(DirectorySettings directory)
    {
        if (directory.MissingSecret is { } missing)
            throw new SourceException(
                new Trouble(missing.Spot.ToString(), missing.Message, "put the secret there, or name another place for it"),
                    isPermanent: true);

        var numbers = new TelephoneNumbers(RegionFor(directory));
        return directory switch
        {
            VcardDirectory cards => new VcardFiles(cards, numbers),
            CsvDirectory table => new CsvFile(table, numbers),
            CarddavDirectory books => new AddressBooks(
                books.Name,
                connections.Open(books.Name, books.Url, books.Ca, DavCredentials.Basic(books.User, books.Password.Reveal())),
                numbers),
            GraphDirectory contacts => new GraphPeople(contacts, graph, numbers),
            _ => throw new UnreachableException($"{directory.GetType().Name} is no directory that can be read here"),
        };
    }

    public void Dispose() => connections.Dispose();
}
