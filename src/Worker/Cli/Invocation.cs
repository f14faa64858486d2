using System.CommandLine;
using CrmSync.Worker.Printing;
using NodaTime;

namespace CrmSync.Worker.Cli;

/// <summary>What a verb that asks the policy is told, and where it writes.</summary>
/// <param name="Folder">The configuration folder.</param>
/// <param name="Json">One JSON object a line in place of text.</param>
/// <param name="Now">The moment the policy is asked about.</param>
/// <param name="Out">Results.</param>
/// <param name="Error">Messages and problems.</param>
internal sealed record Invocation(string Folder, bool Json, Instant Now, TextWriter Out, TextWriter Error)
{
    public static Invocation From(ParseResult parsed) => new(
        parsed.ReadFolder(),
        parsed.GetValue(CommonOptions.Format) == OutputFormat.Json,
        parsed.ReadNow(),
        parsed.InvocationConfiguration.Output,
        parsed.InvocationConfiguration.Error);
}
