namespace CrmSync.Mail.Text;

/// <summary>
/// Phrases looked for as a part of a text, without case, all at once: one step of a table per character, however many phrases there are
/// (Aho and Corasick). Phrases of ASCII letters have a table of their own, which is small and serves most texts alone.
/// </summary>
internal sealed class PhraseSet
{
    private readonly Table ascii;
    private readonly Table others;

    public PhraseSet(IEnumerable<string> phrases)
    {
        var all = phrases.Select(p => p.ToLowerInvariant()).Distinct(StringComparer.Ordinal).ToList();
        ascii = new Table([.. all.Where(p => System.Text.Ascii.IsValid(p))]);
        others = new Table([.. all.Where(p => !System.Text.Ascii.IsValid(p))]);
    }

    /// <summary>Whether one of the phrases stands in the text.</summary>
    public bool IsIn(ReadOnlySpan<char> text) =>
        ascii.IsIn(text) || !others.IsEmpty && !System.Text.Ascii.IsValid(text) && others.IsIn(text);

    /// <summary>Whether one of the phrases stands in some lines, taken as one paragraph.</summary>
    public bool IsIn(List<string> lines, int from, int to) =>
        ascii.IsIn(lines, from, to) || !others.IsEmpty && !AreAscii(lines, from, to) && others.IsIn(lines, from, to);

    private static bool AreAscii(List<string> lines, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            if (!System.Text.Ascii.IsValid(lines[i]))
                return false;
        }

        return true;
    }

    private sealed class Table
    {
        private const int Found = -1;
        private const int PageSize = 256;

        private static readonly byte[] NoKinds = new byte[PageSize];

        // What follows a state for a kind of character; a state is the place where its row begins, so that state and kind add up to a
        // place.
        private readonly int[] next;
        private readonly byte[][] kinds = [.. Enumerable.Repeat(NoKinds, (char.MaxValue + 1) / PageSize)];
        private readonly bool isAscii;

        public Table(List<string> phrases)
        {
            IsEmpty = phrases.Count == 0;
            isAscii = phrases.TrueForAll(phrase => System.Text.Ascii.IsValid(phrase));
            var width = Number(phrases);
            next = Link(Tree(phrases, width), width);
        }

        public bool IsEmpty { get; }

        public bool IsIn(ReadOnlySpan<char> text) => !IsEmpty && Read(text, 0) == Found;

        public bool IsIn(List<string> lines, int from, int to)
        {
            var state = 0;
            for (var i = from; i < to && state != Found; i++)
            {
                state = Read(lines[i].AsSpan().Trim(), state);
                if (state != Found)
                    state = Read(" ", state);
            }

            return state == Found;
        }

        private int Read(ReadOnlySpan<char> text, int state)
        {
            var table = next;
            var pages = kinds;
            if (isAscii)
            {
                var first = pages[0];
                foreach (var c in text)
                {
                    state = table[state + ((uint)c < (uint)first.Length ? first[c] : 0)];
                    if (state == Found)
                        break;
                }

                return state;
            }

            foreach (var c in text)
            {
                state = table[state + pages[c / PageSize][c % PageSize]];
                if (state == Found)
                    break;
            }

            return state;
        }

        /// <summary>Gives every character that a phrase holds a number, in both its cases; 0 is any other.</summary>
        private int Number(List<string> phrases)
        {
            byte count = 0;
            foreach (var c in phrases.SelectMany(p => p).Distinct())
            {
                count = checked((byte)(count + 1));
                Number(c, count);
                if (char.ToUpperInvariant(c) is var upper && char.ToLowerInvariant(upper) == c)
                    Number(upper, count);
            }

            return count + 1;
        }

        private void Number(char c, byte kind)
        {
            ref var page = ref kinds[c / PageSize];
            if (page == NoKinds)
                page = new byte[PageSize];
            page[c % PageSize] = kind;
        }

        /// <summary>The beginnings of all phrases as rows of a tree; a phrase that another begins with ends it.</summary>
        private List<int> Tree(List<string> phrases, int width)
        {
            var rows = new List<int>(new int[width]);
            foreach (var phrase in phrases)
            {
                var state = 0;
                for (var i = 0; i < phrase.Length; i++)
                {
                    var place = state + kinds[phrase[i] / PageSize][phrase[i] % PageSize];
                    if (rows[place] == Found)
                        break;
                    if (i == phrase.Length - 1)
                    {
                        rows[place] = Found;
                    }
                    else if (rows[place] == 0)
                    {
                        rows[place] = rows.Count;
                        rows.AddRange(new int[width]);
                    }

                    state = rows[place];
                }
            }

            return rows;
        }

        /// <summary>Where the tree ends, goes on with the longest beginning of a phrase that the text read so far ends with.</summary>
        private static int[] Link(List<int> rows, int width)
        {
            var shorter = new Dictionary<int, int>();
            var queue = new Queue<int>();
            for (var kind = 0; kind < width; kind++)
            {
                if (rows[kind] > 0)
                {
                    shorter[rows[kind]] = 0;
                    queue.Enqueue(rows[kind]);
                }
            }

            while (queue.TryDequeue(out var state))
            {
                var less = shorter[state];
                for (var kind = 0; kind < width; kind++)
                {
                    var child = rows[state + kind];

                    // A phrase that ends inside a longer beginning is found there as well.
                    if (child == 0 || rows[less + kind] == Found)
                    {
                        rows[state + kind] = rows[less + kind];
                    }
                    else if (child > 0)
                    {
                        shorter[child] = rows[less + kind];
                        queue.Enqueue(child);
                    }
                }
            }

            return [.. rows];
        }
    }
}
