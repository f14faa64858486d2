namespace CrmSync.Mail.Text;

/// <summary>Takes a text apart into sentences, each on one line: for facts that are shown with the sentence they rest on.</summary>
internal static class SentenceList
{
    private const int MostSentences = 100;
    private const int ShortLine = 60;

    /// <summary>The sentences of a text in their order.</summary>
    public static List<string> Read(string text)
    {
        var sentences = new List<string>();
        var sentence = new System.Text.StringBuilder();
        foreach (var raw in text.Split('\n'))
        {
            var line = raw.AsSpan().Trim();
            if (line.IsEmpty)
            {
                End();
                continue;
            }

            if (sentence.Length > 0)
                sentence.Append(' ');
            var from = 0;
            for (var i = 0; i < line.Length; i++)
            {
                if (!EndsAt(line, i))
                    continue;

                sentence.Append(line[from..(i + 1)]);
                End();
                from = i + 1;
            }

            sentence.Append(line[from..].TrimStart());

            // A greeting, a heading and a name are lines of their own; what is longer goes on in the next line.
            if (line[^1] is ',' or ':' or '，' && line.Length < ShortLine)
                End();
        }

        End();
        return sentences;

        void End()
        {
            var whole = sentence.ToString().Trim();
            sentence.Clear();
            if (whole.Length > 0 && sentences.Count < MostSentences)
                sentences.Add(whole);
        }
    }

    /// <summary>A mark that ends a sentence: not the full stop of a date, a number or an abbreviation of one letter.</summary>
    private static bool EndsAt(ReadOnlySpan<char> line, int at)
    {
        if (line[at] is not ('.' or '!' or '?' or '。' or '！' or '？'))
            return false;
        if (at + 1 == line.Length)
            return true;
        if (line[at] != '.')
            return char.IsWhiteSpace(line[at + 1]);

        return char.IsWhiteSpace(line[at + 1])
            && at > 1
            && !char.IsDigit(line[at - 1])
            && char.IsLetter(line[at - 1])
            && char.IsLetter(line[at - 2])
            && (at + 2 >= line.Length || !char.IsLower(line[at + 2]));
    }
}
