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
    [InlineData("[EXTERNAL] Re: Order", "order", true)]
    [InlineData("RE: [EXTERN] Order", "order", true)]
    [InlineData("Re: [EXTERNAL]: [sales] Order", "order", true)]
    [InlineData("【社外】返信: 注文", "注文", true)]
    [InlineData("{Spam?} AW: Order", "order", true)]
    [InlineData("***SPAM*** Re: Order", "order", true)]
    [InlineData("[#1002] Re: Order", "[#1002] order", true)]
    [InlineData("Re: [EXTERNAL] [Case 7] Order", "[case 7] order", true)]
    [InlineData("Re (2): Order", "order", true)]
    [InlineData("RE^3: Order", "order", true)]
    [InlineData("Re*4: Order", "order", true)]
    [InlineData("Re2: Order", "order", true)]
    [InlineData("Ｒｅ： Order", "order", true)]
    [InlineData("\u200FRE: Order", "order", true)]
    [InlineData("RE\u00A0: Order", "order", true)]
    [InlineData("VA\u0301: Order", "order", true)]
    [InlineData("RV: Order", "order", false)]
    [InlineData("[Order]", "", false)]
    [InlineData("[Order", "[order", false)]
    [InlineData("R2: Order", "r2: order", false)]
    [InlineData("Ref 12: Order", "ref 12: order", false)]
    [InlineData("Return: Order", "return: order", false)]
    [InlineData("Order: Re", "order: re", false)]
    [InlineData("*Order*", "*order*", false)]
    [InlineData("(Order) Re: you", "(order) re: you", false)]
    public void Prefixes_are_stripped(string subject, string bare, bool reply) => Assert.Equal((bare, reply), Subjects.Strip(subject));

    [Theory]
    [InlineData("en", "Re", "RE", "Reply")]
    [InlineData("de", "AW", "Antw", "Antwort")]
    [InlineData("nl", "Antw", "ANTWOORD", "Betr")]
    [InlineData("sv", "SV", "Sv")]
    [InlineData("da, no", "Svar")]
    [InlineData("fi", "VS", "Vast", "Vastaus")]
    [InlineData("et", "Vastus")]
    [InlineData("lv", "Atb")]
    [InlineData("lt", "Ats")]
    [InlineData("fr", "Réf", "RÉP", "Rep")]
    [InlineData("es", "Resp", "RESPUESTA")]
    [InlineData("pt, ca", "RES", "Resposta")]
    [InlineData("it", "R", "RIF", "Risposta")]
    [InlineData("ro", "Răspuns", "RASP")]
    [InlineData("pl", "Odp", "ODP")]
    [InlineData("cs", "Odpověď")]
    [InlineData("sk", "Odpoveď")]
    [InlineData("hu", "Vá", "VÁLASZ")]
    [InlineData("sl, hr", "Odg", "ODGOVOR")]
    [InlineData("sr, mk", "Одг", "ОДГОВОР")]
    [InlineData("bg", "Отг", "ОТГОВОР")]
    [InlineData("ru", "Отв", "ОТВЕТ", "НА")]
    [InlineData("uk", "Відп", "ВІДПОВІДЬ")]
    [InlineData("el", "Απ", "ΣΧΕΤ", "ΑΠΑΝΤ")]
    [InlineData("tr", "Ynt", "Yanıt", "CEVAP")]
    [InlineData("sq", "Përgjigje")]
    [InlineData("cy", "ATB", "Ateb")]
    [InlineData("eu", "Erantzuna")]
    [InlineData("he", "השב", "תשובה")]
    [InlineData("ar", "رد")]
    [InlineData("fa", "پاسخ")]
    [InlineData("zh", "回复", "答覆")]
    [InlineData("ja", "返信")]
    [InlineData("ko", "회신", "답장")]
    [InlineData("vi", "TL", "Trả lời")]
    [InlineData("th", "ตอบกลับ")]
    [InlineData("id, ms", "Bls", "BALAS")]
    public void A_reply_prefix_of_any_language_joins_an_answer_without_references(string languages, params string[] prefixes)
    {
        Assert.NotEmpty(languages);
        foreach (var prefix in prefixes)
        {
            Together(Mail("1", 0, subject: "Offer 7"), Mail("2", 1, subject: $"{prefix}: Offer 7"));
            Together(Mail("1", 0, subject: "Offer 7"), Mail("2", 1, subject: $"{prefix}[2] : [EXTERNAL] Offer 7"));
            Apart(Mail("1", 0, subject: "Offer 7"), Mail("2", 1, subject: $"{prefix}: Offer 8"));
            Apart(Mail("1", 0, subject: "Offer 7"), Mail("2", 1, subject: $"{prefix} Offer 7"));
        }
    }

    [Theory]
    [InlineData("WG")]
    [InlineData("TR")]
    [InlineData("Doorst")]
    [InlineData("VB")]
    [InlineData("RV")]
    [InlineData("ENC")]
    [InlineData("PD")]
    [InlineData("Továbbítás")]
    [InlineData("ΠΡΘ")]
    [InlineData("İLT")]
    [InlineData("ПЕРЕСЛ")]
    [InlineData("转发")]
    [InlineData("転送")]
    [InlineData("전달")]
    [InlineData("Chuyển tiếp")]
    public void A_forward_prefix_of_any_language_is_no_reply_prefix(string prefix) =>
        Apart(Mail("1", 0, subject: "Offer 7"), Mail("2", 1, subject: $"{prefix}: Offer 7"));

    [Theory]
    [InlineData("[EXTERNAL] Offer", "Re: Offer", true)]
    [InlineData("Offer", "RE: [EXTERNAL] Offer", true)]
    [InlineData("[sales] Offer", "AW: [EXTERN] [sales] Offer", true)]
    [InlineData("[#1002] Offer", "Re: [#1002] Offer", true)]
    [InlineData("[#1002] Offer", "Re: [#1003] Offer", false)]
    [InlineData("Offer", "Re: [Case 7] Offer", false)]
    [InlineData("[EXTERNAL]", "Re: [EXTERNAL]", false)]
    public void Bracketed_tags_part_no_thread_unless_they_number_it(string first, string answer, bool together)
    {
        var (one, two) = (Mail("1", 0, subject: first), Mail("2", 1, subject: answer));
        if (together)
            Together(one, two);
        else
            Apart(one, two);
    }

    [Fact]
    public void A_thread_index_that_extends_another_joins_mails_whatever_their_subjects() =>
        Together(Mail("1", 0, subject: "Signs", index: Index(1)), Mail("2", 30, subject: "The date", index: Index(1, 5)));

    [Fact]
    public void A_grandchild_finds_its_thread_though_the_mail_between_was_never_seen() =>
        Together(Mail("1", 0, subject: "Signs", index: Index(1)), Mail("2", 1, subject: "The date", index: Index(1, 5, 9)));

    [Fact]
    public void A_colleague_of_the_customer_may_answer() =>
        Together(
            Mail("1", 0, subject: "Signs", index: Index(1)),
            Mail("2", 1, subject: "The date", outsider: "john@acme.example", index: Index(1, 5)));

    [Fact]
    public void Strangers_with_one_thread_index_stay_apart()
    {
        Apart(
            Mail("1", 0, subject: "Offer", index: Index(1)),
            Mail("2", 1, subject: "New", outsider: "eve@other.example", index: Index(1, 5))
        );
        Apart(
            Mail("1", 0, subject: "Offer", outsider: "jane@gmail.com", index: Index(1)),
            Mail("2", 1, subject: "New", outsider: "eve@gmail.com", index: Index(1, 5)));

        var threads = Threads.Resolve([
            Mail("1", 0, subject: "Offer", index: Index(1)),
            Mail("2", 0, subject: "Offer", outsider: "eve@other.example", index: Index(1)),
            Mail("3", 1, subject: "Yes", index: Index(1, 4)),
            Mail("4", 1, subject: "No", outsider: "eve@other.example", index: Index(1, 5)),
        ]);
        Assert.Equal(["1", "2", "1", "2"], [threads["1"], threads["2"], threads["3"], threads["4"]]);
    }

    [Fact]
    public void Equal_thread_indexes_and_those_of_other_conversations_join_nothing()
    {
        Apart(Mail("1", 0, subject: "Offer", index: Index(1)), Mail("2", 1, subject: "New", index: Index(1)));
        Apart(Mail("1", 0, subject: "Offer", index: Index(1)), Mail("2", 1, subject: "New", index: Index(2, 5)));
        Apart(Mail("1", 0, subject: "Offer", index: Index(1, 4)), Mail("2", 1, subject: "New", index: Index(1, 5)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("not base 64")]
    [InlineData("AQHZ")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==")]
    [InlineData("AQHaabcdefghijklmnopqrstuvwxyQA=")]
    public void What_is_no_thread_index_is_none(string? header) => Assert.False(ThreadIndex.TryParse(header, out _));

    [Fact]
    public void A_folded_thread_index_is_read()
    {
        Assert.True(ThreadIndex.TryParse("AQHaabcdefghijklmno\r\n pqrstuvwxyQAAB1Xg", out var index));
        Assert.True(ThreadIndex.TryParse("AQHaabcdefghijklmnopqrstuvwxyQ==", out var first));
        Assert.Equal([first.Value], index.Extended);
    }

    private static ThreadIndex Index(byte conversation, params byte[] answers)
    {
        byte[] bytes =
        [
            1, 0xD9, .. Enumerable.Repeat(conversation, 20), .. answers.SelectMany(answer => Enumerable.Repeat(answer, 5)),
        ];
        return ThreadIndex.TryParse(Convert.ToBase64String(bytes), out var index) ? index : throw new FormatException();
    }

    private static HashSet<string> Closure(ThreadMail start, ThreadMail[] all)
    {
        var reached = new HashSet<string> { start.Id };
        var keys = new HashSet<string>(Threads.Keys(start));
        for (var grown = true; grown;)
        {
            grown = false;
            foreach (var mail in all.Where(m => !reached.Contains(m.Id) && Threads.Keys(m).Any(keys.Contains)))
            {
                reached.Add(mail.Id);
                keys.UnionWith(Threads.Keys(mail));
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
        from person in Gen.Elements("jane@acme.example", "john@acme.example", "eve@other.example")
        from index in Gen.Elements<ThreadIndex?>(null, null, Index(1), Index(1, 4), Index(1, 4, 5), Index(1, 6), Index(2))
        select Mail("0", day, id.Length == 0 ? null : id, reference.Length == 0 ? [] : [reference], subject, person, index);

    private static ThreadMail Mail(
        string id,
        int day,
        string? messageId = null,
        string[]? references = null,
        string subject = "Order",
        string outsider = "jane@acme.example",
        ThreadIndex? index = null) =>
        new(
            id,
            Some.Noon + Duration.FromDays(day),
            messageId is null ? [] : [messageId],
            references ?? [],
            subject,
            new HashSet<EmailAddress> { Some.Address(outsider) },
            index);

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
