using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Fixtures;
using CrmSync.Worker.Sources.Files;
using CrmSync.Worker.Tests.Harvest;
using NodaTime;

namespace CrmSync.Worker.Tests.Graph;

/// <summary>Mailboxes in a Microsoft Graph of ours, read like everybody's.</summary>
public sealed class GraphMailHarvestTests
{
    [Fact]
    public async Task A_mail_is_told_with_its_headers_its_own_text_and_both_ends_of_its_thread()
    {
        await using var graph = await GraphCompany.Open();
        var ana = graph.Service.AddMailbox("ana@us.example");
        ana.Add(
            "inbox",
            TestCompany.MailText(
                id: "q1@acme.example",
                more: "Received: from mx.us.example; Mon, 2 Mar 2026 08:00:05 +0000\r\n",
                body: "Which hinges fit?\r\n-- \r\nJane"));
        ana.Add(
            "sentitems",
            TestCompany.MailText(
                subject: "Re: Hinges",
                from: "ana@us.example",
                to: "Jane <jane@acme.example>",
                date: "Mon, 2 Mar 2026 08:30:00 +0000",
                id: "a1@us.example",
                more: "In-Reply-To: <q1@acme.example>\r\nReferences: <q1@acme.example>\r\n"));

        var summary = await graph.Harvest(ana);

        Assert.Null(summary.Problem);
        Assert.Equal(2, summary.New);
        var log = (await graph.Company.Log()).OrderBy(l => l.At).ToArray();
        Assert.Equal("Which hinges fit?", log[0].Text);
        Assert.Equal(Instant.FromUtc(2026, 3, 2, 8, 0, 5), log[0].At);
        Assert.Equal((Direction.Inbound, Direction.Outbound), (log[0].Direction, log[1].Direction));

        // Sent items carry no internetMessageHeaders (message resource); the thread is known all the same.
        Assert.Equal(log[0].Thread, log[1].Thread);
    }

    [Fact]
    public async Task Every_request_asks_for_immutable_ids_and_no_message_is_fetched_alone()
    {
        await using var graph = await GraphCompany.Open();
        var ana = graph.Service.AddMailbox("ana@us.example");
        for (var i = 0; i < 120; i++)
            ana.Add("inbox", TestCompany.MailText(id: $"m{i}@acme.example", subject: $"Hinges {i}"));

        Assert.Equal(120, (await graph.Harvest(ana)).New);

        // outlook-immutable-id: "you must include this header with every API request", also in every part of a batch.
        Assert.All(
            graph.Service.Seen.Where(r => r.Path.Contains("/messages", StringComparison.Ordinal)),
            r => Assert.Contains("IdType=\"ImmutableId\"", r.Prefer, StringComparison.Ordinal));
        Assert.DoesNotContain(graph.Service.Seen, r => r.Path.Contains("/messages/AA", StringComparison.Ordinal));
        Assert.True(graph.Service.Seen.Count(r => !r.InBatch) <= 6, string.Join('\n', graph.Service.Seen));
    }

    [Fact]
    public async Task Folders_are_known_by_their_well_known_names_and_found_below_others_and_views_drafts_trash_and_junk_are_left_out()
    {
        await using var graph = await GraphCompany.Open();
        var ana = graph.Service.AddMailbox("ana@us.example");
        var projects = ana.AddFolder("Projekte", ana.Folder("inbox"));
        var old = ana.AddFolder("2026", projects);
        ana.Add(old, System.Text.Encoding.UTF8.GetBytes(TestCompany.MailText(id: "deep@acme.example", subject: "Deep")));
        ana.Add(
            ana.AddFolder("Ansicht", ana.Folder("inbox"), isSearch: true),
            System.Text.Encoding.UTF8.GetBytes(TestCompany.MailText(id: "view@acme.example", subject: "View")));
        ana.Add(
            ana.AddFolder("Weg", ana.Folder("deleteditems")),
            System.Text.Encoding.UTF8.GetBytes(TestCompany.MailText(id: "gone@acme.example", subject: "Gone")));
        ana.Add("junkemail", TestCompany.MailText(id: "junk@acme.example", subject: "Junk"));
        ana.Add("inbox", TestCompany.MailText(id: "draft@us.example", subject: "Draft in the inbox"), draft: true);
        for (var i = 0; i < 14; i++)
            ana.AddFolder($"Ordner {i}");

        var summary = await graph.Harvest(ana);

        Assert.Equal("Deep", Assert.Single(await graph.Company.Log()).Subject);
        Assert.Equal(3, summary.Skipped);
    }

