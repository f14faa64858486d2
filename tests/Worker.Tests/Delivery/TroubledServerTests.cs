using CrmSync.Fixtures.Digests;
using CrmSync.Fixtures.Servers;
using CrmSync.Storage.Digests;
using NodaTime;

namespace CrmSync.Worker.Tests.Delivery;

/// <summary>Servers that take nothing for now, take little at a time, or will never take what they are given.</summary>
public sealed class TroubledServerTests
{
    private static readonly string[] Readers = ["ana", "tim", "olga"];

    [Fact]
    public async Task A_server_with_too_many_connections_is_asked_once_and_left_alone_for_a_while()
    {
        await using var company = await SendingCompany.Open(
            new FakeSmtpServer().On("GREETING", "421 4.7.0 too many connections", "421 4.7.0 too many connections", "ok"));
        foreach (var reader in Readers)
            await company.Keep(reader);

        Assert.Contains("3 mails wait", (await company.Send()).Problems.Single().Reason, StringComparison.Ordinal);
        Assert.Equal(1, company.Server.Connections);
        Assert.False((await company.Standing.Trouble(default))!.NeedsSomebody);
        await company.Send(1);
        await company.Send(2);
        Assert.Equal(2, company.Server.Connections);
        Assert.Equal(3, (await company.Send(3)).Sent.Count);
        Assert.Null(await company.Standing.Trouble(default));
        Assert.All(Readers, reader => Assert.Equal(1, company.CountFor(reader)));
    }

    [Fact]
    public async Task A_wrong_password_is_tried_three_times_and_then_once_an_hour()
    {
        await using var company = await SendingCompany.Open(new FakeSmtpServer("AUTH PLAIN").On("AUTH", "535 5.7.8 wrong"));
        company.Password = "hunter-two";
        foreach (var reader in Readers)
            await company.Keep(reader);

        for (var minute = 0; minute < 60; minute++)
            await company.Send(minute);

        Assert.Equal(3, company.Server.Received.Count(line => line.StartsWith("AUTH", StringComparison.Ordinal)));
        var trouble = (await company.Standing.Trouble(default))!;
        Assert.True(trouble.NeedsSomebody);
        Assert.Equal((Some.Now, 3), (trouble.Since, trouble.Attempts));
        Assert.DoesNotContain("hunter", trouble.Words, StringComparison.Ordinal);
        Assert.All(await company.Ledger.Waiting(default), mail => Assert.Equal(LedgerState.Rendered, mail.State));
    }

    [Fact]
    public async Task A_server_that_takes_two_mails_a_connection_gets_them_two_by_two()
    {
        await using var company = await SendingCompany.Open(
            new FakeSmtpServer().On("MAIL", "ok", "ok", "421 4.7.0 too many messages in this connection CUT", "ok"));
        foreach (var reader in Readers)
            await company.Keep(reader);

        Assert.Equal(3, (await company.Send()).Sent.Count);
        Assert.Equal(2, company.Server.Connections);
        Assert.All(Readers, reader => Assert.Equal(1, company.CountFor(reader)));
    }

    [Theory]
    [InlineData(
        "MAIL",
        "550 5.7.60 client does not have permissions to send as this sender",
        "lets nobody send from crmsync@bright.example")]
    [InlineData("MAIL", "530 5.7.0 authentication required", "give `user` and `password`")]
    [InlineData("RCPT", "554 5.7.1 relay access denied", "relay access denied")]
    public async Task What_is_set_up_wrongly_costs_no_mail(string command, string answer, string words)
    {
        await using var company = await SendingCompany.Open(new FakeSmtpServer().On(command, answer, "ok"));
        foreach (var reader in Readers)
            await company.Keep(reader);

        Assert.Contains(words, (await company.Send()).Problems.Single().Reason, StringComparison.Ordinal);
        Assert.True((await company.Standing.Trouble(default))!.NeedsSomebody);
        Assert.Empty((await company.Send()).Sent);
        await company.Standing.TryAtOnce(default);
        Assert.Equal(3, (await company.Send()).Sent.Count);
    }

