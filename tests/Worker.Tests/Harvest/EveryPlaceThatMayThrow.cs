using System.Reflection;
using CrmSync.Storage.Harvest;
using CrmSync.Worker.Commands;
using CrmSync.Worker.Commands.Authorship;
using CrmSync.Worker.Delivery;
using CrmSync.Worker.Digests;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.Sources;
using CrmSync.Worker.Tests.Cli;
using CrmSync.Worker.Tests.Commands;
using CrmSync.Worker.Tests.Digests;
using CrmSync.Worker.Tests.Jobs;
using CrmSync.Worker.Tests.Pages;
using CrmSync.Worker.Tests.PolicyFiles;
using CrmSync.Worker.Tests.Sources;

namespace CrmSync.Worker.Tests.Harvest;

/// <summary>
/// The list of every place in the compiled program that calls a source, a reader of mails or calendars, something that writes mails or
/// commands, or a way out, with the test that throws there what nobody expects. Whatever is stored is thrown at table by table
/// (<see cref="WritesThatFail"/>).
/// </summary>
public sealed class EveryPlaceThatMayThrow
{
    private const string Source = nameof(WhatNobodyExpected.A_source_that_throws_ends_nothing_but_its_own_harvest_which_says_so_in_words);
    private const string Folder = nameof(OneFolderThatThrows.While_it_is_listed);
    private const string Listing = nameof(OneFolderThatThrows.While_its_list_is_stored);
    private const string Files = nameof(FilesOfTheFarFuture.It_is_set_aside_and_the_others_are_read);
    private const string Item =
        nameof(WhatNobodyExpected.One_item_that_throws_is_told_and_tried_again_and_set_aside_the_third_time_and_all_others_are_read);

    private const string Watch = nameof(TurnsTests.An_account_whose_server_cannot_be_asked_for_news_says_so_and_is_read);
    private const string Page = nameof(OpeningPages.A_page_that_meets_what_nobody_expected_says_so_and_keeps_no_other_from_being_opened);
    private const string Named = nameof(WhatNobodyExpected.A_group_that_cannot_be_asked_stands_for_its_members);
    private const string OldForm = nameof(HostileMail.A_mail_kept_in_a_form_nobody_knows_any_more_stops_no_other);
    private const string PolicyTest = nameof(TestingThePolicy.One_test_that_cannot_run_does_not_stop_the_others);
    private const string Verb = nameof(VerbTests.A_verb_that_meets_what_nobody_expected_says_so_in_words);
    private const string Group = nameof(WhatNobodyExpected.A_group_whose_members_cannot_be_asked_for_ends_nothing_else);
    private const string Stored = nameof(WritesThatFail.Rows_that_cannot_be_written_stop_nothing_else_and_are_written_later);
    private const string Command = nameof(OneCommandThatCannotBeCarriedOut.It_waits_and_is_carried_out_when_it_can_be);
    private const string Digest = nameof(OneMailThatCannotBeWritten.A_digest_that_cannot_be_composed_is_told_and_written_when_it_can_be);
    private const string Shown = nameof(OneMailThatCannotBeWritten.Digests_that_are_only_shown_are_shown_without_the_one_that_cannot_be);
    private const string Notice =
        nameof(OneMailThatCannotBeWritten.An_immediate_mail_that_cannot_be_written_is_told_and_written_when_it_can_be);

    private const string Answer =
        nameof(OneMailThatCannotBeWritten.An_answer_that_cannot_be_written_keeps_no_other_from_being_given_nor_any_digest);

    private const string HandOver = nameof(OneMailThatCannotBeWritten.A_mail_at_which_handing_over_throws_stops_no_other);
    private const string Job = nameof(JobRunnerTests.Whatever_work_throws_becomes_words);
    private const string Check = nameof(CheckingTheConfiguration.With_connect_a_database_and_a_way_out_that_cannot_be_used_fail_the_check);

