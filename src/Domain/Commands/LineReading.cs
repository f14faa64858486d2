using CrmSync.Domain.Digests;
using CrmSync.Domain.Languages;
using CrmSync.Domain.Log;

namespace CrmSync.Domain.Commands;

/// <summary>
/// One line, read by recursive descent over its tokens. Where words can be taken in several ways ("snooze 2 2 march"), the ways are tried
/// in turn, that with the most targets first; what was found impossible at a place is remembered, so that time stays proportional to the
/// square of the line.
/// </summary>
/// <param name="line">The line.</param>
/// <param name="tokens">Its tokens.</param>
/// <param name="time">Reads times; null where none can stand.</param>
/// <param name="words">Why it is refused, in the language of whoever wrote it.</param>
internal sealed class LineReading(string line, Token[] tokens, SpokenTime? time, IRefusalPhrases words)
{
    private const int MostTargets = 100;
    private const int LongestTime = 6;

    private readonly HashSet<int> deadEnds = [];
    private int questioned = tokens.Length;

    /// <summary>A command, and where the next may begin.</summary>
    /// <param name="Command">What is asked for.</param>
    /// <param name="Next">Behind its last word.</param>
    /// <param name="Negated">Whether "not" stands in or before it.</param>
    private sealed record Clause(SpokenCommand Command, int Next, bool Negated)
    {
        /// <summary>Behind the words that command; the text of a note may ask what it likes.</summary>
        public int End { get; init; } = Next;
    }

    /// <summary>A <see cref="SpokenLine"/>, a <see cref="RefusedLine"/>, or null for prose.</summary>
    public object? Read()
    {
        if (tokens.Length == 0)
            return null;

        if (
            CommandWords.Alone.TryGetValue(
                string.Join(' ', tokens.Where(token => token.Kind != TokenKind.Mark).Select(token => token.Text)),
                out var alone))
            return new SpokenLine(line, [new SpokenCommand(alone, CommandTargets.TheOnlyOne)]);

        questioned = Array.FindIndex(tokens, token => token.Text is "?" or "？");
        if (questioned < 0)
            questioned = tokens.Length;

        if (ReadFrom(0, []) is { } clauses)
        {
            return clauses.Exists(clause => clause.Negated) ? Refuse(words.SaysNot)
                : clauses.Exists(clause => clause.End > questioned) || IsAsking(clauses[^1].Next) ? Refuse(words.IsQuestion)
                : clauses.Exists(clause => clause.Command.Until <= time!.Now) ? Refuse(words.LiesInThePast)
                : clauses.Exists(clause => clause.Command is { Verb: CommandVerb.Called, Remark: { } remark } && IsNoCall(remark))
                    ? Refuse(words.WasNoCall)
                : new SpokenLine(line, [.. clauses.Select(clause => clause.Command)]);
        }

        return WhyNot();
    }

    /// <summary>The targets, where the whole line names nothing else.</summary>
    public CommandTargets? WholeTargets() =>
        Targets(SkipFill(0).At)
            .Where(found => found.Next == tokens.Length)
            .Select(found => found.Targets)
            .FirstOrDefault(targets => !targets.IsTheOnlyOne);

    private RefusedLine Refuse(string reason) => new(line, reason);

    private bool IsAsking(int next) => next < tokens.Length && tokens[next].Text is "?" or "？";

    private static bool IsNoCall(string remark)
    {
        var said = remark.ToLowerInvariant().Replace('’', '\'');
        return CommandWords.Negation.Contains(said.Split(' ', ',', '.')[0])
            || CommandWords.NotReached.Any(phrase => said.Contains(phrase, StringComparison.Ordinal));
    }

    /// <summary>All commands from a place to the end of the line; null when it cannot be read so.</summary>
    private List<Clause>? ReadFrom(int at, IReadOnlyList<Clause> before)
    {
        if (deadEnds.Contains(at))
            return null;

        foreach (var clause in Clauses(at, isFirst: before.Count == 0))
        {
            if (Ending(clause, before) is { } whole)
                return whole;
        }

        deadEnds.Add(at);
        return null;
    }

