using System.Diagnostics;
using CrmSync.Domain.Company;
using CrmSync.Domain.Harvest;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Sources;
using CrmSync.Worker.Sources.Calls;
using CrmSync.Worker.Sources.Feeds;
using CrmSync.Worker.Sources.Files;
using CrmSync.Worker.Sources.Google;
using CrmSync.Worker.Sources.Graph;
using CrmSync.Worker.Sources.Imap;
using CrmSync.Worker.Yaml;
using NodaTime;

namespace CrmSync.Worker.Harvest;

/// <summary>Every account of the configuration, and how each kind is read.</summary>
/// <param name="configuration">Names the accounts.</param>
/// <param name="zone">The zone of times in calendars that name none.</param>
/// <param name="imap">Keeps the connections to mail servers.</param>
/// <param name="graph">Keeps the connections to Microsoft 365.</param>
/// <param name="google">Keeps the connections to Google's directory.</param>
/// <param name="calendars">Keeps the connections to the servers that hold calendars.</param>
internal sealed class AccountSources(
    CrmSyncConfiguration configuration,
    DateTimeZone zone,
    ImapSources imap,
    GraphTenants graph,
    GoogleDirectories google,
    CalendarServers calendars)
{
    /// <summary>The calls of a telephone system are of everybody.</summary>
    private static readonly EmailAddress Nobody = EmailAddress.FromTelephone("0");

    /// <summary>How far ahead meetings are looked at.</summary>
    private static readonly Duration Ahead = Duration.FromDays(200);

    /// <summary>Every mailbox, calendar and table of calls of the configuration, in file order.</summary>
    public IReadOnlyList<ReadableAccount> All => field ??= [.. configuration.Accounts.SelectMany(Readable)];

    /// <summary>
    /// The accounts of some names. Groups are asked who is in them only when a name is not in the configuration; a group that cannot be
    /// asked stands for its members, so that harvesting it tells why.
    /// </summary>
    /// <param name="names">The names, as the log and <c>status</c> write them.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<IReadOnlyList<ReadableAccount>> Named(IReadOnlySet<string> names, CancellationToken ct)
    {
        var found = All.Where(account => names.Contains(account.Name)).ToList();
        if (found.Count == names.Count)
            return found;

        foreach (var group in All.Where(account => account.Members is not null))
        {
            try
            {
                found.AddRange((await group.Members!(ct)).Where(member => names.Contains(member.Name)));
            }
            catch (Exception failure) when (failure is SourceException || Unexpected.IsContained(failure, ct))
            {
                found.Add(group);
            }
        }

        return [.. found.DistinctBy(account => account.Name, StringComparer.Ordinal)];
    }

    private IEnumerable<ReadableAccount> Readable(Account account) =>
        account switch
        {
            _ when account.MissingSecret is { } missing => Unreadable(account, missing),
            ImapAccount mailbox =>
            [
                One(mailbox, mailbox.Address, now => imap.CreateSource(mailbox, configuration.Capture.From(now))) with
                {
                    NotBefore = ct => imap.NotBefore(mailbox, ct),
                    Watch = tell => imap.Watch(mailbox, tell),
                },
            ],
            MaildirAccount maildir => [Local(maildir, maildir.Address, _ => new MaildirSource(maildir.Path))],
            MboxAccount mbox => [Local(mbox, mbox.Address, _ => new MboxSource(mbox.Path))],
            EmlAccount eml => [Local(eml, eml.Address, _ => new EmlSource(eml.Path))],
            IcsAccount { Path: { } path } ics =>
            [
                Local(ics, ics.Address, now => new IcsSource(path, new CalendarItems(SeriesIn(ics, ics.Address, now)), zone)),
            ],
            IcsAccount { Url: { } url } ics =>
            [
                One(
                    ics,
                    ics.Address,
                    now => new IcsFeedSource(
                        ics.Name, new CalendarFeed(calendars.Feeds, url), new CalendarItems(SeriesIn(ics, ics.Address, now)), zone, now)),
            ],
            CaldavAccount caldav =>
            [
                One(caldav, caldav.Address, now => calendars.CalDav.Open(caldav, SeriesIn(caldav, caldav.Address, now), zone)),
            ],
            CallsAccount calls => [Local(calls, Nobody, now => new CallSource(calls, zone, now))],
            GoogleAccount workspace => ReadableWorkspace(workspace),
            GraphAccount tenant => GraphAccounts.Accounts(tenant, graph, configuration.Capture),
            _ => throw new UnreachableException($"{account.GetType().Name} is no account that can be read here"),
        };

    private IEnumerable<ReadableAccount> ReadableWorkspace(GoogleAccount workspace)
    {
        var listed = workspace.Mailboxes.SelectMany(mailbox => ReadableMailbox(workspace, mailbox));
        return workspace.Group is not { } group
            ? listed
            : listed.Append(
                new ReadableAccount(
                    workspace.Name,
                    workspace.Kind,
                    group,
                    now => new GroupSource(workspace.Name, ct => Members(workspace, group, ct), now))
                {
                    Members = ct => Members(workspace, group, ct),
                });
    }

    private async Task<IReadOnlyList<ReadableAccount>> Members(GoogleAccount workspace, EmailAddress group, CancellationToken ct)
    {
        var members = await google.Directory(workspace).Members(group, ct);
        return [.. members.Except(workspace.Mailboxes).SelectMany(mailbox => ReadableMailbox(workspace, mailbox))];
    }

    private IEnumerable<ReadableAccount> ReadableMailbox(GoogleAccount workspace, EmailAddress mailbox) =>
        Readable(workspace.CreateMailAccount(mailbox)).Concat(Readable(workspace.CreateCalendarAccount(mailbox)));

    /// <summary>An account whose secret is not there; harvesting it tells why, and stops no other.</summary>
    private static IEnumerable<ReadableAccount> Unreadable(Account account, Problem missing)
    {
        var trouble = new Trouble(missing.Spot.ToString(), missing.Message, "put the secret there, or name another place for it");
        var names = account is GraphAccount { Mailboxes.Count: > 0 } graph
            ? graph.Mailboxes.Select(mailbox => (Name: graph.MailboxAccountName(mailbox), Address: mailbox))
            : [(account.Name, account.Addresses.Count > 0 ? account.Addresses[0] : ((GraphAccount)account).Group!)];
        return names.Select(one => new ReadableAccount(
            one.Name, account.Kind, one.Address, _ => throw new SourceException(trouble, isPermanent: true)));
    }

    private SeriesItems SeriesIn(Account account, EmailAddress owner, Instant now) =>
        new(new MeetingTranslation(account.Name, owner, now), new Interval(configuration.Capture.From(now), now + Ahead));

    private static ReadableAccount One(Account account, EmailAddress address, Func<Instant, ISource> open) =>
        new(account.Name, account.Kind, address, open);

    private static ReadableAccount Local(Account account, EmailAddress address, Func<Instant, ISource> open) =>
        One(account, address, open) with
        {
            IsLocal = true,
        };
}
