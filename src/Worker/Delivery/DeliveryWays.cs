using CrmSync.Worker.Configuration;
using CrmSync.Worker.MailServers;

namespace CrmSync.Worker.Delivery;

/// <summary>Makes the way of delivery the configuration asks for.</summary>
internal sealed class DeliveryWays(MailLogins logins, TimeProvider time)
{
    /// <summary>The way; whoever opens it closes it.</summary>
    /// <exception cref="NotSupportedException">This way cannot be used yet.</exception>
    public IMailDelivery Open(DeliveryChoice choice) => choice switch
    {
        DeliveryChoice.Folder folder => new FolderDelivery(folder.Path),
        DeliveryChoice.Smtp smtp => new SmtpDelivery(logins.Login(Login(smtp))),
        DeliveryChoice.Graph graph => new GraphDelivery(graph.Account, time),
        _ => throw new NotSupportedException(choice.GetType().Name),
    };

    /// <summary>Where and how one logs in to a submission server.</summary>
    public static LoginSettings Login(DeliveryChoice.Smtp smtp) =>
        new("smtp", smtp.Server, smtp.Login is null ? null : smtp.User, smtp.User is null ? null : smtp.Login);
}
