using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CrmSync.Domain.Company;
using CrmSync.Worker.Yaml;
using static CrmSync.Worker.Configuration.ConfigurationShape;

namespace CrmSync.Worker.Configuration;

/// <summary>Builds the accounts; every one gets a name of its own.</summary>
internal sealed class AccountReader(ProblemList problems, OutsideValues outside)
{
    private readonly Dictionary<string, Spot> names = new(StringComparer.Ordinal);

    public IReadOnlyList<Account> Read(IReadOnlyList<MapValues> written) => [.. written.SelectMany(Read)];

    private IEnumerable<Account> Read(MapValues map)
    {
        var key = AccountKinds.First(k => map.Node.Find(k.Kind!.Name) is not null).Kind!;
        var address = map.Of(Address);
        IEnumerable<Account?> accounts = key.Name switch
        {
            "maildir" => [OfFile(map, Maildir, (name, path) => new MaildirAccount(name, map.Node.Spot, path, address!))],
            "mbox" => [OfFile(map, Mbox, (name, path) => new MboxAccount(name, map.Node.Spot, path, address!))],
            "eml" => [OfFile(map, Eml, (name, path) => new EmlAccount(name, map.Node.Spot, path, address!))],
            "imap" => [OfImap(map)],
            "imap_many" => OfImapMany(map),
            "graph" => [OfGraph(map)],
            "caldav" => [OfCaldav(map)],
            _ => [OfIcs(map)],
        };
        return accounts.OfType<Account>().ToList();
    }

    private FileAccount? OfFile(MapValues map, Key<string> key, Func<string, string, FileAccount> make) =>
        map.Of(key) is { } path && map.Of(Address) is { } address ? make(NameFor(map, $"{key.Name}:{address}"), Full(map, path)) : null;

    private ImapAccount? OfImap(MapValues map)
    {
        var server = ServerOf(map, problems, mailPorts: true);
        var login = LoginOf(map, problems);
        return map.Of(Imap) is { } address && server is not null && login is not null
            ? new ImapAccount(NameFor(map, $"imap:{address}"), map.Node.Spot, address, server, map.Of(User) ?? address.Value, login)
            {
                ExcludedFolders = map.Of(Folders)?.Of(Exclude) ?? [],
            }
            : null;
    }

    private List<ImapAccount> OfImapMany(MapValues map)
    {
        var accounts = new List<ImapAccount>();
        var server = ServerOf(map, problems, mailPorts: true);
        var shared = map.NodeOf(OAuth) is null ? null : LoginOf(map, problems);
        if (map.Of(ImapMany) is not { } file || server is null)
            return accounts;

        var prefix = map.Of(Name) ?? "imap";
        foreach (var line in AccountTable.Read(file, outside, problems, needsPassword: shared is null))
        {
            accounts.Add(
                new ImapAccount(
                    Unique($"{prefix}:{line.Address}", line.Place),
                    line.Place,
                    line.Address,
                    server,
                    line.User ?? line.Address.Value,
                    shared ?? new Login.Password(line.Password!))
                {
                    ExcludedFolders = map.Of(Folders)?.Of(Exclude) ?? [],
                });
        }

        return accounts;
    }

    private GraphAccount? OfGraph(MapValues map)
    {
        GraphLogin? login = null;
        if (map.Of(ClientSecret) is { } secret)
            login = new GraphLogin.ClientSecret(secret);
        else if (map.Of(Certificate)?.Of(CertificateFile) is { } file)
            login = new GraphLogin.Certificate(Full(map, file), map.Of(Certificate)?.Of(Password));
        else if (map.Of(AccessToken) is { } token)
            login = new GraphLogin.AccessToken(token);
        else if (map.Of(ManagedIdentity))
            login = new GraphLogin.ManagedIdentity();
        else if (map.NodeOf(ManagedIdentity) is { } no)
            problems.Error(
                no,
                "012",
                "managed_identity: false says nothing; remove it and write client_secret, certificate or access_token");

        if (login is GraphLogin.ClientSecret or GraphLogin.Certificate)
        {
            foreach (var key in new[] { Tenant, ClientId }.Where(k => map.NodeOf(k) is null))
                problems.Error(map.Node, "011", $"'{key.Name}' is missing in {map.Title}: logging in by secret or certificate needs it");
        }

        if (map.NodeOf(Mailboxes) is null && map.NodeOf(Group) is null)
            problems.Error(map.Node, "011", $"{map.Title} needs 'mailboxes' or 'group'");
        if (map.Of(Graph) is not { } graph || login is null)
            return null;

        var account = new GraphAccount(map.Of(Name) ?? graph, map.Node.Spot, map.Of(Tenant), map.Of(ClientId), login)
        {
            Mailboxes = map.Must(Mailboxes, []),
            Group = map.Of(Group),
            Named = map.Of(Name) is not null,
        };
        Unique(account.Name, map.Place(map.NodeOf(Name) is null ? Graph : Name).Spot);
        foreach (var mailbox in account.Mailboxes)
            Unique(account.NameOf(mailbox), map.Place(Mailboxes).Spot);

        return (map.Of(Endpoint), map.Of(Authority)) switch
        {
            (null, null) => account,
            (var endpoint, var authority) => account with
            {
                Endpoint = endpoint ?? account.Endpoint,
                Authority = authority ?? account.Authority,
            },
        };
    }

