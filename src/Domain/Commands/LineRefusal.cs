using CrmSync.Domain.Digests;
using CrmSync.Domain.Languages;
using CrmSync.Domain.Log;

namespace CrmSync.Domain.Commands;

/// <summary>Why a line that begins like a command is none.</summary>
/// <param name="line">The line.</param>
/// <param name="tokens">Its tokens.</param>
/// <param name="phrases">What stands in it.</param>
/// <param name="words">Why it is refused, in the language of whoever wrote it.</param>
internal sealed class LineRefusal(string line, Token[] tokens, LinePhrases phrases, IRefusalPhrases words)
{
    /// <summary>Null for prose.</summary>
    public RefusedLine? Explain()
    {
        if (tokens is [{ Kind: TokenKind.Word } first, { Kind: TokenKind.Number }] && CommandWords.Unknown.Contains(first.Text))
            return Refuse(words.UnknownWord(first.Text));

        if (tokens is [{ Text: "feed" or "flux" }] or [{ Text: "feed" or "flux" }, { Kind: TokenKind.Number }])
            return Refuse(words.FeedWithoutNew);

        if (
            tokens[0].Text is "undo" or "revert" or "rückgängig" or "annuler"
            && tokens.Any(token => token.Kind is TokenKind.Number or TokenKind.Id))
            return Refuse(words.UndoneAsAWhole);

        if (
            tokens is [{ Text: var all }, ..]
            && CommandWords.All.Contains(all)
            && phrases.VerbsAt(phrases.SkipFill(1).At).FirstOrDefault() is (_, > 0) and var (_, end)
            && phrases.SkipCourtesy(end) == tokens.Length)
            return Refuse(words.AllMayMeanTheDay);

        foreach (var (verb, behind) in phrases.VerbsAt(0))
        {
            var start = phrases.SkipFill(phrases.SkipMarks(behind)).At;
            var named = phrases.Targets(start).Where(found => !found.Targets.IsTheOnlyOne).ToList();
            var name = line[..tokens[behind - 1].End];
            if (named.Count == 0)
                return WithoutTarget(verb, name, behind);

            var after = line[(named[0].Next < tokens.Length ? tokens[named[0].Next].Start : line.Length)..];
            var number = line[tokens[start].Start..tokens[named[0].Next - 1].End];
            return Refuse(verb switch
            {
                CommandVerb.Snooze when after.Length == 0 => words.NoTime(name, number),
                CommandVerb.Snooze => words.IsNoTime(PlainWords.Flatten(after, 40)),
                CommandVerb.Tag or CommandVerb.Untag => words.NoTag(name, number),
                CommandVerb.Note => words.NoText,
                CommandVerb.Give => words.NoPerson(name, number),
                _ when named.Any(found => found.Next < tokens.Length && phrases.Times(found.Next).Any()) => words.TimeBehind(number),
                _ => words.MoreBehind(PlainWords.Flatten(after, 40)),
            });
        }

        return
            tokens is [{ Kind: TokenKind.Word, Text: { Length: >= 3 and <= 15 } unknown }, .., { Kind: TokenKind.Number }]
            && unknown.All(char.IsLetter)
            && (tokens.Length == 2 || (tokens.Length == 3 && tokens[1].Text == "#"))
            ? Refuse(words.IsNoCommand)
            : null;
    }

    /// <summary>"Done with this now": prose, unless something is meant to follow.</summary>
    private RefusedLine? WithoutTarget(CommandVerb verb, string name, int behind)
    {
        var isAlone = phrases.SkipCourtesy(phrases.SkipMarks(behind)) == tokens.Length;
        return verb == CommandVerb.Note
            ? isAlone
                ? Refuse(words.NoText)
                : null
            : name.Contains("later", StringComparison.OrdinalIgnoreCase)
                || name.Contains("spät", StringComparison.OrdinalIgnoreCase)
                || name.Contains("tard", StringComparison.OrdinalIgnoreCase)
                ? null
                : isAlone
                || verb is CommandVerb.Snooze or CommandVerb.Tag or CommandVerb.Untag && tokens.Length <= behind + 3
                || char.IsAsciiDigit(line[tokens[Math.Min(behind, tokens.Length - 1)].Start])
                    ? Refuse(words.NoLine(name, verb))
                    : null;
    }

    private RefusedLine Refuse(string reason) => new(line, reason);
}
