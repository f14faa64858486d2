using CrmSync.Mail.Net;
using NodaTime;

namespace CrmSync.Worker.Sources.Imap;

/// <summary>
/// When a server may be tried again after a failure. A wrong password is tried three times and then hourly, for more would lock the mailbox; trouble on the way
/// is tried soon, then every ten minutes; whoever asks for patience gets it. Only a complete listing makes everything good again, a mere login does not.
/// </summary>
internal sealed class LoginTimer(IClock clock)
{
    private static readonly Duration Longest = Duration.FromMinutes(10);

    private readonly Random jitter = new();
    private MailServerException? last;
    private int repeats;
    private Instant notBefore = Instant.MinValue;

    /// <summary>When the next try is allowed.</summary>
    public Instant NotBefore => notBefore;

    /// <summary>The failure to repeat instead of trying; null when a try is allowed.</summary>
    public MailServerException? Waiting => last is not null && clock.GetCurrentInstant() < notBefore ? last : null;

    public void Failed(MailServerException failure)
    {
        repeats = last?.Failure == failure.Failure ? repeats + 1 : 1;
        last = failure;
        notBefore = clock.GetCurrentInstant() + Delay(failure);
    }

    public void Succeeded()
    {
        last = null;
        repeats = 0;
    }

    private Duration Delay(MailServerException failure)
    {
        if (failure.RetryAfter is { } hint)
            return hint;

        return failure.Failure switch
        {
            MailFailure.Auth => repeats < 3 ? Duration.FromSeconds(30) : Duration.FromHours(1),
            MailFailure.Config => Longest,
            MailFailure.Throttled => Growing(firstSeconds: 1, factor: 2),
            _ => Growing(firstSeconds: 2, factor: 1.5),
        };
    }

    /// <summary>Up to half as much again at random, so that two hundred accounts do not come back in the same second.</summary>
    private Duration Growing(double firstSeconds, double factor)
    {
        var seconds = Math.Min(firstSeconds * Math.Pow(factor, Math.Min(repeats - 1, 40)), Longest.TotalSeconds);
        return Duration.FromSeconds(seconds * (1 + (jitter.NextDouble() / 2)));
    }
}
