using CrmSync.Fixtures.Servers;
using CrmSync.Mail.Mime;
using CrmSync.Storage.Digests;
using CrmSync.Worker.Delivery;
using CrmSync.Worker.Tests.Digests;

namespace CrmSync.Worker.Tests.Delivery;

/// <summary>The server takes a mail for the reader or for the command mailbox, but not for both; or nobody knows what it took.</summary>
public sealed class PartialDeliveryTests
{
    private const string ToReader = "RCPT TO:<ana@bright.example>";
    private const string ToCommands = "RCPT TO:<crmsync@bright.example>";

    [Fact]
    public async Task A_mail_goes_to_its_reader_and_the_command_mailbox_in_one_transaction()
    {
        await using var company = await SendingCompany.Open(new FakeSmtpServer());
        var id = await company.Keep();
        Assert.Single((await company.Send()).Sent);
        Assert.Equal(["ana@bright.example", "crmsync@bright.example"], Assert.Single(company.Server.Taken).Recipients);
        var sent = await company.Mail(id);
        Assert.Equal((LedgerState.Sent, LedgerCopy.Follows), (sent.State, sent.Copy));

        // The copy stands in the envelope alone.
        Assert.Equal("ana@bright.example", MimeReader.Read(company.Server.Taken[0].Content).To.Single().Address);
    }

    [Theory]
    [InlineData("450 4.2.0 greylisted, come back later")]
    [InlineData("451 4.3.0 local error")]
    [InlineData("452 4.2.2 mailbox full")]
    [InlineData("552 5.2.2 mailbox full")]
    public async Task A_reader_who_is_postponed_gets_the_mail_later_and_the_copy_does_not_run_ahead(string answer)
    {
        await using var company = await SendingCompany.Open(new FakeSmtpServer().On(ToReader, answer, answer, "ok"));
        var id = await company.Keep();
        Assert.Contains(answer[4..], Assert.Single((await company.Send()).Problems).Reason, StringComparison.Ordinal);
        Assert.Empty(company.Server.Taken);
        Assert.DoesNotContain("DATA", company.Server.Received);
        Assert.Equal(LedgerState.Rendered, (await company.Mail(id)).State);

        // Not before its time.
        Assert.Empty((await company.Send(0)).Problems);
        Assert.Single((await company.Send(1)).Problems);
        Assert.Empty((await company.Send(2)).Problems);
        Assert.Equal(2, (await company.Mail(id)).Attempts);
        Assert.Single((await company.Send(4)).Sent);
        Assert.Equal(1, company.CountFor("ana"));
        Assert.Equal(1, company.CountFor("crmsync"));
    }

