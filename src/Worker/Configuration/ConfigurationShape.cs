using System.Globalization;
using System.Text.Json.Nodes;
using CrmSync.Domain.Company;
using CrmSync.Domain.Time;
using CrmSync.Worker.Telephones;
using CrmSync.Worker.Yaml;
using NodaTime;

namespace CrmSync.Worker.Configuration;

/// <summary>The keys of <c>crmsync.yaml</c> (interface.md section 3).</summary>
internal static class ConfigurationShape
{
    /// <summary>What other programs call our keys.</summary>
    public static IReadOnlyDictionary<string, string> Misnomers { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["pass"] = "password",
        ["passwd"] = "password",
        ["pwd"] = "password",
        ["server"] = "host",
        ["hostname"] = "host",
        ["username"] = "user",
        ["login"] = "user",
        ["ssl"] = "tls",
        ["encryption"] = "tls",
        ["cafile"] = "ca",
        ["database"] = "storage",
        ["interval"] = "schedule",
    };

    private static readonly LengthShape Period = new([TimeUnit.Minute, TimeUnit.Hour], "5m or 1h", aboveZero: true);

    public static Shape<string> Line { get; } = Forms.Line("a text", 4000);

    public static Key<int> Version { get; } = new("version", new WholeShape(1, 1), "The version of this file: 1.", required: true);

    public static Key<string> Sqlite { get; } = new("sqlite", Line, "The database file.");

    public static Key<Secret> Postgres { get; } = new("postgres", new SecretShape(), "A connection string.");

    public static Key<MapValues> StorageKey { get; } =
        new(
            "storage",
            new MapShape("a map of sqlite or postgres", Sqlite, Postgres) { OneOf = [Sqlite, Postgres], OnlyOneOf = [Sqlite, Postgres] },
            "Where the log is kept.");

    public static Key<WrittenSince> Since { get; } =
        new(
            "since",
            new EitherShape<WrittenSince>(
                "a length of time such as 365d, or a date",
                Forms
                    .Date.As((date, _) => new WrittenSince(null, date))
                    .FitsWhen(node => node is YamlScalar { Kind: ScalarKind.Text } s && s.Text.Length == 10 && s.Text[4] == '-'),
                new LengthShape([TimeUnit.Hour, TimeUnit.Day, TimeUnit.Week, TimeUnit.Month, TimeUnit.Year], "365d, 52w or 12mo").As(
                    (length, _) => new WrittenSince(length, null))),
            "How far back a new account is read; or a date.");

    public static Key<int> TextSize { get; } =
        new("text", new SizeShape(), "How much of a mail's own text is kept; 0 = none.", fallback: 4096);

    public static Key<MapValues> Capture { get; } =
        new("capture", new MapShape("a map of since and text", Since, TextSize), "What is read and kept.");

    public static Key<string> Name { get; } =
        new(
            "name",
            new TextShape<string>("a name of letters, digits and . _ : @ + -", "^[A-Za-z0-9][A-Za-z0-9._:@+-]*$", Forms.Same, max: 200),
            "How the account is called.");

    public static Key<EmailAddress> Address { get; } = new("address", Forms.Address, "Whose account it is.", required: true);

    public static Key<string> Maildir { get; } = new("maildir", Line, "The folder of a maildir.", required: true);

    public static Key<string> Mbox { get; } = new("mbox", Line, "An mbox file.", required: true);

    public static Key<string> Eml { get; } = new("eml", Line, "A folder of .eml files.", required: true);

    public static Key<EmailAddress> Imap { get; } = new("imap", Forms.Address, "The mailbox's own address.", required: true);

    public static Key<Word> ImapMany { get; } =
        new(
            "imap_many",
            Line.As((text, node) => new Word(text, node)),
            "A CSV file with the columns address,user,password.",
            required: true);

    public static Key<string> Host { get; } =
        new(
            "host",
            new TextShape<string>(
                "the name or address of a server",
                @"^(?:[^\s/@:\[\]]+|\[?[0-9A-Fa-f]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*\]?)$",
                Forms.Same,
                hint: BareHost,
                max: 255),
            "The server.",
            required: true);