    /// <summary>A call that is new in the program is missing here, and the test says so.</summary>
    private static readonly Dictionary<string, string> Places = new(StringComparer.Ordinal)
    {
        ["AccountHarvest.Discover -> ISource.Discover"] = Source,
        ["AccountHarvest.Discover -> ListingStore.Store"] = Listing,
        ["AccountHarvest.SettleCommands -> CommandExecution.Settle"] = Command,
        ["AccountHarvest.TakeTurn -> MeetingHarvest.MoveInvitations"] = Stored,
        ["AccountSources.Named -> ReadableAccount.get_Members"] = Named,
        ["AnswerRun.Write -> AnswerRun.Write"] = Answer,
        ["AnswerRun.Write -> DigestMails.WriteAnswer"] = Answer,
        ["BatchReader.ReadTogether -> ISource.Read"] = Source,
        ["BatchStore.Store -> CommandExecution.Keep"] = Stored,
        ["BatchStore.Store -> HarvestLedger.Store"] = Stored,
        ["BatchStore.Store -> MeetingHarvest.Store"] = Stored,
        ["CalDavSource.Discover -> EachFolder.List"] = Folder,
        ["CalDavSource.Keep -> CalendarReader.Read"] = Folder,
        ["CallSource.Discover -> EachFolder.List"] = Folder,
        ["CommandExecution.FindAuthor -> DkimCheck.Verify"] = Command,
        ["CommandExecution.FindAuthor -> TrustedWord.Read"] = Command,
        ["CommandExecution.Obey -> CommandMeaning.Read"] = Command,
        ["CommandExecution.Readable -> CommandMail.Read"] = OldForm,
        ["ConnectCheck.CanSend -> SmtpDelivery.Connect"] = Check,
        ["ConnectCheck.Run -> ISource.Connect"] = Check,
        ["ConnectCheck.Run -> ReadableAccount.get_Open"] = Check,
        ["DigestDispatch.IsAnythingDue -> AnswerRun.Due"] = Job,
        ["DigestDispatch.MailCode -> DigestMails.WriteNote"] = Page,
        ["DigestDispatch.SendReady -> DeliveryWays.Open"] = Job,
        ["DigestDispatch.SendReady -> Outbox.SendAll"] = Job,
        ["DigestDispatch.Show -> DigestRun.Show"] = Shown,
        ["DigestDispatch.TellAdmin -> DigestMails.WriteNote"] = Job,
        ["DigestDispatch.Write -> AnswerRun.Due"] = Answer,
        ["DigestDispatch.Write -> AnswerRun.Write"] = Answer,
        ["DigestDispatch.Write -> DigestRun.Write"] = Digest,
        ["DigestDispatch.Write -> NoticeRun.Write"] = Notice,
        ["DigestForms.Read -> MimeReader.Read"] = Command,
        ["DigestVerb..cctor -> MimeReader.Read"] = Verb,
        ["DigestVerb.Show -> MimeReader.Read"] = Verb,
        ["EachFolder.List -> EachFolder.Try"] = Folder,
        ["EmlSource.Discover -> EachFolder.List"] = Files,
        ["FolderDelivery.Deliver -> MimeReader.Read"] = HandOver,
        ["FreshHarvest.MayBeRead -> ReadableAccount.get_NotBefore"] = Source,
        ["GraphCalendars.List -> EachFolder.List"] = Folder,
        ["GraphDelivery.Deliver -> MimeReader.Read"] = HandOver,
        ["GroupSource.Connect -> ISource.Connect"] = Check,
        ["GroupSource.Connect -> ReadableAccount.get_Open"] = Check,
        ["GraphMail.ReadFacts -> MimeReader.Read"] = Item,
        ["GraphMailboxSource.Discover -> EachFolder.List"] = Folder,
        ["GraphMailboxSource.Discover -> EachFolder.Try"] = Folder,
        ["GraphMailboxSource.ReadMime -> MimeReader.Read"] = Item,
        ["GraphMailboxSource.ReadMime -> MimeReader.ReadAsync"] = Item,
        ["GraphMailboxSource.WalkAll -> EachFolder.Try"] = Folder,
        ["HarvestAll.Continue -> ReadableAccount.get_Open"] = Source,
        ["HarvestAll.Continue -> ReadableAccount.get_Watch"] = Watch,
        ["HarvestAll.HarvestMembers -> ReadableAccount.get_Members"] = Group,
        ["IcsFeedSource.Parse -> CalendarReader.Read"] = Source,
        ["IcsSource.Discover -> EachFolder.List"] = Folder,
        ["IcsSource.Parse -> CalendarReader.Read"] = Folder,
        ["ImapSource.Discover -> EachFolder.List"] = Folder,
        ["InvitationTranslation.CreateMessages -> CalendarReader.Read"] = Item,
        ["InvitationTranslation.IsPrivate -> CalendarReader.Read"] = Item,
        ["InvitedSeries.Read -> CalendarReader.Read"] = Stored,
        ["LargeMail.Plan -> MimeReader.Read"] = Item,
        ["ListingStore.Store -> EachFolder.Try"] = Listing,
        ["ListingStore.Store -> ListingStore.Store"] = Listing,
        ["MailTranslation.ReadFacts -> OwnText.From"] = Item,
        ["MailTranslation.ReadReport -> MailReport.Parse"] = Item,
        ["MailboxMessages.MessageIds -> MimeReader.Read"] = Folder,
        ["MaildirSource.Discover -> EachFolder.List"] = Folder,
        ["MeetingHarvest.MoveInvitations -> InvitedSeries.Continue"] = Stored,
        ["MessageFetch.FetchWithBytes -> MimeReader.Read"] = Item,
        ["MessageReading.SetAside -> MimeReader.Read"] = Item,
        ["NoticeRun.Render -> DigestMails.WriteNotice"] = Notice,
        ["NoticeRun.Write -> NoticeRun.Write"] = Notice,
        ["Outbox.HandOver -> IMailDelivery.Deliver"] = HandOver,
        ["Outbox.Strangers -> MimeReader.Read"] = HandOver,
        ["OwnMailText.Read -> MimeReader.Read"] = Verb,
        ["PastedTranslation.Read -> ForwardedMail.Find"] = Item,
        ["ReadingResults.AddMail -> CommandMail.Create"] = Item,
        ["ReadingResults.IsPrivate -> InvitationTranslation.IsPrivate"] = Item,
        ["ReadingResults.ReadInvitations -> InvitationTranslation.CreateMessages"] = Item,
        ["TestLog.ReadFacts -> OwnText.From"] = PolicyTest,
        ["Writing.Write -> DigestMails.WriteFitting"] = Digest,
    };

