using System.Globalization;
using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Domain.Meetings;
using CrmSync.Storage.Digests;
using CrmSync.Storage.Harvest;
using CrmSync.Storage.Log;
using CrmSync.Storage.Meetings;
using CrmSync.Storage.Privacy;
using Dapper;
using NodaTime;

namespace CrmSync.Storage.Tests;

/// <summary>Everything kept beside mails: meetings, commands, contacts, digests, settings; and what takes people out again.</summary>
public abstract class KeepingContract(IDatabases databases)
{
    protected IDatabases Databases => databases;

    protected static readonly MeetingMerge Merge = new(new InvitationTrust(_ => false), MeetingPeople.Strangers);

    [Fact]
    public async Task Copies_of_a_meeting_in_two_calendars_are_one_line_that_follows_them()
    {
        await using var scene = await Scene.On(await databases.New(), "ana", "ben");
        var meetings = new MeetingLog(scene.Database);
        var copy = Meeting("ana");
        Assert.Equal(
            new MeetingCounts(1, 0, 0),
            await meetings.Store(scene.Account(), [copy.Key.Uid], [copy], Merge, Some.Classifier.Ours, default));
        Assert.Equal(
            new MeetingCounts(0, 1, 0),
            await meetings.Store(scene.Account("ben"), [copy.Key.Uid], [Meeting("ben")], Merge, Some.Classifier.Ours, default));
        Assert.Equal(copy, Assert.Single(await meetings.ReadCopies(scene.Account(), default)));

        var line = Assert.Single(await scene.Log());
        Assert.Equal(
            (InteractionKind.Meeting, "Kick-off", Some.Noon, 3, "ana+ben"),
            (line.Kind, line.Subject, line.At, line.Participants.Count, string.Join('+', line.Accounts)));
        Assert.Equal(MeetingStatus.Held, line.Meeting!.StatusAt(Some.Noon + Some.Hours(1), line.Participants));

        await meetings.Store(
            scene.Account(),
            [copy.Key.Uid],
            [copy with { Start = Some.Noon + Some.Hours(2), End = Some.Noon + Some.Hours(3), Sequence = 1 }],
            Merge,
            Some.Classifier.Ours,
            default);
        Assert.Equal(Some.Noon + Some.Hours(2), Assert.Single(await scene.Log()).At);
        await meetings.Store(scene.Account("ben"), [copy.Key.Uid], [], Merge, Some.Classifier.Ours, default);
        Assert.Equal(
            new MeetingCounts(0, 0, 1),
            await meetings.Store(scene.Account(), [copy.Key.Uid], [], Merge, Some.Classifier.Ours, default));
        Assert.Empty(await scene.Log());
    }

    [Fact]
    public async Task An_answer_that_came_by_mail_counts_whenever_the_calendar_is_read()
    {
        await using var scene = await Scene.On(await databases.New());
        var meetings = new MeetingLog(scene.Database);
        var answer = new InvitationMail
        {
            Method = InvitationMethod.Reply,
            Account = "ana",
            Senders = [Some.Address("bob@acme.example")],
            At = Some.Noon - Some.Hours(20),
            Uid = Meeting("ana").Uid,
            Organizer = Some.Named("ana@bright.example"),
            Invitees = [new Invitee(Some.Address("bob@acme.example"), "Bob", MeetingResponse.Declined)],
        };
        await meetings.Store([answer, answer], Merge, Some.Classifier.Ours, default);
        await meetings.Store(scene.Account(), [], [Meeting("ana")], Merge, Some.Classifier.Ours, default);

        Assert.Equal(MeetingResponse.Declined, Assert.Single(await scene.Log()).Participants.Single(p => !p.Internal).Response);
        Assert.Equal(new MeetingCounts(0, 1, 0), await meetings.Derive(Merge, Some.Classifier.Ours, default));
    }

