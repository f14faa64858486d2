using CrmSync.Domain.Company;
using CrmSync.Domain.Time;
using CrmSync.Worker.Yaml;

namespace CrmSync.Worker.PolicyFiles;

/// <summary><c>segments</c>, <c>contacts</c>, <c>privacy</c> and <c>classify</c> (policy-language.md sections 5 and 6).</summary>
internal static class ContactSections
{
    private static readonly ListedKeys Members = new("contacts in the segment");

    private static readonly Key<IReadOnlyList<Word>> NotIn = new(
        "not_in", new ListShape<Word>(Forms.Reference, least: 1), "Names of other segments: everybody who is in none of those.");

    private static readonly Shape<Listed<EmailAddress>> Address = Forms.Address.As((a, node) => new Listed<EmailAddress>(a, node));

    private static readonly Key<Listed<EmailAddress>> Primary = new("primary", Address, "The address the contact goes by.", required: true);

    private static readonly Key<IReadOnlyList<Listed<EmailAddress>>> Aliases = new(
        "aliases",
        new ListShape<Listed<EmailAddress>>(Address),
        "Other addresses of the same person.");

    private static readonly Key<string> Name = new("name", Forms.Line("a name", 200), "The full name.");

    private static readonly Key<IReadOnlyList<string>> Tags = new("tags", new ListShape<string>(PolicyForms.Tag), "Tags of the contact.");

    private static readonly Key<IReadOnlyList<CardTelephone>> Telephones = new(
        "telephones",
        new ListShape<CardTelephone>(PolicyForms.Telephone),
        "Their telephone numbers with country, in quotes: calls from and to these are calls with them.");

    private static readonly Key<IReadOnlyList<Named<string, ContactDate>>> Dates = new(
        "dates",
        new NamedShape<string, ContactDate>(PolicyForms.Field, PolicyForms.ContactDate, "date"),
        "Dates by name: {birthday: \"03-12\"} every year, or a full date.");

    private static readonly Key<IReadOnlyList<EmailAddress>> FilterAddresses = new(
        "addresses",
        new ListShape<EmailAddress>(Forms.Address),
        "Mail and meetings with these addresses.");

    private static readonly Key<IReadOnlyList<string>> FilterDomains = new(
        "domains",
        new ListShape<string>(Forms.Domain),
        "Mail and meetings with these domains and their subdomains.");

    private static readonly Key<IReadOnlyList<string>> FilterSubjects = new(
        "subject_has",
        new ListShape<string>(PolicyForms.Phrase),
        "Mail and meetings whose subject contains one of these, in any case.");

    private static readonly Shape<MapValues> Filter = new MapShape(
        "a map of addresses, domains and subject_has",
        FilterAddresses,
        FilterDomains,
        FilterSubjects)
    {
        Definition = "privacyFilter",
    };

    private static readonly Key<MapValues> NoCapture = new("no_capture", Filter, "What is not stored at all; only a counter is.");

    private static readonly Key<MapValues> MetadataOnly = new(
        "metadata_only",
        Filter,
        "What keeps its headers and loses its body after classification.");

    private static readonly Key<LengthOfTime> Retain = new(
        "retain",
        LengthShape.Days,
        "How long bodies are kept: 36mo. Without it as long as their line.");

    private static readonly Key<IReadOnlyList<string>> PrivateLabelNames = new(
        "labels",
        new ListShape<string>(Forms.Line("a label", 100)),
        "Categories, labels and keywords that make a mail and its thread private.");

    private static readonly Key<IReadOnlyList<string>> PrivateFolders = new(
        "folders",
        new ListShape<string>(Forms.Line("a folder", 200)),
        "Folders whose mails are private, with their threads.");

    private static readonly Key<IReadOnlyList<string>> AutoSubjects = new(
        "auto_subjects",
        new ListShape<string>(PolicyForms.Phrase),
        "More subjects that mark an automatic reply, alone or followed by ':'.");

