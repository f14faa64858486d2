using System.Diagnostics.CodeAnalysis;
using NodaTime;

namespace CrmSync.Worker.MailServers;

/// <summary>What kind of trouble a mail server (or the way to it) gives; each kind has its own remedy and its own timer.</summary>
public enum MailFailure
{
    /// <summary>The connection could not be made, broke or fell silent. Passes by itself; try again soon.</summary>
    Network,

    /// <summary>The server asks for less. Wait for <see cref="MailServerException.RetryAfter"/> where it is given.</summary>
    Throttled,

    /// <summary>User name, password or token were refused. A person must act when it repeats.</summary>
    Auth,

    /// <summary>Something is set up wrongly: TLS, certificate, IMAP switched off, a missing licence. A person must act.</summary>
    Config,

    /// <summary>The server said something that cannot be understood or is not allowed. Ask again in another way.</summary>
    Protocol,

    /// <summary>This request will never succeed (a folder or a recipient that does not exist). Leave it out.</summary>
    Permanent,
}

/// <summary>
/// A mail server's failure, in words for an administrator: what happened, the server's own answer, what to do. Never holds a secret.
/// </summary>
/// <param name="failure">The kind of trouble.</param>
/// <param name="message">What happened and what to do about it.</param>
/// <param name="answer">The server's own words, shortened and with secrets removed; null if it said nothing.</param>
/// <param name="inner">The cause below, if there is one.</param>
internal sealed class MailServerException(MailFailure failure, string message, string? answer = null, Exception? inner = null)
    : Exception(answer is null ? message : $"{message} (the server said: {answer})", inner)
{
    /// <summary>The kind of trouble.</summary>
    public MailFailure Failure { get; } = failure;

    /// <summary>The server's own words, or null.</summary>
    public string? Answer { get; } = answer;

    /// <summary>What a person can do about it, or that nobody has to: of this case where it is known, else of its kind.</summary>
    [AllowNull]
    public string Remedy { get => field ?? Failure.Remedy; init; }

    /// <summary>How long the server asks us to stay away, where it says so; never more than an hour.</summary>
    public Duration? RetryAfter { get; init; }

    /// <summary>True when the connection cannot be used any more and must be made anew.</summary>
    public bool ConnectionLost { get; init; }
}
