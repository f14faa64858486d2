using CrmSync.Domain.Company;

namespace CrmSync.Domain.Tests.Company;

/// <summary>What directories add to what the policy says, and what they do not.</summary>
public sealed class DirectoryTests
{
    private static readonly EmailAddress Jane = EmailAddress.Parse("jane@acme.example");
    private static readonly EmailAddress Alias = EmailAddress.Parse("jane.private@mail.example");
    private static readonly Place Written = new("policy.yaml", 7, 3);

    [Fact]
    public void Whoever_only_a_directory_names_is_imported()
    {
        var directory = new PeopleDirectory([new DirectoryCard("crm.csv:2") { Addresses = [Jane], Name = "Jane" }]);

        Assert.Equal((true, "Jane"), (directory.Find(Jane)!.IsImported, directory.Find(Jane)!.Name));
        Assert.Null(directory.Find(Alias));
    }

    [Fact]
    public void An_earlier_directory_goes_before_a_later_one_and_tags_are_those_of_all()
    {
        var directory = new PeopleDirectory(
        [
            new DirectoryCard("one") { Addresses = [Jane], Birthday = new ContactDate(null, 3, 12), Tags = ["vip"] },
            new DirectoryCard("two") { Addresses = [Jane], Birthday = new ContactDate(null, 3, 13), Tags = ["vip", "key"], Owner = "ben" },
        ]);
        var entry = directory.Find(Jane)!;

        Assert.Equal("03-12", entry.Dates[PeopleDirectory.BirthdayField].ToString());
        Assert.Equal(["vip", "key"], entry.Tags);
        Assert.Equal(
            ["Date birthday 03-12 one", "Tag vip one", "Tag key two", "Owner ben two"],
            entry.Facts.Select(fact => $"{fact.Kind} {fact.Value} {fact.Source}"));
    }

    [Fact]
    public void What_contacts_says_stands_and_an_alias_brings_its_cards()
    {
        var directory = new PeopleDirectory(
        [
            new DirectoryCard("cards") { Addresses = [Alias], Name = "J.", Organisation = "Acme", Birthday = new ContactDate(null, 1, 1) },
        ]);
        var entry = directory.Complete(
            new ContactEntry(Jane, Written)
            {
                Name = "Jane Doe",
                Aliases = [Alias],
                Dates = new Dictionary<string, ContactDate> { ["birthday"] = new(null, 3, 12) },
            });

        Assert.Equal(("Jane Doe", "Acme", false), (entry.Name, entry.Organisation, entry.IsImported));
        Assert.Equal("03-12", Assert.Single(entry.Dates).Value.ToString());
        Assert.Equal(
            ["Name Jane Doe policy.yaml:7", "Date birthday 03-12 policy.yaml:7", "Organisation Acme cards"],
            entry.Facts.Select(fact => $"{fact.Kind} {fact.Value} {fact.Source}"));
    }

    [Fact]
    public void Two_addresses_on_one_card_stay_two_people()
    {
        var directory = new PeopleDirectory([new DirectoryCard("cards") { Addresses = [Jane, Alias], Name = "Jane" }]);

        Assert.Equal(Jane, directory.Find(Jane)!.Primary);
        Assert.Equal(Alias, directory.Find(Alias)!.Primary);
        Assert.Empty(directory.Find(Jane)!.Aliases);
    }
}
