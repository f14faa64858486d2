using System.Text;
using CsvHelper;

namespace CrmSync.Worker.Directories;

/// <summary>Writes the people we know in a form other programs read, and <c>directories</c> as well.</summary>
internal static class PeopleExport
{
    private static readonly string[] Columns = ["address", "name", "organisation", "owner", "tags", "birthday", "telephone"];

    /// <summary>A table with the columns a <c>csv</c> directory has.</summary>
    public static async Task WriteCsv(Stream stream, IEnumerable<ExportedPerson> people, CancellationToken ct)
    {
        await using var writer = CsvWriter.Create(stream, CsvWriterOptions.Default, leaveOpen: true);
        writer.WriteHeader(Columns);
        foreach (var person in people)
        {
            await writer.WriteRecordAsync(
                [
                    string.Join("; ", person.Addresses.Select(address => address.Value)),
                    Harmless(person.Name),
                    Harmless(person.Organisation),
                    person.Owner,
                    string.Join("; ", person.Tags),
                    person.Birthday?.ToString() ?? "",
                    string.Join("; ", person.Telephones),
                ],
                ct);
        }

        await writer.FlushAsync(ct);
    }

    /// <summary>vCard 4.0 (RFC 6350).</summary>
    public static async Task WriteVcard(Stream stream, IEnumerable<ExportedPerson> people, CancellationToken ct)
    {
        await using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\r\n" };
        foreach (var person in people)
        {
            var lines = new List<string> { "BEGIN:VCARD", "VERSION:4.0", $"FN:{Escaped(person.Name ?? person.Addresses[0].Value)}" };
            lines.AddRange(person.Addresses.Index().Select(one => one.Index == 0 ? $"EMAIL;PREF=1:{Escaped(one.Item.Value)}"
                : $"EMAIL:{Escaped(one.Item.Value)}"));
            lines.AddRange(person.Telephones.Select(telephone => $"TEL;TYPE=voice:{Escaped(telephone)}"));
            if (person.Organisation is { } organisation)
                lines.Add($"ORG:{Escaped(organisation)}");

            if (person.Birthday is { } day)
                lines.Add(day.Year is null ? FormattableString.Invariant($"BDAY:--{day.Month:00}{day.Day:00}")
                    : $"BDAY:{day.ToString().Replace("-", "", StringComparison.Ordinal)}");

            if (person.Tags.Count > 0)
                lines.Add($"CATEGORIES:{string.Join(',', person.Tags.Select(Escaped))}");

            lines.Add("END:VCARD");
            foreach (var line in lines)
                await writer.WriteLineAsync(Folded(line).AsMemory(), ct);
        }
    }

    /// <summary>Names come from mails of strangers: none may be a formula of a spreadsheet.</summary>
    private static string Harmless(string? text) => text is ['=' or '+' or '-' or '@' or '\'', ..] ? $"'{text}" : text ?? "";

    private static string Escaped(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace(",", "\\,", StringComparison.Ordinal)
            .Replace(";", "\\;", StringComparison.Ordinal)
            .ReplaceLineEndings("\\n");

    /// <summary>Lines of at most 75 bytes, none cut within a character.</summary>
    private static string Folded(string line)
    {
        var folded = new StringBuilder(line.Length + 8);
        var length = 0;
        foreach (var rune in line.EnumerateRunes())
        {
            if (length + rune.Utf8SequenceLength > 75)
            {
                folded.Append("\r\n ");
                length = 1;
            }

            folded.Append(rune.ToString());
            length += rune.Utf8SequenceLength;
        }

        return folded.ToString();
    }
}
