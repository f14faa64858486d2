using CrmSync.Worker.Yaml;

namespace CrmSync.Worker.Configuration;

/// <summary>Keeps what may be a secret out of the source lines that problems show.</summary>
internal static class Concealment
{
    private static readonly string[] Telling = ["pass", "secret", "token", "postgres", "key", "credential", "pwd"];

    /// <summary>The keys whose values may be shown. Everything else may be a secret under a misspelt key.</summary>
    private static readonly HashSet<string> Harmless =
    [
        "version",
        "storage",
        "sqlite",
        "capture",
        "since",
        "text",
        "accounts",
        "maildir",
        "mbox",
        "eml",
        "imap",
        "imap_many",
        "graph",
        "caldav",
        "ics",
        "address",
        "name",
        "host",
        "port",
        "tls",
        "ca",
        "user",
        "oauth",
        "token_url",
        "client_id",
        "scope",
        "access_token_file",
        "folders",
        "exclude",
        "tenant",
        "certificate",
        "file",
        "managed_identity",
        "endpoint",
        "authority",
        "mailboxes",
        "group",
        "delivery",
        "from",
        "folder",
        "smtp",
        "account",
        "commands",
        "trusted_servers",
        "verify_dkim",
        "schedule",
        "mail",
        "calendar",
        "policy",
        "status",
        "listen",
    ];

    /// <summary>For a file whose tree is not complete: what follows the key on lines that speak of a secret.</summary>
    public static void Lines(SourceFile file)
    {
        var number = 0;
        foreach (var line in file.Text.AsSpan().EnumerateLines())
        {
            number++;
            var told = false;
            foreach (var word in Telling)
                told |= line.Contains(word, StringComparison.OrdinalIgnoreCase);
            var colon = line.IndexOf(':');
            if (told && colon >= 0)
                file.Conceal(new Spot(file, number, colon + 2, int.MaxValue / 2), number);
        }
    }

    /// <summary>The values behind keys that are not known to be harmless.</summary>
    public static void Values(YamlNode node) => Values(node, harmless: true);

    private static void Values(YamlNode node, bool harmless)
    {
        switch (node)
        {
            case YamlMap map:
                foreach (var entry in map.Entries)
                    Values(entry.Value, Harmless.Contains(entry.Key.Text));
                break;
            case YamlList list:
                foreach (var item in list.Items)
                    Values(item, harmless);
                break;
            case YamlScalar scalar when (!harmless || HasLogin(scalar)) && !scalar.Text.StartsWith("${", StringComparison.Ordinal):
                scalar.Spot.File.Conceal(scalar.Spot, scalar.Spot.Line);
                break;
        }
    }

    /// <summary>Whether it is an address with a user and perhaps a password in it.</summary>
    private static bool HasLogin(YamlScalar scalar) =>
        scalar.Text.IndexOf("://", StringComparison.Ordinal) is var scheme and > 0 && scalar.Text.IndexOf('@', scheme) > 0;
}
