using CrmSync.Domain.Log;
using NodaTime;

namespace CrmSync.Domain.Tests.Log;

public sealed class MailIdentityTests
{
    [Fact]
    public void Copies_with_different_message_ids_are_one_mail_when_everything_else_agrees() =>
        Assert.True(Same(Some.Mail(id: "sent@us.example"), Some.Mail(id: "rewritten@relay.example")));

    [Fact]
    public void White_space_in_subject_and_body_does_not_matter() =>
        Assert.True(Same(Some.Mail(subject: "Order  17 ", text: "Hello there"), Some.Mail(subject: "Order 17", text: "Hello\r\n there")));

    [Fact]
    public void A_repeated_message_id_over_another_body_is_another_mail() =>
        Assert.False(Same(Some.Mail(id: "a@x.example", text: "one"), Some.Mail(id: "a@x.example", text: "two")));

    [Fact]
    public void A_repeated_message_id_from_somebody_else_is_another_mail() =>
        Assert.False(Same(Some.Mail(id: "a@x.example"), Some.Mail(from: "john@acme.example", id: "a@x.example")));

    [Fact]
    public void A_list_that_rewrites_the_recipients_keeps_the_message_id_and_stays_one_mail() =>
        Assert.True(Same(Some.Mail(id: "a@x.example"), Some.Mail(to: "list@us.example", id: "a@x.example")));

    [Fact]
    public void A_server_that_stamps_its_own_seconds_into_the_sent_copy_is_forgiven_if_the_message_id_is_equal() =>
        Assert.True(Same(Some.Mail(id: "a@x.example"), Some.Mail(id: "a@x.example", date: Some.Noon + Duration.FromSeconds(7))));

    [Fact]
    public void A_device_that_repeats_its_message_id_every_week_sends_a_new_mail_every_week() =>
        Assert.False(Same(Some.Mail(id: "a@x.example"), Some.Mail(id: "a@x.example", date: Some.Noon + Duration.FromDays(7))));

    [Fact]
    public void The_same_words_to_two_people_in_the_same_second_are_two_mails() =>
        Assert.False(
            Same(
                Some.Mail(from: "ana@us.example", to: "jane@acme.example", id: "1@x.example"),
                Some.Mail(from: "ana@us.example", to: "john@acme.example", id: "2@x.example")));

    [Fact]
    public void Without_a_date_different_message_ids_are_different_mails()
    {
        var one = Some.Mail(id: "1@x.example") with { Date = null };
        Assert.False(Same(one, one with { MessageId = "2@x.example" }));
        Assert.True(Same(one, one));
    }

    [Fact]
    public void Ids_ascend_with_the_date_and_have_twenty_characters()
    {
        var ids = Enumerable
            .Range(0, 50)
            .Select(day => MailIdentity.From(Some.Mail(date: Some.Noon + Duration.FromDays(day * 40))).LineId)
            .ToArray();
        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
        Assert.All(ids, id => Assert.Equal(20, id.Length));
    }

    [Fact]
    public void An_id_is_the_same_in_every_run() =>
        Assert.Equal(MailIdentity.From(Some.Mail()).LineId, MailIdentity.From(Some.Mail()).LineId);

    private static bool Same(MailFacts one, MailFacts other)
    {
        var (a, b) = (MailIdentity.From(one), MailIdentity.From(other));
        Assert.Equal(a.SameMailAs(b), b.SameMailAs(a));
        return a.SameMailAs(b);
    }
}
