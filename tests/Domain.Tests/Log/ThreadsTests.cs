using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using FsCheck;
using FsCheck.Fluent;
using NodaTime;

namespace CrmSync.Domain.Tests.Log;

public sealed class ThreadsTests
{
    [Fact]
    public void A_reply_belongs_to_the_mail_it_references() =>
        Together(Mail("1", 0, "a@x"), Mail("2", 1, "b@x", references: ["a@x"]));

    [Fact]
    public void Two_replies_to_a_mail_we_never_saw_belong_together() =>
        Together(Mail("1", 0, "a@x", references: ["lost@x"]), Mail("2", 1, "b@x", references: ["lost@x"]));

    [Fact]
    public void A_reply_without_references_goes_to_the_nearest_earlier_mail_of_its_subject()
    {
        var threads = Threads.Resolve([
            Mail("1", 0, subject: "Invoice"),
            Mail("2", 5, subject: "Invoice"),
            Mail("3", 7, subject: "AW: Invoice"),
        ]);
        Assert.Equal("2", threads["3"]);
        Assert.Equal("1", threads["1"]);
    }

    [Fact]
    public void Without_a_reply_prefix_equal_subjects_stay_apart() =>
        Apart(Mail("1", 0, subject: "Invoice"), Mail("2", 1, subject: "Invoice"));

    [Fact]
    public void A_forward_prefix_is_no_reply_prefix() => Apart(Mail("1", 0, subject: "Invoice"), Mail("2", 1, subject: "Fwd: Invoice"));

    [Fact]
    public void Without_a_shared_outsider_equal_subjects_stay_apart() =>
        Apart(Mail("1", 0, subject: "Invoice"), Mail("2", 1, subject: "Re: Invoice", outsider: "john@acme.example"));

    [Theory]
    [InlineData(14, true)]
    [InlineData(15, false)]
    public void A_subject_joins_within_fourteen_days(int days, bool together)
    {
        var (one, two) = (Mail("1", 0, subject: "Invoice"), Mail("2", days, subject: "Re: Invoice"));
        if (together)
            Together(one, two);
        else
            Apart(one, two);
    }

    [Fact]
    public void An_empty_subject_joins_nothing() => Apart(Mail("1", 0, subject: ""), Mail("2", 1, subject: "Re: "));

    [Fact]
    public void A_known_parent_beats_the_subject()
    {
        var threads = Threads.Resolve(
            [Mail("1", 0, "a@x", subject: "Other"), Mail("2", 1, "b@x", subject: "Invoice"), Mail("3", 2, "c@x", ["a@x"], "Re: Invoice")]);
        Assert.Equal("1", threads["3"]);
        Assert.Equal("2", threads["2"]);
    }

    [Fact]
    public void A_reply_to_an_id_the_relay_replaced_finds_its_thread_by_subject() =>
        Together(Mail("1", 0, "sent@us", subject: "Invoice"), Mail("2", 1, "b@x", ["received@relay"], "Re: Invoice"));

    [Fact]
    public void The_order_in_which_mails_are_given_does_not_matter() =>
        Prop.ForAll(Arb.From(Gen.ArrayOf(AnyMail)), mails =>
        {
            var distinct = mails.Select((mail, i) => mail with { Id = i.ToString("d3", null) }).ToArray();
            var one = Threads.Resolve(distinct);
            var other = Threads.Resolve([.. distinct.OrderByDescending(m => m.Subject).ThenBy(m => m.At)]);
            return one.All(pair => other[pair.Key] == pair.Value);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Mails_of_one_thread_are_joined_by_a_chain_of_shared_keys() =>
        Prop.ForAll(Arb.From(Gen.ArrayOf(AnyMail)), mails =>
        {
            var distinct = mails.Select((mail, i) => mail with { Id = i.ToString("d3", null) }).ToArray();
            var threads = Threads.Resolve(distinct);
            return distinct.All(mail =>
            {
                var reached = Closure(mail, distinct);
                return distinct.Where(other => threads[other.Id] == threads[mail.Id]).All(other => reached.Contains(other.Id));
            });
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("Re: Order", "order", true)]
    [InlineData("AW: WG: Order", "order", true)]
    [InlineData("RE[2]: Order", "order", true)]
    [InlineData("Fwd: Order", "order", false)]
    [InlineData("Note: Order", "note: order", false)]
    [InlineData("R2D2: Order", "r2d2: order", false)]
    [InlineData("Re:Re: Order ", "order", true)]
    [InlineData("回复：订单", "订单", true)]
    public void Prefixes_are_stripped(string subject, string bare, bool reply) => Assert.Equal((bare, reply), Subjects.Strip(subject));

    private static HashSet<string> Closure(ThreadMail start, ThreadMail[] all)
    {
        var reached = new HashSet<string> { start.Id };
        var keys = new HashSet<string>(Threads.KeysOf(start));
        for (var grown = true; grown;)
        {
            grown = false;
            foreach (var mail in all.Where(m => !reached.Contains(m.Id) && Threads.KeysOf(m).Any(keys.Contains)))
            {
                reached.Add(mail.Id);
                keys.UnionWith(Threads.KeysOf(mail));
                grown = true;
            }
        }

        return reached;
    }

    private static Gen<ThreadMail> AnyMail =>
        from day in Gen.Choose(0, 40)
        from id in Gen.Elements("a@x", "b@x", "c@x", "d@x", "")
        from reference in Gen.Elements("a@x", "b@x", "lost@x", "", "")
        from subject in Gen.Elements("Invoice", "Re: Invoice", "Order", "AW: Order", "")
        from person in Gen.Elements("jane@acme.example", "john@acme.example")
        select Mail("0", day, id.Length == 0 ? null : id, reference.Length == 0 ? [] : [reference], subject, person);

    private static ThreadMail Mail(
        string id,
        int day,
        string? messageId = null,
        string[]? references = null,
        string subject = "Order",
        string outsider = "jane@acme.example") =>
        new(
            id,
            Some.Noon + Duration.FromDays(day),
            messageId is null ? [] : [messageId],
            references ?? [],
            subject,
            new HashSet<EmailAddress> { Some.Address(outsider) });

    private static void Together(ThreadMail one, ThreadMail two)
    {
        var threads = Threads.Resolve([two, one]);
        Assert.Equal((one.Id, one.Id), (threads[one.Id], threads[two.Id]));
    }

    private static void Apart(ThreadMail one, ThreadMail two)
    {
        var threads = Threads.Resolve([two, one]);
        Assert.NotEqual(threads[one.Id], threads[two.Id]);
    }
}
