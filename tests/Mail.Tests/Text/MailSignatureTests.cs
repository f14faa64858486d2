using CrmSync.Mail.Mime;
using CrmSync.Mail.Text;

namespace CrmSync.Mail.Tests.Text;

public sealed class MailSignatureTests
{
    public static TheoryData<string> Names() => [.. LabelledFact.Read("signatures.txt").Select(fact => fact.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_signature_gives_a_telephone_and_a_title_or_nothing(string name)
    {
        var fact = LabelledFact.Read("signatures.txt").Single(one => one.Name == name);
        var found = MailSignature.Find(fact.Text, AddressList.Parse(fact.Labels["from"])[0]);
        Assert.Equal(fact.Labels["expect"], found is null ? "none" : $"{found.Telephone ?? "-"} | {found.Title ?? "-"}");
    }

    [Theory]
    [InlineData("Can you come?\n\n-- \nJane Moss\nSales Manager\nTel: +353 1 555 0100")]
    [InlineData("Can you come?\n\nKind regards\nJane Moss\nSales Manager\nTel: +353 1 555 0100")]
    [InlineData("Can you come?\n\n-- \nJane Moss\nSales Manager\nTel: +353 1 555 0100\n\nAna wrote:\n> Tel: +1 212 555 0199")]
    public void A_mail_is_signed_with_or_without_dashes_and_what_it_quotes_is_signed_by_others(string text)
    {
        var mail = MimeReader.Read(System.Text.Encoding.UTF8.GetBytes($"From: Jane Moss <jane@acme.example>\n\n{text}"));
        var found = MailSignature.Find(OwnText.From(mail).Ending, mail.From[0]);
        Assert.Equal(("+353 1 555 0100", "Sales Manager"), (found?.Telephone, found?.Title));
    }

    [Theory]
    [InlineData("Please call me: +353 1 555 0100\nJane Moss")]
    [InlineData("Our new number is\nTel: +353 1 555 0100\nfrom Monday on. Can you come?")]
    public void A_number_among_the_own_words_is_no_signature(string text)
    {
        var mail = MimeReader.Read(System.Text.Encoding.UTF8.GetBytes($"From: Jane Moss <jane@acme.example>\n\n{text}"));
        Assert.Null(MailSignature.Find(OwnText.From(mail).Ending, mail.From[0]));
    }

    [Fact]
    public void The_lines_it_rests_on_are_told() =>
        Assert.Equal(
            "Sales Manager\nT +353 1 555 0100",
            MailSignature
                .Find("Jane Moss\nSales Manager\nAcme Ltd\nT +353 1 555 0100", new Mailbox("Jane Moss", "jane@acme.example"))!
                .Lines);
}
