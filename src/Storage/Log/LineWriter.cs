using CrmSync.Domain.Log;
using Dapper;

namespace CrmSync.Storage.Log;

/// <summary>What became of one copy.</summary>
/// <param name="Interaction">The number of its line; null when it was not kept.</param>
/// <param name="IsNew">Whether it made the line.</param>
/// <param name="IsErased">Whether it was not kept because it is about somebody erased.</param>
internal readonly record struct WrittenLine(long? Interaction, bool IsNew, bool IsErased);

/// <summary>
/// Merges copies of mails into the log within one transaction. Which copies make one line rests on their identities alone, so the log does
/// not depend on the order or the batches in which copies come.
/// </summary>
internal sealed class LineWriter(WriteScope scope, Classifier classifier)
{
    private const string Selected =
        "select fingerprint, message_key, dated, message_id, content, essence_key, essence, interaction from mail_identity";

    /// <summary>Writes the copies; gives what became of each, in their order.</summary>
    public async Task<IReadOnlyList<WrittenLine>> Write(IReadOnlyList<MailLine> copies)
    {
        var result = new WrittenLine[copies.Count];
        var erased = await ErasedPeople.Load(scope);
        var kept = new List<(int Index, MailLine Line)>(copies.Count);
        for (var i = 0; i < copies.Count; i++)
        {
            if (erased.Without(LineFacts.Storable(copies[i]), classifier) is { } line)
                kept.Add((i, line));
            else
                result[i] = new WrittenLine(null, false, true);
        }

        if (kept.Count == 0)
            return result;

        var groups = await Group(kept.ConvertAll(k => k.Line));
        var stored = await new StoredLines(scope).Load([.. groups.SelectMany(g => g.Existing)]);
        var next = await scope.One<long>("select coalesce(max(number), 0) from interaction");
        var changes = new List<LineChange>(groups.Count);
        foreach (var group in groups)
            group.Line = group
                .Copies.Select(c => kept[c].Line)
                .Concat(group.Existing.Select(number => stored[number]))
                .Aggregate((one, other) => one.With(other));

        foreach (var group in groups.OrderBy(g => g.Line!.Id, StringComparer.Ordinal))
        {
            var number = group.Existing.Count > 0 ? group.Existing.Min() : ++next;
            changes.Add(new LineChange(number, group.Line!, group.Existing));
            var first = group.Existing.Count == 0;
            foreach (var copy in group.Copies)
            {
                result[kept[copy].Index] = new WrittenLine(number, first, false);
                first = false;
            }
        }

        await new LineChanges(scope, classifier).Apply(changes);
        return result;
    }

    /// <summary>Puts copies of one mail together, with each other and with the lines the log holds.</summary>
    private async Task<IReadOnlyCollection<CopyGroup>> Group(List<MailLine> copies)
    {
        var parents = Enumerable.Range(0, copies.Count).ToList();
        var existing = new List<long>();
        var nodeOfLine = new Dictionary<long, int>();
        var byFingerprint = new Dictionary<string, int>(StringComparer.Ordinal);
        var byMessage = new Dictionary<string, List<(MailIdentity Identity, int Node)>>(StringComparer.Ordinal);
        var byEssence = new Dictionary<string, List<(MailIdentity Identity, int Node)>>(StringComparer.Ordinal);

        void Note(MailIdentity identity, int node)
        {
            if (byFingerprint.TryGetValue(identity.Fingerprint, out var same))
                Join(node, same);
            else
                byFingerprint.Add(identity.Fingerprint, node);

            NoteIn(byMessage, identity.MessageKey, identity, node);
            NoteIn(byEssence, identity.Essence?.Key, identity, node);
        }

        void NoteIn(Dictionary<string, List<(MailIdentity Identity, int Node)>> table, string? key, MailIdentity identity, int node)
        {
            if (key is null)
                return;

            if (!table.TryGetValue(key, out var others))
                table.Add(key, others = []);

            foreach (var (other, otherNode) in others)
            {
                if (Root(node) != Root(otherNode) && identity.SameMailAs(other))
                    Join(node, otherNode);
            }

            others.Add((identity, node));
        }

        foreach (var row in await Candidates(copies))
        {
            if (!nodeOfLine.TryGetValue(row.Interaction, out var node))
            {
                nodeOfLine.Add(row.Interaction, node = parents.Count);
                parents.Add(node);
                existing.Add(row.Interaction);
            }

            Note(row.Identity, node);
        }

        for (var i = 0; i < copies.Count; i++)
        {
            foreach (var identity in copies[i].Identities)
                Note(identity, i);
        }

        var groups = new Dictionary<int, CopyGroup>();
        for (var i = 0; i < copies.Count; i++)
        {
            if (!groups.TryGetValue(Root(i), out var group))
                groups.Add(Root(i), group = new CopyGroup());

            group.Copies.Add(i);
        }

        for (var i = 0; i < existing.Count; i++)
        {
            if (groups.TryGetValue(Root(copies.Count + i), out var group))
                group.Existing.Add(existing[i]);
        }

        return groups.Values;

        int Root(int node)
        {
            while (parents[node] != node)
                node = parents[node] = parents[parents[node]];

            return node;
        }

        void Join(int one, int other) => parents[Root(one)] = Root(other);
    }

    /// <summary>The identities in the log that might be of the same mails.</summary>
    private async Task<IEnumerable<IdentityRow>> Candidates(List<MailLine> copies)
    {
        var identities = copies.SelectMany(c => c.Identities).ToArray();
        return await scope.Query<IdentityRow>(
            $"""
            {Selected} where {scope.Engine.AnyOf("line_id", "@lineIds")}
            union
            {Selected} where {scope.Engine.AnyOf("message_key", "@messageKeys")}
            union
            {Selected} where {scope.Engine.AnyOf("essence_key", "@essenceKeys")}
            """,
            new
            {
                lineIds = Distinct(identities.Select(i => i.LineId)),
                messageKeys = Distinct(identities.Select(i => i.MessageKey)),
                essenceKeys = Distinct(identities.Select(i => i.Essence?.Key)),
            });

        SqlMapper.ICustomQueryParameter Distinct(IEnumerable<string?> keys) =>
            scope.Engine.List([.. keys.OfType<string>().Distinct(StringComparer.Ordinal)]);
    }

    private sealed class CopyGroup
    {
        public List<int> Copies { get; } = [];

        public List<long> Existing { get; } = [];

        public MailLine? Line { get; set; }
    }
}
