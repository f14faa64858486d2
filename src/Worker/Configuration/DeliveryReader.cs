using CrmSync.Worker.Yaml;
using static CrmSync.Worker.Configuration.ConfigurationShape;

namespace CrmSync.Worker.Configuration;

/// <summary>Builds how mails leave.</summary>
internal sealed class DeliveryReader(ProblemList problems, IReadOnlyList<Account> accounts)
{
    public DeliverySettings? Read(MapValues delivery)
    {
        var way = ReadDelivery(delivery);
        var commands = delivery.Value(ConfigurationShape.Commands) is { } map ? ReadCommands(map) : null;
        return delivery.Value(From) is { } from && way is not null
            ? new DeliverySettings { FromName = from.Name, From = from.Address, Way = way, Commands = commands }
            : null;
    }

    private DeliveryChoice? ReadDelivery(MapValues delivery)
    {
        if (delivery.Value(Folder) is { } folder)
            return new DeliveryChoice.Folder(AccountReader.Full(delivery, folder));

        if (delivery.Value(Smtp) is { } smtp)
        {
            var login = AccountReader.ReadLogin(smtp, problems);
            if (smtp.FindNode(User) is null && login is not null)
                problems.Error(smtp.Node, "011", $"'user' is missing in {smtp.Title}: whose password or token is it?");
            return AccountReader.ReadServer(smtp, problems, mailPorts: false) is { } server
                ? new DeliveryChoice.Smtp(
                    server with { Proxy = Loopback.Is(server.Host) ? null : delivery.Value(Proxy) },
                    smtp.Value(User),
                    login)
                : null;
        }

        if (delivery.Value(GraphDelivery)?.Value(GraphAccountName) is not { } name)
            return null;

        var known = accounts.OfType<GraphAccount>().ToList();
        if (known.Find(a => a.Name == name.Text) is { } account)
            return new DeliveryChoice.Graph(account);

        problems.Error(name.Node, "030", $"no graph account '{name}'", Spelling.Closest(name.Text, known.Select(a => a.Name)));
        return null;
    }

    private CommandSettings? ReadCommands(MapValues map)
    {
        if (map.Value(Address) is not { } address || map.Value(CommandSecret) is not { } secret)
            return null;

        if (!accounts.Any(a => a.Addresses.Contains(address)))
            problems.Warn(map.Place(Address), "040", $"no account reads {address}; commands will not be seen until one does");
        ConfigurationFile.ShortSecret(map, CommandSecret, problems);
        return new CommandSettings(address, secret, map.ValueOr(TrustedServers, []))
        {
            PreviousSecret = map.Value(PreviousCommandSecret),
            VerifyDkim = map.ValueOr(ConfigurationShape.VerifyDkim, false),
        };
    }
}
