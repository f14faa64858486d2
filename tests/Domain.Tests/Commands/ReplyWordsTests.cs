using System.Text.RegularExpressions;
using CrmSync.Domain.Commands;
using CrmSync.Domain.Company;
using CrmSync.Domain.Languages;
using CrmSync.Fixtures.Digests;

namespace CrmSync.Domain.Tests.Commands;

/// <summary>What emails tell readers to write, in three languages, is understood from every reader, whatever their language.</summary>
public sealed partial class ReplyWordsTests
{
    public static TheoryData<Language> Languages { get; } = new(Wording.All.Select(words => words.Language));

    [Theory]
    [MemberData(nameof(Languages))]
    public void Every_example_means_the_same_in_every_language(Language language)
    {
        var english = Wording.In(Language.English).Answers.Examples.Select(Meant).ToList();
        Assert.Equal(english, Wording.In(language).Answers.Examples.Select(Meant));
        Assert.All(english, Assert.NotEmpty);
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public void Every_hint_below_an_item_is_understood(Language language)
    {
        var hints = Wording.In(language).Items.Replies(12).Replace('\u00A0', ' ');
        Assert.Equal(
            ["Done 12", "Snooze 12", "Called 12", "NotUseful 12"],
            hints[(hints.IndexOf(':', StringComparison.Ordinal) + 1)..].Split('·').SelectMany(Understood));
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public void What_answers_a_proposal_is_understood(Language language)
    {
        var words = Wording.In(language).News;
        Assert.Equal(["Same 3", "No 3"], Hints(words.Replies(3, areOnePerson: true)));
        Assert.Equal(["Yes 3", "No 3"], Hints(words.Replies(3, areOnePerson: false)));

        static IEnumerable<string> Hints(string line) =>
            line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Split('·').SelectMany(Understood);
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public void The_foot_of_a_digest_names_words_of_all_languages(Language language)
    {
        var foot = Wording.In(language).Digests.HowToAnswer(1, 4);
        Assert.Equal(["Done 1", "Snooze 4", "Called 1"], Quoted().Matches(foot).SelectMany(match => Understood(match.Groups[1].Value)));
        Assert.All(
            new[] { "done", "called", "erledigt", "angerufen", "fait", "appelé" },
            word => Assert.Contains(word, foot, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public void No_hint_reads_as_a_command_wherever_a_line_breaks(Language language)
    {
        var words = Wording.In(language);
        string[] hints =
        [
            words.Items.Replies(12).Replace(' ', '\u00A0'), words.News.Replies(3, true).Replace(' ', '\u00A0'),
            words.Digests.HowToAnswer(1, 4),
            words.Digests.HowToAnswer(12, 40),
            words.Digests.ListInCalendar,
            words.Answers.FeedIsSecret,
            words.Answers.FeedInOutlook,
            words.Answers.FeedInGoogle,
            words.Answers.FeedInApple,
        ];
        foreach (var hint in hints)
        {
            // No program makes lines shorter than that, but for the last one.
            var parts = hint.Split(' ');
            for (var from = 0; from < parts.Length; from++)
            {
                for (var to = from + 1; to <= parts.Length; to++)
                {
                    var line = string.Join(' ', parts[from..to]);
                    if (line.Length >= 30 || to == parts.Length)
                        Assert.True(Grammar(language).Read(line) is { Lines: [], Refused: [] }, $"“{line}” reads as a command");
                }
            }
        }
    }

    [Theory]
    [InlineData("erledigt 2", "Done 2")]
    [InlineData("2 und 3 sind erledigt", "Done 2,3")]
    [InlineData("verschieben 2 bis Freitag", "Snooze 2")]
    [InlineData("verschiebe 2 auf den 12. März", "Snooze 2")]
    [InlineData("2 bis Montag verschieben", "Snooze 2")]
    [InlineData("später 2 3 Tage", "Snooze 2")]
    [InlineData("Nr. 1 habe ich angerufen", "Called 1")]
    [InlineData("gelöst 2", "Resolved 2")]
    [InlineData("übergeben 2 an Ben", "Give 2")]
    [InlineData("nicht hilfreich 2", "NotUseful 2")]
    [InlineData("nutzlos 2", "NotUseful 2")]
    [InlineData("zurück", "Undo ")]
    [InlineData("Befehle", "Help ")]
    [InlineData("fait 2", "Done 2")]
    [InlineData("2 et 3 sont faits", "Done 2,3")]
    [InlineData("reporter 2 à vendredi", "Snooze 2")]
    [InlineData("reporter 2 de 3 jours", "Snooze 2")]
    [InlineData("reporte le 2 au 12 mars", "Snooze 2")]
    [InlineData("rappelle-moi 2 le 12 mars", "Snooze 2")]
    [InlineData("j’ai appelé le 2", "Called 2")]
    [InlineData("résolu 2", "Resolved 2")]
    [InlineData("donner 2 à Ben", "Give 2")]
    [InlineData("inutile 2", "NotUseful 2")]
    [InlineData("même 2", "Same 2")]
    [InlineData("Aujourd’hui", "Today ")]
    [InlineData("Aide !", "Help ")]
    [InlineData("feed new", "Feed ")]
    [InlineData("Feed neu", "Feed ")]
    [InlineData("« feed nouveau »", "Feed ")]
    public void Words_of_all_languages_are_understood(string line, string understood) => Assert.Equal([understood], Understood(line));

    /// <summary>Words that mean something in another language, or nearly are a word: nothing comes of them.</summary>
    [Theory]
    [InlineData("Zurück am Montag")]
    [InlineData("Bin heute nicht da")]
    [InlineData("Heute 3 Termine")]
    [InlineData("Ja, danke")]
    [InlineData("Nein, das war jemand anderes")]
    [InlineData("erledigen 2")]
    [InlineData("erledigt ist noch nichts")]
    [InlineData("noch nicht erledigt 2")]
    [InlineData("Notizblock 2")]
    [InlineData("Oui, merci")]
    [InlineData("Non, c’est un autre dossier")]
    [InlineData("fait chaud 2")]
    [InlineData("le fait est que 2 manquent")]
    [InlineData("pas encore fait 2")]
    [InlineData("a 2 enfants")]
    [InlineData("reporter 2")]
    [InlineData("verschieben 2")]
    [InlineData("Reporters: 2 came")]
    [InlineData("Note de frais 2 euros")]
    [InlineData("angerufen 2, niemand da")]
    [InlineData("appelé 2, pas de réponse")]
    public void What_only_looks_like_a_command_does_nothing(string line) => Assert.DoesNotContain(Understood(line), IsEffect);

    [Theory]
    [InlineData(Language.German, "verschieben 2", "sagt nicht, bis wann")]
    [InlineData(Language.German, "done 2?", "ist eine Frage")]
    [InlineData(Language.German, "angerufen 2, niemand da", "war kein Gespräch")]
    [InlineData(Language.French, "reporter 2", "ne dit pas jusqu’à quand")]
    [InlineData(Language.French, "2 pas fait", "contient une négation")]
    [InlineData(Language.French, "dnoe 2", "n’est pas une commande")]
    public void Refusals_are_told_in_the_readers_language(Language language, string line, string reason) =>
        Assert.Contains(reason, Grammar(language).Read(line).Refused.Single().Reason, StringComparison.Ordinal);

    private static bool IsEffect(string command) => !command.StartsWith("Note ", StringComparison.Ordinal);

    /// <summary>The commands that stand in quotation marks in an example, in order.</summary>
    private static string Meant(string example) =>
        string.Join(" | ", Quoted().Matches(example).SelectMany(match => Understood(match.Groups[1].Value)));

    private static IEnumerable<string> Understood(string line) =>
        Grammar(Language.English).Read(line.Trim())
            .Commands().Select(command => $"{command.Verb} {Targets(command.Targets)}");

    private static string Targets(CommandTargets targets) =>
        targets.IsAll ? $"all but {string.Join(',', targets.Except)}" : string.Join(',', targets.Numbers);

    private static ReplyGrammar Grammar(Language language) => new(Some.Office, Some.Now, Wording.In(language));

    [GeneratedRegex("[“„«]\u202F?([^”“»\u202F]+(?:\u202F[:;][^”“»\u202F]+)?)\u202F?[”“»]")]
    private static partial Regex Quoted();
}
