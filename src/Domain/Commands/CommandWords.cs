using System.Collections.Frozen;
using CrmSync.Domain.Log;

namespace CrmSync.Domain.Commands;

/// <summary>The words of commands in English, German and French, in lower case; words of a phrase are separated by one blank.</summary>
internal static class CommandWords
{
    /// <summary>What begins or ends a command.</summary>
    public static IReadOnlyList<(string[] Words, CommandVerb Verb)> Verbs { get; } =
    [
        .. Phrases(
            CommandVerb.NotUseful,
            """
            not useful, not-useful, nicht nützlich, nicht nuetzlich, nicht hilfreich, nutzlos, unnütz, pas utile, n'est pas utile,
            inutile, useless
            """),
        .. Phrases(
            CommandVerb.Snooze,
            """
            snooze, postpone, remind me, remind me of, remind me about, push, defer, move, later, erinnere mich, erinner mich,
            erinnern, später, spaeter, verschiebe, verschieben, vertagen, wiedervorlage, rappelle-moi, rappelez-moi, rappelle moi,
            rappelez moi, reporter, reporte, repousser, repousse, plus tard
            """),
        .. Phrases(
            CommandVerb.Done,
            """
            done, dealt with, finished, completed, ticked off, erledigt, fertig, abgehakt, fait, faits, faite, faites, terminé,
            terminés, termine, réglé, réglés
            """),
        .. Phrases(
            CommandVerb.Called,
            """
            called, phoned, rang, telephoned, angerufen, telefoniert, telefoniert mit, appelé, appelés, appelée, appele, téléphoné,
            telephone, téléphoné à
            """),
        .. Phrases(CommandVerb.Resolved, "resolved, solved, gelöst, geloest, behoben, résolu, résolus, resolu"),

        // "Confidential" is what mail programs put above mails by themselves, and what is private cannot be taken back.
        .. Phrases(CommandVerb.Private, "private, make private, keep private, privat, privé, privée, prive"),
        .. Phrases(CommandVerb.Untag, "untag"),
        .. Phrases(CommandVerb.Tag, "tag"),
        .. Phrases(CommandVerb.Note, "note, notiz, notiere, noter, notez"),
        .. Phrases(
            CommandVerb.Give,
            """
            give, assign, hand, hand over, pass, pass on, gib, gebe, geben, übergib, uebergib, übergebe, übergeben, uebergeben,
            weise, zuweisen, donne, donner, donnez, attribue, attribuer, passe, passer, confie, confier
            """),
        .. Phrases(CommandVerb.Yes, "yes, ja, oui"),
        .. Phrases(CommandVerb.No, "no, nein, non"),
        .. Phrases(
            CommandVerb.Same,
            """
            same, same person, the same, the same person, dieselbe, derselbe, dieselbe person, même, même personne, la même,
            la même personne
            """),
    ];

    /// <summary>The whole line and nothing else.</summary>
    public static IReadOnlyDictionary<string, CommandVerb> Alone { get; } =
        new (CommandVerb Verb, string[] Lines)[]
        {
            (CommandVerb.Help, ["help", "help me", "hilfe", "aide", "aide-moi", "commands", "befehle", "commandes"]),
            (CommandVerb.Today, ["today", "list", "my list", "heute", "liste", "meine liste", "aujourd'hui", "ma liste"]),
            (
                CommandVerb.Feed,
                [
                    "feed new", "new feed", "feed neu", "neuer feed", "feed nouveau", "nouveau feed", "flux nouveau", "nouveau flux",
                ]),
            (
                CommandVerb.Undo,
                [
                    "undo", "undo that", "undo this", "undo it", "undo last", "take that back", "take it back", "revert", "rückgängig",
                    "rueckgaengig", "rückgängig machen", "mach das rückgängig", "mach es rückgängig", "zurücknehmen", "zurück", "annuler",
                    "annule", "annule ça", "annulez", "défaire",
                ]),
        }
            .SelectMany(verb => verb.Lines.Select(line => (line, verb.Verb)))
            .ToFrozenDictionary(one => one.line, one => one.Verb, StringComparer.Ordinal);

    /// <summary>Verbs that digests will propose and that nothing carries out yet.</summary>
    public static FrozenSet<string> Unknown { get; } =
        Set("human bulk");

