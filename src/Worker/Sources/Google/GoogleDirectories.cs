using System.Collections.Concurrent;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.MailServers;

namespace CrmSync.Worker.Sources.Google;

/// <summary>The directories of the workspaces of the configuration, with connections that are kept between harvests.</summary>
/// <param name="time">What waiting is measured with.</param>
/// <param name="logins">Fetches the tokens.</param>
internal sealed class GoogleDirectories(TimeProvider time, MailLogins logins) : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<GoogleDirectory>> directories = new(StringComparer.Ordinal);
    private readonly Lazy<HttpMessageInvoker> http = new(() => new HttpMessageInvoker(WebConnections.Create(time)));

    public GoogleDirectory Directory(GoogleAccount workspace) =>
        directories
            .GetOrAdd(
                workspace.Name,
                _ => new Lazy<GoogleDirectory>(() =>
                    new GoogleDirectory(workspace, http.Value, logins.FindTokens(workspace.DirectoryLogin)!)))
            .Value;

    public void Dispose()
    {
        if (http.IsValueCreated)
            http.Value.Dispose();
    }
}
