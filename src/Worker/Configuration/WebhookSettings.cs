namespace CrmSync.Worker.Configuration;

/// <summary>An address to which immediate mails of a team are posted as well.</summary>
/// <param name="Name">What the policy calls it.</param>
/// <param name="Url">The address; whoever knows it can post there.</param>
internal sealed record WebhookSettings(string Name, Secret Url)
{
    /// <summary>In whose form.</summary>
    public WebhookFormat Format { get; init; }

    /// <summary>Signs posts; null: they are not signed.</summary>
    public Secret? Secret { get; init; }

    /// <summary>The file with an additional trust anchor, or null.</summary>
    public string? Ca { get; init; }

    /// <summary>The people and teams who read what is posted; none: everybody's mails are posted, and no customer is named.</summary>
    public IReadOnlyList<string> Members { get; init; } = [];

    /// <summary>Whether posts name the customer to those who may see them.</summary>
    public bool ShowsCustomer { get; init; }

    /// <summary>Whether posts show the subject to those who may see it.</summary>
    public bool ShowsSubject { get; init; }
}

/// <summary>The forms posts have.</summary>
internal enum WebhookFormat
{
    /// <summary>Values for programs.</summary>
    Json,

    /// <summary>A message for Slack, Mattermost, Rocket.Chat or whatever takes theirs.</summary>
    Slack,

    /// <summary>A card for a workflow of Microsoft Teams.</summary>
    Teams,
}
