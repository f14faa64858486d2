using CrmSync.Domain.Company;
using CrmSync.Fixtures.Servers;
using CrmSync.Worker.Sources.Imap;
using CrmSync.Worker.Tests.Harvest;
using CrmSync.Worker.Tests.Imap;
using NodaTime;
using static CrmSync.Worker.Tests.Imap.RealMailbox;

namespace CrmSync.Worker.Tests.Labels;

/// <summary>
/// Keywords that another mail program sets, and a folder, on real servers (<c>privacy.labels</c>, <c>privacy.folders</c>).
/// </summary>
public abstract class PrivateLabelsContract(MailboxServer server)
{
    private static readonly PrivateLabels Labels = new(["Private", "Strictly private"], ["Personal"]);

    [Fact]
    public async Task A_keyword_seen_while_reading_keeps_the_words_out_and_what_only_resembles_one_does_not()
    {
        var user = server.NewUser();
        server.Fill(user, "INBOX", [.. Enumerable.Range(1, 6).Select(n => Stored($"mail {n}"))]);
        server.Run(
            user,
            "SELECT INBOX",
            "UID STORE 1 +FLAGS (Private)",
            "UID STORE 2 +FLAGS (PRIVATE)",
            "UID STORE 3 +FLAGS (Privately)",
            @"UID STORE 4 +FLAGS (\Flagged)",
            "UID STORE 5 +FLAGS (strictly_private $label1)");
        await using var company = await TestCompany.Open(privacy: new Privacy { Labels = Labels });
        await using var sources = RealMailbox.Sources();
        await Harvest(company, sources, user);

        Assert.Equal(["mail 3", "mail 4", "mail 6"], await Subjects(company));
        Assert.Equal(6, (await company.Log()).Count);
        Assert.Contains(
            (await company.Log()).SelectMany(line => line.Reasons),
            reason => reason.StartsWith("private (labelled Private)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_keyword_set_later_takes_the_thread_out_of_the_log_for_good_and_what_comes_later_in_it()
    {
        var user = server.NewUser();
        server.Fill(user, "INBOX", [Stored("hinges"), Reply("hinges", 1), Stored("locks")]);
        await using var company = await TestCompany.Open(privacy: new Privacy { Labels = Labels });
        await using var sources = RealMailbox.Sources();
        await Harvest(company, sources, user);
        Assert.Equal(["Re: hinges", "hinges", "locks"], await Subjects(company));

        server.Run(user, "SELECT INBOX", "UID STORE 1 +FLAGS (private)");
        await Harvest(company, sources, user, minutes: 5);
        Assert.Equal(["locks"], await Subjects(company));

        server.Run(user, "SELECT INBOX", "UID STORE 1 -FLAGS (private)");
        server.Fill(user, "Archive", [Reply("hinges", 2)]);
        await Harvest(company, sources, user, minutes: 10);
        Assert.Equal(["locks"], await Subjects(company));
        Assert.Equal(4, (await company.Log()).Count);
    }

    [Fact]
    public async Task A_policy_that_names_a_label_later_finds_what_bears_it_already()
    {
        var user = server.NewUser();
        server.Fill(user, "INBOX", [Stored("hinges"), Stored("locks")]);
        server.Run(user, "SELECT INBOX", "UID STORE 2 +FLAGS (Private)");
        await using var company = await TestCompany.Open();
        await using var sources = RealMailbox.Sources();
        await Harvest(company, sources, user);
        var turns = await sources.RoundTrips(CreateAccount(server, user));
        await Harvest(company, sources, user, minutes: 5);
        Assert.Equal(turns + 1, await sources.RoundTrips(CreateAccount(server, user)));
        Assert.Equal(["hinges", "locks"], await Subjects(company));

        company.Privacy = new Privacy { Labels = Labels };
        await Harvest(company, sources, user, minutes: 10);
        Assert.Equal(["hinges"], await Subjects(company));

        turns = await sources.RoundTrips(CreateAccount(server, user));
        await Harvest(company, sources, user, minutes: 15);
        Assert.Equal(turns + 1, await sources.RoundTrips(CreateAccount(server, user)));
    }

    [Fact]
    public async Task A_mail_that_is_moved_into_a_private_folder_is_private_and_one_in_a_folder_of_a_similar_name_is_not()
    {
        var user = server.NewUser();
        server.Fill(user, "INBOX", [Stored("hinges"), Stored("locks")]);
        server.Fill(user, "Personal", [Stored("keys")]);
        server.Fill(user, "Personally", [Stored("doors")]);
        await using var company = await TestCompany.Open(privacy: new Privacy { Labels = Labels });
        await using var sources = RealMailbox.Sources();
        await Harvest(company, sources, user);
        Assert.Equal(["doors", "hinges", "locks"], await Subjects(company));

        server.Run(user, "SELECT INBOX", "UID COPY 2 Personal", @"UID STORE 2 +FLAGS (\Deleted)", "EXPUNGE");
        await Harvest(company, sources, user, minutes: 5);
        Assert.Equal(["doors", "hinges"], await Subjects(company));
        Assert.Equal(4, (await company.Log()).Count);
    }

    private static StoredMail Reply(string subject, int number) => new(
        System.Text.Encoding.UTF8.GetBytes(TestCompany.MailText(
            $"Re: {subject}",
            body: $"More of it, part {number}",
            date: $"Mon, 2 Mar 2026 08:0{number}:00 +0000",
            id: $"{subject}-reply-{number}@acme.example",
            more: $"In-Reply-To: <{subject}@acme.example>\r\n")),
        DateTimeOffset.UtcNow);

    private async Task Harvest(TestCompany company, ImapSources sources, string user, int minutes = 0)
    {
        var source = sources.CreateSource(CreateAccount(server, user), company.Since);
        var summary = await company.Harvest("ana", source, TestCompany.Monday + Duration.FromMinutes(minutes));
        Assert.Null(summary.Problem);
    }

    private static async Task<IReadOnlyList<string>> Subjects(TestCompany company) =>
        [.. (await company.Log()).Select(line => line.Subject).OfType<string>().Order(StringComparer.Ordinal)];
}

/// <summary>Dovecot, which tells by CONDSTORE when a keyword is set.</summary>
public sealed class DovecotPrivateLabels(DovecotServer server) : PrivateLabelsContract(server), IClassFixture<DovecotServer>;

/// <summary>Cyrus with its own mail store.</summary>
public sealed class CyrusPrivateLabels(CyrusServer server) : PrivateLabelsContract(server), IClassFixture<CyrusServer>;
