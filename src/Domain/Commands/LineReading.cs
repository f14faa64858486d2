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
    private readonly LinePhrases phrases = new(line, tokens, time);
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

        return new LineRefusal(line, tokens, phrases, words).Explain();
    }

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
        var end = phrases.SkipCourtesy(clause.Next);
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
            || phrases.VerbsAt(first).Any(found => !CommandVerbs.IsAnswer(found.Verb) || IsTarget(found.Next))
            || NamesTime(first)
            || (first + 2 == tokens.Length && tokens[first + 1].Kind is TokenKind.Number or TokenKind.Id))
            return null;

        var text = line[tokens[first].Start..].Trim();
        return text.EndsWith(')') && !text.Contains('(', StringComparison.Ordinal) ? text[..^1].TrimEnd() : text;
    }

    /// <summary>"No answer" is a remark, "no 4" is none.</summary>
    private bool IsTarget(int at) => phrases.Targets(phrases.SkipMarks(at)).Exists(found => !found.Targets.IsTheOnlyOne);

    private bool NamesTime(int at) => tokens[at].Text is not ("today" or "heute" or "aujourd'hui") && phrases.Times(at).Any();

    /// <summary>Every way to read one command at a place, the longest first.</summary>
    private IEnumerable<Clause> Clauses(int at, bool isFirst)
    {
        var (start, negated) = phrases.SkipFill(at);
        if (start >= tokens.Length)
            yield break;

        foreach (var (verb, behind) in phrases.VerbsAt(start))
        {
            foreach (var clause in VerbFirst(verb, behind, negated, isFirst))
                yield return clause;
        }

        foreach (var (targets, behind) in phrases.Targets(start))
        {
            foreach (var clause in TargetFirst(targets, behind, negated))
                yield return clause;
        }

        // "no 2" and "on 3": the filling words before a number may be more than were meant.
        if (start == at)
            yield break;

        foreach (var (verb, behind) in phrases.VerbsAt(at))
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

        var (start, no) = phrases.SkipFill(phrases.SkipMarks(at));
        negated |= no;
        foreach (var (targets, behind) in phrases.Targets(start))
        {
            foreach (var clause in Arguments(new SpokenCommand(verb, targets), behind, negated))
                yield return clause;
        }

        // "remind me on Thursday about 2", "give ben 2"
        if (verb == CommandVerb.Snooze)
        {
            foreach (var (until, behind) in phrases.Times(phrases.SkipMarks(at)))
            {
                foreach (var (targets, end) in phrases.Targets(phrases.SkipFill(behind).At))
                    yield return new Clause(new SpokenCommand(verb, targets) { Until = until }, end, negated);
            }
        }

        if (verb == CommandVerb.Give && start < tokens.Length && tokens[start].Kind == TokenKind.Word)
        {
            foreach (var (targets, end) in phrases.Targets(phrases.SkipFill(start + 1).At))
                yield return new Clause(new SpokenCommand(verb, targets) { Person = tokens[start].Text }, end, negated);
        }

        // A verb without a number, where the mail lists one item: the whole line.
        if (!isFirst || verb is CommandVerb.Tag or CommandVerb.Untag)
            yield break;

        var end0 = phrases.SkipMarks(at);
        if (phrases.SkipCourtesy(end0) == tokens.Length || IsAsking(end0))
        {
            if (verb is CommandVerb.Done or CommandVerb.Called or CommandVerb.Resolved or CommandVerb.NotUseful or CommandVerb.Private)
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

        var (start, no) = phrases.SkipFill(phrases.SkipMarks(at));
        foreach (var (verb, behind) in phrases.VerbsAt(start))
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
        foreach (var (until, behind) in phrases.Times(phrases.SkipMarks(at)))
        {
            foreach (var (verb, end) in phrases.VerbsAt(phrases.SkipFill(behind).At))
            {
                if (verb == CommandVerb.Snooze)
                    yield return new Clause(new SpokenCommand(verb, targets) { Until = until }, end, negated);
            }
        }

        foreach (var (person, behind) in phrases.Persons(phrases.SkipMarks(at)))
        {
            foreach (var (verb, end) in phrases.VerbsAt(phrases.SkipFill(behind).At))
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
                foreach (var (until, end) in phrases.Times(phrases.SkipMarks(at)))
                    yield return new Clause(command with { Until = until }, end, negated);
                break;
            case CommandVerb.Tag or CommandVerb.Untag:
                var tag = phrases.SkipMarks(at);
                if (
                    tag < tokens.Length
                    && tokens[tag].Text is var word
                    && char.IsAsciiLetterLower(word[0])
                    && word.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
                    yield return new Clause(command with { Tag = word }, tag + 1, negated);
                break;
            case CommandVerb.Give:
                var behind = phrases.SkipMarks(at);
                if (behind < tokens.Length && tokens[behind].Text is "over" or "on")
                    behind++;

                foreach (var (person, end) in phrases.Persons(behind))
                    yield return new Clause(command with { Person = person }, end, negated);
                break;
            default:
                // "1 und 2 sind erledigt worden", "done 2 as well": what follows may be filling to the end.
                var (rest, no) = phrases.SkipFill(at);
                if (rest > at && (rest == tokens.Length || tokens[rest].Text is "," or ";" or "." or ":"))
                    yield return new Clause(command, rest, negated || no);
                yield return new Clause(command, at, negated);
                break;
        }
    }

    private IEnumerable<Clause> Notes(int at, bool negated)
    {
        foreach (var (targets, behind) in phrases.Targets(phrases.SkipMarks(at), spaced: false))
        {
            if (!targets.IsTheOnlyOne && TextFrom(behind) is { } text)
                yield return new Clause(new SpokenCommand(CommandVerb.Note, targets) { Text = text }, tokens.Length, negated)
                {
                    End = behind,
                };
        }

        if (
            TextFrom(at) is { } alone
            && (at >= tokens.Length || tokens[phrases.SkipMarks(at)].Kind is not (TokenKind.Number or TokenKind.Id)))
            yield return new Clause(new SpokenCommand(CommandVerb.Note, CommandTargets.TheOnlyOne) { Text = alone }, tokens.Length, negated)
            {
                End = at,
            };
    }

    private string? TextFrom(int at)
    {
        var first = phrases.SkipMarks(at);
        return first < tokens.Length ? line[tokens[first].Start..].Trim() : null;
    }
}
