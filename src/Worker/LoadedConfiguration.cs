using CrmSync.Domain.Policy;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.PolicyFiles;
using CrmSync.Worker.Yaml;
using NodaTime;

namespace CrmSync.Worker;

/// <summary>What both files say, ready to work with.</summary>
internal sealed record LoadedConfiguration(string Folder, CrmSyncConfiguration Settings, CompanyPolicy Policy)
{
    /// <summary>Whether every mail goes to <c>defaults.owner</c> alone, and nobody counts as told (<c>run --trial</c>).</summary>
    public bool IsTrial { get; init; }

    /// <summary>
    /// Reads <c>crmsync.yaml</c> and the policy of a folder. A secret that is missing is a problem for whoever needs it.
    /// </summary>
    /// <param name="folder">The configuration folder.</param>
    /// <param name="now">For warnings about the coming year.</param>
    /// <exception cref="ConfigurationUnusableException">One of them has errors.</exception>
    public static LoadedConfiguration Read(string folder, Instant now)
    {
        var configuration = ConfigurationFile.Read(folder);
        var policy = PolicyFolder.Read(folder, ReadingOptions.From(now.InUtc().Date, configuration.Configuration));
        if (configuration.Configuration is not { } settings || policy.Written is not { } written)
        {
            throw new ConfigurationUnusableException(
                [.. configuration.Problems.InOrder().Concat(policy.Problems.InOrder()).Where(p => p.Severity == Severity.Error)]);
        }

        return new LoadedConfiguration(folder, settings, written.Policy);
    }
}
