using System.Text.RegularExpressions;
using CrmSync.Domain.Digests;
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
public sealed partial class ReplyGrammar(BusinessCalendar calendar, Instant now)
{
    private const int MostLines = 100;
    private const int LongestLine = 500;

    /// <summary>What the answer to <c>help</c> shows: one line a thing that can be said.</summary>
    public static IReadOnlyList<string> Examples { get; } =
    [
        "“done 2”, “done 1-3”, “done all but 2”: it is dealt with",
        "“snooze 2 friday”, “snooze 2 3d”, “remind me about 2 on 12 March”: not before then",
        "“called 2”, “called 2: she rings back”: you spoke to them; what follows the colon is kept as a note",
        "“resolved 2”: the case is closed",
        "“give 2 to ben”: a colleague looks after it from now on",
        "“note 2: birthday: 12 March”, “tag 2 vip”, “untag 2 vip”: something to remember about them",
        "“yes 2”, “no 2”, “same 2”: what you answer to a proposal",
        "“not useful 2”: such lines do not help",
        "“who 2”, “who jane@acme.example”, “can I write to 2”: what we know, and whether to write",
        "“today”: your list as it is now",
        "“undo”: takes back all that your last mail or link did, within a day",
    ];

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
            return Asked(CommandVerb.MayIWrite, line, line[may.Length..]);

        if (BriefAlone().IsMatch(line))
            return new SpokenLine(line, [new SpokenCommand(CommandVerb.Brief, CommandTargets.TheOnlyOne) { Text = "" }]);

        if (Who().Match(line) is { Success: true } who)
            return Asked(CommandVerb.Brief, line, line[who.Length..]);

        return new LineReading(line, LineTokens.In(line), time).Read();
    }

    /// <summary>A question about an address or a line; anything else that begins like one is prose.</summary>
    private static object? Asked(CommandVerb verb, string line, string rest)
    {
        if (
            string.Join(' ', Address().Matches(line).Select(match => match.Value.ToLowerInvariant()).Distinct()) is
            { Length: > 0 } addresses)
            return new SpokenLine(line, [new SpokenCommand(verb, CommandTargets.TheOnlyOne) { Text = addresses }]);

        var words = rest.Trim(' ', ':', '?', '.', '!');
        var reading = new LineReading(words, LineTokens.In(words), null);
        if (reading.WholeTargets() is { } targets)
            return new SpokenLine(line, [new SpokenCommand(verb, targets)]);

        return verb == CommandVerb.MayIWrite ? new RefusedLine(line, "names no address; write for example \"can i write to "
            + "jane@acme.example\"") : null;
    }

    /// <summary>"Can I write to", in the words of three languages; in German the verb stands at the end.</summary>
    [GeneratedRegex(
        @"^(?:(?:can|may|could|should|shall|am|are)\s+(?:i|we)\b.*\b(?:write|mail|e-?mail|contact|message|reach|approach)|(?:darf|kann|"
            + @"könnte|soll|dürfen|können|sollen)\s+(?:ich|wir)\b.*\b(?:schreiben|anschreiben|mailen|anmailen|kontaktieren)|(?:puis-je|"
            + @"peut-on|pouvons-nous|dois-je|on\s+peut|je\s+peux|est-ce\s+que\s+je\s+peux|est-ce\s+qu['’]on\s+peut)\b.*\b(?:écrire|"
            + @"ecrire|contacter|relancer|joindre))\b(?:\s+(?:to|an|à|a)\b)?",
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
