using System.Security.Cryptography;
using System.Text;
using CrmSync.Domain.Company;

namespace CrmSync.Domain.Policy;

/// <summary>
/// What of a policy decides what the log says of mails and meetings: who is ours, who has several addresses, <c>classify</c>, the markers
/// and the texts conditions look for. The log depends on nothing else of it, so a policy that differs elsewhere leaves the log as it is.
/// </summary>
public sealed record ReadingRules
{
    private ReadingRules(CompanyPolicy policy)
    {
        Us = policy.Us;
        People =
        [
            .. policy.People.Select(person =>
                new KnownAddresses(person.Email, person.Also) { Names = person.Name is { } name ? [person.Id, name] : [person.Id] }),
        ];
        AbsenceWords = policy.AbsenceWords;
        Mailboxes = [.. policy.Teams.SelectMany(team => team.Mailboxes)];
        Aliases = [.. policy.Contacts.Where(entry => entry.Aliases.Count > 0).Select(e => new KnownAddresses(e.Primary, e.Aliases))];
        Classify = policy.Classify;
        Markers = [.. policy.Markers.Values.OrderBy(marker => marker.Name, StringComparer.Ordinal)];
        Texts =
        [
            .. policy.Cases.Values.Select(one => one.OpensOn)
                .Concat(policy.Rules.Select(rule => rule.When))
                .OfType<Condition>()
                .SelectMany(TextsIn)
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];
        SubjectTexts =
        [
            .. policy.Cases.Values.Select(one => one.OpensOn)
                .Concat(policy.Rules.Select(rule => rule.When))
                .OfType<Condition>()
                .SelectMany(SubjectTextsIn)
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];
        Fingerprint = Hash();
    }

    /// <summary>Our domains and single addresses.</summary>
    public OurSide Us { get; }

    /// <summary>Our people, in file order.</summary>
    public IReadOnlyList<KnownAddresses> People { get; }

    /// <summary>What says in the title of an entry that its owner is away; null for the usual words.</summary>
    public IReadOnlyList<string>? AbsenceWords { get; }

    /// <summary>The shared mailboxes of teams.</summary>
    public IReadOnlyList<EmailAddress> Mailboxes { get; }

    /// <summary>Contacts with several addresses, in file order.</summary>
    public IReadOnlyList<KnownAddresses> Aliases { get; }

    public ClassifySettings Classify { get; }

    /// <summary>By name.</summary>
    public IReadOnlyList<Marker> Markers { get; }

    /// <summary>The texts of <c>text_has</c>, each once.</summary>
    public IReadOnlyList<string> Texts { get; }

    /// <summary>
    /// The texts of <c>subject_has</c>, each once. They are looked for when a subject is dropped, and change nothing of what is kept.
    /// </summary>
    public IReadOnlyList<string> SubjectTexts { get; }

    /// <summary>Equal for rules that say the same; 64 hexadecimal digits.</summary>
    public string Fingerprint { get; }

    /// <summary>Those of a policy.</summary>
    public static ReadingRules From(CompanyPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return new ReadingRules(policy);
    }

    private static IEnumerable<string> TextsIn(Condition condition) => condition switch
    {
        Condition.All all => all.Of.SelectMany(TextsIn),
        Condition.Any any => any.Of.SelectMany(TextsIn),
        Condition.Not not => TextsIn(not.Of),
        Condition.TextHas text => text.Texts,
        _ => [],
    };

    private static IEnumerable<string> SubjectTextsIn(Condition condition) => condition switch
    {
        Condition.All all => all.Of.SelectMany(SubjectTextsIn),
        Condition.Any any => any.Of.SelectMany(SubjectTextsIn),
        Condition.Not not => SubjectTextsIn(not.Of),
        Condition.SubjectHas subject => subject.Texts,
        _ => [],
    };

    private static IEnumerable<string> Written(IEnumerable<EmailAddress> addresses) => addresses.Select(address => address.Value);

    private static IEnumerable<string> Sorted(IEnumerable<string> some) => some.Order(StringComparer.Ordinal);

    private static IEnumerable<string> Written(NameList list) =>
        Sorted(Written(list.Addresses)).Append("domains").Concat(Sorted(list.Domains));

    private string Hash()
    {
        IEnumerable<IEnumerable<string>> parts =
        [
            Sorted(Us.Domains),
            Sorted(Written(Us.Addresses)),
            [Us.CommandMailbox?.Value ?? ""],
            .. People.Concat(Aliases).Select(known => Written(known.Others.Prepend(known.Primary))),
            .. People.Select(known => known.Names),
            Sorted(AbsenceWords ?? ["the usual words"]),
            Sorted(Written(Mailboxes)),
            Classify.AutoSubjects,
            Sorted(Classify.PublicDomains),
            Classify.AcknowledgementCore,
            Classify.AcknowledgementMore,
            Written(Classify.Human),
            Written(Classify.Auto),
            Written(Classify.Bulk),
            Written(Classify.Bots),
            .. Markers.Select(marker => marker.AnyOf.Prepend($"{marker.Name} {marker.InSubject} {marker.InText} {marker.Direction}")),
            Texts,
        ];

        // Every text and every list bears its length, so that what is divided otherwise is never written alike.
        var written = new StringBuilder();
        foreach (var part in parts.Select(part => part.ToArray()))
        {
            written.Append(part.Length).Append('\n');
            foreach (var text in part)
                written.Append(text.Length).Append(' ').Append(text).Append('\n');
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(written.ToString())));
    }
}

/// <summary>Somebody's addresses.</summary>
/// <param name="Primary">The one they go by.</param>
/// <param name="Others">Those that count as it.</param>
public sealed record KnownAddresses(EmailAddress Primary, IReadOnlyList<EmailAddress> Others)
{
    /// <summary>Of our people: what they are called.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];
}