    [Fact]
    public async Task A_command_said_twice_is_one_line()
    {
        await using var scene = await Scene.On(await databases.New());
        var command = new Interaction
        {
            Id = "0000000command",
            Kind = InteractionKind.Command,
            At = Some.Noon,
            Seen = Some.Noon,
            Accounts = ["ana"],
            Command = new CommandFacts(Some.Address("ana@bright.example"), CommandVerb.Snooze)
            {
                Until = Some.Noon + Some.Hours(72),
                Contact = Some.Address("bob@acme.example"),
                Rule = "reply",
                Text = "on holiday",
            },
        };
        Assert.Equal(1, await new CommandLog(scene.Database).Add([command], default));
        Assert.Equal(0, await new CommandLog(scene.Database).Add([command], default));
        Assert.Equal(command.Command, Assert.Single(await scene.Log()).Command);
    }

    [Fact]
    public async Task A_step_of_an_item_is_told_once_to_a_reader()
    {
        await using var scene = await Scene.On(await databases.New());
        var notifications = new Notifications(scene.Database);
        ToldStep[] steps = [new("item1", "warn"), new("item1", "escalate"), new("item2", "warn")];
        Assert.Equal(steps[..1], await notifications.Tell("ana", "1@x", steps[..1], Some.Noon, default));
        Assert.Equal(steps[1..], await notifications.Untold("ana", steps, default));
        Assert.Equal(steps[1..], await notifications.Tell("ana", "2@x", steps, Some.Noon, default));
        Assert.Equal(steps[..1], await notifications.Tell("ana", "1@x", steps, Some.Noon, default));
        Assert.Equal(steps, await notifications.Untold("ben", steps, default));
    }

    [Fact]
    public async Task Settings_are_kept_and_the_installation_is_made_once()
    {
        await using var scene = await Scene.On(await databases.New());
        await using var second = await databases.Again();
        var settings = new Settings(scene.Database);
        Assert.Null(await settings.Get("policy", default));
        await settings.Set("policy", "a", default);
        await settings.Set("policy", "b", default);
        Assert.Equal("b", await new Settings(second).Get("policy", default));
        await settings.Set("policy", null, default);
        Assert.Null(await settings.Get("policy", default));
        Assert.Equal(await settings.Installation(default), await new Settings(second).Installation(default));
        Assert.Equal(32, (await settings.Secret("tokens", default)).Length);
    }

    [Fact]
    public async Task A_changed_configuration_changes_what_is_derived_and_nothing_else()
    {
        await using var scene = await Scene.On(await databases.New());
        var before = new Classifier(Some.Policy with { Us = new OurSide(["bright.example", "acme.example"], []) });
        var derivation = new Derivation(scene.Database, new Settings(scene.Database));
        Assert.False(await derivation.IsCurrent("1", default));
        await scene.Deliver(
            Some.Line(Some.Mail(id: "1@acme.example")),
            Some.Line(Some.Mail("bob@acme.example", "Re: The offer", at: Some.Noon + Some.Hours(20))),
            Some.Line(Some.Mail("eve@shop.example", at: Some.Noon + Some.Hours(2))));
        var text = await scene.Text();

        Assert.Equal(3, await derivation.Run(before, "1", null, default));
        Assert.Equal(
            [InteractionClass.Internal, InteractionClass.Human, InteractionClass.Internal],
            (await scene.Log()).Select(l => l.Class!.Value));
        Assert.False(await derivation.IsCurrent("1", default));
        await derivation.Finish("1", default);
        Assert.True(await derivation.IsCurrent("1", default));
        Assert.False(await derivation.IsCurrent("2", default));
        await derivation.Run(Some.Classifier, "2", null, default);
        Assert.Equal(text, await scene.Text());
    }

    [Fact]
    public async Task A_derivation_that_was_broken_off_goes_on_and_begins_anew_with_another_configuration()
    {
        await using var scene = await Scene.On(await databases.New());
        var before = new Classifier(Some.Policy with { Us = new OurSide(["bright.example", "acme.example"], []) });
        foreach (var hour in Enumerable.Range(0, 5))
            await scene.Deliver(Some.Line(Some.Mail(id: $"{hour}@acme.example", at: Some.Noon + Some.Hours(hour))));

        var derivation = new Derivation(scene.Database, new Settings(scene.Database)) { PageSize = 2 };
        using (var stop = new CancellationTokenSource())
            await Assert.ThrowsAsync<OperationCanceledException>(
                () => derivation.Run(before, "1", new StopsAfter(4, stop), stop.Token));

        Assert.False(await derivation.IsCurrent("1", default));
        Assert.Equal(1, await derivation.Run(before, "1", null, default));
        Assert.All(await scene.Log(), line => Assert.Equal(InteractionClass.Internal, line.Class));
        Assert.Equal(5, await derivation.Run(Some.Classifier, "2", null, default));
        await derivation.Forget(default);
        Assert.Equal(5, await derivation.Run(Some.Classifier, "2", null, default));
        Assert.All(await scene.Log(), line => Assert.Equal(InteractionClass.Human, line.Class));
    }

