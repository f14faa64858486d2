using CrmSync.Storage;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Delivery;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.MailServers;
using CrmSync.Worker.Sources;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;

namespace CrmSync.Worker.Cli;

/// <summary><c>check --connect</c>: logs in everywhere, read-only, and says how it went.</summary>
internal static class ConnectCheck
{
    /// <summary>Tries every account; false when one of them cannot be read.</summary>
    public static async Task<bool> Run(Invocation asked, CrmSyncConfiguration configuration, CancellationToken ct)
    {
        var fine = true;
        await using var database = await Database(asked, configuration, ct);
        var services = new ServiceCollection().AddSources(configuration, DateTimeZone.Utc, CommandLine.Time, insist: true);
        if (database is not null)
            services.AddSingleton(database);

        await using var parts = services.BuildServiceProvider();
        foreach (var account in parts.GetRequiredService<AccountSources>().All)
        {
            try
            {
                await account.Open(asked.Now).Connect(ct);
                await asked.Error.WriteLineAsync($"account {account.Name}: can be read");
            }
            catch (SourceException failure)
            {
                fine = false;
                await asked.Error.WriteLineAsync($"account {account.Name}: {failure.Message}");
            }
        }

        if (configuration.Delivery?.Way is DeliveryChoice.Smtp smtp)
            fine &= await CanSend(asked, smtp, parts.GetRequiredService<MailLogins>(), ct);

        return fine;
    }

    private static async Task<bool> CanSend(Invocation asked, DeliveryChoice.Smtp smtp, MailLogins logins, CancellationToken ct)
    {
        await using var delivery = new SmtpDelivery(logins.Of(DeliveryWays.LoginOf(smtp)));
        try
        {
            await delivery.Connect(ct);
            await asked.Error.WriteLineAsync($"delivery through {smtp.Server.Host}:{smtp.Server.Port}: can be used");
            return true;
        }
        catch (MailServerException failure)
        {
            await asked.Error.WriteLineAsync($"delivery through {smtp.Server.Host}:{smtp.Server.Port}: {failure.Message}");
            return false;
        }
    }

    /// <summary>
    /// Where failed logins are kept: what works now need not wait any longer in the worker. A database that is not there, or cannot be
    /// used, is no trouble of an account.
    /// </summary>
    private static async Task<ContactDatabase?> Database(Invocation asked, CrmSyncConfiguration configuration, CancellationToken ct)
    {
        if (configuration.Storage is StorageChoice.Sqlite sqlite && !File.Exists(sqlite.File))
            return null;

        try
        {
            return await CrmSyncProgram.OpenDatabase(configuration.Storage, CommandLine.Time, ct);
        }
        catch (DatabaseUnusableException unusable)
        {
            await asked.Error.WriteLineAsync($"database: {unusable.Message}");
            return null;
        }
    }
}
