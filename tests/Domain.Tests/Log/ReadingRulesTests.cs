using CrmSync.Domain.Company;
using CrmSync.Domain.Policy;
using CrmSync.Domain.Time;
using NodaTime;

namespace CrmSync.Domain.Tests.Log;

/// <summary>Which edits of a policy change what the log says, and which leave it as it is.</summary>
public sealed class ReadingRulesTests
{
    private static readonly Rule Complaints = new RespondRule("complaints", Some.Here)
    {
        Calendar = Some.Office,
        NextWithin = new LengthOfTime(4, TimeUnit.BusinessHour),
        When = new Condition.TextHas(["broken"]),
    };

    public static TheoryData<string, CompanyPolicy> Edits { get; } = new()
    {
        { "a domain of ours", Some.Policy with { Us = Some.Policy.Us with { Domains = ["us.example", "ours.example"] } } },
        { "an address of ours", Some.Policy with { Us = Some.Policy.Us with { Addresses = [] } } },
        { "the command mailbox", Some.Policy with { Us = Some.Policy.Us with { CommandMailbox = null } } },
        { "one of our people", Some.Policy with { People = [.. Some.Policy.People.Take(1)] } },
        { "another address of one of us", Some.Policy with { People = [.. Some.Policy.People.Select(p => p with { Also = [] })] } },
        { "what one of us is called", Some.Policy with { People = [.. Some.Policy.People.Select(p => p with { Name = "Somebody" })] } },
        { "a word for absences", Some.Policy with { AbsenceWords = ["Kur"] } },
        { "a mailbox of a team", Some.Policy with { Teams = [] } },
        { "an alias of a contact", Some.Policy with { Contacts = [Jane with { Aliases = [Some.Address("j@acme.example")] }] } },
        { "a subject of robots", Some.Policy with { Classify = new ClassifySettings { AutoSubjects = ["Newsflash"] } } },
        { "a public domain", Some.Policy with { Classify = new ClassifySettings { PublicDomains = ["post.example"] } } },
        { "a word of thanks", Some.Policy with { Classify = new ClassifySettings { AcknowledgementCore = ["cheers"] } } },
        { "a word beside thanks", Some.Policy with { Classify = new ClassifySettings { AcknowledgementMore = ["cheers"] } } },
        { "who writes by hand", Some.Policy with { Classify = new ClassifySettings { Human = Acme } } },
        { "who is a robot", Some.Policy with { Classify = new ClassifySettings { Auto = Acme } } },
        { "who sends mailings", Some.Policy with { Classify = new ClassifySettings { Bulk = Acme } } },
        { "who takes notes of meetings", Some.Policy with { Classify = new ClassifySettings { Bots = Acme } } },
        { "a marker", Some.Policy with { Markers = new Dictionary<string, Marker>() } },
        { "a text a rule looks for", Some.Policy with { Rules = [Complaints] } },
        { "a text a case opens on", Some.Policy with { Cases = new Dictionary<string, CaseDefinition>() } },
    };

    private static ContactEntry Jane => new(Some.Address("jane@acme.example"), Some.Here);

    private static NameList Acme => new() { Domains = ["acme.example"] };

    [Theory]
    [MemberData(nameof(Edits))]
    public void What_the_log_rests_on_is_told_apart(string what, CompanyPolicy edited)
    {
        Assert.NotEmpty(what);
        Assert.NotEqual(Fingerprint(Some.Policy), Fingerprint(edited));
        Assert.Equal(Fingerprint(edited), Fingerprint(edited with { Version = "another" }));
    }

    [Fact]
    public void Every_two_of_these_edits_differ() =>
        Assert.Equal(Edits.Count, Edits.Select(edit => Fingerprint((CompanyPolicy)edit[1])).Distinct().Count());

    [Fact]
    public void What_only_judges_the_log_leaves_it_as_it_is()
    {
        var edited = Some.Policy with
        {
            Version = "another",
            Start = new LocalDate(2026, 1, 1),
            Rules = [Complaints with { When = null }],
            Contacts = [Jane with { Name = "Jane Byrne", Tags = ["vip"] }],
            Segments = new Dictionary<string, Segment>(),
            Privacy = new Privacy(),
            People = [.. Some.Policy.People.Select(person => person with { Left = new LocalDate(2026, 5, 1) })],
            Markers = Some.Policy.Markers.Reverse().ToDictionary(),
        };
        Assert.Equal(Fingerprint(Some.Policy), Fingerprint(edited));
    }

    [Fact]
    public void Texts_divided_otherwise_are_not_the_same()
    {
        var one = Some.Policy with { Classify = new ClassifySettings { AutoSubjects = ["a", "b"] } };
        var other = Some.Policy with { Classify = new ClassifySettings { AutoSubjects = ["a\n1 b"] } };
        Assert.NotEqual(Fingerprint(one), Fingerprint(other));
    }

    private static string Fingerprint(CompanyPolicy policy) => ReadingRules.From(policy).Fingerprint;
}
