namespace CrmSync.Worker.Printing;

/// <summary>How the program's log is written.</summary>
/// <param name="Style">For people or for programs.</param>
/// <param name="Verbose">Whether more is told.</param>
internal sealed record LogSettings(LogStyle Style, bool Verbose);

internal enum LogStyle
{
    Text,
    Json,
}
