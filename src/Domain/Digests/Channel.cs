using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Digests;

/// <summary>A place where a team talks, to which immediate mails of its members are posted as well.</summary>
/// <param name="Name">What the policy calls it.</param>
/// <param name="Readers">The ids of those who read there; empty: of everybody.</param>
public sealed record Channel(string Name, IReadOnlyList<string> Readers)
{
    /// <summary>Whether posts name the customer to those who may all see them.</summary>
    public bool ShowsCustomer { get; init; }

    /// <summary>Whether posts show the subject to those who may all see the customer.</summary>
    public bool ShowsSubject { get; init; }

    /// <summary>Of what is told at once, what is posted here: each step once, whoever it is told to.</summary>
    /// <param name="due">What each reader is told.</param>
    public IReadOnlyList<Notice> Select(IEnumerable<(string Reader, IReadOnlyList<Notice> Notices)> due) =>
    [
        .. due.Where(one => Readers.Count == 0 || Readers.Contains(one.Reader, StringComparer.Ordinal))
            .SelectMany(one => one.Notices)
            .DistinctBy(notice => (notice.Item.Id, notice.Step)),
    ];

    /// <summary>
    /// Whether customer and subject of an item can be shown here at all: everybody who reads is known, is with us and may see the contact,
    /// and nothing says that only their headers are kept.
    /// </summary>
    /// <param name="item">The item.</param>
    /// <param name="subject">Of the mail it is about, or null.</param>
    /// <param name="addresses">Of the people outside it is about.</param>
    /// <param name="policy">Who may see whom.</param>
    /// <param name="today">Who has left by then sees nothing.</param>
    internal bool MayNameCustomer(
        Item item, string? subject, IReadOnlyCollection<EmailAddress> addresses, CompanyPolicy policy, LocalDate today) =>
        Readers.Count > 0
        && Readers.All(reader =>
            policy.People.Any(person => person.Id == reader && !(person.Left <= today)) && new Sight(policy, reader).Covers(item.Owner))
        && !policy.Privacy.MetadataOnly.Covers(subject, addresses);
}
