using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using CrmSync.Domain.Harvest;
using CrmSync.Fixtures.Servers;
using CrmSync.Mail.Mime;
using CrmSync.Storage.Harvest;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.Tests.Cli;
using CrmSync.Worker.Tests.Graph;
using CrmSync.Worker.Tests.Harvest;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;

namespace CrmSync.Worker.Tests.Jobs;

/// <summary>
/// Before mails are written, the accounts they rest on are read that were not read within the last minute (policy.md section 11).
/// </summary>
public sealed class ReadingBeforeWriting : IAsyncLifetime
{
    private const string Seldom = "schedule: { mail: 60m, calendar: 60m, policy: 1m }\n";

    private const string Ana = "  - { eml: ../mail/ana, address: ana@us.example, name: ana }";

    /// <summary>Tuesday; digests leave at 8:00 in Berlin.</summary>
    private static readonly Instant Morning = Instant.FromUtc(2026, 3, 3, 6, 50);
    private static readonly Instant Digests = Instant.FromUtc(2026, 3, 3, 7, 0);

    private const int MostWaits = 4;

    private readonly SimulatedTime time = new(Morning);
    private RunningCompany company = null!;

    public async Task InitializeAsync() => company = await RunningCompany.Open();

    public async Task DisposeAsync() => await company.DisposeAsync();

