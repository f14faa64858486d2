using CrmSync.Domain.Digests;
using CrmSync.Domain.Policy;
using CrmSync.Storage.Digests;
using CrmSync.Worker.Configuration;

namespace CrmSync.Worker.Digests;

/// <summary>
/// Where immediate mails are posted as well: the webhooks the policy names. A trial posts nothing, and keeps what it would have posted as
/// told.
/// </summary>
/// <param name="webhooks">Those of the configuration.</param>
/// <param name="isTrial">Whether nothing is posted.</param>
internal sealed class Channels(IReadOnlyList<WebhookSettings> webhooks, bool isTrial = false)
{
    /// <summary>What is due for each webhook, under its name among readers.</summary>
    /// <param name="policy">Names the webhooks.</param>
    /// <param name="due">What is due for each reader.</param>
    public IEnumerable<(string Reader, IReadOnlyList<Notice> Notices)> DueAt(
        CompanyPolicy policy, IReadOnlyList<(string Reader, IReadOnlyList<Notice> Notices)> due) =>
        Named(policy)
            .Select(webhook => (LedgerReaders.Webhook(webhook.Name), CreateChannel(webhook, policy).Select(due)))
            .Where(one => one.Item2.Count > 0);

    /// <summary>What is posted to a webhook; null where nothing is.</summary>
    /// <param name="reader">Its name among readers.</param>
    /// <param name="steps">What it is told.</param>
    /// <param name="facts">What is known.</param>
    /// <param name="messageId">Of the post.</param>
    public WrittenMail? Write(string reader, IEnumerable<ToldStep> steps, DigestFacts facts, string messageId)
    {
        if (isTrial || Named(facts.Policy).FirstOrDefault(one => LedgerReaders.Webhook(one.Name) == reader) is not { } webhook)
            return null;

        var items = facts.Evaluation.Items.ToDictionary(item => item.Id, StringComparer.Ordinal);
        var notices = steps
            .Where(step => items.ContainsKey(step.Item))
            .Select(step => new Notice(items[step.Item], step.Step, reader))
            .OrderBy(notice => notice.Item.Due)
            .ThenBy(notice => notice.Item.Id, StringComparer.Ordinal)
            .ToList();
        if (notices.Count == 0)
            return null;

        var post = new ChannelComposer(facts).Compose(CreateChannel(webhook, facts.Policy), notices);
        return new WrittenMail(messageId, ChannelText.Write(post, webhook.Format), post.Listed);
    }

    private IEnumerable<WebhookSettings> Named(CompanyPolicy policy) =>
        policy.NotificationWebhooks.Select(name => webhooks.FirstOrDefault(one => one.Name == name)).OfType<WebhookSettings>();

    private static Channel CreateChannel(WebhookSettings webhook, CompanyPolicy policy) =>
        new(
            webhook.Name,
            [
                .. webhook.Members.SelectMany(member => Members(member, policy)).Distinct(StringComparer.Ordinal),
            ])
        {
            ShowsCustomer = webhook.ShowsCustomer,
            ShowsSubject = webhook.ShowsSubject,
        };

    /// <summary>The people of a team, or the one person; a name nobody has stays, and sees nothing.</summary>
    private static IEnumerable<string> Members(string name, CompanyPolicy policy) =>
        policy.Teams.FirstOrDefault(team => team.Id == name) is { } team && policy.People.All(person => person.Id != name)
            ? [.. team.Lead is { } lead ? new[] { lead } : [], .. team.Members]
            : [name];
}