    public static Key<int> Port { get; } = new("port", new WholeShape(1, 65535), "The port; otherwise the usual one.");

    public static Key<Encryption> Tls { get; } =
        new(
            "tls",
            new ChoiceShape<Encryption>([("required", Encryption.Required), ("starttls", Encryption.StartTls), ("none", Encryption.None)]),
            "required, starttls, or none (only to this very machine).");

    public static Key<string> Ca { get; } = new("ca", Line, "A file with an additional trust anchor.");

    public static Key<Secret> Proxy { get; } =
        new("proxy", new ProxyShape(), "The proxy that leads to mail servers, such as socks5://proxy.bright.example:1080.");

    public static Key<string> User { get; } = new("user", Line, "The user name.");

    public static Key<Secret> Password { get; } = new("password", new SecretShape(), "The password.");

    public static Key<Uri> TokenUrl { get; } = new("token_url", new UrlShape(), "Where tokens are fetched.");

    public static Key<string> ClientId { get; } = new("client_id", Line, "The id of the application.");

    public static Key<Secret> ClientSecret { get; } = new("client_secret", new SecretShape(), "The secret of the application.");

    public static Key<Secret> RefreshToken { get; } = new("refresh_token", new SecretShape(), "The refresh token.");

    public static Key<string> Scope { get; } = new("scope", Line, "The scope to ask for.");

    public static Key<string> AccessTokenFile { get; } = new("access_token_file", Line, "A file in which somebody keeps a fresh token.");

    public static Key<MapValues> OAuth { get; } =
        new(
            "oauth",
            new MapShape(
                "a map of token_url, client_id, client_secret, refresh_token and scope, or of access_token_file",
                TokenUrl,
                ClientId,
                ClientSecret,
                RefreshToken,
                Scope,
                AccessTokenFile)
            {
                OneOf = [AccessTokenFile, TokenUrl],
                Apart = AccessTokenFile,
            },
            "Logging in by OAuth.");

    public static Key<IReadOnlyList<string>> Exclude { get; } = new("exclude", new ListShape<string>(Line), "Folders that are not read.");

    public static Key<MapValues> Folders { get; } =
        new("folders", new MapShape("a map {exclude}", Exclude), "Which folders are read; otherwise all but junk, trash and drafts.");

    public static Key<IReadOnlyList<string>> Include { get; } =
        new("include", new ListShape<string>(Line), "Folders and calendars that alone are read, with what lies below them.");

    public static Key<MapValues> ChosenFolders { get; } =
        new(
            "folders",
            new MapShape("a map {include, exclude}", Include, Exclude),
            "Which folders and calendars are read; otherwise all but junk, trash and drafts.");

    public static Key<string> Graph { get; } =
        new(
            "graph",
            new TextShape<string>("a name", "^[A-Za-z0-9][A-Za-z0-9._-]*$", Forms.Same, max: 200),
            "What the tenant is called here.",
            required: true);

    public static Key<string> Tenant { get; } = new("tenant", Line, "The id or domain of the tenant.");

    public static Key<string> CertificateFile { get; } = new("file", Line, "The file with certificate and key.", required: true);

    public static Key<MapValues> Certificate { get; } =
        new("certificate", new MapShape("a map {file, password}", CertificateFile, Password), "Logging in by certificate.");

    public static Key<bool> ManagedIdentity { get; } = new("managed_identity", Forms.Truth, "Logging in as the machine.");

    public static Key<Secret> AccessToken { get; } = new("access_token", new SecretShape(), "A token made elsewhere.");

    public static Key<Uri> Endpoint { get; } = new("endpoint", new UrlShape(), "The address of Graph, for national clouds.");

    public static Key<Uri> Authority { get; } = new("authority", new UrlShape(), "Where tokens are fetched.");

    public static Key<IReadOnlyList<EmailAddress>> Mailboxes { get; } =
        new("mailboxes", new ListShape<EmailAddress>(Forms.Address, least: 1), "The mailboxes to read.");

    public static Key<EmailAddress> Group { get; } = new("group", Forms.Address, "A group whose members' mailboxes are read.");