    [Fact]
    public async Task A_mail_that_is_too_large_for_the_server_is_refused_and_stops_no_other()
    {
        await using var company = await SendingCompany.Open(new FakeSmtpServer("PIPELINING", "SIZE 1000"));
        var large = await company.Keep(text: new string('x', 2000));
        await company.Keep("tim");
        var report = await company.Send();
        Assert.Contains("takes at most 1000", report.Problems.Single().Reason, StringComparison.Ordinal);
        Assert.Equal(LedgerState.Refused, (await company.Mail(large)).State);
        Assert.Equal("tim", report.Sent.Single().Reader);
    }

    [Theory]
    [InlineData("MAIL", "552 5.3.4 message size exceeds fixed limit", LedgerState.Refused)]
    [InlineData("CONTENT", "552 5.3.4 message too big", LedgerState.Refused)]
    [InlineData("CONTENT", "554 5.7.1 looks like spam", LedgerState.Refused)]
    [InlineData("CONTENT", "451 4.3.0 try again", LedgerState.Rendered)]
    [InlineData("CONTENT", "452 4.3.1 insufficient storage", LedgerState.Rendered)]
    [InlineData("CONTENT", "421 4.3.2 shutting down CUT", LedgerState.Rendered)]
    [InlineData("DATA", "451 4.3.0 try again", LedgerState.Rendered)]
    public async Task What_a_server_says_of_the_whole_mail_counts_for_its_reader_and_the_next_mail_goes_on(
        string command,
        string answer,
        LedgerState state)
    {
        await using var company = await SendingCompany.Open(new FakeSmtpServer().On(command, answer, "ok"));
        var id = await company.Keep();
        await company.Keep("tim");
        Assert.Equal("tim", (await company.Send()).Sent.Single().Reader);
        Assert.Equal(state, (await company.Mail(id)).State);
        await company.Send(2);
        Assert.Equal(state == LedgerState.Refused ? 0 : 1, company.CountFor("ana"));
    }

    [Fact]
    public async Task A_digest_that_could_not_leave_before_the_next_one_was_there_never_leaves()
    {
        await using var company = await SendingCompany.Open(new FakeSmtpServer().On("RCPT TO:<ana", "452 4.2.2 mailbox full", "ok"));
        var yesterday = await company.Keep(occasion: "2026-03-03", due: Some.Now - Duration.FromHours(20));
        await company.Send();
        var today = await company.Keep();
        var report = await company.Send(2);
        Assert.Equal("2026-03-04", report.Sent.Single().Occasion);
        Assert.Contains("before the next one was there: ", report.Problems.Single().Reason, StringComparison.Ordinal);
        Assert.Equal((LedgerState.Refused, LedgerState.Sent), ((await company.Mail(yesterday)).State, (await company.Mail(today)).State));
    }

    [Fact]
    public async Task Immediate_mails_do_not_replace_one_another()
    {
        await using var company = await SendingCompany.Open(new FakeSmtpServer().On("RCPT TO:<ana", "452 4.2.2 mailbox full", "ok"));
        await company.Keep(digest: "immediate", occasion: "2026-03-03-AAAAAAAA", due: Some.Now - Duration.FromHours(20));
        await company.Send();
        await company.Keep(digest: "immediate", occasion: "2026-03-04-BBBBBBBB");
        Assert.Equal(2, (await company.Send(2)).Sent.Count);
    }

    [Fact]
    public async Task Asked_to_stop_the_mail_under_way_ends_and_no_other_begins()
    {
        using var stop = new CancellationTokenSource();
        await using var company = await SendingCompany.Open(new FakeSmtpServer());
        company.Server.OnTaken = _ => stop.CancelAsync();
        foreach (var reader in Readers)
            await company.Keep(reader);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => company.Send(ct: stop.Token));
        Assert.Single(company.Server.Taken);
        Assert.Equal(2, await company.Ledger.CountUnsent(default));
        Assert.Equal(2, (await company.Send(1)).Sent.Count);
    }
}
