using CrmSync.Worker.Yaml;

namespace CrmSync.Worker.Configuration;

/// <summary>The configuration has errors that somebody must correct first.</summary>
internal sealed class ConfigurationUnusableException(IReadOnlyList<Problem> problems) : Exception("The configuration is not usable.")
{
    public IReadOnlyList<Problem> Problems { get; } = problems;
}
