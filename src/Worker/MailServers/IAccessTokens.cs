namespace CrmSync.Worker.MailServers;

/// <summary>Access tokens of one credential, kept until they end.</summary>
internal interface IAccessTokens : IDisposable
{
    /// <summary>A token that is good for at least a minute.</summary>
    /// <param name="refused">A token the mail server refused: it is fetched anew, unless somebody else has done so meanwhile.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="MailServerException">When there is none to be had; with <see cref="MailFailure.Auth"/> only when the token server
    /// says so.</exception>
    Task<string> Get(string? refused, CancellationToken ct);
}
