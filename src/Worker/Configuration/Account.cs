using CrmSync.Domain.Company;
using CrmSync.Worker.Yaml;
using NodaTime;

namespace CrmSync.Worker.Configuration;

/// <summary>One mailbox or calendar to read.</summary>
/// <param name="Name">Unique; how it is called in status, logs and the contact log.</param>
/// <param name="Place">Where it stands in the configuration.</param>
internal abstract record Account(string Name, Spot Place)
{
    /// <summary>The key the account is written with: maildir, mbox, eml, imap, graph, google, caldav, ics or calls.</summary>
    public abstract string Kind { get; }

    /// <summary>Whose account it is; several for a Graph tenant or a Google Workspace.</summary>
    public abstract IReadOnlyList<EmailAddress> Addresses { get; }

    /// <summary>What reading it needs.</summary>
    public virtual IEnumerable<Secret?> Secrets => [];

    /// <summary>Why it cannot be read; null when every secret it needs is there.</summary>
    public Problem? MissingSecret => Secrets.Select(secret => secret?.Missing).FirstOrDefault(missing => missing is not null);
}

/// <summary>An account that is files on this machine.</summary>
/// <param name="Name">Unique.</param>
/// <param name="Place">In the configuration.</param>
/// <param name="Path">The full path of the file or folder.</param>
/// <param name="Address">Whose it is.</param>
internal abstract record FileAccount(string Name, Spot Place, string Path, EmailAddress Address) : Account(Name, Place)
{
    public override IReadOnlyList<EmailAddress> Addresses => [Address];
}

internal sealed record MaildirAccount(string Name, Spot Place, string Path, EmailAddress Address) : FileAccount(Name, Place, Path, Address)
{
    public override string Kind => "maildir";
}

internal sealed record MboxAccount(string Name, Spot Place, string Path, EmailAddress Address) : FileAccount(Name, Place, Path, Address)
{
    public override string Kind => "mbox";
}

/// <summary>A folder of <c>.eml</c> files with all folders below it.</summary>
internal sealed record EmlAccount(string Name, Spot Place, string Path, EmailAddress Address) : FileAccount(Name, Place, Path, Address)
{
    public override string Kind => "eml";
}

internal sealed record ImapAccount(string Name, Spot Place, EmailAddress Address, Server Server, string User, Login Login)
    : Account(Name, Place)
{
    public override string Kind => WrittenAs;

    /// <summary>The key that the file names it with; a mailbox of a workspace is written with that of the workspace.</summary>
    public string WrittenAs { get; init; } = "imap";

    /// <summary>Whether its mails are seen in Gmail.</summary>
    public bool IsGmail => Server.Host is "imap.gmail.com" or "imap.googlemail.com";

    public override IReadOnlyList<EmailAddress> Addresses => [Address];

    public override IEnumerable<Secret?> Secrets => [Server.Proxy, .. Login.Secrets];

    /// <summary>Folders that are not read, besides junk, trash and drafts.</summary>
    public IReadOnlyList<string> ExcludedFolders { get; init; } = [];
}

/// <summary>
/// Mailboxes of a Microsoft 365 tenant, with their calendars; each is an account of its own, named by <see cref="MailboxAccountName"/>.
/// </summary>
internal sealed record GraphAccount(string Name, Spot Place, string? Tenant, string? ClientId, GraphLogin Login) : Account(Name, Place)
{
    public override string Kind => "graph";

    public override IReadOnlyList<EmailAddress> Addresses => Mailboxes;

    public override IEnumerable<Secret?> Secrets => Login.Secrets;

    /// <summary>The mailboxes as listed; empty when <see cref="Group"/> says whose.</summary>
    public IReadOnlyList<EmailAddress> Mailboxes { get; init; } = [];

    /// <summary>All members of this group.</summary>
    public EmailAddress? Group { get; init; }

    /// <summary>Folders and calendars that alone are read; empty: all.</summary>
    public IReadOnlyList<string> IncludedFolders { get; init; } = [];

    /// <summary>Folders and calendars that are not read.</summary>
    public IReadOnlyList<string> ExcludedFolders { get; init; } = [];

    public Uri Endpoint { get; init; } = new("https://graph.microsoft.com");

    public Uri Authority { get; init; } = new("https://login.microsoftonline.com");

    /// <summary>Whether the file gives a name of its own, which then starts the name of every mailbox.</summary>
    public bool Named { get; init; }

