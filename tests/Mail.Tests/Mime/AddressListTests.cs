using CrmSync.Fixtures;
using CrmSync.Mail.Mime;

namespace CrmSync.Mail.Tests.Mime;

public sealed class AddressListTests
{
    [Theory]
    [InlineData("ana@hill.example", "ana@hill.example")]
    [InlineData("Ana Hill <ana@HILL.example>", "Ana Hill|ana@hill.example")]
    [InlineData("\"Hill, Ana\" <ana@hill.example>", "Hill, Ana|ana@hill.example")]
    [InlineData("Hill, Ana <ana@hill.example>, ben@b.example", "Hill, Ana|ana@hill.example; ben@b.example")]
    [InlineData("ana@hill.example (Ana Hill)", "Ana Hill|ana@hill.example")]
    [InlineData("ana@hill.example (Ana (at work) Hill)", "Ana (at work) Hill|ana@hill.example")]
    [InlineData("'ana@hill.example' <ana@hill.example>", "ana@hill.example")]
    [InlineData("'ana@hill.example'", "ana@hill.example")]
    [InlineData("Ana <@relay.example,@b.example:ana@hill.example>", "Ana|ana@hill.example")]
    [InlineData("Ana . Hill @ hill . example", "Ana.Hill@hill.example")]
    [InlineData("\"ana hill\"@hill.example", "\"ana hill\"@hill.example")]
    [InlineData("\"ana.hill\"@hill.example", "ana.hill@hill.example")]
    [InlineData("ana@[192.0.2.1]", "ana@[192.0.2.1]")]
    [InlineData("ana@hill.example; ben@b.example", "ana@hill.example; ben@b.example")]
    [InlineData("Ana Hill ana@hill.example", "Ana Hill|ana@hill.example")]
    [InlineData("Ana <ana@hill.example", "Ana|ana@hill.example")]
    [InlineData("Ana <ana@hill.example, ben@b.example", "Ana|ana@hill.example; ben@b.example")]
    [InlineData("\"Ana <ana@hill.example>", "Ana|ana@hill.example")]
    [InlineData("Ana (Sales <ana@hill.example>, ben@b.example", "Ana Sales|ana@hill.example; ben@b.example")]
    [InlineData("\"Ana Hill\" (ana@hill.example)", "Ana Hill|ana@hill.example")]
    [InlineData("\"Ana\" ana@hill.example>", "Ana|ana@hill.example")]
    [InlineData("<mailto:ana@hill.example>", "ana@hill.example")]
    [InlineData("ana@hill.example.", "ana@hill.example")]
    [InlineData("=?utf-8?q?Hill,_Ana?= <ana@hill.example>", "Hill, Ana|ana@hill.example")]
    [InlineData("IMCEASMTP-ana+40hill+2Eexample@exchange.example", "ana@hill.example")]
    [InlineData("Team: ana@hill.example, ben@b.example;", "ana@hill.example; ben@b.example")]
    public void Real_mailers_addresses_are_understood(string field, string expected) =>
        Assert.Equal(
            expected,
            string.Join("; ", AddressList.Parse(field).Select(m => m.Name.Length > 0 ? $"{m.Name}|{m.Address}" : m.Address)));

    [Theory]
    [InlineData("undisclosed-recipients:;")]
    [InlineData("ana")]
    [InlineData("ana@MISSING_DOMAIN")]
    [InlineData("ana@.MISSING-HOST-NAME.")]
    [InlineData("/O=HILL/OU=FIRST/CN=ANA")]
    [InlineData("IMCEAEX-_O=HILL_CN=ANA@hill.example")]
    [InlineData("\"/O=HILL/CN=ANA\" <>")]
    [InlineData("<>")]
    [InlineData(", ,;:@<")]
    public void What_is_no_mailbox_is_left_out(string field) => Assert.Empty(AddressList.Parse(field));

