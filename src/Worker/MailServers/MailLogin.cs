using CrmSync.Storage.Harvest;
using NodaTime;

namespace CrmSync.Worker.MailServers;

/// <summary>
/// One login at one mail server: when it may be tried, one try at a time, and what is known of the failures, over restarts and in every
/// program of the database. What only the way there does (no route, silence) is kept in memory: a new program may try that at once.
/// </summary>
/// <param name="settings">Where and how.</param>
/// <param name="gate">Held during a try; the same for all logins of one user at one server.</param>
/// <param name="tokens">Where tokens come from, if they have to be fetched.</param>
/// <param name="stores">Where failures are kept; null: in memory only.</param>
/// <param name="insist">Try although a failure says to wait: a person asks.</param>
/// <param name="clock">The time.</param>
internal sealed class MailLogin(
    LoginSettings settings,
    SemaphoreSlim gate,
    IAccessTokens? tokens,
    LoginStores? stores,
    bool insist,
    IClock clock)
{
    private readonly Random jitter = new();
    private readonly LoginFailures? failures = stores?.Failures;
    private LoginFailure? kept;
    private LoginFailure? passing;
    private MailServerException? noted;
    private (string? Of, string Is) fingerprint;

    /// <summary>Host and port.</summary>
    public string Server => $"{settings.Server.Host}:{settings.Server.Port}";

    /// <summary>Connects and logs in. A token that is refused is fetched anew once.</summary>
    /// <param name="logIn">Does it; the credential is null where nobody logs in.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="MailServerException">When it failed; or, without a try, what it failed with before, as long as the next try is not
    /// allowed.</exception>
    public async Task<T> Open<T>(Func<MailEndpoint, Credential?, CancellationToken, Task<T>> logIn, CancellationToken ct)
    {
        await gate.WaitAsync(ct);
        try
        {
            kept = await Kept(ct);
            Check();
            return await Attempt(logIn, ct);
        }
        catch (MailServerException e)
        {
            await NoteFailure(e, ct);
            throw;
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Throws what the server said as long as it wants to be left alone; also an open connection rests then.</summary>
    /// <exception cref="MailServerException">The failure that is waited for.</exception>
    public void Check()
    {
        var now = clock.GetCurrentInstant();
        if (
            !insist
            && new[] { kept, passing }.OfType<LoginFailure>().Where(failure => now < failure.NotBefore).MaxBy(failure => failure.NotBefore)
                is { } waiting)
            throw noted = LoginWait.CreateFailure(waiting, now);
    }

    /// <summary>Everything worked, not merely the login: earlier failures are forgotten.</summary>
    public async Task NoteSuccess(CancellationToken ct)
    {
        passing = null;
        if (kept is { } over && failures is not null)
            await failures.Forget(over.Login, over.Fingerprint, ct);

        kept = null;
    }

    /// <summary>Notes a failure that is the whole login's. The same one twice counts once.</summary>
    public async Task NoteFailure(MailServerException failure, CancellationToken ct)
    {
        if (ReferenceEquals(failure, noted))
            return;

        noted = failure;
        var now = clock.GetCurrentInstant();
#pragma warning disable CA5394 // spreads the tries of many logins; nothing is to be guessed
        var spread = jitter.NextDouble();
#pragma warning restore CA5394
        if (!failure.Failure.NeedsPerson && failure.Failure is not MailFailure.Throttled)
        {
            passing = LoginWait.After(passing, settings.Name, "", failure, now, spread);
            return;
        }

        kept = LoginWait.After(kept, settings.Name, kept?.Fingerprint ?? await Fingerprint(ct), failure, now, spread);
        if (failures is not null)
            await failures.Note(kept, ct);
    }

    /// <summary>When the next try is allowed; null when it is now.</summary>
    public async Task<Instant?> NotBefore(CancellationToken ct)
    {
        var until = new[] { await Kept(ct), passing }.Max(failure => failure?.NotBefore);
        return until > clock.GetCurrentInstant() ? until : null;
    }

    private async Task<T> Attempt<T>(Func<MailEndpoint, Credential?, CancellationToken, Task<T>> logIn, CancellationToken ct)
    {
        var endpoint = await settings.Endpoint(ct);
        var token = tokens is null ? null : await tokens.Get(refused: null, ct);
        try
        {
            return await logIn(endpoint, await settings.Credential(token, ct), ct);
        }
        catch (MailServerException e) when (e.Failure == MailFailure.Auth && tokens is not null)
        {
            // A token may be withdrawn before its time; one new one is worth a try, a second would not be.
            return await logIn(endpoint, await settings.Credential(await tokens.Get(refused: token, ct), ct), ct);
        }
    }

    /// <summary>
    /// What the database knows of this login with just these settings; the fingerprint is worked out only when there is something to
    /// compare.
    /// </summary>
    private async Task<LoginFailure?> Kept(CancellationToken ct)
    {
        if (failures is null)
            return kept;

        var known = await failures.Read(settings.Name, ct);
        if (known.Count == 0)
            return null;

        var mine = await Fingerprint(ct);
        return known.FirstOrDefault(failure => failure.Fingerprint == mine);
    }

    private async Task<string> Fingerprint(CancellationToken ct)
    {
        if (stores is null)
            return "";

        var everything = await settings.Everything(ct);
        if (fingerprint.Of != everything)
            fingerprint = (everything, LoginSettings.Fingerprint(everything, await stores.Settings.Secret("logins", ct)));

        return fingerprint.Is;
    }
}
