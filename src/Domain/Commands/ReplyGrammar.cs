using System.Text.RegularExpressions;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Languages;
using CrmSync.Domain.Log;
using CrmSync.Domain.Time;
using NodaTime;

namespace CrmSync.Domain.Commands;

/// <summary>
/// Understands what readers answer, in English, German or French (policy-language.md section 6): verbs, the numbers or ids of items before
/// or behind them, times, remarks. A line is understood as a whole or not at all. Greetings and other prose are passed over; a line that
/// begins like a command and is none is refused with a reason.
/// </summary>
/// <param name="calendar">The reader's; a snooze until a day ends when that day begins to be worked.</param>
/// <param name="now">When the reply was written.</param>
/// <param name="words">The language in which whoever wrote it is told why something is refused.</param>
public sealed partial class ReplyGrammar(BusinessCalendar calendar, Instant now, Wording words)
{
    private const int MostLines = 100;
    private const int LongestLine = 500;

    private readonly SpokenTime time = new(calendar, now);

    /// <param name="lines">The author's own lines, quotes and signature taken off.</param>
    public SpokenReply Read(string lines)
    {
        var understood = new List<SpokenLine>();
        var refused = new List<RefusedLine>();
        foreach (var raw in lines.Split('\n').Take(MostLines))
        {
            var line = Greeting().Replace(Bullet().Replace(PlainWords.Flatten(raw, LongestLine), ""), "").TrimEnd('.', '!', ' ', ',', ';');
            switch (Understand(line))
            {
                case SpokenLine spoken:
                    understood.Add(spoken);
                    break;
                case RefusedLine no:
                    refused.Add(no with { Line = PlainWords.Flatten(no.Line, 80) });
                    break;
            }
        }

        return new SpokenReply(understood, refused);
    }

    /// <summary>A <see cref="SpokenLine"/>, a <see cref="RefusedLine"/>, or null for prose.</summary>
    private object? Understand(string line)
    {
        if (line.Length == 0)
            return null;

        if (MayIWrite().Match(line) is { Success: true } may)
            return Asked(CommandVerb.MayIWrite, line, may.Groups["whom"].Success ? may.Groups["whom"].Value : line[may.Length..]);

        if (BriefAlone().IsMatch(line))
            return new SpokenLine(line, [new SpokenCommand(CommandVerb.Brief, CommandTargets.TheOnlyOne) { Text = "" }]);

        if (Who().Match(line) is { Success: true } who)
            return Asked(CommandVerb.Brief, line, line[who.Length..]);

        return new LineReading(line, LineTokens.In(line), time, words.Refusals).Read();
    }

    /// <summary>A question about an address or a line; anything else that begins like one is prose.</summary>
    private object? Asked(CommandVerb verb, string line, string rest)
    {
        if (
            string.Join(' ', Address().Matches(line).Select(match => match.Value.ToLowerInvariant()).Distinct()) is
            { Length: > 0 } addresses)
            return new SpokenLine(line, [new SpokenCommand(verb, CommandTargets.TheOnlyOne) { Text = addresses }]);

        var named = rest.Trim(' ', ':', '?', '.', '!');
        var phrases = new LinePhrases(named, LineTokens.In(named), time: null);
        if (phrases.WholeTargets() is { } targets)
            return new SpokenLine(line, [new SpokenCommand(verb, targets)]);

        return verb == CommandVerb.MayIWrite ? new RefusedLine(line, words.Refusals.NamesNoAddress) : null;
    }

    /// <summary>"Can I write to", in the words of three languages; in German the verb stands at the end.</summary>
    [GeneratedRegex(
        @"^(?:(?:can|may|could|should|shall|am|are)\s+(?:i|we)\b.*\b(?:write|mail|e-?mail|contact|message|reach|approach)|(?:darf|kann|"
            + @"könnte|soll|dürfen|können|sollen)\s+(?:ich|wir)\b(?<whom>.*)\b(?:schreiben|anschreiben|mailen|anmailen|kontaktieren)|"
            + @"(?:puis-je|peut-on|pouvons-nous|dois-je|on\s+peut|je\s+peux|est-ce\s+que\s+je\s+peux|est-ce\s+qu['’]on\s+peut)\b.*"
            + @"\b(?:écrire|ecrire|contacter|relancer|joindre))\b(?:\s+(?:to|an|à|a)\b)?",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex MayIWrite();

    [GeneratedRegex(
        @"^(?:my\s+|mein\s+|mon\s+)?brief(?:ing)?\??$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex BriefAlone();

    [GeneratedRegex(
        @"^(?:who(?:['’]s|\s+is|\s+are)?|brief(?:ing)?|wer(?:\s+(?:ist|sind))?|qui(?:\s+(?:est|sont))?|c['’]est\s+qui|tell\s+me\s+about|"
            + @"what\s+do\s+we\s+know\s+(?:about|of)|was\s+wissen\s+wir\s+über|que\s+savons-nous\s+(?:de|sur)|infos?(?:\s+(?:about|on|"
            + @"über|zu|sur))?)\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Who();

    [GeneratedRegex(@"[\w.!#$%&'*+/=^{|}~-]+@[\w-]+(?:\.[\w-]+)+", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Address();

    [GeneratedRegex(@"^(?:[-–—*•·▪●o]\s+)+", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Bullet();

    [GeneratedRegex(@"^(?:(?:please|pls|bitte|svp|stp|s['’]il\s+(?:vous|te)\s+pla[iî]t|hi|hello|hey|hallo|bonjour|and|und|et|ok|"
        + @"okay)[,:]?\s+)+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Greeting();
}
