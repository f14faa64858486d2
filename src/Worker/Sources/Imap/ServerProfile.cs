using CrmSync.Mail.Imap;

namespace CrmSync.Worker.Sources.Imap;

/// <summary>Something that can be learned about a server.</summary>
internal enum ServerLesson
{
    /// <summary>See <see cref="ServerProfile.NoPartialFetch"/>.</summary>
    NoPartialFetch,

    /// <summary>See <see cref="ServerProfile.NoPipelining"/>.</summary>
    NoPipelining,
}

/// <summary>What a server cannot do although it says so: known from its name, or learned when a step failed twice.</summary>
internal sealed record ServerProfile
{
    /// <summary>Partial fetches give wrong bytes or none; whole messages are asked for.</summary>
    public bool NoPartialFetch { get; init; }

    /// <summary>Several commands at once upset it; one is asked for after the other.</summary>
    public bool NoPipelining { get; init; }

    /// <summary>What is known of a server by what it tells of itself.</summary>
    public static ServerProfile Of(ImapClient client)
    {
        var name = $"{client.Greeting} {client.ServerId.GetValueOrDefault("name")} {client.ServerId.GetValueOrDefault("vendor")}";
        return new ServerProfile
        {
            NoPartialFetch = Says("hMailServer") || Says("IMAPrev1"),
            NoPipelining = Says("hMailServer") || Says("MERCUR") || Says("Coremail"),
        };

        bool Says(string word) => name.Contains(word, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The profile with these lessons, too.</summary>
    public ServerProfile And(IReadOnlyCollection<ServerLesson> lessons) => this with
    {
        NoPartialFetch = NoPartialFetch || lessons.Contains(ServerLesson.NoPartialFetch),
        NoPipelining = NoPipelining || lessons.Contains(ServerLesson.NoPipelining),
    };
}