    private List<Clause>? Ending(Clause clause, IReadOnlyList<Clause> before)
    {
        List<Clause> sofar = [.. before, clause];
        var end = SkipCourtesy(clause.Next);
        if (end == tokens.Length || tokens[end].Text is "?" or "？")
            return sofar;

        // The only item is named by a verb alone, and nothing may stand beside it.
        if (clause.Command.Targets.IsTheOnlyOne && clause.Command.Verb != CommandVerb.Note)
            return null;

        var next = end;
        while (
            next < tokens.Length
            && (
                tokens[next].Text is "," or ";" or "." or "·" or "/"
                || CommandWords.Joins.Contains(tokens[next].Text)
                || CommandWords.Then.Contains(tokens[next].Text)))
            next++;

        if (next < tokens.Length && next > end && ReadFrom(next, sofar) is { } more)
            return more;

        return Remark(end) is { } remark ? [.. before, clause with { Command = clause.Command with { Remark = remark } }] : null;
    }

    /// <summary>What stands behind the last command, when it is set apart by a mark or begins with somebody who does something.</summary>
    private string? Remark(int at)
    {
        var first = at;
        while (first < tokens.Length && tokens[first].Text is ":" or "-" or "–" or "—" or "," or ";" or "." or "(" or "=" or ">" or "!")
            first++;

        if (first == tokens.Length || (first == at && !CommandWords.RemarkStart.Contains(tokens[at].Text)))
            return null;

        // What begins like another command and could not be read is no remark.
        if (
            tokens[first].Kind is not TokenKind.Word
            || VerbsAt(first).Any(found => !CommandVerbs.IsAnswer(found.Verb) || IsTarget(found.Next))
            || NamesTime(first)
            || (first + 2 == tokens.Length && tokens[first + 1].Kind is TokenKind.Number or TokenKind.Id))
            return null;

        var text = line[tokens[first].Start..].Trim();
        return text.EndsWith(')') && !text.Contains('(', StringComparison.Ordinal) ? text[..^1].TrimEnd() : text;
    }

    /// <summary>"No answer" is a remark, "no 4" is none.</summary>
    private bool IsTarget(int at) => Targets(SkipMarks(at)).Exists(found => !found.Targets.IsTheOnlyOne);

    private bool NamesTime(int at) => tokens[at].Text is not ("today" or "heute" or "aujourd'hui") && Times(at).Any();

    /// <summary>Every way to read one command at a place, the longest first.</summary>
    private IEnumerable<Clause> Clauses(int at, bool isFirst)
    {
        var (start, negated) = SkipFill(at);
        if (start >= tokens.Length)
            yield break;

        foreach (var (verb, behind) in VerbsAt(start))
        {
            foreach (var clause in VerbFirst(verb, behind, negated, isFirst))
                yield return clause;
        }

        foreach (var (targets, behind) in Targets(start))
        {
            foreach (var clause in TargetFirst(targets, behind, negated))
                yield return clause;
        }

        // "no 2" and "on 3": the filling words before a number may be more than were meant.
        if (start == at)
            yield break;

        foreach (var (verb, behind) in VerbsAt(at))
        {
            foreach (var clause in VerbFirst(verb, behind, negated: false, isFirst))
                yield return clause;
        }
    }

