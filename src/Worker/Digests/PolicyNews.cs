using System.Text.Json;
using CrmSync.Domain.Digests;
using CrmSync.Storage;
using CrmSync.Storage.Log;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Worker.Digests;

/// <summary>
/// What readers and admins are told about the policy itself, kept across restarts: files that were not taken, and what changed of late.
/// </summary>
internal sealed class PolicyNews(Settings settings, ContactDatabase database)
{
    private const string Setting = "policy standing";
    private const int MostChanges = 50;

    private static readonly Duration Kept = Duration.FromDays(30);

    /// <summary>A policy was taken.</summary>
    /// <param name="now">When.</param>
    /// <param name="changes">What changed, in words.</param>
    /// <param name="warning">What managers should look at first, or null.</param>
    /// <param name="ct">Cancels.</param>
    public async Task NoteTaken(Instant now, IReadOnlyList<string> changes, string? warning, CancellationToken ct)
    {
        var before = await Read(ct);
        var all = changes
            .Select(text => new PolicyChange(now, text))
            .Concat(warning is null ? [] : [new PolicyChange(now, warning) { IsWarning = true }])
            .Concat(before.Changes.Where(change => now - change.At < Kept))
            .Take(MostChanges);
        await Write(before, new Note([], [.. all]), ct);
    }

    /// <summary>The files were not taken.</summary>
    public async Task NoteRefused(IReadOnlyList<string> problems, CancellationToken ct)
    {
        var before = await Read(ct);
        await Write(before, before with { Problems = problems }, ct);
    }

    /// <summary>The errors of the files, as long as they are not taken.</summary>
    public async Task<IReadOnlyList<string>> Problems(CancellationToken ct) => (await Read(ct)).Problems;

    /// <summary>What changed in the last weeks, the latest first.</summary>
    public async Task<IReadOnlyList<PolicyChange>> Changes(CancellationToken ct) => (await Read(ct)).Changes;

    private async Task<Note> Read(CancellationToken ct) =>
        await settings.Get(Setting, ct) is { } text && JsonSerializer.Deserialize<Stored>(text) is { } stored
            ? new Note(
                stored.Problems,
                [
                    .. stored.Changes.Select(c => new PolicyChange(InstantPattern.ExtendedIso.Parse(c.At).Value, c.Text)
                    {
                        IsWarning = c.IsWarning,
                    }),
                ])
            : new Note([], []);

    private async Task Write(Note before, Note after, CancellationToken ct)
    {
        // Errors quote the files, and these may name people who were erased.
        var (old, fresh) = (Text(before), (await ErasedPeople.Load(database, ct)).WithoutAddresses(Text(after)));
        if (old != fresh)
            await settings.Set(Setting, fresh, ct);
    }

    private static string Text(Note note) =>
        JsonSerializer.Serialize(
            new Stored(
                note.Problems,
                [.. note.Changes.Select(c => new StoredChange(InstantPattern.ExtendedIso.Format(c.At), c.Text, c.IsWarning))]));

    private sealed record Note(IReadOnlyList<string> Problems, IReadOnlyList<PolicyChange> Changes);

    private sealed record Stored(IReadOnlyList<string> Problems, IReadOnlyList<StoredChange> Changes);

    private sealed record StoredChange(string At, string Text, bool IsWarning);
}
