using CrmSync.Domain.Harvest;
using CrmSync.Worker.Tests.Harvest;
using NodaTime;

namespace CrmSync.Worker.Tests.Imap;

/// <summary>Servers that refuse, forget folders or want to be left in peace; nothing may be lost by it.</summary>
public sealed class OddSessionHarvestTests : OddServerCompany
{
    [Fact]
    public async Task A_search_that_fails_moves_nothing_and_is_made_up_for()
    {
        Server.On("UID SEARCH", "TAG NO [UNAVAILABLE] later");
        var failed = await Harvest();
        Assert.NotNull(failed.Problem);
        Assert.Equal(0, failed.New);
        Assert.Empty(await Folders());

        _ = new OddMailbox(Server, "INBOX", 1, 2, 3);
        Assert.Equal((3, 0), await Counts());
    }

    [Fact]
    public async Task A_search_that_succeeds_without_a_word_is_no_empty_folder()
    {
        await Counts();
        Server.On("UID SEARCH", "TAG OK done");
        Inbox.Holds(1, 2, 3, 4);

        Assert.Contains("without a result", (await Harvest()).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_list_of_folders_is_a_fault_and_forgets_nothing()
    {
        await Counts();
        Server.On("LIST", "TAG OK done");
        var empty = await Harvest();
        Assert.Contains("no folder", empty.Problem, StringComparison.Ordinal);
        Assert.False(empty.IsPermanent);

        Server.On("LIST", "* LIST () \"/\" INBOX\nTAG OK done");
        Assert.Equal((0, 3), await Counts());
    }

    [Fact]
    public async Task A_list_without_INBOX_is_completed_by_INBOX()
    {
        Server.On("LIST", "* LIST () \"/\" Customers\nTAG OK done").On("LIST \"\" INBOX", "* LIST () \"/\" INBOX\nTAG OK done");
        var customers = new OddMailbox(Server, "Customers", 1, 2, 3);

        Assert.Null((await Harvest()).Problem);
        Assert.Equal(["Customers", "INBOX"], (await Folders()).Select(folder => folder.Path).Order(StringComparer.Ordinal));
        Assert.Equal(3, customers.Mails.Count);
    }

    [Theory]
    [InlineData("TAG NO [NONEXISTENT] gone")]
    [InlineData("TAG NO Mailbox doesn't exist: Phantom")]
    [InlineData("TAG NO Access denied")]
    public async Task A_folder_that_cannot_be_opened_is_left_out_for_some_hours_and_the_others_are_read(string refusal)
    {
        Server
            .On("LIST", "* LIST () \"/\" INBOX\n* LIST () \"/\" Phantom\nTAG OK done")
            .On("STATUS \"Phantom\"", refusal)
            .On("EXAMINE \"Phantom\"", refusal);

        Assert.Equal(3, (await Harvest()).New);
        var tries = Tries();
        Inbox.Holds(1, 2, 3, 4);
        Assert.Equal(1, (await Counts()).New);
        Assert.Equal(tries, Tries());

        await Harvest(minutesLater: 6 * 60);
        Assert.True(Tries() > tries);

        int Tries() =>
            Server.Received.Count(command =>
                command.StartsWith("EXAMINE", StringComparison.Ordinal) && command.Contains("Phantom", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Calendars_contacts_and_tasks_that_Exchange_shows_as_folders_are_not_read_as_mail()
    {
        const string Folders =
            "* LIST () \"/\" INBOX\n* LIST () \"/\" Calendar\n* LIST () \"/\" Kontakte\n* LIST () \"/\" Tasks\n* LIST () \"/\" "
                + "Calendar/Birthdays\n* LIST () \"/\" Customers/Contacts\nTAG OK done";
        Server.Greet("* OK The Microsoft Exchange IMAP4 service is ready.").On("LIST", Folders);
        foreach (var name in new[] { "Calendar", "Kontakte", "Tasks", "Calendar/Birthdays", "Customers/Contacts" })
            _ = new OddMailbox(Server, name, 1, 2, 3);

        Assert.Null((await Harvest()).Problem);
        Assert.Equal(["Customers/Contacts", "INBOX"], (await this.Folders()).Select(folder => folder.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Elsewhere_people_may_call_a_folder_of_mails_Contacts()
    {
        Server.On("LIST", "* LIST () \"/\" INBOX\n* LIST () \"/\" Contacts\nTAG OK done");
        _ = new OddMailbox(Server, "Contacts", 1, 2, 3);

        Assert.Null((await Harvest()).Problem);
        Assert.Contains(await Folders(), folder => folder.Path == "Contacts");
    }

    [Fact]
    public async Task Throttling_with_a_hint_keeps_what_was_read_and_waits_as_long_as_asked()
    {
        var isBusy = true;
        Inbox.Answer = (items, answer) =>
            isBusy && items.Contains("BODY", StringComparison.Ordinal)
                ? answer[..answer.IndexOf("* 2 FETCH", StringComparison.Ordinal)]
                    + "TAG NO Request is throttled. Suggested Backoff Time: 1800000 milliseconds"
                : answer;

        var throttled = await Harvest();
        Assert.Equal(1, throttled.New);
        Assert.Contains("throttled", throttled.Problem, StringComparison.Ordinal);
        Assert.False(throttled.IsPermanent);

        isBusy = false;
        var asked = Server.Received.Count;
        Assert.Contains("tried again after", (await Harvest(minutesLater: 29)).Problem, StringComparison.Ordinal);
        Assert.Equal(asked, Server.Received.Count);
        Assert.Equal(2, (await Harvest(minutesLater: 2)).New);
        await HoldsOnly(1, 2, 3);
    }

    [Fact]
    public async Task A_goodbye_in_the_middle_of_a_reading_is_made_up_for_on_a_new_connection()
    {
        var isLeaving = true;
        Inbox.Answer = (_, answer) =>
        {
            var leaves = isLeaving;
            isLeaving = false;
            return leaves ? answer[..answer.IndexOf("* 2 FETCH", StringComparison.Ordinal)] + "* BYE shutting down\nCUT" : answer;
        };

        Assert.Equal((3, 0), await Counts());
        Assert.Equal(2, Server.Connections);
    }

    [Fact]
    public async Task Old_mail_that_a_migration_stamped_long_ago_or_today_is_judged_by_its_own_date()
    {
        Company.Since = TestCompany.Monday - Duration.FromDays(365);
        Inbox.Mails[4] = TestCompany.MailText("number 4", id: "4@acme.example", date: "Mon, 2 Mar 2015 08:00:00 +0000");
        Inbox.Line = (_, _, line) => line.Replace("02-Mar-2026", "01-Jan-1970", StringComparison.Ordinal);

        var summary = await Harvest();

        Assert.Equal((3, 1), (summary.New, summary.Skipped));
        await HoldsOnly(1, 2, 3);
        Assert.Contains(Server.Received, command => command.Contains("OR SINCE 1-Jan-2025 SENTSINCE 1-Jan-2025", StringComparison.Ordinal));
        Assert.Equal(TestCompany.Monday - Duration.FromHours(1), (await FindLine("number 1")).At);
    }

    private async Task<IReadOnlyList<FolderState>> Folders() =>
        await Company.Ledger.Folders(await Company.Accounts.Register("ana", "test", "ana@us.example", default), default);
}
