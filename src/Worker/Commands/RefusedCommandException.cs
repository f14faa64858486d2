namespace CrmSync.Worker.Commands;

/// <summary>A mail or a line that changes nothing, with the reason the sender is told.</summary>
internal sealed class RefusedCommandException(string words) : Exception(words);
