using CrmSync.Mail.Mime;
using CrmSync.Mail.Text;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Mail.Tests.Text;

/// <summary>How many inputs of each kind are labelled and how precise the reading of them is.</summary>
public sealed class LabelledFactsTests
{
    private static readonly LocalDate Written = new(2026, 5, 4);
    private static readonly Mailbox Jane = new("Jane Moss", "jane@acme.example");

    [Theory]
    [InlineData("returns.txt", 63, 44)]
    [InlineData("departures.txt", 46, 24)]
    [InlineData("new-addresses.txt", 41, 20)]
    [InlineData("signatures.txt", 47, 25)]
    public void Of_what_is_read_all_is_right_and_nothing_is_missed(string file, int inputs, int tellSomething)
    {
        var facts = LabelledFact.Read(file);
        var read = facts.Where(fact => Read(file, fact) != "none").ToList();
        Assert.Equal((inputs, tellSomething), (facts.Count, facts.Count(fact => !fact.IsNearMiss)));
        Assert.InRange(facts.Count, 40, int.MaxValue);
        Assert.Equal((tellSomething, tellSomething), (read.Count(fact => Read(file, fact) == fact.Labels["expect"]), read.Count));
    }

    private static string Read(string file, LabelledFact fact) => file switch
    {
        "returns.txt" => AbsenceNote.Find(fact.Labels.GetValueOrDefault("subject"), fact.Text, Written) is { } found
            ? LocalDatePattern.Iso.Format(found.Day)
            : "none",
        "departures.txt" => DepartureNote.Find(fact.Text, From(fact)) is { } left ? left.Successor ?? "left" : "none",
        "new-addresses.txt" => DepartureNote.FindNewAddress(fact.Text, Jane)?.Address ?? "none",
        _ => MailSignature.Find(fact.Text, From(fact)) is { } signed ? $"{signed.Telephone ?? "-"} | {signed.Title ?? "-"}" : "none",
    };

    private static Mailbox From(LabelledFact fact) => AddressList.Parse(fact.Labels["from"])[0];
}