    /// <summary>Who only looks whether an account is a group, and what the compiler makes of a record.</summary>
    private static readonly string[] Elsewhere =
    [
        "AccountStatuses.", "HarvestAll.TakeTurns", "HarvestJob.Execute", "HarvestJob.Harvest -> ReadableAccount.get_Members",
        "HarvestOrder.", "HarvestedLog.", "ReadableAccount.",
    ];

    [Fact]
    public void Each_is_known_and_has_a_test_that_throws_there()
    {
        var found = CallsInTheProgram.Find(typeof(HarvestAll).Assembly, IsAmongThem)
            .Where(call => !Array.Exists(Elsewhere, place => call.StartsWith(place, StringComparison.Ordinal)))
            .ToHashSet(StringComparer.Ordinal);
        Assert.Equal([], found.Except(Places.Keys).Order(StringComparer.Ordinal));
        Assert.Equal([], Places.Keys.Except(found).Order(StringComparer.Ordinal));
        var tests = typeof(EveryPlaceThatMayThrow).Assembly.GetTypes().SelectMany(type => type.GetMethods()).Select(one => one.Name);
        Assert.Equal([], Places.Values.Except(tests));
    }

    private static bool IsAmongThem(MethodBase method) => (method.DeclaringType?.Name, method.Name) is
        (nameof(ISource) or nameof(EachFolder), _)
        or (nameof(ListingStore), nameof(ListingStore.Store))
        or (nameof(HarvestLedger), nameof(HarvestLedger.Store))
        or (nameof(ReadableAccount), "get_Open" or "get_Members" or "get_NotBefore" or "get_Watch")
        or (nameof(MeetingHarvest), nameof(MeetingHarvest.Store) or nameof(MeetingHarvest.MoveInvitations))
        or (nameof(InvitationTranslation), nameof(InvitationTranslation.CreateMessages) or nameof(InvitationTranslation.IsPrivate))
        or (nameof(InvitedSeries), nameof(InvitedSeries.Continue))
        or (nameof(CommandMail), nameof(CommandMail.Create) or nameof(CommandMail.Read))
        or (nameof(CommandExecution), nameof(CommandExecution.Keep) or nameof(CommandExecution.Settle))
        or (nameof(CommandMeaning), nameof(CommandMeaning.Read))
        or (nameof(DkimCheck), nameof(DkimCheck.Verify))
        or (nameof(TrustedWord), nameof(TrustedWord.Read))
        or (nameof(DigestRun), nameof(DigestRun.Write) or nameof(DigestRun.Show))
        or (nameof(NoticeRun), nameof(NoticeRun.Write))
        or (nameof(AnswerRun), nameof(AnswerRun.Write) or nameof(AnswerRun.Due))
        or (nameof(DigestMails), nameof(DigestMails.WriteFitting) or nameof(DigestMails.WriteNotice))
        or (nameof(DigestMails), nameof(DigestMails.WriteAnswer) or nameof(DigestMails.WriteNote))
        or (nameof(Outbox), nameof(Outbox.SendAll))
        or (nameof(DeliveryWays), nameof(DeliveryWays.Open))
        or (nameof(SmtpDelivery), nameof(SmtpDelivery.Connect))
        or (nameof(IMailDelivery), nameof(IMailDelivery.Deliver))
        or ("MimeReader" or "CalendarReader", "Read" or "ReadAsync")
        or ("MailReport", "Parse")
        or ("OwnText", "From")
        or ("ForwardedMail", "Find");
}
