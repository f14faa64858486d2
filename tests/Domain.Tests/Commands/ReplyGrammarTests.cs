using System.Globalization;
using CrmSync.Domain.Commands;
using CrmSync.Domain.Company;
using CrmSync.Domain.Languages;
using CrmSync.Domain.Log;
using CrmSync.Fixtures.Digests;
using FsCheck;
using FsCheck.Fluent;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Domain.Tests.Commands;

public sealed class ReplyGrammarTests
{
    // Wednesday, 4 March 2026, 08:45.
    private static readonly ReplyGrammar Grammar = new(Some.Office, Some.Now, Wording.In(Language.English));

    [Theory]
    [InlineData("done 2", "done 2")]
    [InlineData("Done 2.", "done 2")]
    [InlineData("DONE #2, 3 and 5", "done 2 3 5")]
    [InlineData("erledigt 2", "done 2")]
    [InlineData("fait 2 et 4", "done 2 4")]
    [InlineData("done F7K2Q", "done F7K2Q")]
    [InlineData("done 7KQRZ and 35SFN1HD", "done 7KQRZ 35SFN1HD")]
    [InlineData("called 1", "called 1")]
    [InlineData("angerufen 1", "called 1")]
    [InlineData("resolved 4", "resolved 4")]
    [InlineData("private 3", "private 3")]
    [InlineData("3 private", "private 3")]
    [InlineData("private 1, 2 and 4", "private 1 2 4")]
    [InlineData("Privat 3", "private 3")]
    [InlineData("3 bitte privat", "private 3")]
    [InlineData("privé 3", "private 3")]
    [InlineData("privée 3 svp", "private 3")]
    [InlineData("not useful 7", "not-useful 7")]
    [InlineData("pas utile 7", "not-useful 7")]
    [InlineData("yes 3", "yes 3")]
    [InlineData("3: yes", "yes 3")]
    [InlineData("Ja, 3", "yes 3")]
    [InlineData("oui 3 et 4", "yes 3 4")]
    [InlineData("no 3", "no 3")]
    [InlineData("Nein 3.", "no 3")]
    [InlineData("non 3", "no 3")]
    [InlineData("same 3", "same 3")]
    [InlineData("3 is the same person", "same 3")]
    [InlineData("dieselbe Person 3", "same 3")]
    [InlineData("même personne 3", "same 3")]
    [InlineData("done no 2", "done 2")]
    [InlineData("no 2 done", "done 2")]
    [InlineData("nos 2 and 3 done", "done 2 3")]
    [InlineData("tag 2 VIP", "tag 2 vip")]
    [InlineData("untag 2: vip", "untag 2 vip")]
    [InlineData("note 2 birthday: 12 March", "note 2 birthday: 12 March")]
    [InlineData("note 2, 3: like larch, not oak?", "note 2 3 like larch, not oak?")]
    [InlineData("note 2 3 boxes were sent", "note 2 3 boxes were sent")]
    [InlineData("2 note: prefers mornings", "note 2 prefers mornings")]
    [InlineData("note: likes larch", "note likes larch")]
    [InlineData("give 2 to ben", "give 2 to ben")]
    [InlineData("give ben 2", "give 2 to ben")]
    [InlineData("assign 2 and 3 to Ben Okri", "give 2 3 to ben okri")]
    [InlineData("hand 2 over to ben", "give 2 to ben")]
    [InlineData("2 an Ben übergeben", "give 2 to ben")]
    [InlineData("donne le 2 à ben", "give 2 to ben")]
    [InlineData("who jane@acme.example", "brief jane@acme.example")]
    [InlineData("can i write to jane@acme.example?", "may-i-write jane@acme.example")]
    [InlineData("Darf ich Jane Doe <jane@acme.example<mailto:jane@acme.example>> schreiben?", "may-i-write jane@acme.example")]
    [InlineData("peut-on contacter jane@acme.example et li@beta.example ?", "may-i-write jane@acme.example li@beta.example")]
    [InlineData("who 2?", "brief 2")]
    [InlineData("can i write to 3", "may-i-write 3")]
    [InlineData("- done 2", "done 2")]
    [InlineData("• erledigt 2", "done 2")]
    [InlineData("Hi, done 2", "done 2")]
    [InlineData("Bitte erledigt 2", "done 2")]
    [InlineData("done 2 please, thank you", "done 2")]
    [InlineData("help", "help")]
    [InlineData("Hilfe!", "help")]
    [InlineData("today", "today")]
    [InlineData("heute", "today")]
    [InlineData("Undo.", "undo")]
    [InlineData("rückgängig", "undo")]
    [InlineData("annuler", "undo")]
    [InlineData("feed new", "feed")]
    [InlineData("Feed new!", "feed")]
    [InlineData("please feed new", "feed")]
    [InlineData("feed neu", "feed")]
    [InlineData("flux nouveau", "feed")]
    public void Commands_are_understood_in_the_readers_words(string line, string understood) => Assert.Equal([understood], Read(line));

