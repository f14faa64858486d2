using CrmSync.Domain.Log;
using NodaTime;

namespace CrmSync.Domain.Commands;

/// <summary>
/// What can stand at a place of a line: verbs, targets, times, people, and what is passed over between them. Where words can be taken in
/// several ways, all of them are given, that with the most words first.
/// </summary>
/// <param name="line">The line.</param>
/// <param name="tokens">Its tokens.</param>
/// <param name="time">Reads times; null where none can stand.</param>
internal sealed class LinePhrases(string line, Token[] tokens, SpokenTime? time)
{
    private const int MostTargets = 100;
    private const int LongestTime = 6;

    /// <summary>The targets, where the whole line names nothing else.</summary>
    public CommandTargets? WholeTargets() =>
        Targets(SkipFill(0).At)
            .Where(found => found.Next == tokens.Length)
            .Select(found => found.Targets)
            .FirstOrDefault(targets => !targets.IsTheOnlyOne);

    /// <summary>The verbs whose words stand at a place, the longest first, and what is behind them.</summary>
    public IEnumerable<(CommandVerb Verb, int Next)> VerbsAt(int at) =>
        CommandWords
            .Verbs.Where(phrase => StandsAt(phrase.Words, at))
            .OrderByDescending(phrase => phrase.Words.Length)
            .Select(phrase => (phrase.Verb, at + phrase.Words.Length));

    private bool StandsAt(string[] phrase, int at)
    {
        if (at + phrase.Length > tokens.Length)
            return false;

        for (var i = 0; i < phrase.Length; i++)
        {
            if (tokens[at + i].Text != phrase[i])
                return false;
        }

        return true;
    }

    /// <summary>Every way to read numbers, ranges and ids at a place, the longest first.</summary>
    public List<(CommandTargets Targets, int Next)> Targets(int at, bool spaced = true)
    {
        var found = new List<(CommandTargets, int)>();
        if (at >= tokens.Length)
            return found;

        if (CommandWords.It.Contains(tokens[at].Text))
            found.Add(
                (
                    CommandTargets.TheOnlyOne,
                    tokens[at].Text is "this" or "that" && at + 1 < tokens.Length && tokens[at + 1].Text == "one" ? at + 2 : at + 1));

        if (CommandWords.All.Contains(tokens[at].Text))
        {
            found.AddRange(AllBut(at));
            return found;
        }

        var numbers = new List<int>();
        var items = new List<string>();
        for (var next = at; ;)
        {
            next = SkipHashes(next);
            if (next >= tokens.Length || numbers.Count + items.Count >= MostTargets)
                break;

            if (tokens[next].Kind == TokenKind.Id)
            {
                items.Add(tokens[next].Text.ToUpperInvariant());
                next++;
            }
            else if (tokens[next].Kind == TokenKind.Number)
            {
                var from = tokens[next].Number;
                if (RangeEnd(next) is { } end && tokens[end].Number is var to && to >= from && to - from < MostTargets)
                {
                    // "move 2 to 12 march" is no range: both ways are tried.
                    found.Insert(0, (Made([.. numbers, from], items), next + 1));
                    numbers.AddRange(Enumerable.Range(from, to - from + 1));
                    next = end + 1;
                }
                else
                {
                    numbers.Add(from);
                    next++;
                }
            }
            else
            {
                break;
            }

            found.Insert(0, (Made(numbers, items), next));
            var joined = next;
            while (joined < tokens.Length && (tokens[joined].Text == "," || CommandWords.Joins.Contains(tokens[joined].Text)))
                joined++;
            if (joined == next && !spaced)
                break;
            next = joined;
        }

        return found;

        static CommandTargets Made(List<int> numbers, List<string> items) =>
            new() { Numbers = [.. numbers.Distinct()], Items = [.. items.Distinct(StringComparer.Ordinal)] };
    }

