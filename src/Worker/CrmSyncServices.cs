using CrmSync.Storage;
using CrmSync.Storage.Calls;
using CrmSync.Storage.Digests;
using CrmSync.Storage.Directories;
using CrmSync.Storage.Harvest;
using CrmSync.Storage.Log;
using CrmSync.Storage.Meetings;
using CrmSync.Storage.Pages;
using CrmSync.Storage.Privacy;
using CrmSync.Worker.Commands;
using CrmSync.Worker.Commands.Authorship;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Delivery;
using CrmSync.Worker.Digests;
using CrmSync.Worker.Directories;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.MailServers;
using CrmSync.Worker.Pages;
using CrmSync.Worker.PolicyFiles;
using CrmSync.Worker.Sources.Google;
using CrmSync.Worker.Sources.Graph;
using CrmSync.Worker.Sources.Imap;
using CrmSync.Worker.Status;
using DnsClient;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using NodaTime.Extensions;

namespace CrmSync.Worker;

/// <summary>Registers the parts of the program once, for <c>run</c> and every verb, in the order the data flows.</summary>
internal static class CrmSyncServices
{
    /// <summary>Everything but the jobs of <c>run</c>.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="configuration">What the files say.</param>
    /// <param name="database">At the version of this program; whoever opened it closes it.</param>
    /// <param name="time">The time of the whole program, NodaTime's clock included.</param>
    public static IServiceCollection AddCrmSync(
        this IServiceCollection services, LoadedConfiguration configuration, ContactDatabase database, TimeProvider time) => services
        .AddSingleton(configuration)
        .AddSingleton(new PolicyInForce(configuration.Policy))
        .AddSingleton<ErasedEntries>()
        .AddSingleton<ImportedPeople>()
        .AddSingleton<KnownAbsences>()
        .AddStorage(database)
        .AddSources(configuration.Settings, configuration.Policy.DefaultCalendar.Zone, time)
        .AddHarvest()
        .AddDigests()
        .AddDelivery()
        .AddStatus();

    /// <summary>What reads mailboxes and calendars, also without a database: failures and lessons are then kept in memory only.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="configuration">Names the accounts.</param>
    /// <param name="zone">Of times in calendars that name none.</param>
    /// <param name="time">The time.</param>
    /// <param name="insist">Log in although an earlier failure says to wait: a person asks, and wants to know how it is now.</param>
    public static IServiceCollection AddSources(
        this IServiceCollection services,
        CrmSyncConfiguration configuration,
        DateTimeZone zone,
        TimeProvider time,
        bool insist = false) =>
        services
            .AddSingleton(configuration)
            .AddSingleton(time)
            .AddSingleton(time.ToClock())
            .AddSingleton(parts => new MailLogins(parts.GetRequiredService<IClock>(), time, parts.GetService<LoginStores>())
            {
                Insist = insist,
            })
            .AddSingleton<ServerLessons>()
            .AddSingleton(parts => new ImapSources(
                parts.GetRequiredService<IClock>(),
                parts.GetRequiredService<MailLogins>(),
                parts.GetRequiredService<ServerLessons>()))
            .AddSingleton(parts => new GraphTenants(parts.GetRequiredService<IClock>(), time))
            .AddSingleton(parts => new CalendarServers(time, parts.GetRequiredService<MailLogins>()))
            .AddSingleton<GoogleDirectories>()
            .AddSingleton(parts => ActivatorUtilities.CreateInstance<DirectorySources>(parts, zone))
            .AddSingleton(parts => ActivatorUtilities.CreateInstance<AccountSources>(parts, zone));

    private static IServiceCollection AddStorage(this IServiceCollection services, ContactDatabase database) => services
        .AddSingleton(database)
        .AddSingleton<Storage.Settings>()
        .AddSingleton<LoginFailures>()
        .AddSingleton<LoginStores>()
        .AddSingleton<Accounts>()
        .AddSingleton<HarvestLedger>()
        .AddSingleton<LedgerCounts>()
        .AddSingleton<ContactLog>()
        .AddSingleton<MeetingLog>()
        .AddSingleton<CallLog>()
        .AddSingleton<Derivation>()
        .AddSingleton<DirectoryCards>()
        .AddSingleton<Units>()
        .AddSingleton<EventBook>()
        .AddSingleton<MailCopies>()
        .AddSingleton(parts => new PrivateThreads(parts.GetRequiredService<ContactDatabase>(), OwnMailText.Read))
        .AddSingleton(parts => new Erasure(parts.GetRequiredService<ContactDatabase>(), OwnMailText.Read))
        .AddSingleton(parts => new PersonExport(
            parts.GetRequiredService<ContactDatabase>(), parts.GetRequiredService<ContactLog>(), OwnMailText.Read))
        .AddSingleton<Retention>()
        .AddSingleton<AuditTrail>()
        .AddSingleton<ReaderSessions>()
        .AddSingleton<ReaderFeeds>()
        .AddSingleton<CommandInbox>()
        .AddSingleton<CommandLog>()
        .AddSingleton(parts => parts.GetRequiredService<LoadedConfiguration>().IsTrial ? LedgerReaders.Trial : LedgerReaders.Real)
        .AddSingleton<DigestLedger>()
        .AddSingleton<ToldItems>()
        .AddSingleton<Notifications>()
        .AddSingleton<TrialEnd>()
        .AddSingleton<StoppedDigests>()
        .AddSingleton<DeliveryHealth>();

    private static IServiceCollection AddHarvest(this IServiceCollection services) => services
        .AddSingleton<IDnsQuery>(_ => new LookupClient())
        .AddSingleton(parts => new DkimCheck(parts.GetRequiredService<IDnsQuery>))
        .AddSingleton<CommandStores>()
        .AddSingleton<CommandExecutions>()
        .AddSingleton<HarvestAll>()
        .AddSingleton<LogDerivation>()
        .AddSingleton<FreshHarvest>()
        .AddSingleton<DirectoryHarvest>()
        .AddSingleton<HarvestedLog>()
        .AddSingleton<OrganisationLog>()
        .AddSingleton<UnitLook>()
        .AddSingleton<TextRetention>();

    private static IServiceCollection AddDigests(this IServiceCollection services) => services
        .AddSingleton<HtmlPages>()
        .AddSingleton<WebMail>()
        .AddSingleton<PolicyNews>()
        .AddSingleton<MailTroubles>()
        .AddSingleton<DigestLog>()
        .AddSingleton<DigestFactsReader>()
        .AddSingleton<AccountsBehind>()
        .AddSingleton<DigestDispatch>()
        .AddSingleton<ReaderDoor>();

    private static IServiceCollection AddDelivery(this IServiceCollection services) => services
        .AddSingleton<DeliveryWays>()
        .AddSingleton<EventOutbox>()
        .AddSingleton(parts => new WebPosts(parts.GetRequiredService<TimeProvider>(), parts.GetRequiredService<IClock>()));

    private static IServiceCollection AddStatus(this IServiceCollection services) => services
        .AddSingleton<JobBook>()
        .AddSingleton<JobTroubles>()
        .AddSingleton<Loops>()
        .AddSingleton<AccountStatuses>()
        .AddSingleton<StatusReader>();
}