    [Theory]
    [InlineData("done 1-3", "done 1 2 3")]
    [InlineData("done 1–3", "done 1 2 3")]
    [InlineData("done 1 - 3", "done 1 2 3")]
    [InlineData("called 1 to 3", "called 1 2 3")]
    [InlineData("erledigt 1 bis 3", "done 1 2 3")]
    [InlineData("fait 1 à 3 et 5", "done 1 2 3 5")]
    [InlineData("done 1-3, 5", "done 1 2 3 5")]
    [InlineData("done 2, 2-3", "done 2 3")]
    [InlineData("1-3 done", "done 1 2 3")]
    [InlineData("done all", "done all")]
    [InlineData("done everything", "done all")]
    [InlineData("all but 2 done", "done all but 2")]
    [InlineData("done all but 2", "done all but 2")]
    [InlineData("done all except 2 and 4", "done all but 2 4")]
    [InlineData("erledigt alle außer 2", "done all but 2")]
    [InlineData("erledigt alles bis auf 2", "done all but 2")]
    [InlineData("fait tout sauf 2", "done all but 2")]
    [InlineData("snooze all friday", "snooze all until 2026-03-06T09:00:00Z")]
    public void Ranges_and_all_are_understood(string line, string understood) => Assert.Equal([understood], Read(line));

    [Theory]
    [InlineData("2 done", "done 2")]
    [InlineData("1 and 2 done", "done 1 2")]
    [InlineData("#3: erledigt", "done 3")]
    [InlineData("2 - fait", "done 2")]
    [InlineData("2: done", "done 2")]
    [InlineData("4. not useful", "not-useful 4")]
    [InlineData("4 is not useful", "not-useful 4")]
    [InlineData("2 is done", "done 2")]
    [InlineData("1, 2 and 3 are done now", "done 1 2 3")]
    [InlineData("I have called 2", "called 2")]
    [InlineData("I've called number 3", "called 3")]
    [InlineData("mark 2 as done", "done 2")]
    [InlineData("please mark 2 and 3 as done, thanks", "done 2 3")]
    [InlineData("Nr. 1 habe ich angerufen", "called 1")]
    [InlineData("Ich habe 1 und 2 angerufen", "called 1 2")]
    [InlineData("1 ist erledigt", "done 1")]
    [InlineData("1 und 2 sind erledigt worden", "done 1 2")]
    [InlineData("J'ai appelé le 3", "called 3")]
    [InlineData("le 1 est fait", "done 1")]
    [InlineData("les 1 et 2 sont faits", "done 1 2")]
    [InlineData("n° 2 fait", "done 2")]
    public void A_target_may_stand_before_its_verb_and_sentences_are_understood(string line, string understood) =>
        Assert.Equal([understood], Read(line));