    public static Key<string> GoogleDomain { get; } =
        new(
            "google",
            new TextShape<string>("a domain", "^[A-Za-z0-9][A-Za-z0-9._-]*$", Forms.Same, max: 200),
            "The domain of a Google Workspace.",
            required: true);

    public static Key<string> KeyFile { get; } = new("file", Line, "The JSON key of the service account.", required: true);

    public static Key<MapValues> ServiceAccount { get; } =
        new(
            "service_account",
            new MapShape("a map {file}", KeyFile),
            "A service account with domain-wide delegation.",
            required: true);

    public static Key<EmailAddress> Admin { get; } =
        new("admin", Forms.Address, "On whose behalf a group is asked for: somebody who may see it in the Admin console.");

    public static Key<Server> ImapEndpoint { get; } =
        new(
            "imap",
            new TextShape<Server>("the name of a server, imaps://server:port, or imap://127.0.0.1:port", null, ReadImapEndpoint),
            "The IMAP server.");

    public static Key<Uri> CaldavEndpoint { get; } = new("caldav", new UrlShape(), "The address of CalDAV.");

    public static Key<Uri> TokenEndpoint { get; } = new("token", new UrlShape(), "Where tokens are fetched.");

    public static Key<Uri> DirectoryEndpoint { get; } = new("directory", new UrlShape(), "The address of the Directory API.");

    public static Key<MapValues> GoogleEndpoint { get; } =
        new(
            "endpoint",
            new MapShape("a map of imap, caldav, token and directory", ImapEndpoint, CaldavEndpoint, TokenEndpoint, DirectoryEndpoint),
            "Other addresses than Google's, for tests.");

    public static Key<Uri> Caldav { get; } = new("caldav", new UrlShape(), "The address of the calendars.", required: true);

    public static Key<string> CaldavUser { get; } = new("user", Line, "The user name.", required: true);

    public static Key<Secret> CaldavPassword { get; } = new("password", new SecretShape(), "The password.", required: true);

    public static Key<string> Ics { get; } = new("ics", Line, "A file, a folder, or an https address.", required: true);

    public static Key<string> CallTables { get; } =
        new("calls", Line, "A table of the calls of a telephone system, or a folder of such tables.", required: true);

    public static Key<DateTimeZone> CallZone { get; } =
        new("zone", Forms.Zone, "The time zone of times that name none; otherwise that of defaults.calendar.");

    public static Key<string> CallRegion { get; } =
        new(
            "region",
            new TextShape<string>("the two letters of a country such as IE", "^[A-Za-z]{2}$", ReadRegion, max: 2),
            "The country whose telephone numbers are written without one; otherwise that of the zone.");

    public static Key<MapValues> CallColumns { get; } =
        new(
            "columns",
            new MapShape(
                "a map of what columns mean to what they are called",
                [
                    .. new[] { "time", "date", "from", "to", "other", "ours", "direction", "seconds", "answered", "id", "name" }
                        .Select(meaning => new Key<string>(meaning, Line, "The name of this column in the first line."))
                ]),
            "What the columns are called where no usual name fits: time (or time and date), from, to (or other and ours), direction, "
                + "seconds, answered, id and name.");

    public static IReadOnlyList<MapShape> AccountKinds { get; } =
    [
        new("an account", Maildir, Address, Name) { Kind = Maildir },
        new("an account", Mbox, Address, Name) { Kind = Mbox },
        new("an account", Eml, Address, Name) { Kind = Eml },
        new("an account", Imap, Host, Port, Tls, Ca, Proxy, User, Password, OAuth, Folders, Name)
        {
            Kind = Imap,
            OneOf = [Password, OAuth],
            OnlyOneOf = [Password, OAuth],
        },
        new("an account", ImapMany, Host, Port, Tls, Ca, Proxy, OAuth, Folders, Name) { Kind = ImapMany },
        new(
            "an account",
            Graph,
            Tenant,
            ClientId,
            ClientSecret,
            Certificate,
            ManagedIdentity,
            AccessToken,
            Endpoint,
            Authority,
            Mailboxes,
            Group,
            ChosenFolders,
            Name)
        {
            Kind = Graph,
            OneOf = [ClientSecret, Certificate, ManagedIdentity, AccessToken],
            OnlyOneOf = [ClientSecret, Certificate, ManagedIdentity, AccessToken],
        },
        new("an account", GoogleDomain, ServiceAccount, Mailboxes, Group, Admin, GoogleEndpoint, Name) { Kind = GoogleDomain },
        new("an account", Caldav, Address, CaldavUser, CaldavPassword, Ca, Name) { Kind = Caldav },
        new("an account", Ics, Address, Name) { Kind = Ics },
        new("an account", CallTables, CallZone, CallRegion, CallColumns, Name) { Kind = CallTables },
    ];

