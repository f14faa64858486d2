using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
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
        var address = map.Value(Address);
        IEnumerable<Account?> accounts = key.Name switch
        {
            "maildir" => [OfFile(map, Maildir, (name, path) => new MaildirAccount(name, map.Node.Spot, path, address!))],
            "mbox" => [OfFile(map, Mbox, (name, path) => new MboxAccount(name, map.Node.Spot, path, address!))],
            "eml" => [OfFile(map, Eml, (name, path) => new EmlAccount(name, map.Node.Spot, path, address!))],
            "imap" => [OfImap(map)],
            "imap_many" => OfImapMany(map),
            "graph" => [OfGraph(map)],
            "google" => [OfGoogle(map)],
            "caldav" => [OfCaldav(map)],
            "calls" => [OfCalls(map)],
            _ => [OfIcs(map)],
        };
        return accounts.OfType<Account>().ToList();
    }

    private FileAccount? OfFile(MapValues map, Key<string> key, Func<string, string, FileAccount> make) =>
        map.Value(key) is { } path && map.Value(Address) is { } address
            ? make(NameFor(map, $"{key.Name}:{address}"), Full(map, path))
            : null;

    private ImapAccount? OfImap(MapValues map)
    {
        var server = ReadServer(map, problems, mailPorts: true);
        var login = ReadLogin(map, problems);
        return map.Value(Imap) is { } address && server is not null && login is not null
            ? new ImapAccount(NameFor(map, $"imap:{address}"), map.Node.Spot, address, server, map.Value(User) ?? address.Value, login)
            {
                ExcludedFolders = map.Value(Folders)?.Value(Exclude) ?? [],
            }
            : null;
    }

    private List<ImapAccount> OfImapMany(MapValues map)
    {
        var accounts = new List<ImapAccount>();
        var server = ReadServer(map, problems, mailPorts: true);
        var shared = map.FindNode(OAuth) is null ? null : ReadLogin(map, problems);
        if (map.Value(ImapMany) is not { } file || server is null)
            return accounts;

        var prefix = map.Value(Name) ?? "imap";
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
                    ExcludedFolders = map.Value(Folders)?.Value(Exclude) ?? [],
                });
        }

        return accounts;
    }

    private GraphAccount? OfGraph(MapValues map)
    {
        GraphLogin? login = null;
        if (map.Value(ClientSecret) is { } secret)
            login = new GraphLogin.ClientSecret(secret);
        else if (map.Value(Certificate)?.Value(CertificateFile) is { } file)
            login = new GraphLogin.Certificate(Full(map, file), map.Value(Certificate)?.Value(Password));
        else if (map.Value(AccessToken) is { } token)
            login = new GraphLogin.AccessToken(token);
        else if (map.Value(ManagedIdentity))
            login = new GraphLogin.ManagedIdentity();
        else if (map.FindNode(ManagedIdentity) is { } no)
            problems.Error(
                no,
                "012",
                "managed_identity: false says nothing; remove it and write client_secret, certificate or access_token");

        if (login is GraphLogin.ClientSecret or GraphLogin.Certificate)
        {
            foreach (var key in new[] { Tenant, ClientId }.Where(k => map.FindNode(k) is null))
                problems.Error(map.Node, "011", $"'{key.Name}' is missing in {map.Title}: logging in by secret or certificate needs it");
        }

        if (map.FindNode(Mailboxes) is null && map.FindNode(Group) is null)
            problems.Error(map.Node, "011", $"{map.Title} needs 'mailboxes' or 'group'");
        if (map.Value(Graph) is not { } graph || login is null)
            return null;

        var account = new GraphAccount(map.Value(Name) ?? graph, map.Node.Spot, map.Value(Tenant), map.Value(ClientId), login)
        {
            Mailboxes = map.ValueOr(Mailboxes, []),
            Group = map.Value(Group),
            IncludedFolders = map.Value(ChosenFolders)?.Value(Include) ?? [],
            ExcludedFolders = map.Value(ChosenFolders)?.Value(Exclude) ?? [],
            Named = map.Value(Name) is not null,
        };
        Unique(account.Name, map.Place(map.FindNode(Name) is null ? Graph : Name).Spot);
        foreach (var mailbox in account.Mailboxes)
            Unique(account.MailboxAccountName(mailbox), map.Place(Mailboxes).Spot);

        return (map.Value(Endpoint), map.Value(Authority)) switch
        {
            (null, null) => account,
            (var endpoint, var authority) => account with
            {
                Endpoint = endpoint ?? account.Endpoint,
                Authority = authority ?? account.Authority,
            },
        };
    }

    private GoogleAccount? OfGoogle(MapValues map)
    {
        if (map.FindNode(Mailboxes) is null && map.FindNode(Group) is null)
            problems.Error(map.Node, "011", $"{map.Title} needs 'mailboxes' or 'group'");
        if (map.FindNode(Group) is not null && map.FindNode(Admin) is null)
            problems.Error(
                map.Place(Group),
                "011",
                $"'admin' is missing in {map.Title}: a group is asked for on behalf of somebody who may see it in the Admin console");
        if (map.Value(GoogleDomain) is not { } domain || map.Value(ServiceAccount)?.Value(KeyFile) is not { } written)
            return null;

        var key = Full(map, written);
        if (ServiceAccountKey.FindProblem(key) is { } problem)
            problems.Shortcoming(map.Place(ServiceAccount), "062", problem);

        var account = new GoogleAccount(map.Value(Name) ?? domain, map.Node.Spot, key)
        {
            Mailboxes = map.ValueOr(Mailboxes, []),
            Group = map.Value(Group),
            Admin = map.Value(Admin),
            Named = map.Value(Name) is not null,
        };
        account = WithEndpoints(account, map.Value(GoogleEndpoint));
        Unique(account.Name, map.Place(map.FindNode(Name) is null ? GoogleDomain : Name).Spot);
        foreach (var mailbox in account.Mailboxes)
        {
            Unique(account.MailAccountName(mailbox), map.Place(Mailboxes).Spot);
            Unique(account.CalendarAccountName(mailbox), map.Place(Mailboxes).Spot);
        }

        return account;
    }

    private static GoogleAccount WithEndpoints(GoogleAccount account, MapValues? written) =>
        written is null
            ? account
            : account with
            {
                Imap = written.Value(ImapEndpoint) ?? account.Imap,
                Caldav = written.Value(CaldavEndpoint) ?? account.Caldav,
                TokenUrl = written.Value(TokenEndpoint) ?? account.TokenUrl,
                Directory = written.Value(DirectoryEndpoint) ?? account.Directory,
            };

    private CaldavAccount? OfCaldav(MapValues map) =>
        map.Value(Caldav) is { } url
        && map.Value(Address) is { } address
        && map.Value(CaldavUser) is { } user
        && map.Value(CaldavPassword) is { } password
            ? new CaldavAccount(NameFor(map, $"caldav:{address}"), map.Node.Spot, url, address, user, new Login.Password(password))
            {
                Ca = ReadCa(map, problems),
            }
            : null;

    private IcsAccount? OfIcs(MapValues map)
    {
        if (map.Value(Ics) is not { } written || map.Value(Address) is not { } address)
            return null;

        var isUrl = written.Contains("://", StringComparison.Ordinal);
        Uri? url = null;
        if (isUrl && !new UrlShape { TakesWebcal = true }.TryRead(map.Place(Ics), $"'ics' in {map.Title}", problems, out url))
            return null;

        return new IcsAccount(NameFor(map, $"ics:{address}"), map.Node.Spot, isUrl ? null : Full(map, written), url, address);
    }

    private CallsAccount? OfCalls(MapValues map) =>
        map.Value(CallTables) is { } path
            ? new CallsAccount(
                NameFor(map, $"calls:{Path.GetFileName(path.TrimEnd('/', '\\'))}"), map.Node.Spot, Full(map, path))
            {
                Zone = map.Value(CallZone),
                Region = map.Value(CallRegion),
                Columns = DirectoryReader.ColumnsIn(map.Value(ConfigurationShape.CallColumns)),
            }
            : null;

    private string NameFor(MapValues map, string otherwise) =>
        map.Value(Name) is { } name ? Unique(name, map.Place(Name).Spot) : Unique(otherwise, map.Node.Spot);

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
    internal static Server? ReadServer(MapValues map, ProblemList problems, bool mailPorts)
    {
        if (map.Value(Host) is not { } host)
            return null;

        var tls = map.Optional(Tls) ?? Encryption.Required;
        if (tls == Encryption.None && !Loopback.Is(host))
            problems.Error(
                map.Place(Tls),
                "051",
                $"tls: none would send passwords and mail in the clear to {host}; write required or starttls");

        var port = map.Optional(Port) ?? (tls, mailPorts) switch
        {
            (Encryption.Required, true) => 993,
            (_, true) => 143,
            (Encryption.Required, false) => 465,
            (Encryption.StartTls, false) => 587,
            _ => 25,
        };
        return new Server(host, port, tls, ReadCa(map, problems)) { Proxy = mailPorts ? map.Value(Proxy) : null };
    }

    /// <summary>The password or OAuth of a map; null when there is neither or it is not complete.</summary>
    internal static Login? ReadLogin(MapValues map, ProblemList problems)
    {
        if (map.Value(Password) is { } password)
            return new Login.Password(password);
        if (map.Value(OAuth) is not { } oauth)
            return null;
        if (oauth.Value(AccessTokenFile) is { } file)
            return new Login.TokenFile(Full(map, file));

        var needed = new Key[] { TokenUrl, ClientId, RefreshToken };
        foreach (var key in needed.Where(k => oauth.FindNode(k) is null))
            problems.Error(oauth.Node, "011", $"'{key.Name}' is missing in {oauth.Title}");
        return oauth.Value(TokenUrl) is { } url && oauth.Value(ClientId) is { } id && oauth.Value(RefreshToken) is { } refresh
            ? new Login.OAuth(url, id, oauth.Value(ClientSecret), refresh, oauth.Value(Scope))
            : null;
    }

    /// <summary>
    /// The full path of the additional trust anchor; null when there is none. What is wrong with the file is a shortcoming: it may come
    /// yet.
    /// </summary>
    internal static string? ReadCa(MapValues map, ProblemList problems)
    {
        if (map.Value(Ca) is not { } written)
            return null;

        var path = Full(map, written);
        try
        {
            if (!File.Exists(path))
                problems.Shortcoming(
                    map.Place(Ca),
                    "062",
                    $"there is no file {path}; 'ca' names the certificate of an authority in PEM form"
                );
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
