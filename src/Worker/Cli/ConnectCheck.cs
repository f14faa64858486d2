using CrmSync.Storage;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Delivery;
using CrmSync.Worker.Directories;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.MailServers;
using CrmSync.Worker.Sources;
using CrmSync.Worker.Sources.Graph;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;

namespace CrmSync.Worker.Cli;

/// <summary><c>check --connect</c>: logs in everywhere, read-only, and says how it went.</summary>
internal static class ConnectCheck
{
    /// <summary>Tries every account, the database and the way out; false when one of them cannot be used.</summary>
    public static async Task<bool> Run(Invocation asked, CrmSyncConfiguration configuration, CancellationToken ct)
    {
        var (database, fine) = await Database(asked, configuration, ct);
        await using var opened = database;
        var services = new ServiceCollection().AddSources(configuration, DateTimeZone.Utc, CommandLine.Time, insist: true);
        if (database is not null)
            services.AddSingleton(database);

        await using var parts = services.BuildServiceProvider();
        foreach (var account in parts.GetRequiredService<AccountSources>().All)
        {
            fine &= await Try(asked, $"account {account.Name}", "can be read", () => account.Open(asked.Now).Connect(ct), ct);
        }

        var directories = parts.GetRequiredService<DirectorySources>();
        foreach (var directory in configuration.Directories)
            fine &= await Try(asked, $"directory {directory.Name}", "can be read", () => directories.Open(directory).Connect(ct), ct);

        return configuration.Delivery is { } delivery ? fine & await CanSend(asked, delivery.Way, parts, ct) : fine;
    }

    /// <summary>Whether mails can leave; nothing is sent.</summary>
    private static async Task<bool> CanSend(Invocation asked, DeliveryChoice way, ServiceProvider parts, CancellationToken ct)
    {
        switch (way)
        {
            case DeliveryChoice.Smtp smtp:
                await using (var delivery = new SmtpDelivery(parts.GetRequiredService<MailLogins>().Login(DeliveryWays.Login(smtp))))
                    return await Try(
                        asked,
                        $"delivery through {smtp.Server.Host}:{smtp.Server.Port}",
                        "can be used",
                        () => delivery.Connect(ct),
                        ct
                    );
            case DeliveryChoice.Folder folder:
                return await Try(asked, $"delivery to {folder.Path}", "can be used", () => WriteInto(folder.Path), ct);
            case DeliveryChoice.Graph graph:
                return await Try(
                    asked,
                    $"delivery through {graph.Account.Name}",
                    "the app can log in",
                    () => parts.GetRequiredService<GraphTenants>().Tenant(graph.Account).LogIn(ct),
                    ct
                );
            default:
                throw new NotSupportedException(way.GetType().Name);
        }
    }

    /// <summary>Tries one thing and says how it went; whatever is wrong with it keeps nobody from trying the others.</summary>
    private static async Task<bool> Try(Invocation asked, string what, string well, Func<Task> connect, CancellationToken ct)
    {
        string words;
        try
        {
            await connect();
            await asked.Error.WriteLineAsync($"{what}: {well}");
            return true;
        }
        catch (Exception failure)
            when (failure
                    is SourceException
                        or MailServerException
                        or DatabaseUnusableException
                        or GraphFailure
                        or IOException
                        or UnauthorizedAccessException
            )
        {
            words = failure.Message;
        }
        catch (Exception failure) when (Unexpected.IsContained(failure, ct))
        {
            words = Unexpected.TroubleFrom(what, failure).Reason;
        }

        await asked.Error.WriteLineAsync($"{what}: {words}");
        return false;
    }

    private static async Task WriteInto(string folder)
    {
        Directory.CreateDirectory(folder);
        var probe = Path.Combine(folder, $".crmsync-{Path.GetRandomFileName()}");
        await using var file = new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
    }

    /// <summary>
    /// Where failed logins are kept: what works now need not wait any longer in the worker. An SQLite file that is not there yet is made by
    /// the first harvest.
    /// </summary>
    private static async Task<(ContactDatabase? Database, bool IsFine)> Database(
        Invocation asked,
        CrmSyncConfiguration configuration,
        CancellationToken ct
    )
    {
        if (configuration.Storage is StorageChoice.Sqlite sqlite && !File.Exists(sqlite.File))
        {
            await asked.Error.WriteLineAsync($"database: {sqlite.File} is not there yet; the first harvest makes it");
            return (null, true);
        }

        ContactDatabase? database = null;
        var fine = await Try(asked, "database", "can be used",
            async () => database = await CrmSyncProgram.OpenDatabase(configuration.Storage, CommandLine.Time, ct), ct);
        return (database, fine);
    }
}
