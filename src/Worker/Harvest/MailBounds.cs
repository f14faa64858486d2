using System.Globalization;
using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Worker.Sources;

namespace CrmSync.Worker.Harvest;

/// <summary>
/// How much of what anybody may send is kept of one mail, whatever way it came. A reader has its own limits
/// (<see cref="Mail.Mime.MimeLimits"/>); these are about what the log would have to carry. What is cut names itself in <c>quarantine</c>.
/// </summary>
/// <param name="ours">Who is ours: our own people are kept before strangers.</param>
internal sealed class MailBounds(InternalAddresses ours)
{
    /// <summary>People kept of one mail, in all of its fields together.</summary>
    public const int People = 1_000;

    /// <summary>Characters of a subject.</summary>
    public const int SubjectLength = 2_000;

    /// <summary>Characters of a display name.</summary>
    public const int NameLength = 300;

    /// <summary>Recipients a report may say failed.</summary>
    public const int FailedRecipients = 500;

    /// <summary>Attachments that are counted.</summary>
    public const int Attachments = 1_000;

    /// <summary>Characters kept of a header a class rests on.</summary>
    public const int HeaderLength = 4_000;

    /// <summary>The mail within the bounds.</summary>
    /// <param name="facts">What it says.</param>
    /// <param name="cuts">Told about every bound that was met, in words.</param>
    public MailFacts Apply(MailFacts facts, ICollection<string> cuts)
    {
        facts = facts with
        {
            From = Named(facts.From),
            Sender = Named(facts.Sender),
            ReplyTo = Named(facts.ReplyTo),
            To = Named(facts.To),
            Cc = Named(facts.Cc),
            Bcc = Named(facts.Bcc),
        };
        if (facts.Subject is { Length: > SubjectLength } subject)
        {
            cuts.Add(Cut("its subject has", subject.Length, "characters", SubjectLength));
            facts = facts with { Subject = SeriesBounds.Shortened(subject, SubjectLength) };
        }

        if (facts.ReplyTo.Count + facts.To.Count + facts.Cc.Count + facts.Bcc.Count > People)
            facts = WithFewerPeople(facts, cuts);

        if (facts.Report is { Failed.Count: > FailedRecipients } report)
        {
            cuts.Add(Cut("it reports", report.Failed.Count, "failed recipients", FailedRecipients));
            facts = facts with { Report = report with { Failed = [.. report.Failed.Take(FailedRecipients)] } };
        }

        if (facts.Attachments > Attachments)
        {
            cuts.Add(Cut("it has", facts.Attachments, "attachments", Attachments));
            facts = facts with { Attachments = Attachments };
        }

        if (facts.Headers.Values.Any(value => value.Length > HeaderLength))
        {
            cuts.Add(
                Cut("a header that its class rests on has", facts.Headers.Values.Max(value => value.Length), "characters", HeaderLength));
            facts = facts with
            {
                Headers = facts.Headers.ToDictionary(
                    header => header.Key,
                    header => SeriesBounds.Shortened(header.Value, HeaderLength),
                    StringComparer.Ordinal),
            };
        }

        return facts;
    }

    private MailFacts WithFewerPeople(MailFacts facts, ICollection<string> cuts)
    {
        var fields = (IReadOnlyList<NamedAddress>[])[facts.ReplyTo, facts.To, facts.Cc, facts.Bcc];
        var all = fields
            .SelectMany((field, number) => field.Select((person, place) => (Person: person, Field: number, Place: place)))
            .ToList();
        cuts.Add(Cut("it names", all.Count, "people", People));

        // In the order they stand, but our own before strangers: who of us was written to is what everything rests on.
        var kept = all.OrderBy(one => ours.Contains(one.Person.Address) ? 0 : 1)
            .ThenBy(one => one.Field)
            .ThenBy(one => one.Place)
            .Take(People)
            .OrderBy(one => one.Place)
            .ToLookup(one => one.Field, one => one.Person);
        return facts with { ReplyTo = [.. kept[0]], To = [.. kept[1]], Cc = [.. kept[2]], Bcc = [.. kept[3]] };
    }

    private static NamedAddress? Named(NamedAddress? person) =>
        person is { Name.Length: > NameLength } ? person with { Name = SeriesBounds.Shortened(person.Name, NameLength) } : person;

    private static IReadOnlyList<NamedAddress> Named(IReadOnlyList<NamedAddress> people) =>
        people.Any(person => person is { Name.Length: > NameLength }) ? [.. people.Select(person => Named(person)!)] : people;

    private static string Cut(string has, int many, string what, int kept) =>
        string.Create(CultureInfo.InvariantCulture, $"{has} {many:N0} {what}, and {kept:N0} are kept");
}