    [Theory]
    [InlineData("done 1, snooze 2 friday", "done 1", "snooze 2 until 2026-03-06T09:00:00Z")]
    [InlineData("done 1; done 2", "done 1", "done 2")]
    [InlineData("done 1 and called 2", "done 1", "called 2")]
    [InlineData("done 1, 3 called", "done 1", "called 3")]
    [InlineData("done 1, 2 and 3, called 4", "done 1 2 3", "called 4")]
    [InlineData("erledigt 1 und später 2 freitag", "done 1", "snooze 2 until 2026-03-06T09:00:00Z")]
    [InlineData("fait 1, puis appelé 2", "done 1", "called 2")]
    [InlineData("1 done. 2 called.", "done 1", "called 2")]
    [InlineData("done 1, tag 2 vip, give 3 to ben", "done 1", "tag 2 vip", "give 3 to ben")]
    [InlineData("done 1, called 2: she rings back, maybe", "done 1", "called 2 (she rings back, maybe)")]
    public void Several_commands_stand_on_one_line(string line, params string[] understood) => Assert.Equal(understood, Read(line));

    [Theory]
    [InlineData("called 3 - she rings back", "called 3 (she rings back)")]
    [InlineData("called 1: she wants five per cent off", "called 1 (she wants five per cent off)")]
    [InlineData("called 1 (she wants two?)", "called 1 (she wants two?)")]
    [InlineData("done 2, sent the drawings", "done 2 (sent the drawings)")]
    [InlineData("done 2. It is not her fault", "done 2 (It is not her fault)")]
    [InlineData("2 done: not her fault", "done 2 (not her fault)")]
    [InlineData("called 2 she rings back", "called 2 (she rings back)")]
    [InlineData("angerufen 2, sie ruft zurück", "called 2 (sie ruft zurück)")]
    [InlineData("appelé 2 : elle rappelle lundi", "called 2 (elle rappelle lundi)")]
    [InlineData("snooze 2 friday: waiting for the offer", "snooze 2 until 2026-03-06T09:00:00Z (waiting for the offer)")]
    public void A_remark_behind_the_target_is_kept(string line, string understood) => Assert.Equal([understood], Read(line));

    [Theory]
    [InlineData("snooze 2 friday", "2026-03-06T09:00:00Z")]
    [InlineData("snooze 2 until friday", "2026-03-06T09:00:00Z")]
    [InlineData("remind me about 2 on Thursday", "2026-03-05T09:00:00Z")]
    [InlineData("remind me on Thursday about 2", "2026-03-05T09:00:00Z")]
    [InlineData("Erinnere mich am Donnerstag an 2", "2026-03-05T09:00:00Z")]
    [InlineData("erinnere mich an 2 am Donnerstag", "2026-03-05T09:00:00Z")]
    [InlineData("rappelle-moi le 2 jeudi", "2026-03-05T09:00:00Z")]
    [InlineData("2 auf Freitag verschieben", "2026-03-06T09:00:00Z")]
    [InlineData("verschiebe 2 auf nächste Woche", "2026-03-09T09:00:00Z")]
    [InlineData("reporte le 2 à vendredi", "2026-03-06T09:00:00Z")]
    [InlineData("move 2 to 12 march", "2026-03-12T09:00:00Z")]
    [InlineData("snooze 2 march 12", "2026-03-12T09:00:00Z")]
    [InlineData("snooze 2 3d", "2026-03-09T09:00:00Z")]
    [InlineData("snooze 2 for 3 days", "2026-03-09T09:00:00Z")]
    [InlineData("snooze 2 for a week", "2026-03-11T09:00:00Z")]
    [InlineData("snooze 2 4h", "2026-03-04T12:45:00Z")]
    [InlineData("snooze 2 tomorrow", "2026-03-05T09:00:00Z")]
    [InlineData("snooze 2 übermorgen", "2026-03-06T09:00:00Z")]
    [InlineData("snooze 2 next week", "2026-03-09T09:00:00Z")]
    [InlineData("snooze 2 12 march", "2026-03-12T09:00:00Z")]
    [InlineData("snooze 2 2026-06-01", "2026-06-01T08:00:00Z")]
    [InlineData("2 snooze friday", "2026-03-06T09:00:00Z")]
    [InlineData("snooze 2 2 march", "2027-03-02T09:00:00Z")]
    [InlineData("später 2 freitag", "2026-03-06T09:00:00Z")]
    [InlineData("plus tard 2 vendredi", "2026-03-06T09:00:00Z")]
    [InlineData("später 2 bis morgen", "2026-03-05T09:00:00Z")]
    [InlineData("snooze 2 12. März", "2026-03-12T09:00:00Z")]
    public void A_snooze_ends_when_its_day_begins_to_be_worked(string line, string until) =>
        Assert.Equal([$"snooze 2 until {until}"], Read(line));

