using System.Globalization;
using CrmSync.Domain.Company;
using CrmSync.Domain.Harvest;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Tables;
using CrmSync.Worker.Telephones;
using NodaTime.Text;

namespace CrmSync.Worker.Directories;

/// <summary>A table of people, as an old CRM, a telephone or a mail program exports it.</summary>
/// <param name="settings">Where, and what its columns are called.</param>
/// <param name="numbers">Reads telephone numbers.</param>
internal sealed class CsvFile(CsvDirectory settings, TelephoneNumbers numbers) : IDirectory
{
    private static readonly string[] AddressNames =
    [
        "email", "emailaddress", "mail", "emailvalue", "email1value", "email1address", "primaryemail", "email1", "workemail",
            "emailaddress1",
        "email2address", "email2value", "email2", "emailaddress2", "email3address", "email3value", "email3", "emailaddress3", "homeemail",
        "secondaryemail", "addresses",
    ];

    private static readonly string[] TelephoneNames =
    [
        "telephones", "phone", "phonenumber", "mobilephone", "mobile", "mobilenumber", "cellphone", "cell", "businessphone", "workphone",
        "phone1value", "businessphone2", "homephone", "homephone2", "phone2value", "phone3value", "primaryphone", "companymainphone",
        "otherphone", "telefon", "handy", "mobil",
    ];

    private static readonly string[] OrganisationNames =
        ["organization", "company", "companyname", "organizationname", "organization1name", "account", "accountname", "employer", "firma"];

    private static readonly LocalDatePattern[] WithYear =
    [
        .. new[] { "uuuu-MM-dd", "uuuu/MM/dd", "uuuuMMdd", "d.M.uuuu", "d MMMM uuuu", "d MMM uuuu", "MMMM d, uuuu", "MMM d, uuuu",
            "d-MMM-uuuu" }
            .Select(LocalDatePattern.CreateWithInvariantCulture),
    ];

    private static readonly AnnualDatePattern[] WithoutYear =
    [
        .. new[] { "MM-dd", "d.M.", "d MMMM", "d MMM", "MMMM d", "MMM d" }.Select(AnnualDatePattern.CreateWithInvariantCulture),
    ];

    public Task Connect(CancellationToken ct)
    {
        _ = DirectoryFile.List(settings.Path, settings.Written);
        return Task.CompletedTask;
    }

    public async Task<IReadOnlyList<DirectoryPart>> Read(IReadOnlyDictionary<string, string> versions, CancellationToken ct)
    {
        var parts = new List<DirectoryPart>();
        foreach (var file in DirectoryFile.List(settings.Path, settings.Written, ".csv", ".tsv", ".txt"))
        {
            var name = DirectoryFile.NameIn(settings.Path, settings.Written, file);
            var (bytes, trouble) = await DirectoryFile.Read(name, file, ct);
            parts.Add(bytes is null ? new DirectoryPart(name) { Trouble = trouble } : Read(name, CsvTable.Read(bytes)));
        }

        return parts;
    }

    private DirectoryPart Read(string name, CsvTable table)
    {
        if (table.IsCutShort)
            return new DirectoryPart(name) { Trouble = DirectoryFile.CutShort(name) };

        var columns = new ColumnNames(table.Head, settings.Columns);
        var found = new Columns(
            columns.Find("address", AddressNames),
            columns.Find("name", "fullname", "displayname", "contact", "contactname", "fileas"),
            columns.Find("firstname", "givenname", "vorname"),
            columns.Find("lastname", "familyname", "surname", "nachname"),
            columns.Find("organisation", OrganisationNames),
            columns.Find("owner", "accountowner", "contactowner", "ownername", "assignedto", "salesrep"),
            columns.Find("tags", "tag", "categories"),
            columns.Find("birthday", "birthdate", "dateofbirth", "geburtstag"),
            columns.Find("telephone", TelephoneNames));
        if (columns.Missing.FirstOrDefault() is { } missing)
            return Unusable(name, $"there is no column '{missing}', which `columns` names; the first line names {Names(table.Head)}");

        if (found.Address.Count + found.Telephone.Count == 0)
            return Unusable(name, $"there is no column with addresses or telephones; the first line names {Names(table.Head)}");

        var cards = new List<DirectoryCard>();
        var bad = table.Problems.Select(problem => new Trouble(At(name, problem.Line), problem.Reason, problem.Remedy)).ToList();
        foreach (var row in table.Rows)
            Read(row, found, At(name, row.Line), cards, bad);

        return new DirectoryPart(name) { Cards = cards, BadCards = bad };
    }

