using System.Text;
using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Mail.Mime;
using CrmSync.Worker.Sources;
using CrmSync.Worker.Tests.PolicyFiles;

namespace CrmSync.Worker.Tests.Harvest;

/// <summary>Forty-six mails inside a firm, as mail programs write them: which of them ask something for somebody outside.</summary>
public sealed class PastedForwards
{
    private static readonly IReadOnlyList<(string Name, string Expected, string Mail)> Labelled =
    [
        .. File.ReadAllText(Path.Combine(Fixture.Repository, "tests", "Fixtures", "Facts", "forwards.mail"))
            .Split("=== ", StringSplitOptions.RemoveEmptyEntries)
            .Select(entry => entry.Split('\n', 3))
            .Select(parts => (parts[0], parts[1]["expect: ".Length..], parts[2])),
    ];

    public static TheoryData<string> Names() => [.. Labelled.Select(one => one.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_forward_asks_for_somebody_outside_or_for_nobody(string name)
    {
        var (_, expected, mail) = Labelled.Single(one => one.Name == name);
        Assert.Equal(expected, Read(mail));
    }

    [Fact]
    public void Of_what_is_read_so_all_is_right_and_nothing_is_missed()
    {
        var asking = Labelled.Where(one => one.Expected != "none").ToList();
        var read = Labelled.Where(one => Read(one.Mail) != "none").ToList();
        Assert.Equal((46, 28), (Labelled.Count, asking.Count));
        Assert.Equal((28, 28), (read.Count(one => Read(one.Mail) == one.Expected), read.Count));
    }

    /// <summary>Author, subject and words of what is pasted, where it counts as a request that is not a mere acknowledgement.</summary>
    private static string Read(string mail)
    {
        var company = TestCompany.CreatePolicy("bright.example");
        var policy = company with { People = [.. company.People, new Person("tim", EmailAddress.Parse("tim@bright.example"))] };
        var facts = MailTranslation.ReadFacts(
            MimeReader.Read(
                Encoding.UTF8.GetBytes(
                    $"From: Tim Quinn <tim@bright.example>\nTo: ana@bright.example\nDate: Mon, 2 Mar 2026 10:20:00 +0000\n{mail}")),
            stored: null);
        var line = MailLine.FromObservation(new MailObservation("ana", facts, null), new Capture(policy, 4096), TestCompany.Monday);
        var forwarded = new Classifier(policy).CreateLine(line).Learned.Forwarded;
        return forwarded is null or { Acknowledges: true }
            ? "none"
            : $"{forwarded.Author} | {forwarded.Subject} | {Subjects.Collapse(facts.Pasted!.OwnText)}";
    }
}
