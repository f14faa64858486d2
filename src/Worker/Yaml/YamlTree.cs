using System.Buffers;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace CrmSync.Worker.Yaml;

/// <summary>
/// Reads a file into nodes with places. What YAML allows but nobody needs in a configuration is an error with its place: anchors, aliases,
/// merge keys, tags, several documents, keys that are no single value, the same key twice, and clock times without quotes.
/// </summary>
internal sealed class YamlTree
{
    private const int MaxDepth = 60;

    /// <summary>What stands in no key of ours.</summary>
    private static readonly SearchValues<char> NoKey = SearchValues.Create(" \"'{[#");

    private static readonly SearchValues<char> ClockCharacters = SearchValues.Create("0123456789:.");

    private readonly SourceFile file;
    private readonly ProblemList problems;
    private readonly Parser parser;
    private readonly Stack<ParsingEvent> open = [];

    private YamlTree(SourceFile file, ProblemList problems)
    {
        this.file = file;
        this.problems = problems;
        parser = new Parser(new StringReader(file.Text));
    }

    /// <summary>The root node, or null when the file is no YAML at all or empty; then the problem has been reported.</summary>
    public static YamlNode? Read(SourceFile file, ProblemList problems)
    {
        problems.Knows(file);
        return new YamlTree(file, problems).Document();
    }

    private YamlNode? Document()
    {
        try
        {
            Next<StreamStart>();
            if (Next<ParsingEvent>() is StreamEnd)
            {
                problems.Error(file, "001", "the file is empty");
                return null;
            }

            var root = Node(Next<ParsingEvent>(), 0);
            Next<DocumentEnd>();
            if (Next<ParsingEvent>() is DocumentStart second)
                problems.Error(At(second, 3), "001", "a second document starts here; one file holds one document");

            return root;
        }
        catch (YamlException e) when (TabAsIndentation(e) is { } tab)
        {
            problems.Error(tab, "001", "not YAML: a tab is used where spaces are required; indent with spaces only");
        }
        catch (YamlException e)
        {
            problems.Error(Place(e), "001", Words(e));
        }
        catch (InvalidOperationException)
        {
            // The parser gives up without a place when a flow collection is not closed.
            problems.Error(open.TryPeek(out var collection) ? At(collection, 1) : new Spot(file, 1, 1, 1), "001", Unclosed());
        }

        return null;
    }

    private YamlNode Node(ParsingEvent start, int depth)
    {
        if (start is NodeEvent node)
            Refuse(node);
        if (depth > MaxDepth)
            throw new YamlException(start.Start, start.End, $"nested more than {MaxDepth} deep");

        switch (start)
        {
            case Scalar scalar:
                return Value(scalar);
            case SequenceStart:
                open.Push(start);
                var items = new List<YamlNode>();
                for (var item = Next<ParsingEvent>(); item is not SequenceEnd; item = Next<ParsingEvent>())
                    items.Add(Node(item, depth + 1));
                open.Pop();
                return new YamlList(At(start, 1), items);
            case MappingStart:
                open.Push(start);
                var entries = Entries(depth);
                open.Pop();
                return new YamlMap(At(start, 1), entries);
            case AnchorAlias alias:
                var spot = At(alias, (int)(alias.End.Column - alias.Start.Column));
                problems.Error(spot, "001", $"aliases are not used here; write the value in place of *{alias.Value}");
                return new YamlScalar(spot, "", plain: false);
            default:
                throw new YamlException(start.Start, start.End, "the file ends too early");
        }
    }

    private List<YamlEntry> Entries(int depth)
    {
        var entries = new List<YamlEntry>();
        var seen = new Dictionary<string, YamlScalar>(StringComparer.Ordinal);
        for (var start = Next<ParsingEvent>(); start is not MappingEnd; start = Next<ParsingEvent>())
        {
            var key = Node(start, depth + 1);
            var value = Node(Next<ParsingEvent>(), depth + 1);
            if (key is not YamlScalar name)
                problems.Error(key, "001", $"a key must be a single word, not {key.Noun}");
            else if (name is { Plain: true, Text: "<<" })
                problems.Error(name, "001", "merge keys are not used here; write the entries out");
            else if (seen.TryGetValue(name.Text, out var first))
                problems.Error(
                    name,
                    "031",
                    $"{(file.HoldsSecrets ? "this key" : $"'{name.Text}'")} stands here twice; first at {first.Spot}"
                );
            else
            {
                seen.Add(name.Text, name);
                entries.Add(new YamlEntry(name, value));
            }
        }

        return entries;
    }

    private YamlScalar Value(Scalar scalar)
    {
        var length = scalar.Start.Line == scalar.End.Line
            ? scalar.End.Column - scalar.Start.Column
            : file.Line((int)scalar.Start.Line).TrimEnd().Length - scalar.Start.Column + 1;
        var value = new YamlScalar(At(scalar, (int)length), scalar.Value, scalar.Style == ScalarStyle.Plain);
        if (value.Plain && IsClockTime(value.Text))
            problems.Error(value, "080", file.HoldsSecrets
                ? "a value of digits and colons needs quotes, because some editors turn it into a number"
                : $"a clock time needs quotes, because some editors turn {value.Text} into a number; write \"{value.Text}\"");

        return value;
    }