    private void Read(CsvRow row, Columns columns, string source, List<DirectoryCard> cards, List<Trouble> bad)
    {
        var birthday = First(row, columns.Birthday);
        var day = birthday is null ? null : FindDay(birthday);
        if (birthday is not null && day is null)
            bad.Add(new Trouble(source, "the birthday cannot be read, or may be two days", "write it as 1985-03-12, or 03-12"));

        var card = new DirectoryCard(source)
        {
            Addresses = AddressText.In(columns.Address.Select(row.Field)),
            Name = First(row, columns.Name) ?? Joined(First(row, columns.FirstName), First(row, columns.LastName)),
            Organisation = First(row, columns.Organisation),
            Owner = First(row, columns.Owner),
            Tags = [.. columns.Tags.SelectMany(column => TagsIn(row.Field(column))).Distinct(StringComparer.Ordinal)],
            Birthday = day,
            Telephones = TelephoneText.In(columns.Telephone.Select(row.Field).Select(Unescaped), numbers),
        };
        if (card.Addresses.Count == 0 && columns.Address.Select(row.Field).FirstOrDefault(text => text.Length > 0) is not null)
            bad.Add(new Trouble(source, "the address cannot be read", "write it as jane@acme.example"));
        else if (card.Addresses.Count + card.Telephones.Count > 0)
            cards.Add(card);
        else if (columns.Telephone.Any(column => row.Field(column).Length > 0))
            bad.Add(new Trouble(source, "the telephone number cannot be read", "write it with its country, as +353 86 123 4567"));
    }

    private static string? First(CsvRow row, IReadOnlyList<int> columns) =>
        columns.Select(row.Field).Select(Unescaped).FirstOrDefault(text => text.Length > 0) is { } found
            ? string.Join(' ', found.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            : null;

    /// <summary>Without the sign that keeps a spreadsheet from taking a text for a formula.</summary>
    private static string Unescaped(string text) => text is ['\'', '=' or '+' or '-' or '@' or '\'', ..] ? text[1..] : text;

    private static string? Joined(string? first, string? last) =>
        string.Join(' ', new[] { first, last }.OfType<string>()) is { Length: > 0 } name ? name : null;

    /// <summary>Tags as the policy writes them: <c>Key account</c> is <c>key-account</c>.</summary>
    private static IEnumerable<string> TagsIn(string text) =>
        text.Split([',', ';', '|'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(tag => string.Join(
                '-',
                new string([.. tag.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : ' ')])
                    .Split(' ', StringSplitOptions.RemoveEmptyEntries)))
            .Where(tag => tag.Length is > 0 and <= 64 && char.IsAsciiLetter(tag[0]));

    /// <summary>The day of the year; null for what is none, and for 03/04/1985, which is two.</summary>
    private static ContactDate? FindDay(string text)
    {
        var plain = text.Split('T')[0].Trim();
        foreach (var pattern in WithYear)
        {
            if (pattern.Parse(plain).TryGetValue(default, out var date))
                return new ContactDate(null, date.Month, date.Day);
        }

        foreach (var pattern in WithoutYear)
        {
            if (pattern.Parse(plain.TrimStart('-')).TryGetValue(default, out var day))
                return new ContactDate(null, day.Month, day.Day);
        }

        var numbers = plain.Split('/').Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n
            : -1);
        return numbers.ToArray() switch
        {
            [var one, var other, > 0] when one == other => Day(one, other),
            [> 12 and var dayOfMonth, var month, > 0] => Day(month, dayOfMonth),
            [var month, > 12 and var dayOfMonth, > 0] => Day(month, dayOfMonth),
            _ => null,
        };

        static ContactDate? Day(int month, int day) =>
            month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(2000, month) ? new ContactDate(null, month, day) : null;
    }

    private static DirectoryPart Unusable(string name, string reason) =>
        new(name)
        {
            Trouble = new Trouble(name, reason,
                "name it under columns: {address: ..., telephone: ...} in crmsync.yaml; what it said before stands"),
        };

    private static string Names(IReadOnlyList<string> head) => head.Count == 0 ? "none" : string.Join(", ", head.Take(12));

    private static string At(string name, int line) => FormattableString.Invariant($"{name}:{line}");

    private sealed record Columns(
        IReadOnlyList<int> Address,
        IReadOnlyList<int> Name,
        IReadOnlyList<int> FirstName,
        IReadOnlyList<int> LastName,
        IReadOnlyList<int> Organisation,
        IReadOnlyList<int> Owner,
        IReadOnlyList<int> Tags,
        IReadOnlyList<int> Birthday,
        IReadOnlyList<int> Telephone);
}