    public static Key<IReadOnlyList<MapValues>> Accounts { get; } =
        new(
            "accounts",
            new ListShape<MapValues>(new KindedShape("account", [.. AccountKinds.Select(k => (k, ""))])),
            "The mailboxes, calendars and calls to read.");

    public static Key<string> Region { get; } =
        new(
            "region",
            new TextShape<string>(
                "the two letters of a country such as IE",
                "^[A-Za-z]{2}$",
                ReadRegion,
                max: 2),
            "The country whose telephone numbers are written without one; otherwise that of the zone of defaults.calendar.");

    public static Key<string> Vcard { get; } = new("vcard", Line, "A file of vCards, or a folder of such files.", required: true);

    public static Key<string> Csv { get; } = new("csv", Line, "A table of people; its first line names the columns.", required: true);

    public static Key<Uri> Carddav { get; } = new("carddav", new UrlShape(), "The address of the address books.", required: true);

    public static Key<Word> GraphContacts { get; } =
        new(
            "graph",
            Line.As((text, node) => new Word(text, node)),
            "A graph account above, whose mailboxes' contacts are read.",
            required: true);

    public static Key<MapValues> DirectoryColumns { get; } =
        new(
            "columns",
            new MapShape(
                "a map of what columns mean to what they are called",
                Column("address"),
                Column("name"),
                Column("organisation"),
                Column("owner"),
                Column("tags"),
                Column("birthday"),
                Column("telephone")),
            "What the columns are called where they are not called address, name, organisation, owner, tags, birthday and telephone.");

    public static IReadOnlyList<MapShape> DirectoryKinds { get; } =
    [
        new("a directory", Vcard, Region, Name) { Kind = Vcard },
        new("a directory", Csv, DirectoryColumns, Region, Name) { Kind = Csv },
        new("a directory", Carddav, CaldavUser, CaldavPassword, Ca, Region, Name) { Kind = Carddav },
        new("a directory", GraphContacts, Region, Name) { Kind = GraphContacts },
    ];

    public static Key<IReadOnlyList<MapValues>> Directories { get; } =
        new(
            "directories",
            new ListShape<MapValues>(new KindedShape("directory", [.. DirectoryKinds.Select(k => (k, ""))])),
            "Where names, telephones and birthdays come from besides mail.");

    public static Key<WrittenSender> From { get; } =
        new(
            "from",
            new TextShape<WrittenSender>("a sender such as CrmSync <crmsync@us.example>", null, ReadSender),
            "Whom the mails are from.",
            required: true);

    public static Key<string> Folder { get; } = new("folder", Line, "The folder mails are written to.");

    public static Key<MapValues> Smtp { get; } =
        new(
            "smtp",
            new MapShape("a map of host, port, tls, user and password", Host, Port, Tls, Ca, User, Password, OAuth)
            {
                OnlyOneOf = [Password, OAuth],
            },
            "The server that sends mails.");

    public static Key<Word> GraphAccountName { get; } =
        new("account", Line.As((text, node) => new Word(text, node)), "The graph account to send through.", required: true);

    public static Key<MapValues> GraphDelivery { get; } =
        new("graph", new MapShape("a map {account}", GraphAccountName), "Sending through Microsoft Graph.");

    public static Key<Secret> CommandSecret { get; } = new("secret", new SecretShape(), "Signs the tokens in digests.", required: true);

    public static Key<Secret> PreviousCommandSecret { get; } =
        new("previous_secret", new SecretShape(), "The secret before this one: links and addresses it signed are still taken.");

    public static Key<IReadOnlyList<string>> TrustedServers { get; } =
        new("trusted_servers", new ListShape<string>(Line), "Servers whose Authentication-Results count.");