    private CaldavAccount? OfCaldav(MapValues map) =>
        map.Of(Caldav) is { } url
        && map.Of(Address) is { } address
        && map.Of(CaldavUser) is { } user
        && map.Of(CaldavPassword) is { } password
            ? new CaldavAccount(NameFor(map, $"caldav:{address}"), map.Node.Spot, url, address, user, password)
            {
                Ca = CaOf(map, problems),
            }
            : null;

    private IcsAccount? OfIcs(MapValues map)
    {
        if (map.Of(Ics) is not { } written || map.Of(Address) is not { } address)
            return null;

        var isUrl = written.Contains("://", StringComparison.Ordinal);
        Uri? url = null;
        if (isUrl && !new UrlShape { TakesWebcal = true }.TryRead(map.Place(Ics), $"'ics' in {map.Title}", problems, out url))
            return null;

        return new IcsAccount(NameFor(map, $"ics:{address}"), map.Node.Spot, isUrl ? null : Full(map, written), url, address);
    }

    private string NameFor(MapValues map, string otherwise) =>
        map.Of(Name) is { } name ? Unique(name, map.Place(Name).Spot) : Unique(otherwise, map.Node.Spot);

    private string Unique(string name, Spot spot)
    {
        if (!names.TryAdd(name, spot))
            problems.Error(
                spot,
                "031",
                $"two accounts are called '{name}'; the first is at {names[name]}; give one of them another `name`");
        return name;
    }

    /// <summary>The server of a mail account or of delivery; null after reporting what is missing.</summary>
    internal static Server? ServerOf(MapValues map, ProblemList problems, bool mailPorts)
    {
        if (map.Of(Host) is not { } host)
            return null;

        var tls = map.Maybe(Tls) ?? Encryption.Required;
        if (tls == Encryption.None && !Loopback.Is(host))
            problems.Error(
                map.Place(Tls),
                "051",
                $"tls: none would send passwords and mail in the clear to {host}; write required or starttls");

        var port = map.Maybe(Port) ?? (tls, mailPorts) switch
        {
            (Encryption.Required, true) => 993,
            (_, true) => 143,
            (Encryption.Required, false) => 465,
            (Encryption.StartTls, false) => 587,
            _ => 25,
        };
        return new Server(host, port, tls, CaOf(map, problems)) { Proxy = mailPorts ? map.Of(Proxy) : null };
    }

    /// <summary>The password or OAuth of a map; null when there is neither or it is not complete.</summary>
    internal static Login? LoginOf(MapValues map, ProblemList problems)
    {
        if (map.Of(Password) is { } password)
            return new Login.Password(password);
        if (map.Of(OAuth) is not { } oauth)
            return null;
        if (oauth.Of(AccessTokenFile) is { } file)
            return new Login.TokenFile(Full(map, file));

        var needed = new Key[] { TokenUrl, ClientId, RefreshToken };
        foreach (var key in needed.Where(k => oauth.NodeOf(k) is null))
            problems.Error(oauth.Node, "011", $"'{key.Name}' is missing in {oauth.Title}");
        return oauth.Of(TokenUrl) is { } url && oauth.Of(ClientId) is { } id && oauth.Of(RefreshToken) is { } refresh
            ? new Login.OAuth(url, id, oauth.Of(ClientSecret), refresh, oauth.Of(Scope))
            : null;
    }

    /// <summary>The full path of the additional trust anchor; null when there is none. What is wrong with the file is a shortcoming: it may come yet.</summary>
    private static string? CaOf(MapValues map, ProblemList problems)
    {
        if (map.Of(Ca) is not { } written)
            return null;

        var path = Full(map, written);
        try
        {
            if (!File.Exists(path))
                problems.Shortcoming(map.Place(Ca), "062", $"there is no file {path}; 'ca' names the certificate of an authority in PEM form");
            else if (!IsCertificate(File.ReadAllText(path)))
                problems.Shortcoming(map.Place(Ca), "062", $"{path} holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Shortcoming(map.Place(Ca), "062", $"{path} cannot be read: {e.Message}");
        }

        return path;
    }

    private static bool IsCertificate(string pem)
    {
        try
        {
            var anchors = new X509Certificate2Collection();
            anchors.ImportFromPem(pem);
            return anchors.Count > 0;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    internal static string Full(MapValues map, string path) => Path.GetFullPath(Path.Combine(map.Node.Spot.File.Folder, path));
}
