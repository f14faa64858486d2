using System.Globalization;
using System.Text.Json;
using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Mail.Mime;
using CrmSync.Storage.Log;
using CrmSync.Storage.Privacy;
using CrmSync.Worker.Digests;
using CrmSync.Worker.Harvest;
using NodaTime;
using static CrmSync.Worker.Tests.Harvest.TestCompany;

namespace CrmSync.Worker.Tests.Jobs;

/// <summary>Items that are kept by organisation are those of the whole log, whatever happens to the log.</summary>
public sealed class ItemsThatAreKept
{
    private const string Accounts =
        """
          - { eml: ../mail/ana, address: ana@us.example, name: ana }
          - { eml: ../mail/bob, address: bob@us.example, name: bob }
        """;

    private const string Policy =
        """
        version: 1
        us: { domains: [us.example] }
        defaults: { calendar: office, owner: ana }
        calendars: { office: { zone: Europe/Berlin, hours: { mon-fri: "09:00-17:00" } } }
        people: { ana: { email: ana@us.example }, bob: { email: bob@us.example, manager: ana } }
        contacts:
          - { primary: jane@acme.example, aliases: [jane@gmail.com] }
        segments: { vip: { domains: [acme.example], tags: [vip] } }
        cases: { order: { opens_on: { subject_has: order }, closes_on: { command: resolved, quiet_for: 10d } } }
        assign: [ { owner: first_contact } ]
        rules:
          - { respond: vip-reply, when: { segment: vip }, within: 2bh }
          - { respond: reply, within: 4bh, escalate: [ { after: 4bh, to: manager, via: email } ] }
          - { chase: waiting, after: 2bd }
          - { stay_in_touch: monthly, when: { segment: vip }, every: 2w }
          - { watch: late, metric: late_responses, window: 28d, at_least: 1, per: organisation }
          - { stay_in_touch: trial, every: 3w, mode: observe }
        limits:
          - { cap: often, max: 2, window: 7d, per: organisation }
          - { cap: one-person, max: 1, window: 5d }
        digests:
          - { digest: my-day, to: owners, at: "08:00", sections: [needs_you, overdue, due_today, to_do, news, proposals, held_back] }
          - { digest: the-firm, to: managers, at: "08:00" }

        """;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 6)];

    private static readonly string[] Outside =
        ["jane@acme.example", "jane@gmail.com", "zoe@sub.acme.example", "li@beta.example", "kim@beta.example", "sam@gmail.com"];

    private static readonly string[] Inside = ["ana@us.example", "bob@us.example"];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task They_are_those_of_the_whole_log_after_every_change(int seed)
    {
        await using var company = await Open();
        var some = new Some(company, new Random(seed));
        var rules = new HashSet<string>(StringComparer.Ordinal);
        for (var step = 0; step < 40; step++)
        {
            var told = await some.Happens();
            if (step % 3 == 0)
                Same(told, await Whole(company, some.Now), (await company.Program.Part<UnitLook>().Read(some.Now, default))?.Evaluation);

            var looked = (await company.Program.Part<UnitLook>().CatchUp(some.Now, default))?.Evaluation;
            Assert.NotNull(looked);
            Same(told, await Whole(company, some.Now), looked);
            if (step % 5 == 4)
            {
                var (whole, kept) = (await Told(company, some.Now, isWhole: true), await Told(company, some.Now, isWhole: false));
                Assert.Equal((told, whole), (told, kept));
            }

            rules.UnionWith(looked.Items.Select(item => item.Rule.Name));
            Assert.NotNull(await company.Program.Part<UnitLook>().CatchUp(some.Now, default));
            Assert.Equal(0, company.Program.Part<UnitLook>().Judged);
        }

        Assert.Contains("late", rules);
    }

    [Fact]
    public async Task Only_organisations_of_which_something_changed_are_judged_again()
    {
        await using var company = await RunningCompany.Open();
        var look = company.Program.Part<UnitLook>();
        var second = MailText("Hooks", body: "And these?", id: "second@beta.example");
        company.Mail("second", second.Replace("acme", "beta", StringComparison.Ordinal));
        await company.Harvest(Monday);
        await look.CatchUp(Monday, default);
        Assert.Equal(2, look.Judged);

        company.Mail("third", MailText("Nails", body: "And these?", id: "third@acme.example"));
        await company.Harvest(Monday + Duration.FromMinutes(10));
        await look.CatchUp(Monday + Duration.FromMinutes(10), default);
        Assert.Equal(1, look.Judged);
        await look.CatchUp(Monday + Duration.FromMinutes(11), default);
        Assert.Equal(0, look.Judged);
    }

    /// <summary>What digests and pages say, read from the whole log or from what is kept.</summary>
    private static async Task<string> Told(RunningCompany company, Instant now, bool isWhole)
    {
        var units = company.Program.Part<UnitLook>();
        var facts = company.Program.Part<DigestFactsReader>();
        var people = new[] { "ana", "bob" }.Select(id => company.Program.Policy.People.Single(person => person.Id == id)).ToList();
        var whole = new PolicyMoment(company.Program.Policy, now);
        var all = isWhole ? whole : PolicyMoment.From(await units.ReadAll(now, default));
        var (digests, troubles) = await company.Program.Digests.Show(all, default);
        Assert.Empty(troubles);
        var told = digests.Select(one => $"{one.Digest.Run.Reader.Id}\n{MimeReader.Read(one.Mail.Bytes).Text}").ToList();
        var team = new PageComposer(await facts.FactsAbout(null, all, default));
        told.AddRange(people.Select(one => JsonSerializer.Serialize(team.WriteTeam(one))));
        foreach (var contact in Outside.Select(EmailAddress.Parse))
        {
            var about = await facts.FactsAbout(
                contact, isWhole ? whole : PolicyMoment.From(await units.Read(contact, now, default)), default);
            told.AddRange(people.Select(one => JsonSerializer.Serialize(new PageComposer(about).WritePerson(one, contact))));
        }

        return string.Join('\n', told);
    }

    private static async Task<RunningCompany> Open()
    {
        var company = await RunningCompany.Open(Accounts);
        Directory.CreateDirectory(company.PathTo("mail", "bob"));
        company.Write(Policy);
        await company.Begin();
        Assert.Equal(6, company.Program.Policy.Rules.Count);
        return company;
    }

    private static async Task<EvaluationResult> Whole(RunningCompany company, Instant now) =>
        new Evaluator(company.Program.Policy).Evaluate(await company.Program.Snapshot(now), now);

    private static void Same(string told, EvaluationResult expected, EvaluationResult? kept)
    {
        if (kept is not null)
            Assert.Equal(told + "\n" + Told(expected), told + "\n" + Told(kept));
    }

    private static string Told(EvaluationResult evaluation) => string.Join(
        '\n',
        evaluation.Items.Select(item =>
            $"{item.Id} {item.Rule.Name} {item.About} {item.Contact} {item.Owner} {item.State} {item.Opened} {item.Due} {item.Level} "
                + $"{item.By} {item.Until} {item.KnownSince} {item.Trigger} {string.Join(',', item.Unsure)} {item.Held} "
                + $"{string.Join(',', item.Unread)} {string.Join(',', item.Steps)} {item.Why}"));

    /// <summary>Something that changes the log, by chance.</summary>
    private sealed class Some(RunningCompany company, Random random)
    {
        private readonly List<(string Id, string Subject)> mails = [];
        private readonly List<string> commands = [];
        private int count;

        public Instant Now { get; private set; } = Monday;

        public async Task<string> Happens()
        {
            Now += Duration.FromMinutes(random.Next(1, 600));
            switch (random.Next(12))
            {
                case 0:
                    return "time goes by";
                case 1 when random.Next(3) == 0:
                    var who = Any(Outside);
                    await Erase(who);
                    return $"{who} is erased";
                case 2 or 3 or 4:
                    return await Say();
                default:
                    for (var i = random.Next(1, 4); i > 0; i--)
                        Write();

                    await company.Harvest(Now);
                    return "mail came";
            }
        }

        private void Write()
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"m{++count}@any.example");
            var answered = mails.Count > 0 && random.Next(2) == 0 ? mails[random.Next(mails.Count)] : default;
            var subject = answered.Id is null ? Any(["Hinges", "An order", "Lunch"]) : "Re: " + answered.Subject;
            var inbound = random.Next(3) > 0;
            var (from, to) = inbound ? (Any(Outside), Any(Inside)) : (Any(Inside), $"{Any(Outside)}, {Any(Outside)}");
            if (inbound && random.Next(3) == 0)
                to += ", " + Any(Outside);

            var at = Now - Duration.FromMinutes(random.Next(0, 3000));
            var text =
                $"""
                From: {from}
                To: {to}
                Subject: {subject}
                Date: {at.ToDateTimeUtc().ToString("r", CultureInfo.InvariantCulture)}
                Message-ID: <{id}>
                {(answered.Id is null ? "X-Nothing: here" : $"In-Reply-To: <{answered.Id}>\nReferences: <{answered.Id}>")}

                {Any(["When do they come?", "Here it is.", "Please call me back."])}
                """;
            mails.Add((id, subject));

            // An answer may be read before the mail it answers, and one mail in two mailboxes.
            string[] boxes = random.Next(3) == 0 ? ["ana", "bob"] : [Any(["ana", "bob"])];
            foreach (var box in boxes)
                File.WriteAllText(company.PathTo("mail", box, $"{count}.eml"), text);
        }

        private async Task<string> Say()
        {
            var log = (await company.Program.Snapshot(Now)).Interactions.ToList();
            if (log.Count == 0)
                return "nothing to speak of";

            var id = string.Create(CultureInfo.InvariantCulture, $"said-{++count}");
            var line = log[random.Next(log.Count)];
            var by = EmailAddress.Parse("ana@us.example");
            var (contact, other) = (EmailAddress.Parse(Any(Outside)), EmailAddress.Parse(Any(Outside)));
            var command = random.Next(7) switch
            {
                0 => new CommandFacts(by, CommandVerb.Done) { About = line.Thread ?? line.Id },
                1 => new CommandFacts(by, CommandVerb.Tag) { Contact = contact, Tag = "vip" },
                2 => new CommandFacts(by, CommandVerb.Called) { Contact = contact },
                3 => new CommandFacts(by, CommandVerb.Called) { About = line.Thread ?? line.Id },
                4 when random.Next(3) == 0 => new CommandFacts(by, CommandVerb.Same) { Contact = contact, Other = other },
                5 => new CommandFacts(by, CommandVerb.Done) { About = Any(["acme.example", "beta.example"]) },
                _ when commands.Count > 0 => new CommandFacts(by, CommandVerb.Undo) { Undoes = [commands[random.Next(commands.Count)]] },
                _ => new CommandFacts(by, CommandVerb.Done) { About = line.Id },
            };
            commands.Add(id);
            await company.Program.Part<CommandLog>().Add(
                [new Interaction { Id = id, Kind = InteractionKind.Command, At = Now, Seen = Now, Author = by, Command = command }],
                default);
            return $"{id} {command.Verb} {command.About} {command.Contact} {command.Other} {string.Join(',', command.Undoes)}";
        }

        private async Task Erase(string who)
        {
            var policy = company.Program.Policy;
            await company.Program.Part<Erasure>().Forget(
                new SomePerson([EmailAddress.Parse(who)]),
                new Classifier(policy),
                MeetingHarvest.MergeFor(Domain.Policy.ReadingRules.From(policy)),
                Now,
                TimeSpan.Zero,
                default);
        }

        private string Any(string[] some) => some[random.Next(some.Length)];
    }
}
