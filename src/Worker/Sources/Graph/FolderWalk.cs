using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using CrmSync.Domain.Company;
using CrmSync.Domain.Harvest;
using Microsoft.Graph.Models;
using Microsoft.Graph.Users.Item.MailFolders.Item.Messages.Delta;
using Microsoft.Kiota.Abstractions;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Worker.Sources.Graph;

/// <summary>A page of a folder, with the messages it told in full.</summary>
internal sealed record FolderPage(ListedPage Page, IReadOnlyList<Message> Whole);

/// <summary>
/// Walks one folder forward (delta-query-messages): round after round, page after page, the link of each page saved with it. A round shows
/// at most 5,000 messages when it is limited in time; where it did, the folder is swept by plain paging, newest first. Rows repeat, come in
/// any order and may tell only a part.
/// </summary>
/// <param name="line">To the mailbox.</param>
/// <param name="mailbox">The user.</param>
/// <param name="folder">The folder as the ledger knows it.</param>
/// <param name="since">Older mail is not asked for.</param>
/// <param name="labels">What makes mails private that were read already.</param>
internal sealed class FolderWalk(MailboxLine line, string mailbox, KnownFolder folder, Instant since, PrivateLabels labels)
{
    /// <summary>Messages a page: with their bodies more would run into gateway timeouts (user-list-messages).</summary>
    public const int PageSize = 50;

    /// <summary>
    /// After an expired link everything known is listed again; a sweep then goes back no further than this before the last complete one.
    /// </summary>
    private static readonly Duration Overlap = Duration.FromDays(14);

    private FolderProgress progress = Begun(FolderProgress.Parse(folder.Cursor.Text), labels);
    private Instant? lastFull = folder.Cursor.LastFullAt;
    private bool bare;

    /// <summary>A round with a filter shows no more messages (delta-query-messages, "Use query parameters").</summary>
    public int MostInRound { get; init; } = 5000;

    /// <summary>The request that comes first now, to be asked together with those of other folders.</summary>
    public RequestInformation First() =>
        Delta.WithUrl(progress.Link ?? Beginning()).ToGetRequestInformation(c => c.Headers.Add("Prefer", Preference));

    /// <summary>Headers of every request; they are not part of the links (outlook-immutable-id, user-list-messages).</summary>
    public static string Preference { get; } =
        string.Create(
            CultureInfo.InvariantCulture,
            $"IdType=\"ImmutableId\", outlook.body-content-type=\"text\", odata.maxpagesize={PageSize}");

    private DeltaRequestBuilder Delta => line.Client.Users[mailbox].MailFolders[folder.RemoteId].Messages.Delta;

    /// <summary>Every page up to the end of the round, and of a sweep where one is due.</summary>
    /// <param name="first">The answer to <see cref="First"/>, or null to ask for it here.</param>
    /// <param name="now">The time of the harvest.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="GraphFailure">The folder cannot be listed further.</exception>
    public async IAsyncEnumerable<FolderPage> Pages(DeltaGetResponse? first, Instant now, [EnumeratorCancellation] CancellationToken ct)
    {
        var restarts = 0;
        do
        {
            var answer = first;
            first = null;
            if (answer is null)
            {
                try
                {
                    answer = await Next(ct);
                }
                catch (GraphFailure failure) when (failure.LinkIsUsedUp && progress.Link is not null && restarts == 0)
                {
                    restarts++;
                    progress = Begun(FolderProgress.Start, labels).WithSweep(progress.Sweep);
                    continue;
                }
            }

            var rows = answer.Value ?? [];
            var count = progress.Count + rows.Count;
            if (answer.OdataNextLink is { } next)
                progress = progress with { Link = next, RoundIsDone = false, Count = count };
            else if (answer.OdataDeltaLink is { } delta)
                progress = (progress with { Link = delta, RoundIsDone = true, Count = 0 }).WithSweep(
                    progress.Sweep ?? (count >= MostInRound ? now + Duration.FromDays(1) : null));
            else
                throw new GraphFailure(
                    GraphFailureKind.Malformed,
                    HttpStatusCode.OK,
                    "",
                    "the service gave a page without a link to go on from");

            if (progress is { RoundIsDone: true, Sweep: null })
                lastFull = now;

            yield return CreatePage(rows);
        }
        while (!progress.RoundIsDone);

        await foreach (var page in Sweep(now, ct))
            yield return page;
    }

