using System.Globalization;
using System.Text;
using CrmSync.Domain.Company;
using CrmSync.Storage;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.PolicyFiles;
using CrmSync.Worker.Yaml;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Worker.Cli;

/// <summary>The files a company starts with.</summary>
internal static class StarterFiles
{
    public const string PasswordFile = "mailbox-password.txt";

    /// <summary>What is written before: the first digest has something to show.</summary>
    private const int DaysBefore = 14;

    private const int LongestId = 40;

    /// <summary>The names and texts of the files.</summary>
    /// <param name="answers">What is known of the company.</param>
    /// <param name="today">Its date.</param>
    public static IReadOnlyList<(string Name, string Text)> For(StarterAnswers answers, LocalDate today)
    {
        var words = Words(answers, today);
        return
        [
            (PasswordFile, "replace-this-line-with-the-password\n"),
            ("crmsync.schema.json", SchemaBook.Print(ConfigurationShape.Schema()) + "\n"),
            ("crmsync-policy.schema.json", SchemaBook.Print(PolicyShape.Schema(ofTests: false)) + "\n"),
            (PolicyFolder.FileName, Filled("policy.yaml", words)),
            (ConfigurationFile.FileName, Filled("crmsync.yaml", words)),
        ];
    }

    /// <summary>Writes a new file that nobody else may read; one that is there is kept.</summary>
    public static async Task Write(string path, string text, CancellationToken ct)
    {
        PrivateFiles.CreateFolder(Path.GetDirectoryName(Path.GetFullPath(path)));
        if (File.Exists(path))
            return;

        await using var file = PrivateFiles.Open(path, FileMode.CreateNew, FileShare.None, FileOptions.None);
        await file.WriteAsync(Encoding.UTF8.GetBytes(text), ct);
    }

    private static Dictionary<string, string> Words(StarterAnswers answers, LocalDate today)
    {
        var (host, port) = answers.Host.Split(':') is [var name, var number] ? (name, number) : (answers.Host, null);
        var isHere = Loopback.Is(host);
        var isAlone = answers.Manager == answers.Mailbox;
        var manager = Id(answers.Manager);
        var owner = isAlone ? manager : Id(answers.Mailbox);
        if (!isAlone && owner == manager)
            owner += "-2";

        var monday = FreeWeek(today);
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["mailbox"] = answers.Mailbox.Value,
            ["host"] = host,
            ["port"] = port is null ? "# port: 993                               # default by tls" : $"port: {port}",
            ["tls"] = isHere ? "none    " : "required",
            ["password"] = PasswordFile,
            ["sender"] = $"crmsync@{answers.Domain}",
            ["domain"] = answers.Domain,
            ["start"] = Print(today.PlusDays(-DaysBefore)),
            ["zone"] = answers.Zone.Id,
            ["holidays"] = string.Join(
                '\n',
                Enumerable.Range(today.Year + 1, 2)
                    .Select(year => string.Create(CultureInfo.InvariantCulture, $"      {year}-01-01: New Year's Day"))),
            ["manager_id"] = manager,
            ["people"] = isAlone
                ? $"  {manager}: {{ email: {answers.Manager} }}"
                : $"  {manager}: {{ email: {answers.Manager} }}\n  {owner}: {{ email: {answers.Mailbox}, manager: {manager} }}",
            ["escalate"] = isAlone
                ? "# escalate: [ { after: 1bd, to: manager } ]     # tells the manager when it is late"
                : "escalate: [ { after: 1bd, to: manager } ]       # tells the manager when it is late",
            ["customer"] = answers.Domain.EndsWith("acme.example", StringComparison.Ordinal) ? "jane@paper.example" : "jane@acme.example",
            ["monday"] = Print(monday),
            ["tuesday"] = Print(monday.PlusDays(1)),
            ["friday"] = Print(monday.PlusDays(4)),
        };
    }

    /// <summary>The Monday of a week to come without the holidays above, for the tests.</summary>
    private static LocalDate FreeWeek(LocalDate today)
    {
        var monday = today.Next(IsoDayOfWeek.Monday);
        while (monday.PlusDays(6).Year != monday.Year || monday is { Month: 1, Day: 1 })
            monday = monday.PlusWeeks(1);

        return monday;
    }

    /// <summary>A name of a person as the policy takes it, from the first part of an address.</summary>
    private static string Id(EmailAddress address)
    {
        var ascii = address.LocalPart
            .Normalize(NormalizationForm.FormD)
            .Where(c => CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark)
            .Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '-');
        var id = string.Concat(ascii.Take(LongestId)).Trim('-');
        return id switch
        {
            "" => "somebody",
            "owner" or "manager" or "lead" or "owners" or "managers" => $"the-{id}",
            _ when !char.IsAsciiLetter(id[0]) => $"p-{id}",
            _ => id,
        };
    }

    private static string Print(LocalDate date) => LocalDatePattern.Iso.Format(date);

    private static string Filled(string name, Dictionary<string, string> words)
    {
        using var resource = typeof(StarterFiles).Assembly.GetManifestResourceStream($"starter/{name}")
            ?? throw new InvalidOperationException($"The program was built without starter/{name}.");
        using var reader = new StreamReader(resource, Encoding.UTF8);
        var text = new StringBuilder(reader.ReadToEnd());
        foreach (var (word, value) in words)
            text.Replace($"{{{{{word}}}}}", value);

        return text.ToString();
    }
}
