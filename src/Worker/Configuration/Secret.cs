using System.Diagnostics;
using CrmSync.Worker.Yaml;

namespace CrmSync.Worker.Configuration;

/// <summary>A password, token or key. It prints as stars wherever it is printed; only who needs it asks for it by name.</summary>
[DebuggerDisplay("***")]
internal sealed class Secret
{
    private readonly string value;

    public Secret(string value) => this.value = value;

    /// <summary>A secret that the file names and that is not where it should be: a problem only for who needs it.</summary>
    /// <param name="missing">Where it is named, and what is missing.</param>
    public Secret(Problem missing) => (value, Missing) = ("", missing);

    /// <summary>Why there is none; null when there is one.</summary>
    public Problem? Missing { get; }

    /// <summary>The secret itself, for handing to a server and nothing else.</summary>
    /// <exception cref="ConfigurationUnusableException">It is missing.</exception>
    public string Reveal() => Missing is null ? value : throw new ConfigurationUnusableException([Missing]);

    public override string ToString() => "***";
}
