namespace CrmSync.Domain.Evaluation;

/// <summary>Which mail answers which, in whatever order they come.</summary>
/// <param name="touch">Told of every mail whose place in the order may have changed.</param>
internal sealed class Replies(Action<Line> touch)
{
    private readonly Dictionary<string, Line> byMessageId = new(StringComparer.Ordinal);
    /// <summary>
    /// Broken mailers give two mails one Message-ID: the first in the order of the log is the one meant, these are the others.
    /// </summary>
    private readonly Dictionary<string, List<Line>> sharing = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Line>> waitingForParent = new(StringComparer.Ordinal);

    /// <summary>Takes a mail in, under the mail it answers and above those that answer it.</summary>
    public void Link(Line line)
    {
        line.LatestOfAncestors = line.At;
        if (line.InReplyTo is { } answered)
        {
            if (byMessageId.TryGetValue(answered, out var parent))
                Attach(line, parent);
            else if (waitingForParent.TryGetValue(answered, out var others))
                others.Add(line);
            else
                waitingForParent[answered] = [line];
        }

        if (line.MessageId is not { } id)
            return;

        if (!byMessageId.TryGetValue(id, out var first))
        {
            byMessageId[id] = line;
            if (waitingForParent.Remove(id, out var children))
                Adopt(children, line);
        }
        else if (Order.Plain(line, first) < 0)
        {
            byMessageId[id] = line;
            Sharing(id).Add(first);
            Adopt(Children(first), line);
            first.FirstChild = null;
        }
        else
        {
            Sharing(id).Add(line);
        }
    }

    private List<Line> Sharing(string id)
    {
        if (!sharing.TryGetValue(id, out var others))
            sharing[id] = others = [];

        return others;
    }

    private void Adopt(List<Line> children, Line parent)
    {
        foreach (var child in children)
            Attach(child, parent);
    }

    private static List<Line> Children(Line parent)
    {
        var children = new List<Line>();
        for (var child = parent.FirstChild; child is not null; child = child.NextSibling)
            children.Add(child);

        return children;
    }

    private void Attach(Line child, Line parent)
    {
        child.Parent = parent;
        child.NextSibling = parent.FirstChild;
        parent.FirstChild = child;
        Raise(child);
    }

    /// <summary>
    /// Hands the latest time of the ancestors down to a mail and all that answer it, and touches them: their place in the order may be
    /// another one now. A new mail has no answers yet, so this walks far only when a mail comes long after its answers, or leaves.
    /// </summary>
    private void Raise(Line first)
    {
        if (first.FirstChild is null)
        {
            first.LatestOfAncestors = Math.Max(first.LatestOfAncestors, first.Parent?.LatestOfAncestors ?? long.MinValue);
            touch(first);
            return;
        }

        var visited = new HashSet<Line>();
        var open = new Stack<Line>([first]);
        while (open.TryPop(out var line))
        {
            var latest = Math.Max(line.LatestOfAncestors, line.Parent?.LatestOfAncestors ?? long.MinValue);
            var raised = latest > line.LatestOfAncestors;
            line.LatestOfAncestors = latest;

            // A ring of replies comes to rest because the latest time only ever grows.
            if (!visited.Add(line) && !raised)
                continue;

            touch(line);
            for (var child = line.FirstChild; child is not null; child = child.NextSibling)
                open.Push(child);
        }
    }

    /// <summary>Takes a mail out; what answered it answers something unknown again.</summary>
    public void Unlink(Line line)
    {
        if (line.Parent is { } parent)
        {
            var siblings = Children(parent);
            parent.FirstChild = null;
            foreach (var sibling in siblings.Where(s => s != line))
            {
                sibling.NextSibling = parent.FirstChild;
                parent.FirstChild = sibling;
            }

            line.Parent = null;
        }
        else if (line.InReplyTo is { } answered && waitingForParent.TryGetValue(answered, out var waiting))
        {
            waiting.Remove(line);
        }

        if (line.MessageId is not { } id)
            return;

        var others = sharing.GetValueOrDefault(id);
        if (byMessageId.GetValueOrDefault(id) != line)
        {
            others?.Remove(line);
            return;
        }

        var children = Children(line);
        line.FirstChild = null;
        byMessageId.Remove(id);
        if (others is { Count: > 0 })
        {
            others.Sort(Order.Plain);
            byMessageId[id] = others[0];
            Adopt(children, others[0]);
            others.RemoveAt(0);
            return;
        }

        foreach (var child in children)
        {
            child.Parent = null;
            Raise(child);
        }

        if (children.Count > 0)
            waitingForParent[id] = children;
    }
}