    [Fact]
    public async Task A_poll_of_an_unchanged_mailbox_costs_no_more_requests_than_it_has_folders()
    {
        await using var graph = await GraphCompany.Open();
        var ana = graph.Service.AddMailbox("ana@us.example");
        ana.Add("inbox", TestCompany.MailText(id: "m1@acme.example"));
        await graph.Harvest(ana);
        graph.Service.Forget();

        var summary = await graph.Harvest(ana);

        Assert.Equal((0, 0), (summary.New, summary.Failed));
        Assert.True(graph.Service.Seen.Count <= ana.Folders.Count, string.Join('\n', graph.Service.Seen));
    }

    [Fact]
    public async Task Moved_touched_repeated_and_removed_mails_leave_one_line_each_as_delta_query_messages_tells_them()
    {
        await using var graph = await GraphCompany.Open();
        graph.Service.DeltaIsOdd = true;
        var ana = graph.Service.AddMailbox("ana@us.example");
        var mails = Enumerable
            .Range(0, 30)
            .Select(i => ana.Add("inbox", TestCompany.MailText(id: $"m{i}@acme.example", subject: $"Hinges {i}")))
            .ToArray();
        Assert.Equal(30, (await graph.Harvest(ana)).New);

        var archive = ana.AddFolder("Archiv", null, "archive");
        foreach (var mail in mails[..10])
            ana.Move(mail, archive);

        foreach (var mail in mails[10..20])
            ana.Touch(mail);

        foreach (var mail in mails[20..25])
            ana.Delete(mail);

        ana.Add("inbox", TestCompany.MailText(id: "new@acme.example", subject: "New"));
        var summary = await graph.Harvest(ana, now: TestCompany.Monday + Duration.FromHours(1));

        Assert.Equal((1, 0, null), (summary.New, summary.Failed, summary.Problem));
        var log = await graph.Company.Log();
        Assert.Equal(31, log.Count);
        Assert.Equal(31, log.Select(l => l.Subject).Distinct().Count());
        Assert.Single(log, l => l.Seen == TestCompany.Monday + Duration.FromHours(1));
    }

    [Fact]
    public async Task Expired_links_begin_the_round_anew_and_double_nothing()
    {
        await using var graph = await GraphCompany.Open();
        var ana = graph.Service.AddMailbox("ana@us.example");
        for (var i = 0; i < 60; i++)
            ana.Add("inbox", TestCompany.MailText(id: $"m{i}@acme.example", subject: $"Hinges {i}"));

        await graph.Harvest(ana);
        graph.Service.ExpireLinks();
        ana.Add("inbox", TestCompany.MailText(id: "new@acme.example", subject: "New"));
        var summary = await graph.Harvest(ana);

        Assert.Equal((1, null), (summary.New, summary.Problem));
        Assert.Equal(61, (await graph.Company.Log()).Count);
        Assert.Equal(0, (await graph.Harvest(ana)).New);
    }

    [Fact]
    public async Task A_round_that_stops_at_its_limit_is_completed_by_plain_paging_newest_first()
    {
        await using var graph = await GraphCompany.Open();
        graph.Service.MostInFilteredRound = graph.MostInRound = 300;
        var ana = graph.Service.AddMailbox("ana@us.example");
        for (var i = 0; i < 700; i++)
        {
            var date = Instant.FromUtc(2026, 1, 1, 0, 0) + Duration.FromSeconds(i / 60 * 60);
            ana.Add(
                "inbox",
                TestCompany.MailText(
                    id: $"m{i}@acme.example",
                    subject: $"Hinges {i}",
                    date: date.ToDateTimeUtc().ToString("R", System.Globalization.CultureInfo.InvariantCulture)));
        }

        var summary = await graph.Harvest(ana);

        Assert.Equal((700, null), (summary.New, summary.Problem));
        Assert.True(graph.Service.Seen.Count(r => !r.InBatch) <= 700 / 20, $"{graph.Service.Seen.Count} requests");
        graph.Service.Forget();
        Assert.Equal(0, (await graph.Harvest(ana)).New);
        Assert.True(graph.Service.Seen.Count <= ana.Folders.Count);
    }

