using CrmSync.Domain.Company;
using CrmSync.Domain.Time;
using CrmSync.Worker.Yaml;

namespace CrmSync.Worker.PolicyFiles;

/// <summary>
/// What the sections of one policy share while they are built: its names, its calendars, the lists, and where problems go.
/// </summary>
internal sealed class Scope(ProblemList problems, Names names, ListFiles lists)
{
    public ProblemList Problems { get; } = problems;

    public Names Names { get; } = names;

    public ListFiles Lists { get; } = lists;

    public IReadOnlyDictionary<string, BusinessCalendar> Calendars { get; set; } = new Dictionary<string, BusinessCalendar>();

    public BusinessCalendar DefaultCalendar { get; set; } = CalendarSection.Unreadable;

    /// <summary>The calendar of that name; unknown names are reported.</summary>
    public BusinessCalendar? Calendar(Word? word) =>
        word is not null && Names.Knows("calendar", word, Problems)
            ? Calendars.GetValueOrDefault(word.Text, CalendarSection.Unreadable)
            : null;

    /// <summary>The name if it is declared, else null after reporting it.</summary>
    public string? Known(string noun, Word? word) => word is not null && Names.Knows(noun, word, Problems) ? word.Text : null;
}

/// <summary>The keys that list addresses and domains, in the file and in list files beside it.</summary>
internal sealed class ListedKeys(string what)
{
    public Key<IReadOnlyList<Listed<EmailAddress>>> Addresses { get; } =
        new(
            "addresses",
            new ListShape<Listed<EmailAddress>>(Forms.Address.As((a, node) => new Listed<EmailAddress>(a, node))),
            $"Addresses of {what}.");

    public Key<IReadOnlyList<Listed<string>>> Domains { get; } =
        new(
            "domains",
            new ListShape<Listed<string>>(Forms.Domain.As((d, node) => new Listed<string>(d, node))),
            $"Domains of {what}, with their subdomains.");

    public Key<IReadOnlyList<string>> Tags { get; } =
        new("tags", new ListShape<string>(PolicyForms.Tag), $"Tags of {what}; any of them will do.");

    public Key<IReadOnlyList<Word>> File { get; } = new(
        "file",
        new OneOrMoreShape<Word>(Forms.Line("the path of a text file", 1000).As((text, node) => new Word(text, node))),
        $"A plain text file of {what}: one address or domain a line, # starts a comment; relative to the folder of this file.");

    /// <summary>What the keys of a map list together.</summary>
    public (IReadOnlyList<Listed<EmailAddress>> Addresses, IReadOnlyList<Listed<string>> Domains) Read(MapValues map, ListFiles lists)
    {
        var addresses = map.ValueOr(Addresses, []).ToList();
        var domains = map.ValueOr(Domains, []).ToList();
        foreach (var file in map.ValueOr(File, []))
        {
            var (more, moreDomains) = lists.Read(file);
            addresses.AddRange(more);
            domains.AddRange(moreDomains);
        }

        return (addresses, domains);
    }
}
