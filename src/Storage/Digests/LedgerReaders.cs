namespace CrmSync.Storage.Digests;

/// <summary>
/// The names readers have in the ledger. A trial (<c>run --trial</c>) keeps its own, which no person has: whatever only the owner of the
/// trial saw counts for nobody as told, and no worker that sends to readers takes a mail of the trial, nor the other way round.
/// </summary>
public sealed class LedgerReaders
{
    private const string Prefix = "trial/";
    private const string WebhookPrefix = "webhook/";

    private LedgerReaders(bool isTrial) => IsTrial = isTrial;

    /// <summary>Everybody gets their own mails.</summary>
    public static LedgerReaders Real { get; } = new(false);

    /// <summary>One person gets the mails of all.</summary>
    public static LedgerReaders Trial { get; } = new(true);

    /// <summary>Whether one person gets the mails of all.</summary>
    public bool IsTrial { get; }

    /// <summary>The name of a webhook among readers; no person has such a name.</summary>
    /// <param name="name">What the policy calls it.</param>
    public static string Webhook(string name) => WebhookPrefix + name;

    /// <summary>What the policy calls the webhook that has a name among readers; null when it is a person's.</summary>
    public static string? FindWebhook(string reader) =>
        reader.StartsWith(WebhookPrefix, StringComparison.Ordinal) ? reader[WebhookPrefix.Length..] : null;

    /// <summary>Holds for the rows of webhooks.</summary>
    /// <param name="column">Holds the kept name.</param>
    internal static string AreWebhooks(string column) => $"{column} like '{WebhookPrefix}%'";

    /// <summary>The name a person is kept under.</summary>
    internal string Kept(string reader) => IsTrial ? Prefix + reader : reader;

    /// <summary>The person a kept name means; a name of the other kind stays as it is.</summary>
    internal string Person(string kept) => IsTrial && kept.StartsWith(Prefix, StringComparison.Ordinal) ? kept[Prefix.Length..] : kept;

    /// <summary>Holds for the rows of these readers alone.</summary>
    /// <param name="column">Holds the kept name.</param>
    internal string AreOurs(string column) => $"{column} {(IsTrial ? "" : "not ")}like '{Prefix}%'";

    /// <summary>Holds for the rows of a trial.</summary>
    /// <param name="column">Holds the kept name.</param>
    internal static string AreOfTrial(string column) => Trial.AreOurs(column);

    /// <summary>The person's own name, taken from that of a trial.</summary>
    /// <param name="column">Holds the kept name.</param>
    internal static string WithoutTrial(string column) => $"substr({column}, {Prefix.Length + 1})";
}
