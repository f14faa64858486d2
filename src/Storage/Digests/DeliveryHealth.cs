using System.Text.Json;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Storage.Digests;

/// <summary>Trouble with the way mails leave, which concerns every mail.</summary>
/// <param name="Words">What is wrong and what to do.</param>
/// <param name="Since">Since when it does not work.</param>
/// <param name="Attempts">How often it was tried since.</param>
/// <param name="NextTry">When it is tried again.</param>
/// <param name="NeedsSomebody">Whether it will not pass by itself.</param>
public sealed record DeliveryTrouble(string Words, Instant Since, int Attempts, Instant NextTry, bool NeedsSomebody);

/// <summary>How a way is doing, that of mails or that to one webhook, kept for whoever asks: the next run, status, managers.</summary>
public sealed class DeliveryHealth
{
    private const string CopySetting = "delivery copy trouble";

    private readonly Settings settings;
    private readonly string way;

    /// <summary>How the way is doing on which mails leave.</summary>
    public DeliveryHealth(Settings settings)
        : this(settings, "delivery")
    {
    }

    private DeliveryHealth(Settings settings, string way) => (this.settings, this.way) = (settings, way);

    /// <summary>How the way to a webhook is doing.</summary>
    /// <param name="webhook">Its name.</param>
    public DeliveryHealth For(string webhook) => new(settings, $"webhook {webhook}");

    private string TroubleSetting => $"{way} trouble";

    /// <summary>What is wrong; null when mails leave, or nothing was tried yet.</summary>
    public async Task<DeliveryTrouble?> Trouble(CancellationToken ct) =>
        await settings.Get(TroubleSetting, ct) is { } text && JsonSerializer.Deserialize<Stored>(text) is { } stored
            ? new DeliveryTrouble(stored.Words, Parse(stored.Since), stored.Attempts, Parse(stored.NextTry), stored.NeedsSomebody)
            : null;

    /// <summary>Keeps what is wrong; null: mails leave.</summary>
    public Task Set(DeliveryTrouble? trouble, CancellationToken ct) =>
        settings.Set(
            TroubleSetting,
            trouble is null
                ? null
                : JsonSerializer.Serialize(
                    new Stored(trouble.Words, Print(trouble.Since), trouble.Attempts, Print(trouble.NextTry), trouble.NeedsSomebody)),
            ct);

    /// <summary>Lets the next run try at once: somebody may have put right what was wrong.</summary>
    public async Task TryAtOnce(CancellationToken ct)
    {
        if (await Trouble(ct) is { } trouble)
            await Set(trouble with { NextTry = trouble.Since }, ct);
    }

    /// <summary>Why the command mailbox takes no copies, in words; null when it does.</summary>
    public Task<string?> CopyTrouble(CancellationToken ct) => settings.Get(CopySetting, ct);

    /// <summary>Keeps why the command mailbox takes no copies; null: it does.</summary>
    public Task SetCopyTrouble(string? words, CancellationToken ct) => settings.Set(CopySetting, words, ct);

    private static string Print(Instant at) => InstantPattern.ExtendedIso.Format(at);

    private static Instant Parse(string text) => InstantPattern.ExtendedIso.Parse(text).Value;

    private sealed record Stored(string Words, string Since, int Attempts, string NextTry, bool NeedsSomebody);
}
