using CrmSync.Domain.Harvest;
using CrmSync.Domain.Log;
using CrmSync.Worker.Sources;
using NodaTime;

namespace CrmSync.Worker.Harvest;

/// <summary>What every step of the harvest of one account goes by.</summary>
/// <param name="Account">The account as it stands.</param>
/// <param name="Now">The time of this harvest: what it learns is <c>seen</c> now.</param>
/// <param name="Since">Older email is left out.</param>
/// <param name="Capture">What is kept of an email.</param>
/// <param name="Classifier">What the configuration makes of an email.</param>
/// <param name="Run">Counts all turns of the harvest together, and hears what went wrong.</param>
internal sealed record HarvestScope(
    AccountState Account, Instant Now, Instant Since, Capture Capture, Classifier Classifier, HarvestRun Run)
{
    /// <summary>
    /// An item that throws what nobody expected is tried so often, for it may have been the moment; then somebody has to look at it.
    /// </summary>
    private const int MostSurprises = 3;

    /// <summary>Items that could not be read this time are tried again by the next harvest, never twice by the same.</summary>
    public Instant NextTry => Now + Duration.FromSeconds(1);

    /// <summary>What becomes of an item during whose reading or storing something was thrown that nobody expected.</summary>
    /// <param name="item">The item.</param>
    /// <param name="failure">What was thrown.</param>
    /// <param name="line">The line it was read as, which stays in the log; null when it was not read.</param>
    public ItemResult Surprise(RemoteItem item, Exception failure, MailLine? line = null)
    {
        var trouble = Unexpected.TroubleFrom($"{item.Folder.Path} {item.Key}", failure);
        Run.Fail(trouble);
        return item.Item.Attempts < MostSurprises
            ? new ItemResult.Failed(item.Item.Number, trouble.Reason, NextTry)
            : new ItemResult.Quarantined(
                item.Item.Number,
                trouble with
                {
                    Remedy = "please report it; when a newer version of the program can read it, run: crmsync quarantine retry",
                })
            {
                HeaderLine = line,
            };
    }
}