    [Fact]
    public void Two_weeks_behind_two_numbers_are_a_time() =>
        Assert.Equal(["snooze 2 3 until 2026-03-18T09:00:00Z"], Read("snooze 2, 3 2 weeks"));

    [Theory]
    [InlineData("done", "done the only one")]
    [InlineData("Called!", "called the only one")]
    [InlineData("erledigt, danke", "done the only one")]
    [InlineData("snooze friday", "snooze the only one until 2026-03-06T09:00:00Z")]
    [InlineData("remind me tomorrow", "snooze the only one until 2026-03-05T09:00:00Z")]
    [InlineData("give it to ben", "give the only one to ben")]
    [InlineData("snooze it until friday", "snooze the only one until 2026-03-06T09:00:00Z")]
    public void A_verb_without_a_number_means_the_only_item(string line, string understood) =>
        Assert.Equal([understood], Grammar.Read(line).Commands().Select(command => Print(command, "the only one")));

    [Theory]
    [InlineData("Done 2?")]
    [InlineData("done 2 ?")]
    [InlineData("Done 2? I don't think so, she has not answered")]
    [InlineData("is 2 done?")]
    [InlineData("can you mark 2 as done?")]
    [InlineData("done 1, called 2?")]
    [InlineData("erledigt 2？")]
    public void A_question_is_asked_back(string line) => Assert.Contains("is a question", Refusal(line), StringComparison.Ordinal);

    [Theory]
    [InlineData("not done 2")]
    [InlineData("2 not done")]
    [InlineData("2 is not done")]
    [InlineData("I have not called 2")]
    [InlineData("I haven't called 2")]
    [InlineData("please don't snooze 2 until friday")]
    [InlineData("done 1, 2 not done")]
    [InlineData("1 habe ich nicht angerufen")]
    [InlineData("2 noch nicht erledigt")]
    [InlineData("je n'ai pas appelé le 2")]
    [InlineData("2 pas fait")]
    public void Not_before_or_inside_a_command_refuses_it(string line) =>
        Assert.Contains("says “not”", Refusal(line), StringComparison.Ordinal);

    [Theory]
    [InlineData("called 2, not reached")]
    [InlineData("called 2: no answer")]
    [InlineData("called 2 - left a message on her voicemail")]
    [InlineData("angerufen 2, niemand da")]
    [InlineData("2 angerufen: nicht erreicht")]
    [InlineData("appelé 2, pas de réponse")]
    public void A_call_that_reached_nobody_is_no_call(string line) =>
        Assert.Contains("was no call", Refusal(line), StringComparison.Ordinal);