    private IEnumerable<Clause> VerbFirst(CommandVerb verb, int at, bool negated, bool isFirst)
    {
        if (verb == CommandVerb.Note)
        {
            foreach (var clause in Notes(at, negated))
                yield return clause;
            yield break;
        }

        var (start, no) = SkipFill(SkipMarks(at));
        negated |= no;
        foreach (var (targets, behind) in Targets(start))
        {
            foreach (var clause in Arguments(new SpokenCommand(verb, targets), behind, negated))
                yield return clause;
        }

        // "remind me on Thursday about 2", "give ben 2"
        if (verb == CommandVerb.Snooze)
        {
            foreach (var (until, behind) in Times(SkipMarks(at)))
            {
                foreach (var (targets, end) in Targets(SkipFill(behind).At))
                    yield return new Clause(new SpokenCommand(verb, targets) { Until = until }, end, negated);
            }
        }

        if (verb == CommandVerb.Give && start < tokens.Length && tokens[start].Kind == TokenKind.Word)
        {
            foreach (var (targets, end) in Targets(SkipFill(start + 1).At))
                yield return new Clause(new SpokenCommand(verb, targets) { Person = tokens[start].Text }, end, negated);
        }

        // A verb without a number, where the mail lists one item: the whole line.
        if (!isFirst || verb is CommandVerb.Tag or CommandVerb.Untag)
            yield break;

        var end0 = SkipMarks(at);
        if (SkipCourtesy(end0) == tokens.Length || IsAsking(end0))
        {
            if (verb is CommandVerb.Done or CommandVerb.Called or CommandVerb.Resolved or CommandVerb.NotUseful)
                yield return new Clause(new SpokenCommand(verb, CommandTargets.TheOnlyOne), end0, negated);
        }
        else if (verb is CommandVerb.Snooze or CommandVerb.Give)
        {
            foreach (var clause in Arguments(new SpokenCommand(verb, CommandTargets.TheOnlyOne), at, negated))
                yield return clause;
        }
    }

    private IEnumerable<Clause> TargetFirst(CommandTargets targets, int at, bool negated)
    {
        // "All done!" is said of the day.
        if (targets is { IsAll: true, Except.Count: 0 })
            yield break;

        var (start, no) = SkipFill(SkipMarks(at));
        foreach (var (verb, behind) in VerbsAt(start))
        {
            if (verb == CommandVerb.Note)
            {
                if (TextFrom(behind) is { } text)
                    yield return new Clause(new SpokenCommand(verb, targets) { Text = text }, tokens.Length, negated || no)
                    {
                        End = behind,
                    };
                continue;
            }

            foreach (var clause in Arguments(new SpokenCommand(verb, targets), behind, negated || no))
                yield return clause;
        }

        // "1 auf Freitag verschieben", "2 an Ben übergeben"
        foreach (var (until, behind) in Times(SkipMarks(at)))
        {
            foreach (var (verb, end) in VerbsAt(SkipFill(behind).At))
            {
                if (verb == CommandVerb.Snooze)
                    yield return new Clause(new SpokenCommand(verb, targets) { Until = until }, end, negated);
            }
        }

        foreach (var (person, behind) in Persons(SkipMarks(at)))
        {
            foreach (var (verb, end) in VerbsAt(SkipFill(behind).At))
            {
                if (verb == CommandVerb.Give)
                    yield return new Clause(new SpokenCommand(verb, targets) { Person = person }, end, negated);
            }
        }
    }

