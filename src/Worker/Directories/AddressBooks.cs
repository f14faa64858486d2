using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using CrmSync.Domain.Company;
using CrmSync.Domain.Harvest;
using CrmSync.Mail.Cards;
using CrmSync.Worker.MailServers;
using CrmSync.Worker.Sources;
using CrmSync.Worker.Sources.CalDav;
using CrmSync.Worker.Telephones;

namespace CrmSync.Worker.Directories;

/// <summary>
/// The address books of a user over CardDAV (RFC 6352), read-only. What a book holds is listed every time, for servers forget to change the
/// tag of a book when a card goes; its cards are fetched only when the list changed.
/// </summary>
/// <param name="name">Of the directory.</param>
/// <param name="dav">The connection.</param>
/// <param name="numbers">Reads telephone numbers.</param>
internal sealed class AddressBooks(string name, DavClient dav, TelephoneNumbers numbers) : IDirectory
{
    private const int BatchSize = 100;
    private const int MostBooks = 500;

    private static readonly XNamespace C = "urn:ietf:params:xml:ns:carddav";

    public async Task Connect(CancellationToken ct) => await Guarded(() => Books(ct));

    public Task<IReadOnlyList<DirectoryPart>> Read(IReadOnlyDictionary<string, string> versions, CancellationToken ct) =>
        Guarded(async () =>
        {
            var parts = new List<DirectoryPart>();
            foreach (var (title, address) in await Books(ct))
            {
                var part = address.AbsolutePath;
                try
                {
                    parts.Add(await Read(title, address, versions.GetValueOrDefault(part), ct));
                }
                catch (MailServerException failure) when (ServerTrouble.IsLocal(failure))
                {
                    parts.Add(new DirectoryPart(part) { Trouble = ServerTrouble.From($"{name}: {title}", failure) });
                }
            }

            return (IReadOnlyList<DirectoryPart>)parts;
        });

