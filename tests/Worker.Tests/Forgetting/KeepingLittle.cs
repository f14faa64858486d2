using CrmSync.Domain.Log;
using CrmSync.Storage.Log;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.Tests.Cli;
using NodaTime;
using static CrmSync.Worker.Tests.Forgetting.PlantedCompany;

namespace CrmSync.Worker.Tests.Forgetting;

/// <summary>What <c>privacy</c> of the policy asks not to keep is not kept, wherever it might stand.</summary>
public sealed class KeepingLittle
{
    private const string Doctor = "erna@arzt.example";

    [Fact]
    public async Task People_of_whom_nothing_is_captured_leave_no_trace_in_reports_notes_paths_UIDs_or_quarantine()
    {
        await using var company = await PlantedCompany.Open(
            policy: "privacy: { no_capture: { domains: [arzt.example], subject_has: ['[geheim]'] } }\n");
        company.Mail("ana", $"Erna <{Doctor}>", "ana@us.example", "Termin", "Wann?");
        company.Bounce("ana", Doctor, "price@us.example", "Termin");
        company.Mail(
            "ana",
            "List <liste@listen.example>",
            "ana@us.example",
            "News",
            "Hallo",
            more: "Return-Path: <bounce+erna=arzt.example@listen.example>\r\n");
        company.Mail("ben", "Dora <dora@andere.example>", "ben@us.example", "Fwd: Termin", $"From: Erna <{Doctor}>\r\n\r\nZimtstern");
        company.Mail(
            "ben",
            "Dora <dora@andere.example>",
            "ben@us.example",
            "Plain",
            "Ja?",
            more: "References: <1234@mail.arzt.example>\r\n");
        company.Command("crmsync+note@us.example", "Fwd: Termin", $"Zimtstern\n\nFrom: Erna <{Doctor}>\n\nZimtstern");
        File.WriteAllText(
            company.PathTo("calendars", "ana.ics"),
            Calendar(
                null,
                Event("termin-1234567890@arzt.example", 10, "ana@us.example", "Ana", "ana@us.example", "Zimtstern"),
                Event("ours-1234567890@us.example", 11, "ana@us.example", "Ana", Doctor, "Zimtstern")));
        File.WriteAllText(
            company.PathTo("calendars", "ben.ics"),
            Calendar(null, Event("ours-0987654321@us.example", 9, "ben@us.example", "Ben", "ana@us.example", "Ours")));
        File.WriteAllText(company.PathTo("mail", "ben", $"{Doctor}.eml"), "no mail\r\n");
        company.Mail(
            "ana",
            "Postmaster <postmaster@mx.example>",
            "ana@us.example",
            "Undelivered",
            Report("[geheim] Zimtstern"),
            type: "multipart/report; boundary=b");

        await using var program = await company.Begin(Tuesday);
        await HarvestAll(program, Tuesday);

        var everything = await company.Everything();
        Assert.DoesNotContain("arzt.example", everything, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Zimtstern", everything, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(
            2,
            (await program.Log.Read(new LogFilter { Kinds = [InteractionKind.Mail] }, default).ToListAsync()).Count(line =>
                line.Author?.Value == "dora@andere.example"));
    }

    [Fact]
    public async Task Of_people_of_whom_only_the_fact_is_kept_a_note_keeps_its_dates_and_none_of_its_words()
    {
        await using var company = await PlantedCompany.Open(policy: "privacy: { metadata_only: { domains: [bank.example] } }\n");
        company.Mail("ana", "Erna <erna@bank.example>", "ana@us.example", "Konto", "Zimtstern?");
        company.Bounce("ana", "erna@bank.example", "price@us.example", "Konto");
        company.Command(
            "crmsync+note@us.example",
            "Fwd: Konto",
            "Zimtstern am Telefon\nbirthday: 12 March, with Zimtstern\n\nFrom: Erna <erna@bank.example>");
        Directory.CreateDirectory(company.PathTo("calendars"));
        foreach (var name in new[] { "ana", "ben" })
            File.WriteAllText(company.PathTo("calendars", name + ".ics"), Calendar(null));

        await using var program = await company.Begin(Tuesday);
        await HarvestAll(program, Tuesday);

        Assert.DoesNotContain("Zimtstern", await company.Everything(), StringComparison.OrdinalIgnoreCase);
        var log = await program.Log.Read(new LogFilter(), default).ToListAsync();
        Assert.Equal("birthday: 12 March", Assert.Single(log, line => line.Command is { Verb: CommandVerb.Note }).Command!.Text);
        Assert.True(Assert.Single(log, line => line.Author?.Value == "erna@bank.example").Question);
    }

