using System.Security.Cryptography;
using System.Text;
using CrmSync.Domain.Company;
using CrmSync.Domain.Harvest;
using CrmSync.Domain.Log;
using CrmSync.Storage;
using CrmSync.Storage.Harvest;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Worker.Harvest;

/// <summary>
/// Takes up again what an account skipped, when the configuration no longer asks for that: nothing stays lost because a setting was too
/// narrow once.
/// </summary>
internal sealed class SkippedBefore(HarvestLedger ledger, Settings settings)
{
    public const string TooOld = "older than capture.since";

    /// <summary>Of meetings.</summary>
    public const string NotInWindow = "outside of the time that is read";

    /// <summary>
    /// Lets items be read again that were skipped under settings which have changed since the last harvest of the account.
    /// </summary>
    /// <param name="account">The account about to be harvested.</param>
    /// <param name="since">Older mail is left out now.</param>
    /// <param name="unwanted">What is not captured now.</param>
    /// <param name="ct">Cancels.</param>
    public async Task Reconsider(AccountState account, Instant since, PrivacyFilter unwanted, CancellationToken ct)
    {
        var horizon = await settings.Get(Since(account), ct);
        var isWider = horizon is null ? account.FirstReadDone : since < InstantPattern.ExtendedIso.Parse(horizon).Value;
        if (isWider)
        {
            await ledger.Reconsider(account, TooOld, ct);
            await ledger.Reconsider(account, NotInWindow, ct);
        }

        var hash = Hash(unwanted);
        var before = await settings.Get(Unwanted(account), ct);
        if (before != hash && (before is not null || account.FirstReadDone))
            await ledger.Reconsider(account, Capture.NotWanted, ct);

        // Noted last: a run that is stopped in between asks again.
        var now = InstantPattern.ExtendedIso.Format(since);
        if (horizon != now)
            await settings.Set(Since(account), now, ct);

        if (before != hash)
            await settings.Set(Unwanted(account), hash, ct);
    }

    private static string Since(AccountState account) => $"captured since, {account.Name}";

    private static string Unwanted(AccountState account) => $"not captured, {account.Name}";

    private static string Hash(PrivacyFilter filter)
    {
        var parts = filter
            .Addresses.Select(a => "a " + a.Value)
            .Concat(filter.Domains.Select(d => "d " + d))
            .Concat(filter.SubjectHas.Select(s => "s " + s));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts.Order(StringComparer.Ordinal)))));
    }
}
