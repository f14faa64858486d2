using CrmSync.Domain.Commands;
using CrmSync.Domain.Company;
using CrmSync.Domain.Time;
using NodaTime;

namespace CrmSync.Worker.Configuration;

/// <summary>What <c>crmsync.yaml</c> says: read, validated, defaults applied, paths made absolute (interface.md section 3).</summary>
internal sealed record CrmSyncConfiguration
{
    public required StorageChoice Storage { get; init; }

    public CaptureSettings Capture { get; init; } = new();

    /// <summary>In file order; the lines of an <c>imap_many</c> file are accounts of their own.</summary>
    public IReadOnlyList<Account> Accounts { get; init; } = [];

    /// <summary>In file order: what an earlier one says of somebody goes before what a later one says.</summary>
    public IReadOnlyList<DirectorySettings> Directories { get; init; } = [];

    /// <summary>Null: digests are made but not delivered anywhere.</summary>
    public DeliverySettings? Delivery { get; init; }

    public ScheduleSettings Schedule { get; init; } = new();

    /// <summary>Where immediate mails are posted as well, by the names the policy uses.</summary>
    public IReadOnlyList<WebhookSettings> Webhooks { get; init; } = [];

    /// <summary>Who is told of what happens; null: nobody.</summary>
    public EventSettings? Events { get; init; }

    /// <summary>Null: there is no status page.</summary>
    public StatusSettings? Status { get; init; }

    /// <summary>The addresses of all accounts, which are ours.</summary>
    public IReadOnlyList<EmailAddress> Addresses => [.. Accounts.SelectMany(a => a.Addresses).Distinct()];

    /// <summary>Whose each account is and whether it is a calendar, by name; who is in a group is not known here.</summary>
    public IReadOnlyDictionary<string, (EmailAddress Address, bool IsCalendar)> AccountsByName =>
        Accounts
            .SelectMany(a => a is GraphAccount graph
                ? graph.Mailboxes.Select(mailbox => (Name: graph.MailboxAccountName(mailbox), Address: mailbox, IsCalendar: false))
                : a.Addresses.Select(address => (a.Name, Address: address, IsCalendar: a is IcsAccount or CaldavAccount)))
            .DistinctBy(a => a.Name, StringComparer.Ordinal)
            .ToDictionary(a => a.Name, a => (a.Address, a.IsCalendar), StringComparer.Ordinal);
}

/// <summary>Where the log is kept.</summary>
internal abstract record StorageChoice
{
    /// <param name="File">The full path of the database file.</param>
    internal sealed record Sqlite(string File) : StorageChoice;

    /// <param name="ConnectionString">With the password in it.</param>
    internal sealed record Postgres(Secret ConnectionString) : StorageChoice;
}

/// <summary>What is read of a new account, and how much is kept.</summary>
internal sealed record CaptureSettings
{
    /// <summary>How far back a new account is read, counted from now; null when <see cref="SinceDate"/> is given.</summary>
    public LengthOfTime? Since { get; init; } = new(365, TimeUnit.Day);

    /// <summary>From which day (UTC) on a new account is read.</summary>
    public LocalDate? SinceDate { get; init; }

    /// <summary>How much of a mail's own text is kept, in UTF-8 bytes; 0 keeps none.</summary>
    public int TextBytes { get; init; } = 4096;

    /// <summary>The moment from which on a new account is read.</summary>
    public Instant From(Instant now)
    {
        if (SinceDate is { } date)
            return date.AtMidnight().InUtc().ToInstant();

        var back = Since ?? new LengthOfTime(365, TimeUnit.Day);
        var today = now.InUtc().LocalDateTime;
        return (back.Unit switch
        {
            TimeUnit.Minute => today.PlusMinutes(-back.Amount),
            TimeUnit.Hour => today.PlusHours(-back.Amount),
            TimeUnit.Week => today.PlusWeeks(-back.Amount),
            TimeUnit.Month => today.PlusMonths(-back.Amount),
            TimeUnit.Year => today.PlusYears(-back.Amount),
            _ => today.PlusDays(-back.Amount),
        }).InUtc().ToInstant();
    }
}

internal sealed record DeliverySettings
{
    /// <summary>The display name of the sender, or null.</summary>
    public string? FromName { get; init; }

    public required EmailAddress From { get; init; }

    public required DeliveryChoice Way { get; init; }

    public CommandSettings? Commands { get; init; }
}

/// <summary>How mails leave.</summary>
internal abstract record DeliveryChoice
{
    /// <param name="Path">The full path; one <c>.eml</c> and one <c>.html</c> a mail.</param>
    internal sealed record Folder(string Path) : DeliveryChoice;

    /// <param name="Server">Host, port and encryption.</param>
    /// <param name="User">Null: without logging in.</param>
    /// <param name="Login">Null: without logging in.</param>
    internal sealed record Smtp(Server Server, string? User, Login? Login) : DeliveryChoice;

    /// <param name="Account">One of the accounts.</param>
    internal sealed record Graph(GraphAccount Account) : DeliveryChoice;
}

/// <summary>The mailbox that takes commands.</summary>
/// <param name="Address">Its address; one of the accounts reads it.</param>
/// <param name="Secret">Signs the tokens in digests.</param>
/// <param name="TrustedServers">Whose Authentication-Results count.</param>
internal sealed record CommandSettings(EmailAddress Address, Secret Secret, IReadOnlyList<string> TrustedServers)
{
    /// <summary>Whether we verify DKIM signatures ourselves.</summary>
    public bool VerifyDkim { get; init; }

    /// <summary>The secret before this one, whose signatures are still taken; null when there is none.</summary>
    public Secret? PreviousSecret { get; init; }

    /// <summary>Signs with the secret, and takes what either of them signed.</summary>
    public CommandTokens CreateTokens() => new(Secret.Reveal(), PreviousSecret?.Reveal());
}

/// <summary>How often each thing is done.</summary>
internal sealed record ScheduleSettings
{
    public Duration Mail { get; init; } = Duration.FromMinutes(5);

    public Duration Calendar { get; init; } = Duration.FromMinutes(15);

    public Duration Policy { get; init; } = Duration.FromMinutes(1);
}

/// <summary>The status page.</summary>
/// <param name="Host">The address to listen on, without brackets.</param>
/// <param name="Port">0 to 65535; 0 lets the system choose.</param>
/// <param name="Token">Needed to see the page; null only on loopback.</param>
internal sealed record StatusSettings(string Host, int Port, Secret? Token)
{
    /// <summary>How readers reach their pages from outside; null: there are none.</summary>
    public Uri? PagesUrl { get; init; }

    /// <summary>Called after every round that finished; null: nobody is.</summary>
    public Uri? Ping { get; init; }
}
