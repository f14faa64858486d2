using CrmSync.Worker.Configuration;
using CrmSync.Worker.Sources;
using CrmSync.Worker.Sources.Graph;
using CrmSync.Worker.Sources.Imap;
using NodaTime;

namespace CrmSync.Worker.Cli;

/// <summary><c>check --connect</c>: logs in everywhere, read-only, and says how it went.</summary>
internal static class ConnectCheck
{
    /// <summary>Tries every account; false when one of them cannot be read.</summary>
    public static async Task<bool> Run(Invocation asked, CrmSyncConfiguration configuration, CancellationToken ct)
    {
        var fine = true;
        await using var imap = new ImapSources(SystemClock.Instance, new HttpClient());
        using var graph = new GraphTenants(SystemClock.Instance);
        foreach (var account in AccountSources.Of(configuration, DateTimeZone.Utc, imap, graph))
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

        return fine;
    }
}
