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
        "google",
        "service_account",
        "admin",
        "directory",
        "caldav",
        "ics",
        "calls",
        "zone",
        "region",
        "columns",
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
        "include",
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
        "webhooks",
        "events",
        "format",
        "members",
        "status",
        "listen",
    ];

    /// <summary>Keys whose values are secrets; the keys themselves are none.</summary>
    private static readonly string[] Secrets =
        ["postgres", "password", "client_secret", "refresh_token", "access_token", "secret", "previous_secret", "token", "proxy"];

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

            // The address of a published calendar opens it.
            if (line.IndexOf("://") is >= 0 and var address)
                file.Conceal(new Spot(file, number, address + 1, int.MaxValue / 2), number);
        }
    }

    /// <summary>
    /// The values behind keys that are not known to be harmless, and keys that are no word of ours: a secret may stand in the wrong place.
    /// </summary>
    public static void Values(YamlNode node) => Values(node, harmless: true, published: false, named: false);

    /// <param name="node">What stands behind a key.</param>
    /// <param name="harmless">Whether the key is known to hold nothing secret.</param>
    /// <param name="published">Whether the key holds an address that opens what it names.</param>
    /// <param name="named">Whether the keys of a map are names of the operator's own.</param>
    private static void Values(YamlNode node, bool harmless, bool published, bool named)
    {
        switch (node)
        {
            case YamlMap map:
                foreach (var entry in map.Entries)
                {
                    if (!named && !IsOurs(entry.Key.Text))
                        entry.Key.Spot.File.Conceal(entry.Key.Spot, entry.Key.Spot.Line);
                    Values(
                        entry.Value,
                        Harmless.Contains(entry.Key.Text),
                        published: entry.Key.Text == "ics",
                        named: entry.Key.Text == "webhooks");
                }

                break;
            case YamlList list:
                foreach (var item in list.Items)
                    Values(item, harmless, published, named: false);
                break;
            case YamlScalar scalar
                when (!harmless || HasLogin(scalar) || (published && IsAddress(scalar)))
                    && !scalar.Text.StartsWith("${", StringComparison.Ordinal):
                scalar.Spot.File.Conceal(scalar.Spot, scalar.Spot.Line);
                break;
        }
    }

    /// <summary>Whether addresses somewhere below a key are secrets as a whole.</summary>
    public static bool HoldsSecretAddresses(string key) => key is "webhooks" or "events";

    /// <summary>Whether what stands behind a key is a secret.</summary>
    public static bool IsSecret(string key) => Secrets.Contains(key, StringComparer.Ordinal);

    /// <summary>Whether a key is a word of ours or so like one that it was meant.</summary>
    public static bool IsOurs(string key) =>
        Harmless.Contains(key)
        || IsSecret(key)
        || ConfigurationShape.Misnomers.ContainsKey(key)
        || Spelling.Closest(key, Harmless.Concat(Secrets)).Count > 0;

    private static bool IsAddress(YamlScalar scalar) => scalar.Text.Contains("://", StringComparison.Ordinal);

    /// <summary>Whether it is an address with a user and perhaps a password in it.</summary>
    private static bool HasLogin(YamlScalar scalar) =>
        scalar.Text.IndexOf("://", StringComparison.Ordinal) is var scheme and > 0 && scalar.Text.IndexOf('@', scheme) > 0;
}