    private static readonly Key<IReadOnlyList<string>> PublicDomains = new(
        "public_domains",
        new ListShape<string>(Forms.Domain),
        "More domains of public mail services, where every address is an organisation of its own.");

    private static readonly Key<IReadOnlyList<string>> Core = new(
        "core",
        new ListShape<string>(PolicyForms.Phrase),
        "More words one of which an acknowledgement must hold.");

    private static readonly Key<IReadOnlyList<string>> More = new(
        "more",
        new ListShape<string>(PolicyForms.Phrase),
        "More words an acknowledgement may hold.");

    private static readonly Key<MapValues> Acknowledgements = new(
        "acknowledgements", new MapShape("a map {core, more}", Core, More), "Words of other languages for mails that only say thanks.");

    private static readonly Key<IReadOnlyList<EmailAddress>> ListAddresses = new(
        "addresses",
        new ListShape<EmailAddress>(Forms.Address),
        "Addresses; of these the list overrules what makes a mail automatic as well.");

    private static readonly Key<IReadOnlyList<string>> ListDomains = new(
        "domains",
        new ListShape<string>(Forms.Domain),
        "Domains with subdomains; of these the list overrules only what makes a mail a mailing.");

    private static readonly MapShape Names = new("a map {addresses, domains}", ListAddresses, ListDomains) { Definition = "senders" };

    private static readonly Key<MapValues> Human = new("human", Names, "Who writes by hand although their mail looks like a mailing.");

    private static readonly Key<MapValues> Auto = new("auto", Names, "Whose mail is automatic although nothing in it says so.");

    private static readonly Key<MapValues> Bulk = new("bulk", Names, "Whose mail is a mailing although nothing in it says so.");

    private static readonly Key<IReadOnlyList<EmailAddress>> BotAddresses = new(
        "addresses",
        new ListShape<EmailAddress>(Forms.Address),
        "Their addresses.");

    private static readonly Key<IReadOnlyList<string>> BotDomains = new(
        "domains",
        new ListShape<string>(Forms.Domain),
        "Domains with subdomains where every address is a program's.");

    private static readonly Key<MapValues> Bots = new(
        "bots",
        new MapShape("a map {addresses, domains}", BotAddresses, BotDomains) { Definition = "bots" },
        "Invitees of meetings that are programs, such as note takers; they are nobody who was met.");

    public static Shape<IReadOnlyList<Named<string, MapValues>>> SegmentsShape { get; } = new NamedShape<string, MapValues>(
        Forms.Name,
        new MapShape("a segment", Members.Addresses, Members.Domains, Members.Tags, Members.File, NotIn)
        {
            Definition = "segment",
            OneOf = [Members.Addresses, Members.Domains, Members.Tags, Members.File, NotIn],
            Apart = NotIn,
        },
        "segment");

    public static Shape<IReadOnlyList<MapValues>> ContactsShape { get; } = new ListShape<MapValues>(
        new MapShape("a contact", Primary, Aliases, Telephones, Name, Tags, Dates) { Definition = "contact" });

    public static MapShape PrivacyShape { get; } = new(
        "a map of no_capture, metadata_only, labels, folders and retain",
        NoCapture,
        MetadataOnly,
        PrivateLabelNames,
        PrivateFolders,
        Retain);

    public static MapShape ClassifyShape { get; } = new(
        "a map of human, auto, bulk, bots, auto_subjects, public_domains and acknowledgements",
        Human,
        Auto,
        Bulk,
        Bots,
        AutoSubjects,
        PublicDomains,
        Acknowledgements);

    /// <summary>The segments by name, with what they list in the order written, for warnings about single entries.</summary>
    public static IReadOnlyList<WrittenSegment> BuildSegments(IReadOnlyList<Named<string, MapValues>> written, Scope scope) =>
        [.. written.Select(entry => BuildSegment(entry, scope))];