    private async Task<DirectoryPart> Read(string title, Uri book, string? known, CancellationToken ct)
    {
        var tags = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        var (isThere, resources) = (true, 0);
        await dav.Ask("PROPFIND", book, "1", DavNames.PropFind(DavNames.D + "getetag", DavNames.D + "resourcetype"), Take, ct);
        if (!isThere && resources == 1)
            throw new MailServerException(MailFailure.Permanent, $"there is no address book at {book.GetLeftPart(UriPartial.Path)}");

        var list = string.Join('\n', tags.Select(tag => $"{tag.Key} {tag.Value}"));
        var isTold = tags.Values.All(tag => tag is not null);
        var version = isTold ? Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(list))) : null;
        if (version is not null && version == known)
            return new DirectoryPart(book.AbsolutePath) { Version = version };

        var cards = new List<DirectoryCard>();
        var bad = new List<Trouble>();
        foreach (var batch in tags.Keys.Chunk(BatchSize))
        {
            foreach (var (path, content) in await Fetch(book, batch, ct))
                Translate(title, path, content, cards, bad);
        }

        return new DirectoryPart(book.AbsolutePath) { Cards = cards, BadCards = bad, Version = version };

        void Take(DavResource resource)
        {
            resources++;
            isThere &= resource.Status is not (404 or 410);
            if (
                resource.Status < 300
                && !resource.Is(DavNames.D + "collection")
                && resource.Path.TrimEnd('/') != book.AbsolutePath.TrimEnd('/'))
                tags[resource.Path] = resource.Text(DavNames.D + "getetag");
        }
    }

    private void Translate(string title, string path, string content, List<DirectoryCard> cards, List<Trouble> bad)
    {
        var source = $"{name} \"{title}\"";
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(content), writable: false);
        var read = VCardReader.Read(stream);
        if (read.IsCutShort || read.Cards.Count == 0)
            bad.Add(new Trouble($"{source} {path}", "the server holds no vCard there",
                "open the card in an address book and save it again"));

        cards.AddRange(read.Cards.Select(card => CardTranslation.Translate(card, source, numbers)).OfType<DirectoryCard>());
    }

    /// <summary>The contents of some cards; what is gone by now is left out.</summary>
    private async Task<IReadOnlyList<(string Path, string Content)>> Fetch(Uri book, string[] paths, CancellationToken ct)
    {
        var found = new Dictionary<string, string?>(StringComparer.Ordinal);
        var reply = await dav.Try(
            "REPORT",
            book,
            "1",
            new XElement(
                C + "addressbook-multiget",
                new XAttribute(XNamespace.Xmlns + "d", DavNames.D),
                new XAttribute(XNamespace.Xmlns + "card", C),
                DavNames.Prop(DavNames.D + "getetag", C + "address-data"),
                paths.Select(path => new XElement(DavNames.D + "href", path))),
            Take,
            ct);

        // Not every server has the report; all have GET, which also gives what the report left out.
        if (reply.Answer is null && reply.Status is not (400 or 403 or 405 or 413 or 415 or 501))
            throw reply.Refusal!;

        foreach (var path in paths.Where(path => !found.ContainsKey(path)))
            found[path] = await Get(new Uri(book, path), ct);

        return [.. found.Where(card => card.Value is not null).Select(card => (card.Key, card.Value!))];

        void Take(DavResource resource)
        {
            if (resource.Status < 300 && resource.Property(C + "address-data") is { } data && data.Value.Length > 0)
                found[resource.Path] = data.Value;
            else if (resource.Status is 404 or 410)
                found[resource.Path] = null;
        }
    }

    private async Task<string?> Get(Uri card, CancellationToken ct)
    {
        try
        {
            return Encoding.UTF8.GetString((await dav.Get(card, ct)).Body);
        }
        catch (MailServerException gone) when (gone.Failure == MailFailure.Permanent)
        {
            return null;
        }
    }

    /// <summary>The books, by address: found from the address given (RFC 6764), or that address itself.</summary>
    private Task<IReadOnlyList<(string Title, Uri Address)>> Books(CancellationToken ct) =>
        dav.Discover("carddav", "address books", start => BooksFrom(start, ct));

    private async Task<IReadOnlyList<(string Title, Uri Address)>> BooksFrom(Uri start, CancellationToken ct)
    {
        var (homeSet, type) = (C + "addressbook-home-set", DavNames.D + "resourcetype");
        var here = (await Described(start, "0", homeSet, DavNames.D + "current-user-principal", type, ct))
            .Find(resource => resource.Status < 300);
        if (here is null)
            return [];

        if (here.Is(C + "addressbook"))
            return [(Title(here), here.Address)];

        var homes = here.Links(homeSet).ToList();
        if (homes.Count == 0 && here.Links(DavNames.D + "current-user-principal").FirstOrDefault() is { } principal)
        {
            dav.TrustBeside(principal);
            homes =
            [
                .. (await Described(principal, "0", homeSet, DavNames.D + "displayname", type, ct))
                    .SelectMany(resource => resource.Links(homeSet)),
            ];
        }

        // A place the operator names among those of the user is meant itself, with what lies in it.
        var inside = await BooksIn(here.Address, ct);
        if (inside.Count > 0)
            return inside;

        var books = new Dictionary<string, (string, Uri)>(StringComparer.Ordinal);
        foreach (var home in homes)
        {
            dav.TrustBeside(home);
            foreach (var book in await BooksIn(home, ct))
                books.TryAdd(book.Address.AbsolutePath, book);
        }

        return [.. books.Values];
    }

    private async Task<IReadOnlyList<(string Title, Uri Address)>> BooksIn(Uri home, CancellationToken ct) =>
    [
        .. (await Described(home, "1", DavNames.D + "displayname", DavNames.D + "getetag", DavNames.D + "resourcetype", ct))
            .Where(resource => resource.Status < 300 && resource.Is(C + "addressbook"))
            .Select(resource => (Title(resource), resource.Address))
            .OrderBy(book => book.Address.AbsolutePath, StringComparer.Ordinal),
    ];

    private string Title(DavResource book) => dav.Conceal(
        book.Text(DavNames.D + "displayname") is { Length: > 0 } title ? title
            : Uri.UnescapeDataString(book.Path.TrimEnd('/').Split('/')[^1]));

    private async Task<List<DavResource>> Described(Uri place, string depth, XName one, XName other, XName third, CancellationToken ct)
    {
        var resources = new List<DavResource>();
        await dav.Ask("PROPFIND", place, depth, DavNames.PropFind(one, other, third), Take, ct);
        return resources;

        void Take(DavResource resource)
        {
            if (resources.Count < MostBooks)
                resources.Add(resource);
        }
    }

    private async Task<T> Guarded<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (MailServerException failure)
        {
            throw ServerTrouble.OfAccount(name, failure);
        }
    }
}
