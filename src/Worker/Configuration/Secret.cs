using System.Diagnostics;

namespace CrmSync.Worker.Configuration;

/// <summary>A password, token or key. It prints as stars wherever it is printed; only who needs it asks for it by name.</summary>
[DebuggerDisplay("***")]
internal sealed class Secret(string value)
{
    /// <summary>The secret itself, for handing to a server and nothing else.</summary>
    public string Reveal() => value;

    public override string ToString() => "***";
}
