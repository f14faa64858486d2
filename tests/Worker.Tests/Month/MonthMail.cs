using System.Text.RegularExpressions;
using CrmSync.Mail.Mime;
using NodaTime;

namespace CrmSync.Worker.Tests.Month;

/// <summary>A mail of ours as it lies in a reader's mailbox.</summary>
internal sealed partial record MonthMail(Instant At, string Reader, MimeMessage Mail)
{
    public string Text { get; } = (Mail.Text ?? "").ReplaceLineEndings("\n");

    /// <summary>Which digest it is; <c>immediate</c> for what could not wait.</summary>
    public string Digest { get; } = ListId().Match(Mail.Headers.First("List-Id") ?? "").Groups[1].Value;

    public LocalDate Day => At.InUtc().Date;

    /// <summary>The items it lists under a heading; null for all.</summary>
    public IEnumerable<string> Titles(string? heading = null)
    {
        var current = "";
        var before = "";
        foreach (var line in Text.Split('\n'))
        {
            if (line.Length > 0 && line.All(letter => letter == '-') && before.Length > 0)
                current = before;
            else if (Title().Match(line) is { Success: true } title && (heading is null || heading == current))
                yield return title.Groups["what"].Value;

            before = line;
        }
    }

    public string Number(string what) =>
        Title().Matches(Text).First(match => match.Groups["what"].Value.Contains(what, StringComparison.Ordinal)).Groups["number"].Value;

    public override string ToString() => $"{At} {Digest} for {Reader}: {Mail.Subject}";

    [GeneratedRegex(@"^(?<number>\d+)\. (?<what>.*)$", RegexOptions.Multiline)]
    private static partial Regex Title();

    [GeneratedRegex("<([a-z-]+)\\.crmsync")]
    private static partial Regex ListId();
}
