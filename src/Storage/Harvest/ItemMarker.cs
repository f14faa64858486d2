using CrmSync.Domain.Harvest;
using CrmSync.Domain.Log;
using CrmSync.Storage.Log;
using NodaTime;

namespace CrmSync.Storage.Harvest;

/// <summary>Where an item stands. The numbers are in the database.</summary>
internal enum ItemState
{
    Pending = 0,
    Done = 1,
    Skipped = 2,
    Quarantined = 3,
    Gone = 4,
}

/// <summary>Writes down what became of the items of a batch.</summary>
internal sealed class ItemMarker(WriteScope scope, ErasedPeople erased)
{
    /// <summary>The line a result brings to the log, or null.</summary>
    public static MailLine? ReadLine(ItemResult result) => result switch
    {
        ItemResult.Mail mail => mail.Line,
        ItemResult.Quarantined bad => bad.HeaderLine,
        _ => null,
    };

    /// <summary>Marks every item.</summary>
    /// <param name="results">One result an item.</param>
    /// <param name="written">What became of the lines of the results (<see cref="ReadLine"/>), in their order; others may follow.</param>
    public async Task<StoreCounts> Mark(IReadOnlyCollection<ItemResult> results, IReadOnlyList<WrittenLine> written)
    {
        var items = scope.Rows(
            """
            update remote_item
               set state = r.state, in_flight = false, deaths = 0, lone_deaths = 0, next_attempt_at = r.next_attempt_at, place = r.place,
                   reason = r.reason,
                   remedy = r.remedy, interaction = r.interaction, web_link = r.web_link
              from {rows} r
             where remote_item.number = r.number
            """,
            Column.Number("number"), Column.Number("state"), Column.Instant("next_attempt_at"), Column.Text("place"),
            Column.Text("reason"), Column.Text("remedy"), Column.Number("interaction"), Column.Text("web_link"));
        var counts = StoreCounts.Zero;
        var vanished = new List<long>();
        var line = 0;
        foreach (var result in results)
        {
            switch (result)
            {
                case ItemResult.Mail mail:
                    var became = written[line++];
                    counts += became.IsErased
                        ? new StoreCounts(0, 0, 1, 0, 0, 0)
                        : became.IsNew ? new StoreCounts(1, 0, 0, 0, 0, 0) : new StoreCounts(0, 1, 0, 0, 0, 0);
                    if (became.IsErased)
                        Row(result, ItemState.Skipped, reason: ErasedPeople.Reason);
                    else
                    {
                        Row(
                            result, ItemState.Done, mail.Cut?.Place, mail.Cut?.Reason, mail.Cut?.Remedy,
                            interaction: became.Interaction, webLink: mail.WebLink);
                    }

                    break;
                case ItemResult.Read read:
                    counts += read.IsNew ? new StoreCounts(1, 0, 0, 0, 0, 0) : new StoreCounts(0, 1, 0, 0, 0, 0);
                    Row(result, ItemState.Done, read.Cut?.Place, read.Cut?.Reason, read.Cut?.Remedy);
                    break;
                case ItemResult.Skipped skipped:
                    counts += new StoreCounts(0, 0, 1, 0, 0, 0);
                    Row(result, ItemState.Skipped, reason: skipped.Reason);
                    break;
                case ItemResult.Quarantined { HeaderLine: not null } when written[line].IsErased:
                    line++;
                    counts += new StoreCounts(0, 0, 1, 0, 0, 0);
                    Row(result, ItemState.Skipped, reason: ErasedPeople.Reason);
                    break;
                case ItemResult.Quarantined bad:
                    counts += new StoreCounts(0, 0, 0, 1, 0, 0);
                    Row(
                        result, ItemState.Quarantined, bad.Trouble.Place, bad.Trouble.Reason, bad.Trouble.Remedy, bad.RetryAt,
                        interaction: bad.HeaderLine is null ? null : written[line++].Interaction);
                    break;
                case ItemResult.Failed failed:
                    counts += new StoreCounts(0, 0, 0, 0, 1, 0);
                    Row(result, ItemState.Pending, reason: failed.Reason, retryAt: failed.RetryAt);
                    break;
                case ItemResult.Gone:
                    counts += new StoreCounts(0, 0, 0, 0, 0, 1);
                    Row(result, ItemState.Gone);
                    break;
                case ItemResult.Vanished:
                    counts += new StoreCounts(0, 0, 0, 0, 0, 1);
                    vanished.Add(result.Item);
                    break;
                default:
                    throw new ArgumentException($"{result.GetType().Name} is no result this ledger knows.", nameof(results));
            }
        }

        await items.Flush();
        await Forget(vanished);
        return counts;

        void Row(
            ItemResult result,
            ItemState state,
            string? place = null,
            string? reason = null,
            string? remedy = null,
            Instant? retryAt = null,
            long? interaction = null,
            string? webLink = null) =>
            items
                .Add(result.Item)
                .Add((long)state)
                .Add(retryAt)
                .Add(Said(place))
                .Add(Said(reason))
                .Add(Said(remedy))
                .Add(interaction)
                .Add(webLink)
                .End();
    }

    /// <summary>What is said of an item stays and is shown to people; nobody who was erased is named in it.</summary>
    private string? Said(string? words) => Texts.Clean(erased.WithoutAddresses(words));

    private async Task Forget(List<long> vanished)
    {
        if (vanished.Count == 0)
            return;

        var those = new { numbers = scope.Engine.List(vanished) };
        await scope.Execute(
            $"""
            update folder
               set snapshot = null, last_full_at = null
             where number in (select i.folder from remote_item i where {scope.Engine.AnyOf("i.number", "@numbers")})
            """,
            those);
        await scope.Execute($"delete from remote_item where {scope.Engine.AnyOf("number", "@numbers")}", those);
    }
}