    /// <summary>The name of the account that one mailbox is.</summary>
    public string MailboxAccountName(EmailAddress mailbox) => Named ? $"{Name}:{mailbox}" : $"graph:{mailbox}";
}

/// <summary>
/// Mailboxes of a Google Workspace with their calendars, read by a service account with domain-wide delegation. Each mailbox is two
/// accounts: its mail (<see cref="CreateMailAccount"/>) and its calendars (<see cref="CreateCalendarAccount"/>).
/// </summary>
/// <param name="Name">What the workspace is called here.</param>
/// <param name="Place">In the configuration.</param>
/// <param name="KeyFile">The full path of the service account's key, a JSON file.</param>
internal sealed record GoogleAccount(string Name, Spot Place, string KeyFile) : Account(Name, Place)
{
    /// <summary>All that IMAP offers; Google knows no smaller scope for it.</summary>
    private const string MailScope = "https://mail.google.com/";

    private const string CalendarScope = "https://www.googleapis.com/auth/calendar.readonly";
    private const string DirectoryScope = "https://www.googleapis.com/auth/admin.directory.group.member.readonly";

    /// <summary>What a workspace and the mailboxes in it are written with.</summary>
    public const string Key = "google";

    public override string Kind => Key;

    public override IReadOnlyList<EmailAddress> Addresses => Mailboxes;

    /// <summary>The mailboxes as listed; empty when <see cref="Group"/> says whose.</summary>
    public IReadOnlyList<EmailAddress> Mailboxes { get; init; } = [];

    /// <summary>All members of this group, through groups in it.</summary>
    public EmailAddress? Group { get; init; }

    /// <summary>On whose behalf the group is asked for: somebody who may see it in the Admin console.</summary>
    public EmailAddress? Admin { get; init; }

    /// <summary>Whether the file gives a name of its own, which then starts the names of its accounts.</summary>
    public bool Named { get; init; }

    public Server Imap { get; init; } = new("imap.gmail.com", 993, Encryption.Required, Ca: null);

    public Uri Caldav { get; init; } = new("https://apidata.googleusercontent.com/caldav/v2");

    /// <summary>Where tokens are fetched.</summary>
    public Uri TokenUrl { get; init; } = new("https://oauth2.googleapis.com/token");

    /// <summary>The Directory API.</summary>
    public Uri Directory { get; init; } = new("https://admin.googleapis.com");

    /// <summary>How the group is asked for.</summary>
    public Login.Delegation DirectoryLogin =>
        LoginFor(Admin ?? throw new InvalidOperationException("a group without an admin should have been refused"), DirectoryScope);

    /// <summary>The mail of one mailbox: all of it lies in All Mail.</summary>
    public ImapAccount CreateMailAccount(EmailAddress mailbox) =>
        new(MailAccountName(mailbox), Place, mailbox, Imap, mailbox.Value, LoginFor(mailbox, MailScope)) { WrittenAs = Kind };

    /// <summary>The calendars of one mailbox.</summary>
    public CaldavAccount CreateCalendarAccount(EmailAddress mailbox) =>
        new(
            CalendarAccountName(mailbox),
            Place,
            new Uri($"{Caldav.AbsoluteUri.TrimEnd('/')}/{Uri.EscapeDataString(mailbox.Value)}/user"),
            mailbox,
            mailbox.Value,
            LoginFor(mailbox, CalendarScope));

    public string MailAccountName(EmailAddress mailbox) => $"{(Named ? Name : Kind)}:{mailbox}";

    public string CalendarAccountName(EmailAddress mailbox) => $"{(Named ? Name : Kind)}-calendar:{mailbox}";

    private Login.Delegation LoginFor(EmailAddress user, string scope) => new(KeyFile, TokenUrl, user, scope);
}

/// <param name="Name">Unique.</param>
/// <param name="Place">In the configuration.</param>
/// <param name="Url">Where the calendars lie, or where to begin to look for them.</param>
/// <param name="Address">Whose they are.</param>
/// <param name="User">Who logs in.</param>
/// <param name="Login">With what: a password, or the delegation of a workspace.</param>
internal sealed record CaldavAccount(string Name, Spot Place, Uri Url, EmailAddress Address, string User, Login Login)
    : Account(Name, Place)
{
    public override string Kind => "caldav";

    public override IReadOnlyList<EmailAddress> Addresses => [Address];

    public override IEnumerable<Secret?> Secrets => Login.Secrets;

    /// <summary>The full path of an additional trust anchor.</summary>
    public string? Ca { get; init; }
}

