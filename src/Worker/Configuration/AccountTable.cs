using CrmSync.Domain.Company;
using CrmSync.Worker.Yaml;

namespace CrmSync.Worker.Configuration;

/// <summary>A line of an <c>imap_many</c> file.</summary>
internal sealed record AccountLine(EmailAddress Address, string? User, Secret? Password, Spot Place);

/// <summary>
/// Reads an <c>imap_many</c> file: comma-separated with a head line naming the columns address, user, password (RFC 4180).
/// </summary>
internal static class AccountTable
{
    private static readonly string[] Columns = ["address", "user", "password"];

    /// <summary>The accounts of the file. Lines that cannot be used are reported, none of them with its content.</summary>
    public static IReadOnlyList<AccountLine> Read(Word name, OutsideValues outside, ProblemList problems, bool needsPassword)
    {
        var path = Path.GetFullPath(Path.Combine(name.Node.Spot.File.Folder, name.Text));
        if (!File.Exists(path))
        {
            problems.Error(name.Node, "060", $"there is no file {path}");
            return [];
        }

        if (SourceFile.Read(name.Text, path, problems, holdsSecrets: true) is not { } file)
            return [];

        WarnIfReadable(path, name, problems);
        var rows = Rows(file.Text).ToList();
        for (var line = 1; line <= rows.Count + 1; line++)
            file.ConcealLine(line);
        if (rows.Count == 0)
        {
            problems.Error(file, "061", "the file is empty; its first line names the columns: address,user,password");
            return [];
        }

        var head = rows[0].Fields.Select(f => f.Trim().ToLowerInvariant()).ToList();
        foreach (var column in head.Where(c => !Columns.Contains(c)))
            problems.Error(
                new Spot(file, 1, 1, 1),
                "061",
                $"unknown column '{column}'; the columns are address, user and password",
                Spelling.Closest(column, Columns));
        foreach (var column in Columns.Where(c => !head.Contains(c) && (c == "address" || (c == "password" && needsPassword))))
            problems.Error(
                new Spot(file, 1, 1, 1),
                "061",
                $"there is no column '{column}'; the first line names the columns: address,user,password");
        if (!head.Contains("address"))
            return [];

        return
        [
            .. rows.Skip(1)
                .Where(r => r.Fields.Exists(f => f.Trim().Length > 0))
                .Select(row => Line(row, head, file, outside, problems, needsPassword))
                .OfType<AccountLine>(),
        ];
    }

    private static AccountLine? Line(
        (int Number, List<string> Fields) row,
        List<string> head,
        SourceFile file,
        OutsideValues outside,
        ProblemList problems,
        bool needsPassword)
    {
        var spot = new Spot(file, row.Number, 1, 1);
        string? Written(string column)
        {
            var at = head.IndexOf(column);
            return at >= 0 && at < row.Fields.Count && row.Fields[at].Trim().Length > 0 ? row.Fields[at].Trim() : null;
        }

        string? Field(string column) => Written(column) is { } text ? outside.Filled(text, spot) : null;

        if (row.Fields.Count > head.Count)
        {
            problems.Error(
                spot,
                "061",
                $"the line has {row.Fields.Count} fields and the head line {head.Count}; put a field with a comma into quotes");
            return null;
        }

        if (!EmailAddress.TryParse(Field("address"), out var address))
        {
            problems.Error(spot, "061", "the column address must be an address such as ana@us.example");
            return null;
        }

        var password = Written("password") is { } secret ? outside.Secret(secret, spot) : null;
        if (password is null && needsPassword)
        {
            problems.Error(spot, "061", $"the password of {address} is missing");
            return null;
        }

        return new AccountLine(address, Field("user"), password, spot);
    }

    private static void WarnIfReadable(string path, Word name, ProblemList problems)
    {
        if (
            !OperatingSystem.IsWindows()
            && (File.GetUnixFileMode(path) & (UnixFileMode.OtherRead | UnixFileMode.GroupRead)) != UnixFileMode.None)
            problems.Warn(name.Node, "050", $"{name.Text} may hold passwords and can be read by others on this machine; chmod 600 it");
    }

    private static IEnumerable<(int Number, List<string> Fields)> Rows(string text)
    {
        var fields = new List<string>();
        var field = new System.Text.StringBuilder();
        var (line, started, quoted) = (1, 1, false);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\n')
                line++;
            if (quoted)
            {
                if (c != '"')
                    field.Append(c);
                else if (i + 1 < text.Length && text[i + 1] == '"')
                    field.Append(text[i++]);
                else
                    quoted = false;
            }
            else if (c == '"' && field.Length == 0)
            {
                quoted = true;
            }
            else if (c is ',' or '\n')
            {
                fields.Add(field.ToString());
                field.Clear();
                if (c == '\n')
                {
                    yield return (started, fields);
                    fields = [];
                    started = line;
                }
            }
            else if (c != '\r')
            {
                field.Append(c);
            }
        }

        if (field.Length > 0 || fields.Count > 0)
        {
            fields.Add(field.ToString());
            yield return (started, fields);
        }
    }
}