    [Fact]
    public async Task What_was_answered_after_the_last_poll_is_not_in_the_digest()
    {
        Ask("second", "Nails");
        Configure(Ana);
        await using var worker = await StartedWorker.In(company.PathTo("config"), time);
        await ReadOnce(worker, 1);
        await PassTo(Digests - Duration.FromMinutes(2));
        Answer("first", "Hinges");
        await Pass(() => IsWritten("my-day"));

        var digest = Digest("my-day");
        Assert.Contains("Nails", digest.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Hinges", digest.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_goes_on_answering_without_end_is_waited_for_two_minutes()
    {
        using var radicale = new RadicaleServer();
        await radicale.NewCalendar("work");
        await using var server = new EndlessServer(radicale.Port);
        Configure(Ana, $"  - {{ caldav: {server.Url}ana/, user: ana, password: correct-horse, address: ana@us.example, name: calendar }}");
        await using var worker = await StartedWorker.In(company.PathTo("config"), time);
        await ReadOnce(worker, 2);
        server.IsEndless = true;
        await PassTo(Digests - Duration.FromMinutes(1));
        await Pass(() => IsWritten("my-day"));

        var digest = Digest("my-day");
        Assert.Contains("Hinges", digest.Text, StringComparison.Ordinal);
        Assert.InRange(digest.Date, Digests + Duration.FromSeconds(120), Digests + Duration.FromSeconds(170));
        Assert.True(server.Asked > 0);
    }

    [Fact]
    public async Task What_was_said_to_the_command_mailbox_counts_though_another_account_does_not_answer()
    {
        using var radicale = new RadicaleServer();
        await radicale.NewCalendar("work");
        await using var server = new EndlessServer(radicale.Port);
        Directory.CreateDirectory(company.PathTo("mail", "commands"));
        Configure(
            Ana,
            $"  - {{ caldav: {server.Url}ana/, user: ana, password: correct-horse, address: ana@us.example, name: calendar }}",
            "  - { eml: ../mail/commands, address: crmsync@us.example, name: commands }");
        await using var worker = await StartedWorker.In(company.PathTo("config"), time);
        await ReadOnce(worker, 3);
        server.IsEndless = true;
        await PassTo(Digests - Duration.FromMinutes(2));
        Ask("second", "Nails");
        File.WriteAllText(
            company.PathTo("mail", "commands", "called.eml"),
            TestCompany.MailText(
                "jane@acme.example",
                from: "ana@us.example",
                to: "crmsync+called@us.example",
                date: "Tue, 3 Mar 2026 06:58:00 +0000",
                body: "Told her on the telephone.",
                id: "called@us.example",
                more: "Authentication-Results: mx.us.example; dkim=pass header.d=us.example; dmarc=pass header.from=us.example\r\n"));
        await Pass(() => IsWritten("my-day"));

        var digest = Digest("my-day");
        Assert.Contains("Nails", digest.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Hinges", digest.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_that_does_not_stop_when_it_is_told_to_is_left_behind()
    {
        Configure(Ana);
        await using var worker = await StartedWorker.In(company.PathTo("config"), time);
        await ReadOnce(worker, 1);
        var pipe = company.PathTo("mail", "ana", "never.eml");
        using (var make = Process.Start("mkfifo", [pipe]))
            await make.WaitForExitAsync();

        await PassTo(Digests - Duration.FromMinutes(1));
        await Pass(() => IsWritten("my-day"));
        Assert.InRange(Digest("my-day").Date, Digests + Duration.FromSeconds(170), Digests + Duration.FromSeconds(240));

        // Whoever waits for the other end of the pipe is let go.
        await using var other = new FileStream(pipe, FileMode.Open, FileAccess.Write);
    }

    [Fact]
    public async Task Accounts_are_read_once_for_all_mails_that_are_due_and_only_those_the_mails_rest_on()
    {
        Directory.CreateDirectory(company.PathTo("mail", "ben"));
        File.WriteAllText(company.PathTo("calendar.ics"), "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//EN\r\nEND:VCALENDAR\r\n");
        company.Write(
            RunningCompany.Policy
                .Replace("people: { ", "people: { ben: { email: ben@us.example }, ", StringComparison.Ordinal)
                .Replace("sections: [health]", "sections: [overdue, to_do, health]", StringComparison.Ordinal));
        Configure(
            Ana,
            "  - { eml: ../mail/ben, address: ben@us.example, name: ben }",
            "  - { ics: ../calendar.ics, address: ben@us.example, name: calendar }");
        await using var program = await TestProgram.Open(company.PathTo("config"), Digests);
        foreach (var account in program.Readable)
            await Harvest(program, account.Name, Morning);

        // Whoever is accused of not having answered was answered for by nobody: every mailbox counts, and no calendar of a stranger.
        Assert.Equal(["ana", "ben"], (await program.Digests.AccountsToRead(Digests, default)).Order());

        // What was read within the last minute is not read again.
        await Harvest(program, "ben", Digests - Duration.FromSeconds(50));
        Assert.Equal(["ana"], await program.Digests.AccountsToRead(Digests, default));
        await Harvest(program, "ana", Digests - Duration.FromSeconds(50));
        Assert.Empty(await program.Digests.AccountsToRead(Digests, default));

        // Where nothing is due nothing is read.
        Assert.Empty(await program.Digests.AccountsToRead(Digests - Duration.FromMinutes(1), default));
        Assert.NotEmpty(await program.Digests.AccountsToRead(Digests + Duration.FromMinutes(5), default));
        await program.Digests.Send(Digests + Duration.FromMinutes(5), null, default);
        Assert.Empty(await program.Digests.AccountsToRead(Digests + Duration.FromMinutes(10), default));
    }

    [Fact]
    public async Task What_failed_the_last_time_is_left_alone()
    {
        Configure(Ana);
        await using var program = await TestProgram.Open(company.PathTo("config"), Digests);
        await Harvest(program, "ana", Morning);
        Directory.Move(company.PathTo("mail", "ana"), company.PathTo("mail", "away"));
        await foreach (var failed in program.Harvest.Run(program.Readable, Morning + Duration.FromMinutes(1), null, default))
            Assert.NotNull(failed.Problem);

        Assert.Empty(await program.Digests.AccountsToRead(Digests, default));
        Directory.Move(company.PathTo("mail", "away"), company.PathTo("mail", "ana"));
        await Harvest(program, "ana", Morning + Duration.FromMinutes(2));
        Assert.Equal(["ana"], await program.Digests.AccountsToRead(Digests, default));
    }

    [Fact]
    public async Task A_server_that_is_to_be_left_alone_is_not_asked()
    {
        await using var server = new FakeImapServer().On("LOGIN", "TAG NO [AUTHENTICATIONFAILED] no");
        Configure(
            $"  - {{ imap: ana@us.example, host: 127.0.0.1, port: {server.Port}, tls: none, password: wrong-horse, name: mailbox }}");
        await using var program = await TestProgram.Open(company.PathTo("config"), Digests);
        var fresh = program.Part<FreshHarvest>();
        var names = new HashSet<string> { "mailbox" };

        // The clock of the program is the real one, and its back-off counts from there.
        var now = SystemClock.Instance.GetCurrentInstant();
        Assert.NotNull(Assert.Single(await fresh.Read(names, now, default)).Problem);
        var connections = server.Connections;
        Assert.Empty(await fresh.Read(names, now + Duration.FromSeconds(1), default));
        Assert.Equal(connections, server.Connections);
    }

    [Fact]
    public async Task A_member_of_a_group_is_read_and_no_other_mailbox_of_it()
    {
        await using var service = await GraphTestService.Start();
        foreach (var name in new[] { "ana", "ben" })
            service
                .AddMailbox($"{name}@us.example")
                .Add("inbox", TestCompany.MailText(id: $"{name}@acme.example", subject: $"For {name}", to: $"{name}@us.example"));

        service.Groups["sales@us.example"] = ["ana@us.example", "ben@us.example"];
        Configure(
            $"""
              - graph: contoso
                tenant: {GraphTestService.Tenant}
                client_id: 22222222-2222-3333-4444-555555555555
                client_secret: {GraphTestService.Secret}
                endpoint: {service.Address}
                authority: {service.Address}
                group: sales@us.example
            """);
        await using var program = await TestProgram.Open(company.PathTo("config"), Digests);
        await foreach (var done in program.Harvest.Run(program.Readable, Morning, null, default))
            Assert.Null(done.Problem);

        var stale = await program.Digests.AccountsToRead(Digests, default);
        Assert.Contains("graph:ana@us.example", stale);
        service.Forget();
        var read = await program.Part<FreshHarvest>().Read(new HashSet<string> { "graph:ana@us.example" }, Digests, default);
        Assert.Equal(["graph:ana@us.example"], read.Select(one => one.Account));
        Assert.DoesNotContain(service.Seen, request => request.Mailbox == "ben@us.example");
    }

    [Fact]
    public async Task Digest_reads_nothing_and_digest_send_reads_first()
    {
        Configure(Ana);
        string[] config = ["--config", company.PathTo("config"), "--now"];
        Assert.Equal(0, (await TheProgram.Run(["sync", .. config, "2026-03-03T06:50:00Z"])).Status);
        Answer("first", "Hinges");
        Ask("second", "Nails");

        var shown = await TheProgram.Run(["digest", .. config, "2026-03-03T07:00:05Z"]);
        Assert.Contains("“Hinges”", shown.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Nails", shown.Output, StringComparison.Ordinal);

        Assert.Equal(0, (await TheProgram.Run(["digest", "--send", .. config, "2026-03-03T07:00:05Z"])).Status);
        var sent = Digest("my-day");
        Assert.Contains("Nails", sent.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Hinges", sent.Text, StringComparison.Ordinal);
    }

    private void Configure(params IEnumerable<string> accounts) => File.WriteAllText(
        company.PathTo("config", "crmsync.yaml"),
        $$"""
        version: 1
        capture: { since: 2026-01-01 }
        accounts:
        {{string.Join('\n', accounts)}}
        delivery:
          from: crmsync@us.example
          folder: ../out
          commands: { address: crmsync@us.example, secret: a-long-secret-of-these-tests, trusted_servers: [mx.us.example] }
        {{Seldom}}
        """);

    /// <summary>Jane asks something on Monday.</summary>
    private void Ask(string name, string subject) => company.Mail(
        name,
        TestCompany.MailText(
            subject,
            from: "li@gamma.example",
            date: "Mon, 2 Mar 2026 09:00:00 +0000",
            body: "When do they come?",
            id: $"{name}@gamma.example"));

    private void Answer(string name, string subject) => company.Mail(
        $"answer-{name}",
        TestCompany.MailText(
            $"Re: {subject}",
            from: "ana@us.example",
            to: "jane@acme.example",
            date: "Tue, 3 Mar 2026 06:58:00 +0000",
            body: "On Friday.",
            id: $"answer-{name}@us.example",
            more: $"In-Reply-To: <{name}@acme.example>\r\n"));

    private static async Task Harvest(TestProgram program, string account, Instant now)
    {
        await foreach (var done in program.Harvest.Run([program.Readable.Single(one => one.Name == account)], now, null, default))
            Assert.Null(done.Problem);
    }

    /// <summary>Until every account was read for the first time.</summary>
    private async Task ReadOnce(StartedWorker worker, int count)
    {
        var read = new List<AccountState>();
        for (var i = 0; i < 1200 && (read.Count < count || read.Exists(one => one.LastSuccess is null)); i++)
        {
            await Passed(i < 10 ? Duration.FromSeconds(1) : Duration.Zero);
            read = [.. await worker.Part<Accounts>().All(default)];
        }

        Assert.All(read, one => Assert.Null(one.LastError));
    }

    private bool IsWritten(string digest) => Written(digest).Any();

    private IEnumerable<byte[]> Written(string digest) =>
        Directory.Exists(company.PathTo("out"))
            ? Directory
                .EnumerateFiles(company.PathTo("out"), "*.eml")
                .Select(File.ReadAllBytes)
                .Where(bytes => Encoding.ASCII.GetString(bytes).Contains($"List-Id: <{digest}.", StringComparison.Ordinal))
            : [];

    /// <summary>What a digest asks to be done, and when it was written.</summary>
    private (string Text, Instant Date) Digest(string name)
    {
        var mail = MimeReader.Read(Written(name).Single());
        return (mail.Text.Split("NEWS")[0], mail.Date!.Value!.Value.ToInstant());
    }

    private async Task PassTo(Instant moment)
    {
        while (time.Now < moment)
            await Passed(Duration.Min(Duration.FromSeconds(5), moment - time.Now));
    }

    /// <summary>Lets time pass, a second at a time, until something has happened.</summary>
    private async Task Pass(Func<bool> until)
    {
        for (var i = 0; i < 2000 && !until(); i++)
            await Passed(Duration.FromSeconds(1));

        Assert.True(until());
    }

    /// <summary>Real work takes real time: a little for each step, and more while something works besides who looks.</summary>
    private async Task Passed(Duration step)
    {
        time.Pass(step.ToTimeSpan());
        for (var waits = 0; waits < MostWaits; waits++)
        {
            await Task.Delay(25);
            if (BusyThreads.Count(Environment.ProcessId) <= 1)
                return;
        }
    }

    /// <summary>
    /// Hands every request on to a real server until it is told to begin answers that do not end: a byte now and then, and never silence.
    /// </summary>
    private sealed class EndlessServer : IAsyncDisposable
    {
        private readonly RawServer server;
        private readonly int target;
        private int asked;

        public EndlessServer(int target)
        {
            this.target = target;
            server = new RawServer(Serve);
        }

        public string Url => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{server.Port}/");

        public volatile bool IsEndless;

        /// <summary>How many requests got an answer without end.</summary>
        public int Asked => asked;

        public ValueTask DisposeAsync() => server.DisposeAsync();

        private async Task Serve(Stream client, CancellationToken ct)
        {
            using var real = new TcpClient();
            await real.ConnectAsync(IPAddress.Loopback, target, ct);
            await Task.WhenAny(real.GetStream().CopyToAsync(client, ct), Ask(client, real.GetStream(), ct));
        }

        private async Task Ask(Stream client, Stream real, CancellationToken ct)
        {
            var buffer = new byte[64 * 1024];
            while (await client.ReadAsync(buffer, ct) is > 0 and var count)
            {
                if (!IsEndless)
                {
                    await real.WriteAsync(buffer.AsMemory(0, count), ct);
                    continue;
                }

                Interlocked.Increment(ref asked);
                await client.WriteAsync("HTTP/1.1 207 Multi-Status\r\nContent-Type: text/xml\r\n\r\n"u8.ToArray(), ct);
                while (true)
                {
                    await client.WriteAsync(" "u8.ToArray(), ct);
                    await Task.Delay(5, ct);
                }
            }
        }
    }
}
