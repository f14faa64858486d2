using CrmSync.Domain.Digests;
using CrmSync.Worker.Yaml;
using static CrmSync.Worker.Configuration.ConfigurationShape;

namespace CrmSync.Worker.Configuration;

/// <summary>Builds the addresses to which immediate mails of a team are posted.</summary>
internal static class WebhookReader
{
    public static IReadOnlyList<WebhookSettings> Read(IReadOnlyList<Named<string, MapValues>> written, ProblemList problems) =>
        [.. written.Select(one => Read(one.Key, one.Value, problems)).OfType<WebhookSettings>()];

    /// <summary>Says of a secret that signs posts that it is too short, or none that a receiver could use.</summary>
    private static void CheckSecret(MapValues map, Key<Secret> key, ProblemList problems)
    {
        ConfigurationFile.ShortSecret(map, key, problems);
        if (map.Value(key) is { Missing: null } secret && !WebhookSignature.IsKey(secret.Reveal()))
            problems.Shortcoming(
                map.Place(key),
                "053",
                $"'{key.Name}' in {map.Title} begins with {WebhookSignature.Prefix}, and what follows is not base64; copy it again");
    }

    /// <summary>Builds who is told of what happens.</summary>
    public static EventSettings? ReadEvents(MapValues map, ProblemList problems)
    {
        CheckSecret(map, EventSecret, problems);
        return map.Value(WebhookUrl) is { } url && map.Value(EventSecret) is { } secret
            ? new EventSettings(url, secret)
            {
                Ca = AccountReader.ReadCa(map, problems),
                ShowsText = map.ValueOr(EventInclude, []).Count > 0,
            }
            : null;
    }

    private static WebhookSettings? Read(string name, MapValues map, ProblemList problems)
    {
        CheckSecret(map, WebhookSecret, problems);
        var members = map.ValueOr(WebhookMembers, []);
        var shown = map.ValueOr(WebhookInclude, []);
        if (shown.Count > 0 && members.Count == 0)
            problems.Error(
                map.Place(WebhookInclude),
                "011",
                $"'include' in {map.Title} needs 'members': who reads there decides whether a customer may be named; list people or teams");

        return map.Value(WebhookUrl) is not { } url
            ? null
            : new WebhookSettings(name, url)
            {
                Format = map.ValueOr(WebhookFormatKey, WebhookFormat.Json),
                Secret = map.Value(WebhookSecret),
                Ca = AccountReader.ReadCa(map, problems),
                Members = members,
                ShowsCustomer = shown.Contains(WebhookContent.Customer),
                ShowsSubject = shown.Contains(WebhookContent.Subject),
            };
    }
}