    [Fact]
    public async Task A_reader_who_does_not_exist_is_refused_for_good_and_the_copy_does_not_say_otherwise()
    {
        await using var company = await SendingCompany.Open(new FakeSmtpServer().On(ToReader, "550 5.1.1 user unknown"));
        var id = await company.Keep();
        var tim = await company.Keep("tim");
        var report = await company.Send();
        Assert.True(report.Problems.Single().IsFinal);
        Assert.Equal("tim", report.Sent.Single().Reader);
        Assert.Equal((LedgerState.Refused, LedgerState.Sent), ((await company.Mail(id)).State, (await company.Mail(tim)).State));
        Assert.Equal(["tim@bright.example", "crmsync@bright.example"], company.Server.Taken.Single().Recipients);
        Assert.Contains(
            "user unknown",
            (await company.Ledger.Refused(Fixtures.Digests.Some.Now, default)).Single().Problem,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_mailbox_that_does_not_exist_keeps_no_reader_waiting_and_is_told()
    {
        await using var company = await SendingCompany.Open(new FakeSmtpServer().On(ToCommands, "550 5.1.1 no such user", "ok"));
        var id = await company.Keep();
        var tim = await company.Keep("tim");
        Assert.Equal(2, (await company.Send()).Sent.Count);
        var alone = await company.Mail(id);
        Assert.Equal((LedgerState.Sent, LedgerCopy.Missing), (alone.State, alone.Copy));
        Assert.Contains("no such user", alone.CopyProblem, StringComparison.Ordinal);
        Assert.Equal(LedgerCopy.Follows, (await company.Mail(tim)).Copy);
        Assert.Null(await company.Standing.CopyTrouble(default));
    }

    [Fact]
    public async Task As_long_as_the_command_mailbox_takes_nothing_that_is_known()
    {
        await using var company = await SendingCompany.Open(new FakeSmtpServer().On(ToCommands, "552 5.2.2 full"));
        await company.Keep();
        Assert.Empty((await company.Send(29)).Sent);
        Assert.Contains("full", await company.Standing.CopyTrouble(default), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_copy_that_is_postponed_is_waited_for_half_an_hour_and_then_goes_without()
    {
        await using var company = await SendingCompany.Open(new FakeSmtpServer().On(ToCommands, "452 4.2.2 mailbox full"));
        var id = await company.Keep();
        foreach (var minute in new[] { 0, 1, 3, 8, 18 })
            Assert.Contains("full", Assert.Single((await company.Send(minute)).Problems).Reason, StringComparison.Ordinal);

        Assert.Empty(company.Server.Taken);
        Assert.Single((await company.Send(40)).Sent);
        Assert.Equal(["ana@bright.example"], company.Server.Taken.Single().Recipients);
        Assert.Equal(LedgerCopy.Missing, (await company.Mail(id)).Copy);
    }

    [Theory]
    [InlineData("MAIL", "CUT", 0)]
    [InlineData("RCPT TO:<crmsync", "CUT", 0)]
    [InlineData("DATA", "CUT", 0)]
    [InlineData("CONTENT", "CUT", 0)]
    [InlineData("CONTENT", "TAKE CUT", 1)]
    public async Task Wherever_the_connection_breaks_the_reader_has_exactly_one_in_the_end(string where, string how, int taken)
    {
        await using var company = await SendingCompany.Open(new FakeSmtpServer().On(where, how, "ok"));
        await company.Keep();
        await company.Send();
        Assert.Equal(taken, company.Server.Taken.Count);
        await company.ReadCopies(5);
        await company.Send(5);
        await company.ReadCopies(20);
        await company.Send(20);
        await company.Send(40);
        Assert.Equal(1, company.CountFor("ana"));
        Assert.Equal(0, await company.Ledger.CountUnsent(default));
    }

    [Fact]
    public async Task Until_the_command_mailbox_was_read_nothing_in_doubt_is_sent_again()
    {
        await using var company = await SendingCompany.Open(new FakeSmtpServer().On("CONTENT", "CUT", "ok"));
        var id = await company.Keep();
        await company.Send();
        Assert.Contains("did not say", (await company.Ledger.Waiting(default)).Single().Problem, StringComparison.Ordinal);
        Assert.Contains("command mailbox", (await company.Send(20)).Problems.Single().Reason, StringComparison.Ordinal);
        await company.ReadCopies(21);
        Assert.Single((await company.Send(22)).Sent);
        Assert.Equal(LedgerState.Sent, (await company.Mail(id)).State);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    public async Task Without_a_copy_to_look_for_a_mail_in_doubt_is_not_sent_twice_and_that_is_told(bool hasCommandMailbox, bool reads)
    {
        var server = new FakeSmtpServer().On("CONTENT", "TAKE CUT", "ok").On(ToCommands, "550 5.1.1 no such user");
        await using var company = await SendingCompany.Open(
            server,
            reads,
            hasCommandMailbox ? null : Written.Sender with { CommandMailbox = null, Tokens = null });
        var id = await company.Keep();
        await company.Send();
        if (reads)
            await company.ReadCopies(20);

        Assert.True((await company.Send(20)).Problems.Single().IsFinal);
        Assert.Empty((await company.Send(40)).Problems);
        Assert.Equal(1, company.CountFor("ana"));
        Assert.Contains("nothing tells", (await company.Mail(id)).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_command_mailbox_what_stopped_before_it_left_is_sent()
    {
        await using var company = await SendingCompany.Open(
            new FakeSmtpServer(),
            reads: false,
            Written.Sender with
            {
                CommandMailbox = null,
                Tokens = null,
            });
        var id = await company.Keep();

        // The worker died after its claim, before a byte left.
        await company.Ledger.Settle([], [id], isWatched: false, Outbox.Lease, default);
        Assert.Single((await company.Send(20)).Sent);
        Assert.Equal(1, company.CountFor("ana"));
    }
}