    /// <summary>What a verb asks for behind its targets.</summary>
    private IEnumerable<Clause> Arguments(SpokenCommand command, int at, bool negated)
    {
        switch (command.Verb)
        {
            case CommandVerb.Snooze:
                foreach (var (until, end) in Times(SkipMarks(at)))
                    yield return new Clause(command with { Until = until }, end, negated);
                break;
            case CommandVerb.Tag or CommandVerb.Untag:
                var tag = SkipMarks(at);
                if (
                    tag < tokens.Length
                    && tokens[tag].Text is var word
                    && char.IsAsciiLetterLower(word[0])
                    && word.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
                    yield return new Clause(command with { Tag = word }, tag + 1, negated);
                break;
            case CommandVerb.Give:
                var behind = SkipMarks(at);
                foreach (
                    var (person, end) in Persons(behind < tokens.Length && tokens[behind].Text is "over" or "on" ? behind + 1 : behind))
                    yield return new Clause(command with { Person = person }, end, negated);
                break;
            default:
                // "1 und 2 sind erledigt worden", "done 2 as well": what follows may be filling to the end.
                var (rest, no) = SkipFill(at);
                if (rest > at && (rest == tokens.Length || tokens[rest].Text is "," or ";" or "." or ":"))
                    yield return new Clause(command, rest, negated || no);
                yield return new Clause(command, at, negated);
                break;
        }
    }

    private IEnumerable<Clause> Notes(int at, bool negated)
    {
        foreach (var (targets, behind) in Targets(SkipMarks(at), spaced: false))
        {
            if (!targets.IsTheOnlyOne && TextFrom(behind) is { } text)
                yield return new Clause(new SpokenCommand(CommandVerb.Note, targets) { Text = text }, tokens.Length, negated)
                {
                    End = behind,
                };
        }

        if (TextFrom(at) is { } alone && (at >= tokens.Length || tokens[SkipMarks(at)].Kind is not (TokenKind.Number or TokenKind.Id)))
            yield return new Clause(new SpokenCommand(CommandVerb.Note, CommandTargets.TheOnlyOne) { Text = alone }, tokens.Length, negated)
            {
                End = at,
            };
    }

    private string? TextFrom(int at)
    {
        var first = SkipMarks(at);
        return first < tokens.Length ? line[tokens[first].Start..].Trim() : null;
    }

    /// <summary>The verbs whose words stand at a place, the longest first, and what is behind them.</summary>
    private IEnumerable<(CommandVerb Verb, int Next)> VerbsAt(int at) =>
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
    private List<(CommandTargets Targets, int Next)> Targets(int at, bool spaced = true)
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

    private IEnumerable<(NodaTime.Instant Until, int Next)> Times(int at)
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
    private IEnumerable<(string Person, int Next)> Persons(int at)
    {
        if (at + 1 >= tokens.Length || !CommandWords.Towards.Contains(tokens[at].Text) || !IsName(at + 1))
            yield break;

        if (at + 2 < tokens.Length && IsName(at + 2) && !VerbsAt(at + 2).Any() && !CommandWords.Joins.Contains(tokens[at + 2].Text))
            yield return ($"{tokens[at + 1].Text} {tokens[at + 2].Text}", at + 3);

        yield return (tokens[at + 1].Text, at + 2);
    }

    private bool IsName(int at) =>
        tokens[at].Kind == TokenKind.Word && char.IsLetter(tokens[at].Text[0]) && !CommandWords.Courtesy.Contains(tokens[at].Text);

    private (int At, bool Negated) SkipFill(int at)
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
    private int SkipMarks(int at)
    {
        while (at < tokens.Length && tokens[at].Text is ":" or "-" or "–" or "—" or "=" or "," or ")" or ".")
            at++;
        return at;
    }

    private int SkipCourtesy(int at)
    {
        var end = at;
        while (end < tokens.Length && (CommandWords.Courtesy.Contains(tokens[end].Text) || tokens[end].Text is "," or "." or "!"))
            end++;
        return end == tokens.Length ? end : at;
    }

    /// <summary>Why a line that begins with a verb is no command; null for prose.</summary>
    private RefusedLine? WhyNot()
    {
        if (tokens is [{ Kind: TokenKind.Word } first, { Kind: TokenKind.Number }] && CommandWords.Unknown.Contains(first.Text))
            return Refuse(words.UnknownWord(first.Text));

        if (
            tokens[0].Text is "undo" or "revert" or "rückgängig" or "annuler"
            && tokens.Any(token => token.Kind is TokenKind.Number or TokenKind.Id))
            return Refuse(words.UndoneAsAWhole);

        if (
            tokens is [{ Text: var all }, ..]
            && CommandWords.All.Contains(all)
            && VerbsAt(SkipFill(1).At).FirstOrDefault() is (_, > 0) and var (_, end)
            && SkipCourtesy(end) == tokens.Length)
            return Refuse(words.AllMayMeanTheDay);

        foreach (var (verb, behind) in VerbsAt(0))
        {
            var start = SkipFill(SkipMarks(behind)).At;
            var named = Targets(start).Where(found => !found.Targets.IsTheOnlyOne).ToList();
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
                _ when named.Any(found => found.Next < tokens.Length && Times(found.Next).Any()) => words.TimeBehind(number),
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
        var isAlone = SkipCourtesy(SkipMarks(behind)) == tokens.Length;
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
}