    /// <summary>
    /// Plain pages from the newest to the oldest. Each asks for what arrived when the last one of the page before did, so nothing that
    /// moves meanwhile shifts a page.
    /// </summary>
    private async IAsyncEnumerable<FolderPage> Sweep(Instant now, [EnumeratorCancellation] CancellationToken ct)
    {
        var oldest = lastFull is { } full ? Instant.Max(since, full - Overlap) : since;
        string? nextLink = null;
        while (progress.Sweep is { } from)
        {
            var messages = line.Client.Users[mailbox].MailFolders[folder.RemoteId].Messages;
            var filter = $"receivedDateTime ge {Print(oldest)} and receivedDateTime le {Print(from)}";
            var page = nextLink is null
                ? await messages.GetAsync(
                    c =>
                    {
                        c.Headers.Add("Prefer", Preference);
                        c.QueryParameters.Select = GraphMail.Select(labels);
                        c.QueryParameters.Expand = [GraphMail.Expanded];
                        c.QueryParameters.Filter = filter;
                        c.QueryParameters.Orderby = ["receivedDateTime desc"];
                        c.QueryParameters.Top = PageSize;
                    },
                    ct)
                : await messages.WithUrl(nextLink).GetAsync(c => c.Headers.Add("Prefer", Preference), ct);
            var rows = page?.Value ?? [];
            var last = rows.Count > 0 && rows[^1].ReceivedDateTime is { } moment ? Instant.FromDateTimeOffset(moment) : (Instant?)null;
            if (page?.OdataNextLink is null || last is null)
            {
                progress = progress.WithSweep(null);
                lastFull = now;
            }
            else
            {
                // A page full of mails that arrived in the same second would be asked for for ever.
                nextLink = Print(last.Value) == Print(from) ? page.OdataNextLink : null;
                progress = progress.WithSweep(last);
            }

            yield return CreatePage(rows);
        }
    }

    private async Task<DeltaGetResponse> Next(CancellationToken ct)
    {
        try
        {
            var answer = await Delta
                .WithUrl(progress.Link ?? Beginning())
                .GetAsDeltaGetResponseAsync(c => c.Headers.Add("Prefer", Preference), ct);
            return answer ?? throw new GraphFailure(GraphFailureKind.Malformed, HttpStatusCode.OK, "", "the service gave an empty answer");
        }
        catch (GraphFailure failure)
            when (failure.Status == HttpStatusCode.BadRequest && !failure.LinkIsUsedUp && progress.Link is null && !bare)
        {
            // Some versions of the service refuse an order or an expansion here; they only make things nicer.
            bare = true;
            return await Next(ct);
        }
    }

    /// <summary>The address that begins a first round, in the form Microsoft documents it; the SDK writes <c>delta()</c>.</summary>
    private string Beginning() =>
        Delta.ToGetRequestInformation(c =>
        {
            c.QueryParameters.Select = GraphMail.Select(labels);
            c.QueryParameters.Filter = $"receivedDateTime ge {Print(since)}";
            if (bare)
                return;

            c.QueryParameters.Orderby = ["receivedDateTime desc"];
            c.QueryParameters.Expand = [GraphMail.Expanded];
        }).URI.AbsoluteUri.Replace("/delta()", "/delta", StringComparison.Ordinal);

    /// <summary>The links of a walk tell what its first request asked for: with other labels it begins once more.</summary>
    private static FolderProgress Begun(FolderProgress progress, PrivateLabels labels) =>
        progress.Labels == labels.Edition ? progress : FolderProgress.Start with { Labels = labels.Edition };

    private FolderPage CreatePage(List<Message> rows)
    {
        var found = new List<Locator>();
        var whole = new List<Message>();
        var labelled = new List<(string, string)>();
        var lies = labels.WhyInFolder(folder.Path, '/');
        var drafts = 0;
        foreach (var row in rows)
        {
            // Gone or moved: the log keeps what happened, and a moved mail shows up in its new folder under the same id.
            if (row.Id is null || row.AdditionalData.ContainsKey("@removed"))
                continue;

            if (row.IsDraft == true)
            {
                drafts++;
                continue;
            }

            found.Add(new Locator(row.Id, Dated: row.ReceivedDateTime is { } moment ? Instant.FromDateTimeOffset(moment) : null));
            if ((labels.WhyLabelled(row.Categories ?? []) ?? lies) is { } because)
                labelled.Add((row.Id, because));

            if (GraphMail.IsWhole(row))
                whole.Add(row);
        }

        return new FolderPage(
            new ListedPage(folder, found, 0, folder.Cursor with { Text = progress.ToString(), LastFullAt = lastFull })
            {
                Skipped = drafts > 0 ? new Dictionary<string, int> { ["a draft"] = drafts } : [],
                Private = labelled,
            },
            whole);
    }

    private static string Print(Instant moment) => InstantPattern.General.Format(moment);
}