    /// <summary>Words that change nothing of what a command means.</summary>
    public static FrozenSet<string> Fill { get; } =
        Set(
            """
            please pls i we have has had i've we've ive just also now already is are was were been being be it's mark set as
            number numbers no nr nos line lines item items the both with did me that ok okay so then to on about of for back will
            can you until yet still
            bitte ich wir habe hab haben hat ist sind wurde wurden worden schon noch bereits auch nun jetzt nummer nummern punkt
            punkte zeile zeilen der die das den dem als mit mich an bei markiere markieren setze kannst du für um zu auf
            svp stp j'ai nous avons ai est sont a ont été déjà encore aussi numéro numéros numero n° point points ligne lignes le
            la les l' marque marquer comme moi de du pour à au aux avec je c'est peux-tu est-ce
            """);

    /// <summary>What makes a command its opposite.</summary>
    public static FrozenSet<string> Negation { get; } =
        Set(
            """
            not don't dont didn't didnt doesn't haven't havent hasn't isn't isnt aren't wasn't weren't never cannot can't won't
            without un-done undone
            nicht nie niemals kein keine keinen ohne
            pas jamais n'est n'ai n'a ne n'ont n'avons sans aucun
            """);

    /// <summary>Politeness behind a command.</summary>
    public static FrozenSet<string> Courtesy { get; } =
        Set(
            """
            please thanks thank you thx cheers
            bitte danke vielen dank
            merci svp stp s'il te vous plaît plait beaucoup
            many now again
            """);

    public static FrozenSet<string> Joins { get; } = Set("and und et & + plus sowie");

    public static FrozenSet<string> Then { get; } = Set("then dann puis also auch aussi");

    public static FrozenSet<string> RangeWords { get; } =
        Set("to till until through thru bis à a jusqu'à jusqu'au au");

    public static FrozenSet<string> All { get; } = Set("all everything alle alles tout tous toutes");

    /// <summary>Behind "all": what it leaves out.</summary>
    public static IReadOnlyList<string[]> But { get; } =
    [
        ["but"],
        ["except"],
        ["except", "for"],
        ["apart", "from"],
        ["without"],
        ["außer"],
        ["ausser"],
        ["bis", "auf"],
        ["ohne"],
        ["sauf"],
        ["excepté"],
        ["hormis"],
        ["but", "not"],
    ];

    /// <summary>The only item, in a word.</summary>
    public static FrozenSet<string> It { get; } = Set("it this that es das dies diesen ça cela ceci");

    /// <summary>Who speaks or is spoken of: what begins so behind a command is a remark without any mark before it.</summary>
    public static FrozenSet<string> RemarkStart { get; } =
        Set(
            """
            she he they we i it she's he's they're i'll we'll she'll he'll they'll her his their today yesterday just because
            sie er ich wir es heute gestern eben gerade weil ihre seine
            elle il ils elles nous on je j'ai aujourd'hui hier parce car
            """);

    /// <summary>To whom an item is given: what stands before the name.</summary>
    public static FrozenSet<string> Towards { get; } = Set("to an für for à a au zu");

    /// <summary>"called 2: nobody there" is no call.</summary>
    public static IReadOnlyList<string> NotReached { get; } = Lines(
        """
        not reached, no answer, no reply, didn't answer, did not answer, didn't pick up, did not pick up, couldn't reach,
        could not reach, not reachable, unreachable, not there, not available, not in, nobody, no one, voicemail, voice mail,
        left a message, left message, engaged, busy, wrong number, will try again, try again, nicht erreicht, nicht da,
        niemand, keine antwort, nicht rangegangen, nicht abgenommen, nicht erreichbar, mailbox, anrufbeantworter, besetzt,
        falsche nummer, pas joint, pas pu joindre, pas de réponse, pas répondu, n'a pas répondu, ne répond pas, injoignable,
        personne n, répondeur, messagerie, occupé, absent
        """);

    private static IEnumerable<(string[] Words, CommandVerb Verb)> Phrases(CommandVerb verb, string phrases) =>
        Lines(phrases).Select(phrase => (phrase.Split(' '), verb));

    /// <summary>What stands between commas.</summary>
    private static string[] Lines(string phrases) => phrases.ReplaceLineEndings(" ").Split(',', StringSplitOptions.TrimEntries);

    private static FrozenSet<string> Set(string words) =>
        words.Split([' ', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);
}