    [Fact]
    public async Task Texts_older_than_the_policy_keeps_them_are_dropped_and_what_rules_rest_on_stays()
    {
        await using var company = await PlantedCompany.Open();
        company.Mail("ana", "Erna <erna@kunde.example>", "ana@us.example", "Angebot", "Zimtstern?");
        company.Command(
            "crmsync+note@us.example",
            "Fwd: Angebot",
            "Zimtstern am Telefon\nbirthday: 12 March\n\nFrom: Erna <erna@kunde.example>");
        foreach (var name in new[] { "ana", "ben" })
            File.WriteAllText(company.PathTo("calendars", name + ".ics"), Calendar(null));

        await using (var program = await company.Begin(Tuesday))
        {
            await HarvestAll(program, Tuesday);
            await program.Digests.Send(Tuesday, Duration.Zero, default);
            Assert.Null(await program.Part<TextRetention>().Count(Tuesday, default));
        }

        Assert.Contains("Zimtstern", await company.Everything(), StringComparison.OrdinalIgnoreCase);
        company.Configure(["ana", "ben", "ana-anew"], "privacy: { retain: 36mo }\n");
        var later = Instant.FromUtc(2029, 3, 5, 9, 0);
        await using (var program = await company.Begin(later))
        {
            var retention = program.Part<TextRetention>();
            var counted = (await retention.Count(later, default))!;
            Assert.True(counted is { Texts: > 0, Notes: 1, CommandMails: > 0 }, counted.ToString());
            Assert.Equal(counted, await retention.Run(later, default));
            Assert.Equal(0, (await retention.Count(later, default))!.Total);
            Assert.Equal(counted, (await program.Part<CrmSync.Storage.Privacy.Retention>().Last(default))!.Dropped);

            // The same mail in another account does not bring its text back.
            await HarvestAll(program, later);
            Assert.DoesNotContain("Zimtstern", await company.Everything(), StringComparison.OrdinalIgnoreCase);
            var log = await program.Log.Read(new LogFilter(), default).ToListAsync();
            Assert.Equal("birthday: 12 March", Assert.Single(log, line => line.Command is { Verb: CommandVerb.Note }).Command!.Text);
            Assert.True(Assert.Single(log, line => line.Author?.Value == "erna@kunde.example").Question);
        }
    }

    [Fact]
    public async Task Forget_counts_first_names_what_it_cannot_erase_and_can_be_lifted()
    {
        await using var company = await PlantedCompany.Open(policy: "segments: { vip: { addresses: [erna@kunde.example] } }\n");
        company.Mail("ana", "Erna Wegmann <erna@kunde.example>", "ana@us.example", "Angebot", "Wann?");
        company.Mail("ben", "Dora <dora@andere.example>", "ben@us.example", "Neues", "Erna Wegmann war da.");
        company.Command("crmsync+note@us.example", "Fwd: Angebot", "mag Zimt\n\nFrom: Erna <erna@kunde.example>");
        foreach (var name in new[] { "ana", "ben" })
            File.WriteAllText(company.PathTo("calendars", name + ".ics"), Calendar(null));

        string[] config = ["--config", company.Config, "--now", "2026-03-03T11:00:00Z"];
        Assert.Equal(0, (await TheProgram.Run(["sync", .. config])).Status);
        var export = Assert.Single((await TheProgram.Run(["export", "erna@kunde.example", .. config])).Json);
        Assert.StartsWith(
            "mag Zimt",
            Assert.Single(export.GetProperty("notes").EnumerateArray()).GetProperty("text").GetString(),
            StringComparison.Ordinal);
        Assert.Contains("Erna Wegmann", export.GetProperty("names").EnumerateArray().Select(name => name.GetString()));

        var counted = Assert.Single(
            (await TheProgram.Run(["forget", "erna@kunde.example", "--dry-run", "--format", "json", .. config])).Json);
        var forgotten = await TheProgram.Run(["forget", "erna@kunde.example", "--format", "json", .. config]);
        var report = Assert.Single(forgotten.Json);
        Assert.Equal(0, forgotten.Status);
        Assert.Equal((2, 2), (counted.GetProperty("removed").GetInt32(), report.GetProperty("removed").GetInt32()));
        Assert.Single(report.GetProperty("lines_that_name_them").EnumerateArray());
        Assert.Empty(report.GetProperty("other_places").EnumerateArray());
        Assert.Contains(
            report.GetProperty("cannot_erase").EnumerateArray(),
            place => place.GetString()!.StartsWith("policy.yaml:", StringComparison.Ordinal));

        Assert.Equal(0, (await TheProgram.Run(["forget", "erna@kunde.example", "--undo", .. config])).Status);
        Assert.Equal(1, (await TheProgram.Run(["forget", "erna@kunde.example", "--undo", .. config])).Status);
        await TheProgram.Run(["sync", .. config]);
        Assert.Contains(
            "erna@kunde.example",
            (await TheProgram.Run(["log", "--format", "json", .. config])).Output,
            StringComparison.Ordinal);
    }

    private static string Report(string subject) =>
        $"--b\r\nContent-Type: text/plain\r\n\r\nfailed\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822; "
            + $"x@andere.example\r\nAction: failed\r\n\r\n"
            + $"--b\r\nContent-Type: text/plain\r\n\r\nSubject: {subject}\r\n--b--\r\n";
}