    [Fact]
    public async Task A_log_that_spells_a_domain_for_the_wire_is_joined_with_its_letters_when_it_is_derived_again()
    {
        await using var scene = await Scene.On(await databases.New());
        var derivation = new Derivation(scene.Database, new Settings(scene.Database));
        await scene.Deliver(Some.Line(Some.Mail("bo@köping.example", id: "1@acme.example")));
        await derivation.Run(Some.Classifier, "1", null, default);
        var text = await scene.Text();
        await scene.Database.Write(
            async scope =>
            {
                foreach (var column in new[] { "interaction set author", "participant set address", "interaction set facts" })
                    await scope.Execute($"update {column} = replace({column.Split(' ')[2]}, 'köping', 'xn--kping-jua')");
            },
            default);
        var bo = new LogFilter { With = [Some.Address("bo@köping.example")] };
        Assert.Empty(await scene.Log(bo));

        await derivation.Run(Some.Classifier, "2", null, default);
        Assert.Equal(text, await scene.Text(bo));
    }

    [Fact]
    public async Task Somebody_erased_under_the_spelling_for_the_wire_stays_erased_under_the_other()
    {
        await using var scene = await Scene.On(await databases.New());
        var address = Some.Address("bo@köping.example");
        var bo = new SomePerson([address]);
        var erasure = new Erasure(scene.Database, Scene.Text);
        await erasure.Forget(bo, Some.Classifier, Merge, Some.Noon, TimeSpan.Zero, default);
        await scene.Database.Write(
            async scope =>
            {
                var marks = ErasedPeople.Marks(await ErasedPeople.Salt(scope), address).ToList();
                Assert.Equal(
                    1,
                    await scope.Execute("update erasure set mark = @old where mark = @mark", new { old = marks[1], mark = marks[0] }));
            },
            default);
        await scene.Deliver(Some.Line(Some.Mail("bo@xn--kping-jua.example")));
        Assert.Empty(await scene.Log());
        Assert.True(await erasure.Lift(bo, default));
    }

