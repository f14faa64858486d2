using CrmSync.Mail.Net;
using CrmSync.Mail.Sasl;
using CrmSync.Worker.Configuration;
using NodaTime;

namespace CrmSync.Worker.Delivery;

/// <summary>Makes the way of delivery the configuration asks for.</summary>
internal static class DeliveryWays
{
    /// <exception cref="NotSupportedException">This way cannot be used yet.</exception>
    public static IMailDelivery Of(DeliveryChoice choice) => choice switch
    {
        DeliveryChoice.Folder folder => new FolderDelivery(folder.Path),
        DeliveryChoice.Smtp smtp => new SmtpDelivery(EndpointOf(smtp.Server), smtp.User is { } user && smtp.Login is { } login ? ct => CredentialOf(user, login, ct) : null),
        DeliveryChoice.Graph graph => new GraphDelivery(graph.Account, SystemClock.Instance),
        _ => throw new NotSupportedException(choice.GetType().Name),
    };

    private static MailEndpoint EndpointOf(Server server) => MailEndpoint.For(
        server.Host,
        server.Port,
        server.Encryption switch
        {
            Encryption.StartTls => TlsMode.StartTls,
            Encryption.None => TlsMode.None,
            _ => TlsMode.Required,
        },
        server.Ca is { } ca ? File.ReadAllText(ca) : null);

    /// <summary>Read for each connection: tokens change while the program runs.</summary>
    private static async Task<Credential> CredentialOf(string user, Login login, CancellationToken ct) => login switch
    {
        Login.Password password => Credential.WithPassword(user, password.Value.Reveal()),
        Login.TokenFile file => Credential.WithToken(user, (await File.ReadAllLinesAsync(file.Path, ct)).FirstOrDefault()?.Trim() ?? ""),
        _ => throw new MailServerException(MailFailure.Config, "sending with a refresh token is not built yet; use a password or access_token_file"),
    };
}
