using CrmSync.Worker.Configuration;
using CrmSync.Worker.MailServers;
using Microsoft.Extensions.Logging;

namespace CrmSync.Worker.Status;

/// <summary>
/// Calls <c>status.ping</c> after every round that finished, whatever single accounts did: a monitor elsewhere raises the alarm when the
/// calls stay away. A worker of which a loop stands still does not call.
/// </summary>
internal sealed class RoundPing : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Uri? address;
    private readonly Loops loops;
    private readonly ILogger<RoundPing> log;
    private readonly HttpClient? client;
    private bool failed;

    public RoundPing(CrmSyncConfiguration configuration, Loops loops, TimeProvider time, ILogger<RoundPing> log)
    {
        address = configuration.Status?.Ping;
        this.loops = loops;
        this.log = log;
        client = address is null ? null : new HttpClient(WebConnections.Create(time)) { Timeout = Patience };
    }

    /// <summary>Calls once. That it could not is told once, until it can again.</summary>
    public async Task Send(CancellationToken ct)
    {
        if (client is null || loops.Stalled().Count > 0)
            return;

        try
        {
            using var answer = await client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, ct);
            Note(answer.IsSuccessStatusCode ? null : $"it answered {(int)answer.StatusCode}");
        }
        catch (HttpRequestException failure)
        {
            Note(failure.Message);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            Note($"no answer within {Patience.TotalSeconds:0} s");
        }
    }

    public void Dispose() => client?.Dispose();

    /// <summary>The address stays out of the log: whoever knows it can call it, too.</summary>
    private void Note(string? problem)
    {
        if (problem is not null && !failed)
            log.LogWarning("status.ping could not be called ({Problem}); correct the address, or see whether its server works", problem);
        else if (problem is null && failed)
            log.LogInformation("status.ping can be called again");

        failed = problem is not null;
    }
}
