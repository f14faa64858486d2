using CrmSync.Mail.Imap;
using CrmSync.Mail.Net;
using CrmSync.Mail.Sasl;
using CrmSync.Worker.Configuration;
using NodaTime;

namespace CrmSync.Worker.Sources.Imap;

/// <summary>
/// The one connection of an account: made when it is needed, kept between polls, made anew when it broke. There are never two logins of one user at a time.
/// </summary>
internal sealed class ImapSession(ImapAccount account, ImapOptions options, AccessTokens? tokens, IClock clock) : IAsyncDisposable
{
    private readonly LoginTimer timer = new(clock);
    private ImapClient? client;

    public ImapAccount Account => account;

    /// <summary>What the server cannot do.</summary>
    public ServerProfile Profile { get; set; } = new();

    /// <summary>When somebody last used it.</summary>
    public Instant LastUsed { get; private set; }

    public bool IsOpen => client is { IsBroken: false };

    /// <summary>The connection, logged in.</summary>
    /// <exception cref="MailServerException">When there is none to be had; without a try when the last failure is too young.</exception>
    public async Task<ImapClient> Client(CancellationToken ct)
    {
        LastUsed = clock.GetCurrentInstant();
        if (client is { IsBroken: false, IsAuthenticated: true })
            return client;

        await Drop();
        if (timer.Waiting is { } waiting)
            throw new MailServerException(waiting.Failure, $"{waiting.Message}; tried again after {timer.NotBefore:uuuu-MM-dd'T'HH:mm:ss'Z'}", inner: waiting) { RetryAfter = timer.NotBefore - LastUsed };

        try
        {
            return client = await Login(ct);
        }
        catch (MailServerException e)
        {
            timer.Failed(e);
            throw;
        }
    }

    /// <summary>
    /// Runs something on the connection; if that breaks, once more on a new one, for servers close what was silent for long.
    /// </summary>
    public async Task<T> Run<T>(Func<ImapClient, Task<T>> action, CancellationToken ct)
    {
        for (var isLast = false; ; isLast = true)
        {
            var connected = await Client(ct);
            try
            {
                return await action(connected);
            }
            catch (MailServerException e) when (e.ConnectionLost)
            {
                await Drop();
                if (!isLast)
                    continue;

                timer.Failed(e);
                throw;
            }
        }
    }

    /// <summary>Everything was listed: earlier failures are forgotten.</summary>
    public void Succeeded() => timer.Succeeded();

    /// <summary>Notes a failure that is the whole account's.</summary>
    public void Failed(MailServerException failure) => timer.Failed(failure);

    /// <summary>Closes the connection; the next use makes a new one.</summary>
    public async Task Drop()
    {
        if (client is null)
            return;

        await client.DisposeAsync();
        client = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (client is not null)
            await client.Logout();

        client = null;
    }

    private async Task<ImapClient> Login(CancellationToken ct)
    {
        var endpoint = await Endpoint(ct);
        var token = tokens is null ? null : await tokens.Get(refused: null, ct);
        try
        {
            return await Login(endpoint, await Credentials(token, ct), ct);
        }
        catch (MailServerException e) when (e.Failure == MailFailure.Auth && tokens is not null)
        {
            // A token may be withdrawn before its time; one new one is worth a try, a second would not be.
            return await Login(endpoint, await Credentials(await tokens.Get(refused: token, ct), ct), ct);
        }
    }

    private async Task<ImapClient> Login(MailEndpoint endpoint, Credential credential, CancellationToken ct)
    {
        var fresh = await ImapClient.Connect(endpoint, options, ct);
        try
        {
            await fresh.Authenticate(credential, ct);
            return fresh;
        }
        catch
        {
            await fresh.DisposeAsync();
            throw;
        }
    }

    private async Task<MailEndpoint> Endpoint(CancellationToken ct)
    {
        var server = account.Server;
        var tls = server.Encryption switch { Encryption.Required => TlsMode.Required, Encryption.StartTls => TlsMode.StartTls, _ => TlsMode.None };
        try
        {
            return MailEndpoint.For(server.Host, server.Port, tls, server.Ca is { } ca ? await File.ReadAllTextAsync(ca, ct) : null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MailServerException(MailFailure.Config, $"the trust anchor {server.Ca} cannot be read: {e.Message}", inner: e);
        }
    }

    private async Task<Credential> Credentials(string? token, CancellationToken ct)
    {
        switch (account.Login)
        {
            case Configuration.Login.Password password:
                return Credential.WithPassword(account.User, password.Value.Reveal());
            case Configuration.Login.TokenFile file:
                try
                {
                    return Credential.WithToken(account.User, (await File.ReadAllTextAsync(file.Path, ct)).Trim());
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    throw new MailServerException(MailFailure.Config, $"the token file {file.Path} cannot be read: {e.Message}", inner: e);
                }

            default:
                return Credential.WithToken(account.User, token ?? throw new InvalidOperationException("an OAuth login without its tokens"));
        }
    }
}
