
namespace CrmSync.Worker.Sources.Imap;

/// <summary>Something that can be learned about a server.</summary>
internal enum ServerLesson
{
    /// <summary>See <see cref="ServerProfile.NoPartialFetch"/>.</summary>
    NoPartialFetch,
}

/// <summary>What a server cannot do although it says so: known from its name, or learned when a step failed twice.</summary>
internal sealed record ServerProfile
{
    /// <summary>Partial fetches give wrong bytes or none; whole messages are asked for.</summary>
    public bool NoPartialFetch { get; init; }

    /// <summary>What is known of a server by what it tells of itself.</summary>
    public static ServerProfile From(ImapMailbox mailbox)
    {
        var name = $"{mailbox.Greeting} {mailbox.ServerName}";
        return new ServerProfile
        {
            NoPartialFetch = Says("hMailServer") || Says("IMAPrev1"),
        };

        bool Says(string word) => name.Contains(word, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The profile with these lessons, too.</summary>
    public ServerProfile And(IReadOnlyCollection<ServerLesson> lessons) => this with
    {
        NoPartialFetch = NoPartialFetch || lessons.Contains(ServerLesson.NoPartialFetch),
    };
}