    [Theory]
    [InlineData("snooze 2", "does not say until when")]
    [InlineData("snooze 2 someday", "\"someday\" is no time")]
    [InlineData("snooze 2 2020-01-01", "lies in the past")]
    [InlineData("dnoe 2", "is no command")]
    [InlineData("tag 2", "names no tag")]
    [InlineData("tag vip", "names no line")]
    [InlineData("give 2", "names nobody")]
    [InlineData("undo 2", "cannot be taken back by its number")]
    [InlineData("rückgängig 2", "cannot be taken back by its number")]
    [InlineData("can i write to the council?", "names no address")]
    [InlineData("done 5 next week", "only snooze takes")]
    [InlineData("done 3 of the 5 signs", "more behind it")]
    [InlineData("done 1, snooze 2 blah", "more behind it")]
    [InlineData("done 1, frobnicate 2", "more behind it")]
    [InlineData("done 99999", "names no line")]
    [InlineData("All done!", "done all")]
    [InlineData("human 2", "nothing this version knows")]
    [InlineData("bulk 2", "nothing this version knows")]
    public void What_begins_like_a_command_and_is_none_is_refused_whole(string line, string reason)
    {
        Assert.Contains(reason, Refusal(line), StringComparison.Ordinal);
        Assert.Empty(Grammar.Read(line).Lines);
    }

    [Theory]
    [InlineData("Hi,\n\nthanks!\n\nBest\nAna")]
    [InlineData("Done with this for today, see you tomorrow")]
    [InlineData("Who is coming to the fair?")]
    [InlineData("2 done deals today, not bad")]
    [InlineData("Who told you that?")]
    [InlineData("12 signs are ready")]
    [InlineData("Later,")]
    [InlineData("Guten Tag zusammen")]
    [InlineData("I think the second one is nearly finished")]
    [InlineData("“Done 3 of the 5 signs, when do the others come?”")]
    [InlineData("Reply: done 1 · snooze 1 3d · called 1 · not useful 1")]
    [InlineData("On Wed, 4 Mar 2026 at 08:30, CrmSync <crmsync@bright.example> wrote:")]
    public void Prose_is_passed_over(string text)
    {
        var reply = Grammar.Read(text);
        Assert.Empty(reply.Commands());
        Assert.Empty(reply.Refused);
    }

    [Fact]
    public void Of_ten_lines_of_which_three_make_no_sense_seven_are_carried_out()
    {
        var reply = Grammar.Read("Hello\ndone 1\ndone 2\nsnooze 3 friday\ncalled 4\nflurb 5\nresolved 6\nsnooze 7\nnot useful 8\ndone "
            + "99999\ntag 9 vip\nThanks");
        Assert.Equal(7, reply.Commands().Count());
        Assert.Equal(["flurb 5", "snooze 7", "done 99999"], reply.Refused.Select(r => r.Line));
    }