    [Fact]
    public async Task Somebody_erased_is_gone_and_stays_gone()
    {
        await using var scene = await Scene.On(await databases.New());
        var theirs = Some.Mail("bob@acme.example", "Mine", id: "1@acme.example");
        var shared = Some.Mail("dora@acme.example", "Ours", body: "as Bob said", id: "2@acme.example", at: Some.Noon + Some.Hours(1)) with
        {
            Cc = [Some.Named("bob@acme.example", "Bob")],
        };
        var other = Some.Mail("eve@shop.example", "Hers", at: Some.Noon + Some.Hours(2));
        await scene.Deliver(Some.Line(theirs), Some.Line(shared), Some.Line(other));
        var meetings = new MeetingLog(scene.Database);
        await meetings.Store(scene.Account(), [], [Meeting("ana")], Merge, Some.Classifier.Ours, default);

        var bob = new SomePerson([Some.Address("bob@acme.example")]);
        var erasure = new Erasure(scene.Database, Scene.Text);
        var export = new PersonExport(scene.Database, new ContactLog(scene.Database), Scene.Text);
        var held = await export.Read(bob, default);
        Assert.Equal(["Kick-off", "Mine", "Ours"], held.Lines.Select(l => l.Subject));
        Assert.False(held.IsErased);
        var lines = (await scene.Log()).ConvertAll(line => line.Id);
        Assert.Equal(3, (await new MailCopies(scene.Database).Find(lines, default)).Count(copy => copy.WebLink is not null));
        Assert.Equal(lines[1..3].Order(StringComparer.Ordinal), held.WebLinks.Select(link => link.Line).Order(StringComparer.Ordinal));

        var rehearsed = await erasure.Rehearse(bob, Some.Classifier, Merge, Some.Noon, default);
        Assert.Equal((2, 1), (rehearsed.Removed, rehearsed.Reduced));
        Assert.Equal(rehearsed, await erasure.Forget(bob, Some.Classifier, Merge, Some.Noon, TimeSpan.Zero, default));
        Assert.Equal(
            [null, "https://mail.example/ana/2"],
            (await new MailCopies(scene.Database).Find(lines, default)).Select(copy => copy.WebLink).Order(StringComparer.Ordinal));
        await scene.Database.Compact(tables: false, default);
        for (var again = 0; again < 2; again++)
        {
            Assert.DoesNotContain("bob@", await scene.Text(), StringComparison.OrdinalIgnoreCase);
            Assert.Equal([null, "Hers"], (await scene.Log()).Select(l => l.Subject));
            Assert.True((await export.Read(bob, default)).IsErased);

            // The mailbox is read anew.
            var counts = await scene.Deliver(Some.Line(theirs), Some.Line(shared), Some.Line(other));
            Assert.Equal((0, 2, 1), (counts.New, counts.Known, counts.Skipped));
            await meetings.Store(scene.Account(), [], [Meeting("ana")], Merge, Some.Classifier.Ours, default);
        }

        if (databases is SqliteFiles files)
            Assert.DoesNotContain(
                "bob@acme",
                System.Text.Encoding.UTF8.GetString(await File.ReadAllBytesAsync(files.Last)),
                StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mail_that_names_somebody_and_is_being_sent_is_waited_for_and_never_sent_twice()
    {
        await using var scene = await Scene.On(await databases.New());
        var ledger = new DigestLedger(scene.Database);
        PlannedMail[] mails =
        [
            new("sending@x", "my-day", "ana", "2026-03-02", Some.Noon),
            new("ready@x", "my-day", "ben", "2026-03-02", Some.Noon),
            new("other@x", "my-day", "cleo", "2026-03-02", Some.Noon),
        ];
        foreach (var mail in mails)
        {
            await ledger.Plan(mail, Some.Noon, default);
            var text = mail.Reader == "cleo" ? "nothing to do" : "answer bob@acme.example";
            await ledger.KeepBytes(mail.MessageId, System.Text.Encoding.UTF8.GetBytes(text), [], Some.Noon, default);
        }

        await databases.SetTime(Some.Noon);
        Assert.Single((await ledger.Settle([], ["sending@x"], false, Duration.FromMinutes(15), default)).Mails);
        var bob = new SomePerson([Some.Address("bob@acme.example")]);
        var erasure = new Erasure(scene.Database, Scene.Text);
        var waiting = await Assert.ThrowsAsync<MailUnderWayException>(
            () => erasure.Forget(bob, Some.Classifier, Merge, Some.Noon, TimeSpan.Zero, default));
        Assert.Contains("my-day for ana of 2026-03-02", waiting.Message, StringComparison.Ordinal);
        Assert.NotNull((await ledger.Find("ready@x", default))!.Bytes);

        // Nobody sends any more what has been under way for so long; what is ready is written once more under its own id.
        var later = Some.Noon + Duration.FromMinutes(16);
        await databases.SetTime(later);
        Assert.Equal(2, (await erasure.Forget(bob, Some.Classifier, Merge, later, TimeSpan.Zero, default)).Mails);
        var (sending, ready, other) = (
            (await ledger.Find("sending@x", default))!, (await ledger.Find("ready@x", default))!, (await ledger.Find("other@x", default))!);
        Assert.Equal((LedgerState.Refused, LedgerState.Planned, LedgerState.Rendered), (sending.State, ready.State, other.State));
        Assert.Equal((null, null), (sending.Bytes, ready.Bytes));
        Assert.NotNull(other.Bytes);
        Assert.False(await ledger.Plan(mails[0], later, default));
    }

    [Fact]
    public async Task What_our_mails_say_by_the_subject_of_an_erased_line_alone_goes_too()
    {
        await using var scene = await Scene.On(await databases.New());
        var ledger = new DigestLedger(scene.Database);
        await scene.Deliver(
            Some.Line(Some.Mail("bob@acme.example", "Re: The roof of the stable", id: "1@acme.example")),
            Some.Line(Some.Mail("bob@acme.example", "Hi", id: "2@acme.example", at: Some.Noon + Some.Hours(1))),
            Some.Line(Some.Mail("eve@shop.example", "Paint", id: "3@shop.example", at: Some.Noon + Some.Hours(2))));
        await new MeetingLog(scene.Database).Store(scene.Account(), [], [Meeting("ana")], Merge, Some.Classifier.Ours, default);
        Dictionary<string, string> said = new()
        {
            ["news"] = "Closed by an answer: “The roof of\n   the stable”",
            ["meeting"] = "14:00  Kick-off",
            ["other"] = "“Paint”, the roof of the house. Hi!",
        };
        foreach (var (name, text) in said)
        {
            await ledger.Plan(new PlannedMail(name, "my-day", name, "2026-03-02", Some.Noon), Some.Noon, default);
            await ledger.KeepBytes(name, System.Text.Encoding.UTF8.GetBytes(text), [], Some.Noon, default);
        }

        var bob = new SomePerson([Some.Address("bob@acme.example")]);
        var held = await new PersonExport(scene.Database, new ContactLog(scene.Database), Scene.Text).Read(bob, default);
        Assert.Equal(["meeting", "news"], held.OwnMails.Select(mail => mail.MessageId).Order());
        await new Erasure(scene.Database, Scene.Text).Forget(bob, Some.Classifier, Merge, Some.Noon, TimeSpan.Zero, default);

        Assert.Null((await ledger.Find("news", default))!.Bytes);
        Assert.Null((await ledger.Find("meeting", default))!.Bytes);
        Assert.NotNull((await ledger.Find("other", default))!.Bytes);
    }

    [Fact]
    public async Task The_views_speak_the_words_of_the_interface()
    {
        await using var scene = await Scene.On(await databases.New(), "ana", "ben");
        await scene.Deliver(
            Some.Line(Some.Mail(id: "1@acme.example") with { Headers = new Dictionary<string, string>() }, seen: Some.Noon + Some.Hours(1))
        );
        await scene.Deliver("ben", Some.Line(Some.Mail(id: "1@acme.example"), "ben"));
        await scene.Deliver(
            Some.Line(
                Some.Mail("ana@bright.example", "Re: The offer", at: Some.Noon + Some.Hours(3)) with
                {
                    To = [Some.Named("bob@old.example")],
                }),
            Some.Line(
                Some.Mail("news@shop.example", "News", at: Some.Noon + Some.Hours(4)) with
                {
                    Headers = new Dictionary<string, string> { ["list-id"] = "news" },
                }));
        await new MeetingLog(scene.Database).Store(scene.Account(), [], [Meeting("ana")], Merge, Some.Classifier.Ours, default);
        var bob = new KnownContact(Some.Address("bob@acme.example"))
        {
            Name = "Robert",
            Addresses = [Some.Address("bob@acme.example"), Some.Address("bob@old.example")],
            Organisation = "acme.example",
            Owner = "ana",
            AssignedTo = "ana",
            Segments = [],
        };
        var units = new Units(scene.Database);
        var look = await units.Begin("some policy", Some.Noon, default);
        Assert.True(await units.Keep(look, [new Unit("acme.example", null) { Contacts = [bob] }], place: null, Some.Noon, default));

        await using var connection = await scene.Database.Connect(default);
        Assert.Equal(
            new ContactRow
            {
                Address = "bob@acme.example",
                Name = "Robert",
                Addresses = 2,
                Organisation = "acme.example",
                Owner = "ana",
                FirstContact = Some.Noon,
                LastContact = Some.Noon + Some.Hours(3),
                Received = 1,
                Sent = 1,
                Mailings = 0,
                Meetings = 1,
            },
            await connection.QuerySingleAsync<ContactRow>("select * from contacts"));

        var rows = (await connection.QueryAsync("select * from contact_log order by at, id"))
            .Select(row => (IDictionary<string, object?>)row)
            .ToArray();
        Assert.Equal(
            "id,at,seen,kind,class,direction,subject,thread,message_id,uid,occurrence,start,end,status,accounts,text,question,"
                + "acknowledgement,attachments,markers,in_reply_to,reasons,seconds",
            string.Join(',', rows[0].Keys));
        Assert.Equal("ana, ben", rows.Single(r => (string?)r["message_id"] == "1@acme.example")["accounts"]);
        Assert.Equal(["meeting", "mail", "mail", "mail"], rows.Select(r => r["kind"]));
        Assert.Equal([null, "human", "human", "bulk"], rows.Select(r => r["class"]));
        Assert.Equal(["held", null, null, null], rows.Select(r => r["status"]));
        Assert.Equal(Some.Noon, rows[0]["at"] is string text ? Instants.Parse(text) : Instant.FromDateTimeUtc((DateTime)rows[0]["at"]!));
        var people = (await connection.QueryAsync("select * from contact_log_participants order by at, address, role"))
            .Select(row => (IDictionary<string, object?>)row)
            .ToArray();
        Assert.Equal("id,at,address,name,role,internal,response,bounced", string.Join(',', people[0].Keys));
        Assert.Equal(
            "ana@bright.example organizer True",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{people[0]["address"]} {people[0]["role"]} {Convert.ToBoolean(people[0]["internal"], CultureInfo.InvariantCulture)}"));
    }

    private static MeetingCopy Meeting(string account) => new()
    {
        Uid = "0123456789abcdef@bright.example",
        Account = account,
        Owner = Some.Address(account + "@bright.example"),
        Start = Some.Noon,
        End = Some.Noon + Some.Hours(1),
        Subject = "Kick-off",
        Organizer = Some.Named("ana@bright.example", "Ana"),
        Invitees = account == "ana" ? [new Invitee(Some.Address("bob@acme.example"), "Bob")] : [],
        FirstSeen = Some.Noon - Some.Hours(48),
        LastSeen = Some.Noon - Some.Hours(1),
    };

    /// <summary>The view <c>contacts</c>.</summary>
    private sealed record ContactRow
    {
        public required string Address { get; init; }

        public string? Name { get; init; }

        public int Addresses { get; init; }

        public string? Organisation { get; init; }

        public string? Owner { get; init; }

        public Instant? FirstContact { get; init; }

        public Instant? LastContact { get; init; }

        public int Received { get; init; }

        public int Sent { get; init; }

        public int Mailings { get; init; }

        public int Meetings { get; init; }
    }

    /// <summary>Stops what reports when it has done so many.</summary>
    private sealed class StopsAfter(long many, CancellationTokenSource stop) : IProgress<long>
    {
        public void Report(long value)
        {
            if (value >= many)
                stop.Cancel();
        }
    }
}

public sealed class SqliteKeepingTests(SqliteFiles files) : KeepingContract(files), IClassFixture<SqliteFiles>;

[Collection(PostgresTests.Name)]
public sealed class PostgresKeepingTests(PostgresDatabases server) : KeepingContract(server)
{
    [Fact]
    public async Task A_mail_that_is_taken_to_be_sent_while_somebody_in_it_is_erased_is_waited_for()
    {
        await using var scene = await Scene.On(await Databases.New());
        await using var sender = await Databases.Again();
        var ledger = new DigestLedger(scene.Database);
        await ledger.Plan(new PlannedMail("ready@x", "my-day", "ana", "2026-03-02", Some.Noon), Some.Noon, default);
        await ledger.KeepBytes("ready@x", "answer bob@acme.example"u8.ToArray(), [], Some.Noon, default);

        // Claims do not wait for whoever writes: this one comes after it was found that nothing is being sent.
        var looks = 0;
        var erasure = new Erasure(scene.Database, bytes => ++looks == 2 ? Claimed(sender, bytes) : Scene.Text(bytes));
        var bob = new SomePerson([Some.Address("bob@acme.example")]);
        await Assert.ThrowsAsync<MailUnderWayException>(
            () => erasure.Forget(bob, Some.Classifier, Merge, Some.Noon, TimeSpan.Zero, default));
        Assert.Equal(2, looks);
        Assert.Equal(LedgerState.Sending, (await ledger.Find("ready@x", default))!.State);
    }

    private static string Claimed(ContactDatabase sender, byte[] bytes)
    {
        var claim = Task.Run(() => new DigestLedger(sender).Settle([], ["ready@x"], false, Duration.FromMinutes(15), default));
        Assert.Single(claim.GetAwaiter().GetResult().Mails);
        return Scene.Text(bytes);
    }
}