    private IEnumerable<(CommandTargets, int)> AllBut(int at)
    {
        var behind = at + 1;
        if (behind + 1 < tokens.Length && tokens[behind].Text == "of" && tokens[behind + 1].Text is "them" or "it")
            behind += 2;

        foreach (var but in CommandWords.But.OrderByDescending(phrase => phrase.Length))
        {
            if (!StandsAt(but, behind))
                continue;

            foreach (var (except, next) in Targets(SkipFill(behind + but.Length).At))
            {
                if (except is { IsAll: false, Numbers.Count: > 0, Items.Count: 0 })
                    yield return (new CommandTargets { IsAll = true, Except = except.Numbers }, next);
            }

            yield break;
        }

        yield return (new CommandTargets { IsAll = true }, behind);
    }

    /// <summary>The place of the number that ends a range; null when none does.</summary>
    private int? RangeEnd(int from)
    {
        var at = from + 1;
        if (
            at >= tokens.Length
            || !(tokens[at].Text is "-" or "–" or "—" or "‒" or "…" || CommandWords.RangeWords.Contains(tokens[at].Text)))
            return null;

        at = SkipHashes(at + 1);
        return at < tokens.Length && tokens[at].Kind == TokenKind.Number ? at : null;
    }

    public IEnumerable<(Instant Until, int Next)> Times(int at)
    {
        if (time is null || at >= tokens.Length)
            yield break;

        for (var end = Math.Min(tokens.Length, at + LongestTime); end > at; end--)
        {
            if (
                tokens[end - 1].Kind != TokenKind.Mark
                && time.Find(line[tokens[at].Start..tokens[end - 1].End].ToLowerInvariant().Replace('’', '\'')) is { } until)
                yield return (until, end);
        }
    }

    /// <summary>Towards whom: one name, or two that are written like one.</summary>
    public IEnumerable<(string Person, int Next)> Persons(int at)
    {
        if (at + 1 >= tokens.Length || !CommandWords.Towards.Contains(tokens[at].Text) || !IsName(at + 1))
            yield break;

        if (at + 2 < tokens.Length && IsName(at + 2) && !VerbsAt(at + 2).Any() && !CommandWords.Joins.Contains(tokens[at + 2].Text))
            yield return ($"{tokens[at + 1].Text} {tokens[at + 2].Text}", at + 3);

        yield return (tokens[at + 1].Text, at + 2);
    }

    private bool IsName(int at) =>
        tokens[at].Kind == TokenKind.Word && char.IsLetter(tokens[at].Text[0]) && !CommandWords.Courtesy.Contains(tokens[at].Text);

    public (int At, bool Negated) SkipFill(int at)
    {
        var negated = false;
        while (at < tokens.Length && !VerbsAt(at).Any(verb => verb.Verb != CommandVerb.Snooze || tokens[at].Text != "later"))
        {
            if (CommandWords.Negation.Contains(tokens[at].Text))
                negated = true;
            else if (
                !CommandWords.Fill.Contains(tokens[at].Text)
                && tokens[at].Text != "#"
                && !(tokens[at].Text == "." && at > 0 && tokens[at - 1].Text is "nr" or "no" or "nos"))
                break;
            at++;
        }

        return (at, negated);
    }

    private int SkipHashes(int at)
    {
        while (
            at < tokens.Length
            && (
                tokens[at].Text is "#" or "n°" or "nr" or "no" or "nummer" or "number" or "numéro"
                || (tokens[at].Text == "." && at > 0 && tokens[at - 1].Text is "nr" or "no")))
            at++;
        return at;
    }

    /// <summary>What stands between a target and its verb, or a verb and its argument.</summary>
    public int SkipMarks(int at)
    {
        while (at < tokens.Length && tokens[at].Text is ":" or "-" or "–" or "—" or "=" or "," or ")" or ".")
            at++;
        return at;
    }

    public int SkipCourtesy(int at)
    {
        var end = at;
        while (end < tokens.Length && (CommandWords.Courtesy.Contains(tokens[end].Text) || tokens[end].Text is "," or "." or "!"))
            end++;
        return end == tokens.Length ? end : at;
    }
}