    [Fact]
    public async Task A_delivery_report_is_read_in_its_MIME_form_for_nothing_else_tells_what_failed()
    {
        await using var graph = await GraphCompany.Open();
        var ana = graph.Service.AddMailbox("ana@us.example");
        ana.Add("sentitems", TestCompany.MailText(id: "q1@us.example", from: "ana@us.example", to: "jane@acme.example"));
        ana.Add("inbox",
            "From: MAILER-DAEMON@mx.acme.example\r\nTo: ana@us.example\r\nSubject: Undelivered\r\nDate: Mon, 2 Mar 2026 08:01:00 "
                + "+0000\r\nMessage-ID: <r1@mx.acme.example>\r\nReturn-Path: <>\r\n"
                + "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; "
                + "boundary=b\r\n\r\n--b\r\n\r\nSorry\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
                + "Reporting-MTA: dns; mx.acme.example\r\n\r\nFinal-Recipient: rfc822; jane@acme.example\r\nAction: failed\r\nStatus: "
                + "5.1.1\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
                + "Message-ID: <q1@us.example>\r\n\r\n--b--\r\n");

        await graph.Harvest(ana);

        var report = Assert.Single(await graph.Company.Log(), l => l.Subject == "Undelivered");
        Assert.Equal(InteractionClass.Auto, report.Class);
        Assert.Contains(Assert.Single(await graph.Company.Log(), l => l.Subject == "Hinges").Participants, p => p.Bounced is not null);
        Assert.Single(graph.Service.Seen, r => r.Path.EndsWith("/$value", StringComparison.Ordinal));
    }

    [CorpusTheory]
    [InlineData("allen-p")]
    [InlineData("arnold-j")]
    [InlineData("arora-h")]
    [InlineData("carson-m")]
    [InlineData("grigsby-m")]
    [InlineData("guzman-m")]
    [InlineData("lavorato-j")]
    [InlineData("motley-m")]
    [InlineData("neal-s")]
    [InlineData("rapp-b")]
    [InlineData("stokley-c")]
    [InlineData("whalley-g")]
    [InlineData("whalley-l")]
    public async Task A_real_mailbox_gives_the_same_log_through_Graph_as_from_files(string name)
    {
        var folder = Path.Combine(SharedData.Folder!, "enron", name);
        await using var files = await TestCompany.Open("enron.com");
        await files.Harvest(name, new EmlSource(folder));
        await using var graph = await GraphCompany.Open("enron.com");
        var mailbox = graph.Service.AddMailbox(name + "@enron.com");
        foreach (var sub in Directory.GetDirectories(folder))
        {
            var role = Path.GetFileName(sub);
            var target =
                role == "inbox" ? mailbox.Folder("inbox")
                : role is "sent_items" ? mailbox.Folder("sentitems")
                : mailbox.AddFolder(role);
            foreach (var file in Directory.GetFiles(sub, "*.eml", SearchOption.AllDirectories))
                mailbox.Add(target, await File.ReadAllBytesAsync(file));
        }

        var summary = await graph.Harvest(mailbox, name);

        Assert.Null(summary.Problem);
        var expected = (await files.Log()).Select(Line).ToArray();
        var actual = (await graph.Company.Log()).Select(Line).ToArray();
        var missing = expected.Except(actual).Take(3).Concat(actual.Except(expected).Take(3));
        Assert.True(
            expected.SequenceEqual(actual),
            $"{expected.Length} lines from files, {actual.Length} through Graph\n{string.Join('\n', missing)}");
    }

    /// <summary>Everything a line says, but when its file was stored.</summary>
    private static string Line(Interaction line) =>
        $"{line.Id}|{line.At}|{line.Direction}|{line.Class}|{line.Subject}|{line.Thread}|"
            + $"{string.Join(',', line.Participants.Select(p => $"{p.Role} {p.Address} {p.Name}"))}|{line.Text}";
}