    private void Refuse(NodeEvent node)
    {
        if (!node.Anchor.IsEmpty)
            problems.Error(At(node, 1), "001", $"anchors are not used here; remove &{node.Anchor}");
        if (!node.Tag.IsEmpty)
            problems.Error(At(node, 1), "001", "tags are not used here; remove what starts with '!'");
    }

    /// <summary>The sexagesimal numbers of YAML 1.1: <c>10:30</c>, <c>09:00:00</c>.</summary>
    private static bool IsClockTime(string text)
    {
        var parts = text.AsSpan().TrimStart("+-");
        var colon = parts.IndexOf(':');
        return colon > 0
            && parts[..colon].IndexOfAnyExceptInRange('0', '9') < 0
            && parts[(colon + 1)..].Length > 0
            && !parts[(colon + 1)..].ContainsAnyExcept(ClockCharacters);
    }

    private T Next<T>()
        where T : ParsingEvent =>
        parser.MoveNext() && parser.Current is T found
            ? found
            : throw new YamlException(parser.Current?.Start ?? Mark.Empty, parser.Current?.End ?? Mark.Empty, "the file ends too early");

    private Spot At(ParsingEvent e, int length) => new(file, (int)e.Start.Line, (int)e.Start.Column, length);

    /// <summary>The parser notices an unclosed bracket only at what follows; the bracket is the place to look at.</summary>
    private Spot Place(YamlException e) =>
        IsUnclosed(e) && open.TryPeek(out var collection)
            ? At(collection, 1)
            : new Spot(
                file,
                Math.Max(1, (int)e.Start.Line),
                Math.Max(1, (int)e.Start.Column),
                e.Start.Line == e.End.Line ? Math.Max(1, (int)(e.End.Column - e.Start.Column)) : 1);

    /// <summary>The parser points at what the tab is in; the tab itself is the place to look at.</summary>
    private Spot? TabAsIndentation(YamlException e)
    {
        if (!e.Message.Contains(" tab", StringComparison.Ordinal))
            return null;

        for (var number = (int)e.Start.Line; number <= file.LineCount; number++)
        {
            var line = file.Line(number);
            var tab = line.IndexOf('\t', StringComparison.Ordinal);
            if (tab >= 0 && line.AsSpan(0, tab).Trim(' ').IsEmpty)
                return new Spot(file, number, tab + 1, 1);
        }

        return null;
    }

    /// <summary>What an admin did, where the parser tells only what it expected.</summary>
    private string Words(YamlException e)
    {
        if (IsUnclosed(e))
            return Unclosed();

        var line = file.Line(Math.Clamp((int)e.Start.Line, 1, Math.Max(1, file.LineCount)));
        var words = e.Message.TrimEnd('.');
        return "not YAML: " + words switch
        {
            _ when words.Contains("'-' indicator", StringComparison.Ordinal) =>
                "this line is indented less than the entry it belongs to; indent it like the other keys of the entry",
            _ when words.Contains("invalid mapping", StringComparison.Ordinal)
                && line.IndexOf(':', StringComparison.Ordinal) == e.Start.Column - 1 =>
                "this line is indented more than the key above it; indent it like the other keys of the entry",
            _ when words.Contains("invalid mapping", StringComparison.Ordinal) => "a text with ': ' in it needs quotes",
            _ when words.Contains("expected key", StringComparison.Ordinal) && IsWithoutSpace(line) =>
                "a space is missing after the ':'",
            _ when words.Contains("expected key", StringComparison.Ordinal) =>
                "this line is indented otherwise than the keys above it; indent it as they are",
            _ when words.Contains("',' or ']'", StringComparison.Ordinal) => "a ',' or a ']' is missing before this",
            _ when words.Contains("',' or '}'", StringComparison.Ordinal) =>
                "a ',' or a '}' is missing before this; a text with ': ' in it needs quotes",
            "" => "it cannot be read",
            _ => char.ToLowerInvariant(words[0]) + words[1..],
        };
    }

    /// <summary>Such as <c>host:mail.us.example</c>.</summary>
    private static bool IsWithoutSpace(string line) =>
        line.IndexOf(':', StringComparison.Ordinal) is var colon and > 0
        && colon + 1 < line.TrimEnd().Length && !char.IsWhiteSpace(line[colon + 1])
        && line.AsSpan(0, colon).TrimStart(" -").IndexOfAny(NoKey) < 0;

    private bool IsUnclosed(YamlException e) =>
        open.TryPeek(out var collection)
        && collection is MappingStart { Style: MappingStyle.Flow } or SequenceStart { Style: SequenceStyle.Flow }
        && (e.Message.Contains("flow", StringComparison.Ordinal) || e.Message.Contains("node content", StringComparison.Ordinal))
        && e.Start.Line > collection.Start.Line;

    private string Unclosed() => open.TryPeek(out var collection) && collection is MappingStart
        ? "not YAML: this '{' is not closed, or a ',' is missing behind one of its entries"
        : "not YAML: this '[' is not closed, or a ',' is missing behind one of its entries";
}