    public static Key<bool> VerifyDkim { get; } =
        new(
            "verify_dkim",
            Forms.Truth,
            "Verify DKIM signatures of commands ourselves, with keys by DNS; then no server's Authentication-Results need be trusted.");

    public static Key<MapValues> Commands { get; } =
        new(
            "commands",
            new MapShape(
                "a map of address, secret, trusted_servers and verify_dkim",
                Address, CommandSecret, PreviousCommandSecret, TrustedServers, VerifyDkim),
            "The mailbox that takes commands.");

    public static Key<MapValues> Delivery { get; } =
        new(
            "delivery",
            new MapShape("a map of from, folder or smtp or graph, proxy, and commands", From, Folder, Smtp, GraphDelivery, Proxy, Commands)
            {
                OneOf = [Folder, Smtp, GraphDelivery],
                OnlyOneOf = [Folder, Smtp, GraphDelivery],
            },
            "How mails leave.");

    public static Key<LengthOfTime> EveryMail { get; } = new("mail", Period, "How often mailboxes are read.");

    public static Key<LengthOfTime> EveryCalendar { get; } = new("calendar", Period, "How often calendars are read.");

    public static Key<LengthOfTime> EveryPolicy { get; } = new("policy", Period, "How often the policy is evaluated.");

    public static Key<MapValues> Schedule { get; } =
        new(
            "schedule",
            new MapShape("a map of mail, calendar and policy", EveryMail, EveryCalendar, EveryPolicy),
            "How often each thing is done.");

    public static Key<WrittenListener> Listen { get; } =
        new(
            "listen",
            new TextShape<WrittenListener>("an address and a port such as 127.0.0.1:8025", null, ReadListener),
            "Address and port of the page.",
            required: true);

    public static Key<Secret> Token { get; } = new("token", new SecretShape(), "Needed to see the page from elsewhere.");

    public static Key<Uri> Ping { get; } =
        new("ping", new UrlShape(), "Called after every round that finished, so that a monitor elsewhere misses the calls.");

    public static Key<Uri> PagesUrl { get; } =
        new(
            "url",
            new UrlShape(),
            "How readers reach the pages of contacts and figures from outside; without it there are none, and digests have no links to "
                + "them.");

    public static Key<MapValues> Status { get; } =
        new("status", new MapShape("a map of listen, url, token and ping", Listen, PagesUrl, Token, Ping), "The status page.");

    public static Key<Secret> WebhookUrl { get; } =
        new("url", new SecretUrlShape(), "The address that takes posts; whoever knows it can post there.", required: true);

    public static Key<Secret> WebhookSecret { get; } =
        new("secret", new SecretShape(), "Signs what is posted, as Standard Webhooks describes: whsec_ and base64, or a long random text.");

    public static Key<WebhookFormat> WebhookFormatKey { get; } =
        new(
            "format",
            new ChoiceShape<WebhookFormat>(
                [("json", WebhookFormat.Json), ("slack", WebhookFormat.Slack), ("teams", WebhookFormat.Teams)]),
            "slack (also Mattermost and Rocket.Chat), teams, or json for programs.",
            shown: "json");

    public static Key<IReadOnlyList<string>> WebhookMembers { get; } =
        new(
            "members",
            new ListShape<string>(Forms.Name, least: 1),
            "The people and teams of the policy who read there: what they are mailed at once is posted. Without it, what everybody is.");

    public static Key<IReadOnlyList<WebhookContent>> WebhookInclude { get; } =
        new(
            "include",
            new ListShape<WebhookContent>(
                new ChoiceShape<WebhookContent>([("customer", WebhookContent.Customer), ("subject", WebhookContent.Subject)])),
            "What is shown besides rule, due time, owner and id, where every member may see the contact.");

    public static Key<IReadOnlyList<Named<string, MapValues>>> Webhooks { get; } =
        new(
            "webhooks",
            new NamedShape<string, MapValues>(
                Forms.Name,
                new MapShape(
                    "a map of url, format, members, include, secret and ca",
                    WebhookUrl,
                    WebhookFormatKey,
                    WebhookMembers,
                    WebhookInclude,
                    WebhookSecret,
                    Ca),
                "webhook"),
            "Where teams talk: addresses to which immediate mails are posted as well, by the names the policy uses.");

