using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using NodaTime;

namespace CrmSync.Domain.Digests;

/// <summary>What a mail tells about somebody and whoever looks after them is asked to confirm (policy-language.md section 6).</summary>
/// <param name="Id">Like that of an item; the same whenever the same is told.</param>
/// <param name="Contact">Whom it is about.</param>
/// <param name="Owner">The id of the person who is asked.</param>
public sealed record Proposal(string Id, EmailAddress Contact, string Owner)
{
    /// <summary>Whether two addresses are one person; else, whether somebody has left.</summary>
    public bool AsksForOnePerson { get; init; }

    /// <summary>The other address of the same person, or whoever is to be written to instead; null when nobody is named.</summary>
    public EmailAddress? Other { get; init; }

    /// <summary>The words it rests on.</summary>
    public required string Sentence { get; init; }

    /// <summary>When they were written.</summary>
    public required Instant At { get; init; }
}

/// <summary>Finds what is proposed: what mails of the last weeks tell and nobody has answered.</summary>
internal static class Proposals
{
    private const int IdLength = 8;

    public static IReadOnlyList<Proposal> Find(View view) =>
        [
            .. view
                .Log.Proposing.Where(line => line.Seen <= view.Now && line.At > view.Now - LinesToRead.Lately.BclCompatibleTicks)
                .SelectMany(line => new[] { Retirement(view, line), OnePerson(view, line) })
                .OfType<Proposal>()
                .Where(proposal => !view.Log.CommandsAbout(proposal.Id).Any(view.Stands))
                .GroupBy(proposal => proposal.Id, StringComparer.Ordinal)
                .Select(same => same.MaxBy(proposal => (proposal.At, proposal.Sentence))!)
                .OrderBy(proposal => proposal.At)
                .ThenBy(proposal => proposal.Id, StringComparer.Ordinal),
        ];

    /// <summary>Somebody we know has left, and did not write by hand since.</summary>
    private static Proposal? Retirement(View view, Line line) =>
        line.Departure is { } left
        && Known(view, line.Author) is { } contact
        && Absences.NextByHand(view, contact, line.At) == long.MaxValue
            ? Create(view, "retire", contact, line, left.Sentence, left.Successor)
            : null;

    /// <summary>Somebody we know names another address; what the policy says of both is not for a mail to change.</summary>
    private static Proposal? OnePerson(View view, Line line) =>
        line.Moved is { } moved
        && Known(view, line.Contact?.Primary ?? line.Author) is { } contact
        && !view.Plan.Book.IsOurs(moved.Address)
        && view.Plan.Book.Primary(moved.Address) != contact.Primary
        && (contact.Entry is null || view.Plan.Book.FindEntry(moved.Address) is null)
            ? Create(view, "same", contact, line, moved.Sentence, moved.Address) with { AsksForOnePerson = true }
            : null;

    private static Proposal Create(View view, string what, ContactNode contact, Line line, string sentence, EmailAddress? other) =>
        new(
            StableHash.Print(StableHash.Compute(what, contact.Primary.Value, other?.Value), IdLength).ToUpperInvariant(),
            contact.Primary,
            view.Plan.Id(Ownership.Owner(view, contact)))
        {
            Other = other,
            Sentence = sentence,
            At = Instant.FromUnixTimeTicks(line.At),
        };

    private static ContactNode? Known(View view, EmailAddress? address) =>
        address is not null
        && view.Log.Find(address) is { } contact
        && view.Log.IsJudged(contact.Organisation)
        && History.Compute(view, contact).Exists
            ? contact
            : null;
}
