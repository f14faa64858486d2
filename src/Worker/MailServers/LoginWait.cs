using CrmSync.Storage.Harvest;
using NodaTime;

namespace CrmSync.Worker.MailServers;

/// <summary>
/// When a mail server may be tried again after a failure. A refused login is tried three times, then hourly, and after three days once a
/// day, for more would lock the mailbox; what is set up wrongly every ten minutes; trouble on the way soon, then every ten minutes; whoever
/// asks for patience gets it.
/// </summary>
internal static class LoginWait
{
    /// <summary>A refusal may be a fault of the server; so many in a row are not.</summary>
    public const int SurelyWrong = 3;

    private static readonly Duration Longest = Duration.FromMinutes(10);
    private static readonly Duration BetweenFirstRefusals = Duration.FromSeconds(30);
    private static readonly Duration OnceWrong = Duration.FromHours(1);
    private static readonly Duration OnceGivenUp = Duration.FromDays(1);
    private static readonly Duration UntilGivenUp = Duration.FromDays(3);

    /// <summary>How a login stands after one more failure.</summary>
    /// <param name="before">How it stood; only its counters matter. Null after a success.</param>
    /// <param name="login">Whose login where.</param>
    /// <param name="fingerprint">Of its settings.</param>
    /// <param name="failure">What happened.</param>
    /// <param name="now">When.</param>
    /// <param name="jitter">0 to 1: two hundred accounts shall not come back in the same second.</param>
    public static LoginFailure After(
        LoginFailure? before,
        string login,
        string fingerprint,
        MailServerException failure,
        Instant now,
        double jitter)
    {
        var kind = failure.Failure.ToString().ToLowerInvariant();
        var repeats = before?.Kind == kind ? before.Repeats + 1 : 1;
        var refusals = (before?.Refusals ?? 0) + (failure.Failure == MailFailure.Auth ? 1 : 0);
        var since = before?.Since ?? now;
        return new LoginFailure
        {
            Login = login,
            Fingerprint = fingerprint,
            Kind = kind,
            Words = failure.Message,
            Remedy = failure.Remedy,
            Repeats = repeats,
            Refusals = refusals,
            Since = since,
            LastAt = now,
            NotBefore = now + Duration.Max(Delay(failure, repeats, jitter), AfterRefusals(refusals, now - since)),
        };
    }

    /// <summary>What the kept failure was, to be told again instead of a try.</summary>
    public static MailServerException CreateFailure(LoginFailure failure, Instant now) => new(
        Enum.TryParse<MailFailure>(failure.Kind, ignoreCase: true, out var kind) ? kind : MailFailure.Network,
        $"{failure.Words}; tried again after {failure.NotBefore:uuuu-MM-dd'T'HH:mm:ss'Z'}")
    {
        RetryAfter = failure.NotBefore - now,
        Remedy = failure.Remedy,
    };

    private static Duration Delay(MailServerException failure, int repeats, double jitter) => failure switch
    {
        { RetryAfter: { } hint } => hint,
        { Failure: MailFailure.Auth } => BetweenFirstRefusals,
        { Failure: MailFailure.Config } => Longest,
        { Failure: MailFailure.Throttled } => Growing(firstSeconds: 1, factor: 2, repeats, jitter),
        _ => Growing(firstSeconds: 2, factor: 1.5, repeats, jitter),
    };

    /// <summary>
    /// Holds for every failure after a refusal: a server that says "too many attempts" in between has not seen a right password either.
    /// </summary>
    private static Duration AfterRefusals(int refusals, Duration failing) => refusals switch
    {
        0 => Duration.Zero,
        < SurelyWrong => BetweenFirstRefusals,
        _ => failing < UntilGivenUp ? OnceWrong : OnceGivenUp,
    };

    private static Duration Growing(double firstSeconds, double factor, int repeats, double jitter)
    {
        var seconds = Math.Min(firstSeconds * Math.Pow(factor, Math.Min(repeats - 1, 40)), Longest.TotalSeconds);
        return Duration.FromSeconds(seconds * (1 + (jitter / 2)));
    }
}