    [Fact]
    public void Any_text_is_read_without_a_stumble() =>
        Prop.ForAll<string>(text => Grammar.Read("done " + text).Commands().Count() + Grammar.Read(text).Refused.Count < 300)
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Any_row_of_words_commands_are_made_of_is_read_whole_or_not_at_all() =>
        Prop.ForAll(
                Gen.Elements(Bits).ListOf(12).ToArbitrary(),
                bits =>
                {
                    var line = string.Join(' ', bits);
                    var reply = Grammar.Read(line);

                    // Of several commands in a line, one has what is no command: its remark or its text.
                    return reply.Lines.Count + reply.Refused.Count <= 1
                        && (!line.Contains('?', StringComparison.Ordinal)
                            || !reply.Commands().Any()
                            || reply.Commands().Any(command => command.Remark is not null || command.Text is not null));
                })
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void What_is_printed_is_read_again_as_it_was() =>
        Prop.ForAll(
                CommandLine.ToArbitrary(),
                commands => Read(string.Join(", ", commands.Select(Written))).SequenceEqual(commands.Select(command => Print(command))))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void The_order_of_the_words_is_the_order_of_the_commands() =>
        Prop.ForAll(
                CommandLine.ToArbitrary(),
                commands =>
                    Grammar
                        .Read(string.Join('\n', commands.Select(Written)))
                        .Commands().Select(command => command.Verb)
                        .SequenceEqual(commands.Select(command => command.Verb)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    private static readonly string[] Bits =
    [
        "done",
        "called",
        "snooze",
        "give",
        "tag",
        "2",
        "3",
        "1-3",
        "all",
        "but",
        "friday",
        "3d",
        "to",
        "ben",
        "and",
        ",",
        ":",
        ".",
        "?",
        "not",
        "she",
        "is",
        "the",
        "nr",
        "remind me",
        "about",
        "12",
        "march",
        "note",
        "vip",
        "—",
        "#",
    ];

    private static readonly Gen<CommandTargets> Some1To9 =
        from numbers in Gen.Choose(1, 9).NonEmptyListOf()
        from items in Gen.Elements("F7K2Q", "35SFN1HD", "7KQRZ").ListOf(1)
        from which in Gen.Choose(0, 3)
        select which switch
        {
            0 => new CommandTargets { IsAll = true, Except = [.. numbers.Distinct().Order().Take(3)] },
            1 => new CommandTargets { Items = [.. items] },
            _ => new CommandTargets { Numbers = [.. numbers.Distinct().Order().Take(5)] },
        };

    private static readonly Gen<SpokenCommand> OneCommand =
        from verb in Gen.Elements(
            CommandVerb.Done,
            CommandVerb.Called,
            CommandVerb.Resolved,
            CommandVerb.NotUseful,
            CommandVerb.Private,
            CommandVerb.Snooze,
            CommandVerb.Tag,
            CommandVerb.Untag,
            CommandVerb.Give)
        from targets in Some1To9
        from days in Gen.Choose(2, 300)
        from word in Gen.Elements("vip", "dnc", "key-account")
        from person in Gen.Elements("ben", "ana", "tim quinn")
        select new SpokenCommand(verb, targets)
        {
            Until = verb == CommandVerb.Snooze ? Some.Office.StartOfBusinessDayOnOrAfter(new LocalDate(2026, 3, 4).PlusDays(days)) : null,
            Tag = verb is CommandVerb.Tag or CommandVerb.Untag ? word : null,
            Person = verb == CommandVerb.Give ? person : null,
        };

    private static readonly Gen<SpokenCommand[]> CommandLine =
        from commands in OneCommand.NonEmptyListOf()
        select commands.Take(4).ToArray();

    private static string Refusal(string line) => Grammar.Read(line).Refused.Single().Reason;

    private static IEnumerable<string> Read(string text) => Grammar.Read(text).Commands().Select(command => Print(command));

    /// <summary>As a reader writes it: a snooze ends on a date.</summary>
    private static string Written(SpokenCommand command) =>
        command.Until is { } until
            ? Print(command)
                .Replace(
                    InstantPattern.General.Format(until),
                    LocalDatePattern.Iso.Format(Some.Office.Date(until)),
                    StringComparison.Ordinal)
            : Print(command);

    private static string Print(SpokenCommand command, string only = "")
    {
        var targets = command.Targets switch
        {
            { IsAll: true, Except.Count: 0 } => "all",
            { IsAll: true } all => $"all but {Numbers(all.Except)}",
            { IsTheOnlyOne: true } => only,
            var some => $"{Numbers(some.Numbers)} {string.Join(' ', some.Items)}".Trim(),
        };
        var behind = command switch
        {
            { Until: { } until } => $"until {InstantPattern.General.Format(until)}",
            { Tag: { } tag } => tag,
            { Person: { } person } => $"to {person}",
            { Text: { } text } => text,
            _ => "",
        };
        var remark = command.Remark is null ? "" : $"({command.Remark})";
        return string.Join(' ', new[] { CommandVerbs.Name(command.Verb), targets, behind, remark }.Where(part => part.Length > 0));

        static string Numbers(IReadOnlyList<int> numbers) =>
            string.Join(' ', numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)));
    }
}
