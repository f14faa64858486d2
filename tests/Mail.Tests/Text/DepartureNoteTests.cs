using CrmSync.Mail.Mime;
using CrmSync.Mail.Text;

namespace CrmSync.Mail.Tests.Text;

public sealed class DepartureNoteTests
{
    private static readonly Mailbox Jane = new("Jane Moss", "jane@acme.example");

    public static TheoryData<string> Departures() => [.. LabelledFact.Read("departures.txt").Select(fact => fact.Name)];

    public static TheoryData<string> NewAddresses() => [.. LabelledFact.Read("new-addresses.txt").Select(fact => fact.Name)];

    [Theory]
    [MemberData(nameof(Departures))]
    public void An_automatic_answer_says_who_has_left_and_whom_to_write_to(string name)
    {
        var fact = LabelledFact.Read("departures.txt").Single(one => one.Name == name);
        var found = DepartureNote.Find(fact.Text, AddressList.Parse(fact.Labels["from"])[0]);
        Assert.Equal(fact.Labels["expect"], found is null ? "none" : found.Successor ?? "left");
    }

    [Fact]
    public void The_sentences_it_rests_on_are_told() =>
        Assert.Equal(
            "Jane no longer works for Acme. Please write to tom@acme.example.",
            DepartureNote
                .Find("Hello!\nJane no longer works for Acme. She was here for years. Please write to tom@acme.example.", Jane)!
                .Sentence);

    [Theory]
    [MemberData(nameof(NewAddresses))]
    public void Somebody_says_which_address_they_have_from_now_on(string name)
    {
        var fact = LabelledFact.Read("new-addresses.txt").Single(one => one.Name == name);
        Assert.Equal(fact.Labels["expect"], DepartureNote.FindNewAddress(fact.Text, Jane)?.Address ?? "none");
    }
}
