using CrmSync.Domain.Contacts;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;

namespace CrmSync.Worker.Commands;

/// <summary>What an item is about, as commands name it.</summary>
/// <param name="About">Thread, meeting, contact or organisation.</param>
/// <param name="Contact">Whom it concerns, or null.</param>
/// <param name="Rule">The name of its rule.</param>
/// <param name="Owner">The id of the person who is to act.</param>
internal sealed record ItemTarget(string About, EmailAddress? Contact, string Rule, string Owner);

/// <summary>The log and what the policy makes of it, for finding what a command means.</summary>
internal sealed class Standings(ContactLogSnapshot log, Evaluation evaluation)
{
    private readonly Dictionary<string, ItemTarget> items = evaluation.Closed.Concat(evaluation.ObservedClosed)
        .Select(item => (item.Id, Target: new ItemTarget(item.About, item.Contact, item.Rule.Name, item.Owner)))
        .Concat(evaluation.Items.Concat(evaluation.Observed).Select(item => (item.Id, Target: new ItemTarget(item.About, item.Contact, item.Rule.Name, item.Owner))))
        .GroupBy(item => item.Id, StringComparer.OrdinalIgnoreCase).ToDictionary(same => same.Key, same => same.Last().Target, StringComparer.OrdinalIgnoreCase);

    public ItemTarget? Item(string id) => items.GetValueOrDefault(id);

    /// <summary>The mail with a Message-ID.</summary>
    public Interaction? Mail(string? messageId) =>
        messageId is null ? null : log.Interactions.FirstOrDefault(line => line.Kind == InteractionKind.Mail && line.MessageId == messageId);

    /// <summary>The latest mail with somebody that has the subject of what was forwarded; null when nothing fits.</summary>
    public Interaction? Forwarded(string subject, EmailAddress contact)
    {
        var bare = Subjects.Strip(subject).Bare;
        return bare.Length == 0
            ? null
            : log.Interactions.Where(line => line is { Kind: InteractionKind.Mail, Class: InteractionClass.Human }
                    && line.Participants.Any(person => person.Address == contact) && Subjects.Strip(line.Subject).Bare == bare)
                .OrderBy(line => line.At).ThenBy(line => line.Id, StringComparer.Ordinal).LastOrDefault();
    }
}