    [CorpusFact]
    public void The_good_lists_of_the_jakarta_corpus_give_the_expected_mailboxes()
    {
        // Entries without a domain name nobody outside the machine, and the corpus' lenient mode keeps junk like "a@b..com" as it stands:
        // the contact log wants neither. Groups give their members.
        var wrong = new List<string>();
        var right = 0;
        foreach (var (field, expected) in JakartaCases())
        {
            if (Argued.Contains(field.Trim()))
                continue;
            var want = expected.SelectMany(Members).Where(IsAddress).ToList();
            var have = AddressList.Parse(field).Select(m => m.Address).ToList();
            if (want.Select(w => string.Concat(w.Where(c => !char.IsWhiteSpace(c)))).SequenceEqual(have, StringComparer.OrdinalIgnoreCase))
                right++;
            else
                wrong.Add($"{field.Trim()} => {string.Join(" | ", have)}, wanted {string.Join(" | ", want)}");
        }

        Assert.True(right > 40, $"only {right} cases");
        Assert.True(wrong.Count == 0, $"{right} right, {wrong.Count} wrong:\n" + string.Join("\n", wrong));
    }

    // A quoted string that a backslash breaks open, two addresses in one entry (the first is taken), a stray parenthesis, and damaged lists
    // from which more is saved here.
    private static readonly string[] Argued =
    [
        "Ben Keitch <\">\\\"\"\\>@openworld.co.uk>",
        "<a@b.com> <c@d.com>",
        "\\(^^/@nwkea-mail-2.sun.com",
        "\"C'est bien moche\" <paris@france",
        "<paris@france",
        "paris@france>",
        "\"C'est bien moche\" paris@france>",
        "a@com.",
        "sun!joe (joe@sun)",
        "\"john doe\" (john.doe@a.com)",
        "\"bejjzcfr@aol.com",
        "\"butbp@msn.com",
    ];

    private static bool IsAddress(string text) =>
        System.Text.RegularExpressions.Regex.IsMatch(
            text,
            """^([^\s"<>@:;,\p{C}]+|"[^"]*")@[A-Za-z0-9\[]([A-Za-z0-9.\-\[\]\s]*[A-Za-z0-9\]])?$"""
        ) && !text.Contains("..", StringComparison.Ordinal);

    private static IEnumerable<string> Members(string expected)
    {
        var text = expected.Replace("\t", "", StringComparison.Ordinal);
        if (text.EndsWith(';'))
            return text[(text.IndexOf(':', StringComparison.Ordinal) + 1)..^1]
                .Split(',')
                .Select(m =>
                    m.Contains('<', StringComparison.Ordinal)
                        ? m[(m.IndexOf('<', StringComparison.Ordinal) + 1)..m.IndexOf('>', StringComparison.Ordinal)]
                        : m)
                .Where(m => m.Contains('@', StringComparison.Ordinal));
        return text.Contains('@', StringComparison.Ordinal) ? [text] : [];
    }

    private static IEnumerable<(string Field, List<string> Expected)> JakartaCases()
    {
        string? field = null;
        var strict = false;
        var lines = File.ReadAllLines(Path.Combine(SharedData.Folder!, "mime/jakarta-addresses/addrlist"));
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i];
            if (line.StartsWith("Strict:", StringComparison.Ordinal))
                strict = line.Contains("true", StringComparison.Ordinal);
            else if (line.StartsWith("To:", StringComparison.Ordinal))
            {
                field = line[3..];
                while (i + 1 < lines.Length && lines[i + 1].Length > 0 && char.IsWhiteSpace(lines[i + 1][0]))
                    field += lines[++i];
            }
            else if (line.StartsWith("Expect:", StringComparison.Ordinal) && field is not null)
            {
                var expected = new List<string>();
                while (i + 1 < lines.Length && lines[i + 1].StartsWith('\t'))
                    expected.Add(lines[++i][1..]);
                if (!strict && int.TryParse(line[7..], out var count) && count == expected.Count)
                    yield return (field, expected);
                field = null;
            }
        }
    }
}