    public static IReadOnlyList<ContactEntry> BuildContacts(IReadOnlyList<MapValues> written, Scope scope)
    {
        var known = new Dictionary<EmailAddress, YamlNode>();
        var contacts = new List<ContactEntry>();
        foreach (var map in written)
        {
            if (map.Value(Primary) is not { } primary)
                continue;

            foreach (var address in map.ValueOr(Aliases, []).Prepend(primary))
            {
                if (!known.TryAdd(address.Value, address.Node))
                    scope.Problems.Error(
                        address.Node,
                        "031",
                        $"{address.Value} stands in two entries; first at {known[address.Value].Spot}");
            }

            contacts.Add(new ContactEntry(primary.Value, PolicyForms.Place(map.Node))
            {
                Name = map.Value(Name),
                Aliases = [.. map.ValueOr(Aliases, []).Select(a => a.Value)],
                Telephones = [.. map.ValueOr(Telephones, []).DistinctBy(telephone => telephone.Number)],
                Tags = map.ValueOr(Tags, []),
                Dates = map.ValueOr(Dates, []).ToDictionary(d => d.Key, d => d.Value, StringComparer.Ordinal),
            });
        }

        return contacts;
    }

    public static Privacy BuildPrivacy(MapValues? privacy) => new()
    {
        NoCapture = BuildFilter(privacy?.Value(NoCapture)),
        MetadataOnly = BuildFilter(privacy?.Value(MetadataOnly)),
        Labels = new PrivateLabels(privacy?.Value(PrivateLabelNames) ?? [], privacy?.Value(PrivateFolders) ?? []),
        Retain = privacy?.Value(Retain),
    };

    public static ClassifySettings BuildClassify(MapValues? classify) => new()
    {
        AutoSubjects = classify?.Value(AutoSubjects) ?? [],
        PublicDomains = classify?.Value(PublicDomains) ?? [],
        AcknowledgementCore = classify?.Value(Acknowledgements)?.Value(Core) ?? [],
        AcknowledgementMore = classify?.Value(Acknowledgements)?.Value(More) ?? [],
        Human = BuildNames(classify?.Value(Human)),
        Auto = BuildNames(classify?.Value(Auto)),
        Bulk = BuildNames(classify?.Value(Bulk)),
        Bots = classify?.Value(Bots) is { } bots
            ? new NameList { Addresses = bots.ValueOr(BotAddresses, []).ToHashSet(), Domains = bots.ValueOr(BotDomains, []) }
            : new NameList(),
    };

    private static NameList BuildNames(MapValues? written) => written is null ? new NameList() : new NameList
    {
        Addresses = written.ValueOr(ListAddresses, []).ToHashSet(),
        Domains = written.ValueOr(ListDomains, []),
    };

    private static WrittenSegment BuildSegment(Named<string, MapValues> entry, Scope scope)
    {
        var map = entry.Value;
        var (addresses, domains) = Members.Read(map, scope.Lists);
        var segment = new Segment(entry.Key, PolicyForms.Place(entry.KeyNode))
        {
            Addresses = addresses.Select(a => a.Value).ToHashSet(),
            Domains = [.. domains.Select(d => d.Value).Distinct(StringComparer.Ordinal)],
            Tags = map.ValueOr(Members.Tags, []),
            NotIn = map.FindNode(NotIn) is null ? null : scope.Names.Known("segment", map.Value(NotIn), scope.Problems),
        };
        return new WrittenSegment(segment, entry.KeyNode, addresses, domains);
    }

    private static PrivacyFilter BuildFilter(MapValues? filter) => filter is null ? new PrivacyFilter() : new PrivacyFilter
    {
        Addresses = filter.ValueOr(FilterAddresses, []).ToHashSet(),
        Domains = filter.ValueOr(FilterDomains, []),
        SubjectHas = filter.ValueOr(FilterSubjects, []),
    };
}

/// <summary>A segment with the places of what it lists.</summary>
internal sealed record WrittenSegment(
    Segment Segment,
    YamlNode Node,
    IReadOnlyList<Listed<EmailAddress>> Addresses,
    IReadOnlyList<Listed<string>> Domains);
