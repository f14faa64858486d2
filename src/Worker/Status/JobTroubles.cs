using System.Text.Json;
using CrmSync.Storage;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Worker.Status;

/// <summary>
/// What is wrong with jobs that are not about one account, kept for <c>status</c> and across restarts. Nothing is written while all is
/// well.
/// </summary>
internal sealed class JobTroubles(Settings settings)
{
    /// <summary>Evaluating the policy and writing what is due.</summary>
    public const string Policy = "policy";

    /// <summary>Handing over what was written.</summary>
    public const string Sending = "sending";

    /// <summary>Posting to webhooks.</summary>
    public const string Posting = "posting";

    /// <summary>Telling another program what happened.</summary>
    public const string Events = "events";

    /// <summary>Dropping texts that have become too old.</summary>
    public const string Retention = "retention";

    /// <summary>Reading who people are.</summary>
    public const string Directories = "directories";

    private static readonly string[] Jobs = [Policy, Sending, Posting, Events, Retention, Directories];

    /// <summary>What is wrong now.</summary>
    public async Task<IReadOnlyList<JobTrouble>> Troubles(CancellationToken ct)
    {
        var troubles = new List<JobTrouble>();
        foreach (var job in Jobs)
        {
            if (await Trouble(job, ct) is { } trouble)
                troubles.Add(trouble);
        }

        return troubles;
    }

    /// <summary>Notes how a run ended.</summary>
    /// <param name="job">Which.</param>
    /// <param name="trouble">What went wrong; null when nothing did.</param>
    /// <param name="now">When it ended.</param>
    /// <param name="ct">Cancels.</param>
    public Task Note(string job, string? trouble, Instant now, CancellationToken ct) =>
        trouble is null ? NoteSuccess(job, ct) : NoteFailure(job, trouble, now, ct);

    private async Task NoteFailure(string job, string words, Instant now, CancellationToken ct)
    {
        var before = await Trouble(job, ct);
        if (before?.Words == words)
            return;

        var stored = new Stored(words, InstantPattern.ExtendedIso.Format(before?.Since ?? now));
        await settings.Set(Key(job), JsonSerializer.Serialize(stored), ct);
    }

    private async Task NoteSuccess(string job, CancellationToken ct)
    {
        if (await settings.Get(Key(job), ct) is not null)
            await settings.Set(Key(job), null, ct);
    }

    private static string Key(string job) => $"job {job}";

    private async Task<JobTrouble?> Trouble(string job, CancellationToken ct) =>
        await settings.Get(Key(job), ct) is { } text && JsonSerializer.Deserialize<Stored>(text) is { } stored
            ? new JobTrouble(job, stored.Words, InstantPattern.ExtendedIso.Parse(stored.Since).Value)
            : null;

    private sealed record Stored(string Words, string Since);
}

/// <summary>Why the last run of a job failed.</summary>
/// <param name="Job">Which.</param>
/// <param name="Words">What happened and what to do.</param>
/// <param name="Since">Since when it fails.</param>
internal sealed record JobTrouble(string Job, string Words, Instant Since);
