using CrmSync.Worker.MailServers;
using NodaTime;

namespace CrmSync.Worker.Delivery;

/// <summary>A way for mails to leave.</summary>
internal interface IMailDelivery : IAsyncDisposable
{
    /// <summary>What comes of handing the same mail over a second time.</summary>
    Repetition Repetition { get; }

    /// <summary>Hands one mail over, to everybody of its envelope at once or to nobody.</summary>
    Task<DeliveryAnswer> Deliver(LeavingMail mail, CancellationToken ct);
}

/// <summary>What comes of handing the same mail over a second time: it decides what has to be found out after a crash.</summary>
internal enum Repetition
{
    /// <summary>The reader has two.</summary>
    Doubles,

    /// <summary>Nothing: the way knows at once what it has sent.</summary>
    IsRemembered,

    /// <summary>The way looks itself whether the mail has left, a while after it did.</summary>
    IsRecognised,
}

/// <summary>A finished mail with its envelope.</summary>
/// <param name="Name">Its Message-ID without brackets, fit for a file name.</param>
/// <param name="From">The envelope sender.</param>
/// <param name="Reader">Who it is for.</param>
/// <param name="Copy">The command mailbox, which gets every mail of ours in the same transaction; null when there is none.</param>
/// <param name="Bytes">The mail.</param>
internal sealed record LeavingMail(string Name, string From, string Reader, string? Copy, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>When it was being handed over before, and nobody knows whether it left; null for a mail that certainly did not.</summary>
    public Instant? TriedAt { get; init; }

    /// <summary>Under which it was taken; another worker that takes it has another one.</summary>
    public long Token { get; init; }

    /// <summary>Asked before anything of the mail leaves; on false it is dropped, for somebody else has it.</summary>
    public Func<CancellationToken, Task<bool>> IsOurs { get; init; } = _ => Task.FromResult(true);

    /// <summary>
    /// Whether this worker stood still for so long that somebody else may have the mail; asked where there is no time to ask the database.
    /// </summary>
    public Func<bool> HasLapsed { get; init; } = () => false;

    /// <summary>Asked when the reader would be served and the command mailbox not; on false the mail waits.</summary>
    public Func<CopyAnswer, CancellationToken, Task<bool>> MayLeaveWithoutCopy { get; init; } = (_, _) => Task.FromResult(true);

    /// <summary>
    /// Asked before the last byte leaves, without which the mail is not taken, with whether a copy goes along: a way that repeats mails
    /// must not send it without asking.
    /// </summary>
    public Func<bool, CancellationToken, Task<bool>> MayEnd { get; init; } = (_, _) => Task.FromResult(true);
}

/// <summary>Why the command mailbox does not take its copy of a mail.</summary>
/// <param name="Problem">In words.</param>
internal sealed record CopyAnswer(string Problem)
{
    /// <summary>Whether it may be taken later.</summary>
    public bool WillPass { get; init; }
}

/// <summary>What became of a mail that was handed over.</summary>
internal abstract record DeliveryAnswer
{
    /// <summary>It has left.</summary>
    internal sealed record Accepted : DeliveryAnswer;

    /// <summary>It certainly has not left, and may later.</summary>
    /// <param name="Reason">In words, with what to do.</param>
    internal sealed record Postponed(string Reason) : DeliveryAnswer;

    /// <summary>It will never leave.</summary>
    internal sealed record Refused(string Reason) : DeliveryAnswer;

    /// <summary>It has certainly not left, and is another worker's by now, or may be.</summary>
    internal sealed record NotOurs : DeliveryAnswer;

    /// <summary>It may have left or not.</summary>
    internal sealed record InDoubt(string Reason) : DeliveryAnswer;

    /// <summary>It certainly has not left, and neither will any other mail for the moment: the way itself does not work.</summary>
    /// <param name="Reason">In words, with what to do.</param>
    /// <param name="Failure">What kind of trouble; it decides when the way is tried again.</param>
    internal sealed record Unreachable(string Reason, MailFailure Failure) : DeliveryAnswer
    {
        /// <summary>How long the server asks us to stay away.</summary>
        public Duration? RetryAfter { get; init; }
    }
}
