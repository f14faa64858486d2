using CrmSync.Domain.Company;
using CrmSync.Fixtures.Servers;
using CrmSync.Storage.Harvest;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Delivery;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.MailServers;
using CrmSync.Worker.Sources.Imap;
using CrmSync.Worker.Tests.Harvest;
using NodaTime;

namespace CrmSync.Worker.Tests.Imap;

/// <summary>How often a login is tried that does not work, whoever starts the program how often.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "IAsyncLifetime disposes of them")]
public sealed class LoginTests : IAsyncLifetime
{
    /// <summary>Every minute in which something could happen, and some between.</summary>
    private static readonly int[] FirstNinety = [0, 1, 2, 3, 4, 5, 20, 40, 59, 60, 61, 62, 63, 64, 65, 80, 89];

    private readonly FakeImapServer server = new FakeImapServer().On("LOGIN", "TAG NO [AUTHENTICATIONFAILED] no");
    private readonly TestClock clock = new(TestCompany.Monday);
    private TestCompany company = null!;

    private int Tries => server.Received.Count(command => command.StartsWith("LOGIN", StringComparison.Ordinal));

    public async Task InitializeAsync() => company = await TestCompany.Open();

    public async Task DisposeAsync()
    {
        await company.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task A_wrong_password_is_tried_as_rarely_when_the_program_is_started_anew_every_minute()
    {
        foreach (var minute in FirstNinety)
        {
            clock.SetMinute(minute);
            var summary = await Sync();
            Assert.True(summary.IsPermanent);
            Assert.Contains("check user name and password", summary.Problem, StringComparison.Ordinal);
        }

        Assert.Equal(4, Tries);
    }

    [Fact]
    public async Task A_changed_password_is_tried_at_once_and_nothing_in_the_database_tells_either()
    {
        for (var minute = 0; minute < 4; minute++)
        {
            await Sync();
            clock.AdvanceMinutes(1);
        }

        Assert.Equal(3, Tries);
        server.On("LOGIN \"ana\" \"another\"", "TAG OK welcome");
        Works();
        Assert.Null((await Sync("another")).Problem);

        Assert.Contains("tried again after", (await Sync()).Problem, StringComparison.Ordinal);
        var file = await File.ReadAllTextAsync(company.Database.Place);
        Assert.DoesNotContain("another", file, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", file, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_person_who_checks_is_not_kept_waiting_and_ends_the_waiting_of_all()
    {
        for (var minute = 0; minute < 4; minute++)
        {
            await Sync();
            clock.AdvanceMinutes(1);
        }

        server.On("LOGIN", "TAG OK welcome");
        Works();
        Assert.NotNull((await Sync()).Problem);

        using (var logins = ImapCompany.Logins(clock, company.Database, insist: true))
        await using (var sources = new ImapSources(clock, logins, new ServerLessons(clock)))
            await sources.CreateSource(Account(), company.Since).Connect(default);

        Assert.Null((await Sync()).Problem);
    }

    [Fact]
    public async Task What_only_the_way_there_does_is_tried_at_once_by_a_program_that_was_started_anew()
    {
        server.Greet("* BYE not now");
        await Sync();
        server.Greet("* OK ready").On("LOGIN", "TAG OK welcome");
        Works();

        Assert.Null((await Sync()).Problem);
    }

    [Fact]
    public async Task The_next_try_is_told_where_the_account_stands()
    {
        for (var minute = 0; minute < 3; minute++)
        {
            await Sync();
            clock.AdvanceMinutes(1);
        }

        await using var sources = ImapCompany.Sources(clock, company.Database);
        Assert.Equal(TestCompany.Monday + Duration.FromMinutes(62), await sources.NotBefore(Account(), default));
        await using var changed = ImapCompany.Sources(clock, company.Database);
        Assert.Null(await changed.NotBefore(Account("another"), default));
    }

    [Fact]
    public async Task A_server_that_wants_to_be_left_alone_while_mails_are_fetched_is_left_alone_on_the_open_connection_too()
    {
        Works();
        server.On("LOGIN", "TAG OK welcome")
            .On("LIST \"\" \"*\"", "* LIST () \"/\" INBOX\nTAG OK done",
                "TAG NO Request is throttled. Suggested Backoff Time: 1800000 milliseconds");
        await using var sources = ImapCompany.Sources(clock, company.Database);
        Assert.Null((await company.Harvest("ana", sources.CreateSource(Account(), company.Since), clock.GetCurrentInstant())).Problem);
        for (var minute = 0; minute < 31; minute++)
        {
            Assert.Contains(
                "throttled",
                (await company.Harvest("ana", sources.CreateSource(Account(), company.Since), clock.GetCurrentInstant())).Problem,
                StringComparison.Ordinal);
            clock.AdvanceMinutes(1);
        }

        Assert.Equal(3,
            server.Received.Count(command =>
                command.StartsWith("LIST", StringComparison.Ordinal) && command.Contains('*', StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Forty_digests_that_wait_do_not_try_a_wrong_password_forty_times()
    {
        await using var smtp = new FakeSmtpServer("AUTH PLAIN").On("AUTH", "535 5.7.8 no");
        foreach (var minute in FirstNinety)
        {
            clock.SetMinute(minute);
            using var logins = ImapCompany.Logins(clock, company.Database);
            await using var delivery = new DeliveryWays(logins, TimeProvider.System).Open(ThroughSmtp(smtp));
            for (var mail = 0; mail < 40; mail++)
                Assert.IsType<DeliveryAnswer.Unreachable>(await delivery.Deliver(Digest(), default));
        }

        Assert.Equal(4, smtp.Received.Count(command => command.StartsWith("AUTH", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(new[] { MailFailure.Auth }, 30)]
    [InlineData(new[] { MailFailure.Auth, MailFailure.Auth }, 30)]
    [InlineData(new[] { MailFailure.Auth, MailFailure.Auth, MailFailure.Auth }, 3600)]
    [InlineData(new[] { MailFailure.Auth, MailFailure.Throttled }, 30)]
    [InlineData(new[] { MailFailure.Auth, MailFailure.Auth, MailFailure.Auth, MailFailure.Throttled }, 3600)]
    [InlineData(new[] { MailFailure.Auth, MailFailure.Throttled, MailFailure.Auth, MailFailure.Throttled, MailFailure.Auth }, 3600)]
    [InlineData(new[] { MailFailure.Config }, 600)]
    [InlineData(new[] { MailFailure.Throttled }, 1)]
    [InlineData(new[] { MailFailure.Throttled, MailFailure.Throttled, MailFailure.Throttled }, 4)]
    [InlineData(new[] { MailFailure.Network }, 2)]
    [InlineData(new[] { MailFailure.Network, MailFailure.Network, MailFailure.Network }, 4.5)]
    public void Each_kind_of_failure_has_its_own_patience(MailFailure[] failures, double seconds) =>
        Assert.Equal(Duration.FromSeconds(seconds), Waits(failures, Duration.FromMinutes(1)));

    [Fact]
    public void After_three_days_a_wrong_password_is_tried_once_a_day()
    {
        Assert.Equal(Duration.FromHours(1), Waits([.. Enumerable.Repeat(MailFailure.Auth, 72)], Duration.FromHours(1)));
        Assert.Equal(Duration.FromDays(1), Waits([.. Enumerable.Repeat(MailFailure.Auth, 74)], Duration.FromHours(1)));
    }

    [Fact]
    public void However_often_a_server_cannot_be_reached_it_is_tried_every_fifteen_minutes_at_least() =>
        Assert.InRange(
            Waits([.. Enumerable.Repeat(MailFailure.Network, 500)], Duration.FromMinutes(10), jitter: 1),
            Duration.FromMinutes(10),
            Duration.FromMinutes(15));

    /// <summary>How long is waited after the last of these failures.</summary>
    private static Duration Waits(MailFailure[] failures, Duration apart, double jitter = 0)
    {
        LoginFailure? state = null;
        foreach (var failure in failures)
            state = LoginWait.After(
                state,
                "ana",
                "",
                new MailServerException(failure, "no"),
                state?.LastAt + apart ?? TestCompany.Monday,
                jitter);

        return state!.NotBefore - state.LastAt;
    }

    private static DeliveryChoice.Smtp ThroughSmtp(FakeSmtpServer smtp) =>
        new(new Server("localhost", smtp.Port, Encryption.None, null), "crmsync", new Login.Password(new Secret("secret")));

    private static LeavingMail Digest() =>
        new("1", "crmsync@us.example", "ana@us.example", null, "Subject: x\r\n\r\nHello\r\n"u8.ToArray());

    /// <summary>What comes after the login works.</summary>
    private void Works() => server
        .On("STATUS", "* STATUS INBOX (MESSAGES 0 UIDNEXT 1 UIDVALIDITY 7)\nTAG OK done")
        .On("EXAMINE", "* 0 EXISTS\n* OK [UIDVALIDITY 7] .\n* OK [UIDNEXT 1] .\nTAG OK done");

    private ImapAccount Account(string password = "secret") =>
        new(
            "ana",
            default,
            EmailAddress.Parse("ana@us.example"),
            new Server("localhost", server.Port, Encryption.None, null),
            "ana",
            new Login.Password(new Secret(password)));

    /// <summary>A program that is started, harvests once and ends.</summary>
    private async Task<HarvestSummary> Sync(string password = "secret")
    {
        await using var sources = ImapCompany.Sources(clock, company.Database);
        return await company.Harvest("ana", sources.CreateSource(Account(password), company.Since), clock.GetCurrentInstant());
    }
}
