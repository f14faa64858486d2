namespace CrmSync.Domain.Log;

/// <summary>
/// The people of a mail that lies in several mailboxes. All who are named in any copy take part; but where a gateway changed copies, only
/// those that every form of the mail names (policy.md section 6), and whoever got a blind copy.
/// </summary>
internal static class MailPeople
{
    private const char Between = ' ';

    /// <summary>The participants of two lines that are one mail, and those that only some of its forms name.</summary>
    public static (IReadOnlyList<MailParticipant> All, IReadOnlyList<MailParticipant> Some) Join(MailLine one, MailLine other)
    {
        var (mine, theirs) = (Forms(one), Forms(other));
        if (mine.SetEquals(theirs) && one.NamedInSome.Count + other.NamedInSome.Count == 0)
            return (InOrder([.. one.Participants, .. other.Participants]), []);

        var forms = mine.Union(theirs).ToHashSet(StringComparer.Ordinal);
        var joined = InOrder([.. Named(one, mine), .. Named(other, theirs)])
            .Select(person => Settled(person, forms))
            .ToLookup(person => person.In is null);
        return ([.. joined[true]], [.. joined[false]]);
    }

    /// <summary>
    /// Each address once a role, under the longest name anybody wrote, at the first place it has in any copy, and in all forms that name
    /// it.
    /// </summary>
    public static IReadOnlyList<MailParticipant> InOrder(IReadOnlyList<MailParticipant> people) =>
        [
            .. people
                .GroupBy(p => (p.Role, p.Address))
                .Select(g =>
                    g.Count() == 1
                        ? g.First()
                        : g.OrderByDescending(p => p.Name?.Length ?? 0).ThenBy(p => p.Name, StringComparer.Ordinal).First() with
                        {
                            Place = g.Min(p => p.Place),
                            In = g.Any(p => p.In is null) ? null : Written(g.SelectMany(p => p.In!.Split(Between))),
                        })
                .OrderBy(p => p.Role)
                .ThenBy(p => p.Place)
                .ThenBy(p => p.Address.Value, StringComparer.Ordinal),
        ];

    /// <summary>The forms of the mail; an empty one for identities that earlier versions kept, which says nothing.</summary>
    private static HashSet<string> Forms(MailLine line) => line.Identities.Select(i => i.Content ?? "").ToHashSet(StringComparer.Ordinal);

    private static IEnumerable<MailParticipant> Named(MailLine line, HashSet<string> forms) =>
        line.Participants.Concat(line.NamedInSome).Select(person => person with { In = person.In ?? Written(forms) });

    private static MailParticipant Settled(MailParticipant person, HashSet<string> forms)
    {
        var named = person.In!.Split(Between);
        return person.Role == ParticipantRole.Bcc || named.Contains("") || forms.All(form => form.Length == 0 || named.Contains(form))
            ? person with { In = null }
            : person;
    }

    private static string Written(IEnumerable<string> forms) =>
        string.Join(Between, forms.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
}
