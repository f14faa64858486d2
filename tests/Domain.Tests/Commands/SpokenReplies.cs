using CrmSync.Domain.Commands;

namespace CrmSync.Domain.Tests.Commands;

/// <summary>All that a reply asks for, line after line.</summary>
internal static class SpokenReplies
{
    public static IEnumerable<SpokenCommand> Commands(this SpokenReply reply) => reply.Lines.SelectMany(line => line.Commands);
}