/// <summary>Calendar files: exactly one of <see cref="Path"/> (a file or a folder) and <see cref="Url"/> is given.</summary>
internal sealed record IcsAccount(string Name, Spot Place, string? Path, Uri? Url, EmailAddress Address) : Account(Name, Place)
{
    public override string Kind => "ics";

    public override IReadOnlyList<EmailAddress> Addresses => [Address];
}

internal enum Encryption
{
    /// <summary>TLS from the first byte.</summary>
    Required,

    /// <summary>Plain at first; the session goes on only after STARTTLS.</summary>
    StartTls,

    /// <summary>Only to this very machine.</summary>
    None,
}

/// <summary>A server to connect to.</summary>
/// <param name="Host">Name or address.</param>
/// <param name="Port">1 to 65535.</param>
/// <param name="Encryption">How the connection is protected.</param>
/// <param name="Ca">The full path of an additional trust anchor, or null.</param>
internal sealed record Server(string Host, int Port, Encryption Encryption, string? Ca)
{
    /// <summary>The address of the proxy that leads there, with its user and password if it has them; null for none.</summary>
    public Secret? Proxy { get; init; }
}

/// <summary>How one logs in to a mail server.</summary>
internal abstract record Login
{
    /// <summary>What logging in needs.</summary>
    public virtual IEnumerable<Secret?> Secrets => [];

    internal sealed record Password(Secret Value) : Login
    {
        public override IEnumerable<Secret?> Secrets => [Value];
    }

    /// <summary>Tokens are fetched with a refresh token.</summary>
    internal sealed record OAuth(Uri TokenUrl, string ClientId, Secret? ClientSecret, Secret RefreshToken, string? Scope) : Login
    {
        public override IEnumerable<Secret?> Secrets => [ClientSecret, RefreshToken];
    }

    /// <summary>
    /// Tokens are fetched by a service account on behalf of a user (RFC 7523): Google's domain-wide delegation.
    /// </summary>
    /// <param name="KeyFile">The full path of the service account's key, a JSON file.</param>
    /// <param name="TokenUrl">Where tokens are fetched.</param>
    /// <param name="Subject">On whose behalf.</param>
    /// <param name="Scope">What for.</param>
    internal sealed record Delegation(string KeyFile, Uri TokenUrl, EmailAddress Subject, string Scope) : Login;

    /// <summary>Somebody else keeps a fresh token in this file.</summary>
    internal sealed record TokenFile(string Path) : Login;
}

/// <summary>How one logs in to Microsoft Graph.</summary>
internal abstract record GraphLogin
{
    /// <summary>What logging in needs.</summary>
    public virtual IEnumerable<Secret?> Secrets => [];

    internal sealed record ClientSecret(Secret Value) : GraphLogin
    {
        public override IEnumerable<Secret?> Secrets => [Value];
    }

    /// <param name="File">The full path of a PFX or PEM file with its key.</param>
    /// <param name="Password">Of the file, or null.</param>
    internal sealed record Certificate(string File, Secret? Password) : GraphLogin
    {
        public override IEnumerable<Secret?> Secrets => [Password];
    }

    internal sealed record ManagedIdentity : GraphLogin;

    internal sealed record AccessToken(Secret Value) : GraphLogin
    {
        public override IEnumerable<Secret?> Secrets => [Value];
    }
}

/// <summary>Tables of the calls of a telephone system, which are nobody's alone.</summary>
/// <param name="Name">Unique.</param>
/// <param name="Place">In the configuration.</param>
/// <param name="Path">The full path of the file or folder.</param>
internal sealed record CallsAccount(string Name, Spot Place, string Path) : Account(Name, Place)
{
    public override string Kind => "calls";

    public override IReadOnlyList<EmailAddress> Addresses => [];

    /// <summary>Of times that name none; null: that of <c>defaults.calendar</c>.</summary>
    public DateTimeZone? Zone { get; init; }

    /// <summary>The country whose numbers are written without one; null: that of the zone.</summary>
    public string? Region { get; init; }

    /// <summary>What its columns are called, by what they mean.</summary>
    public IReadOnlyDictionary<string, string> Columns { get; init; } = new Dictionary<string, string>();
}