    public static Key<Secret> EventSecret { get; } =
        new(
            "secret",
            new SecretShape(),
            "Signs what is posted, as Standard Webhooks describes: whsec_ and base64, or a long random text.",
            required: true);

    public static Key<IReadOnlyList<bool>> EventInclude { get; } =
        new(
            "include",
            new ListShape<bool>(new ChoiceShape<bool>([("text", true)])),
            "`text`: also subjects and what people wrote.");

    public static Key<MapValues> Events { get; } =
        new(
            "events",
            new MapShape("a map of url, secret, include and ca", WebhookUrl, EventSecret, EventInclude, Ca),
            "A program that is told of new lines and of items that open and close.");

    public static MapShape Whole { get; } =
        new("a configuration", Version, StorageKey, Capture, Accounts, Directories, Delivery, Schedule, Webhooks, Events, Status);

    private static Key<string> Column(string meaning) => new(meaning, Line, $"The column with the {meaning}.");

    /// <summary>The draft-07 schema of <c>crmsync.yaml</c>.</summary>
    public static JsonObject Schema() => SchemaBook.Create("CrmSync configuration", Whole);

    private static bool ReadRegion(string text, out string region)
    {
        region = text.ToUpperInvariant();
        return TelephoneNumbers.IsRegion(region);
    }

    private static string? BareHost(string text)
    {
        var rest = text[(text.IndexOf("://", StringComparison.Ordinal) is var scheme and >= 0 ? scheme + 3 : 0)..].TrimEnd('/');
        return rest.Split(':') switch
        {
            [var host, var port] when int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out _) =>
                $"write host: {host} and port: {port}",
            [var host] when host.Length > 0 && host.Length < text.Length && !host.AsSpan().ContainsAny('/', '@') => $"write {host}",
            _ => null,
        };
    }

    private static bool ReadSender(string text, out WrittenSender sender)
    {
        var angle = text.LastIndexOf('<');
        var closed = text.EndsWith('>');
        sender = null!;
        if (
            (angle >= 0) != closed
            || text.AsSpan().IndexOfAny("\r\n") >= 0
            || !EmailAddress.TryParse(angle < 0 ? text : text[(angle + 1)..^1], out var address))
            return false;

        var name = angle < 0 ? "" : text[..angle].Trim().Trim('"');
        sender = new WrittenSender(name.Length == 0 ? null : name, address);
        return true;
    }

    /// <summary>Without TLS to this very machine only.</summary>
    private static bool ReadImapEndpoint(string text, out Server server)
    {
        server = null!;
        var written = text.Contains("://", StringComparison.Ordinal) ? text : $"imaps://{text}";
        if (
            !Uri.TryCreate(written, UriKind.Absolute, out var address)
            || address.Host.Length == 0
            || address.PathAndQuery is not ("/" or ""))
            return false;

        var encryption = (address.Scheme, Loopback.Is(address.Host)) switch
        {
            ("imaps", _) => Encryption.Required,
            ("imap", true) => Encryption.None,
            _ => (Encryption?)null,
        };
        if (encryption is null)
            return false;

        server = new Server(address.Host, address.IsDefaultPort || address.Port < 0 ? 993 : address.Port, encryption.Value, Ca: null);
        return true;
    }

    private static bool ReadListener(string text, out WrittenListener listener)
    {
        var colon = text.LastIndexOf(':');
        listener = null!;
        if (
            colon <= 0
            || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port > 65535)
            return false;

        var host = text[..colon];
        if (host.StartsWith('[') != host.EndsWith(']') || (!host.StartsWith('[') && host.Contains(':', StringComparison.Ordinal)))
            return false;

        listener = new WrittenListener(host.Trim('[', ']'), port);
        return true;
    }

    internal sealed record WrittenSince(LengthOfTime? Length, LocalDate? Date);

    internal sealed record WrittenSender(string? Name, EmailAddress Address);

    internal enum WebhookContent
    {
        Customer,
        Subject,
    }

    internal sealed record WrittenListener(string Host, int Port);
}
