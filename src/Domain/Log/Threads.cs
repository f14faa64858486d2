using CrmSync.Domain.Company;
using NodaTime;

namespace CrmSync.Domain.Log;

/// <summary>What the threads of mail-servers.md section 10 rest on.</summary>
/// <param name="Id">The id of the line.</param>
/// <param name="At">When it happened.</param>
/// <param name="MessageIds">Every Message-ID the mail is known by.</param>
/// <param name="References">Every id in References and In-Reply-To.</param>
/// <param name="Subject">The subject as written.</param>
/// <param name="Outsiders">The external people on it; empty for mail that is not human, which joins no thread by its subject.</param>
/// <param name="Index">Its Thread-Index, or null.</param>
public sealed record ThreadMail(
    string Id,
    Instant At,
    IReadOnlyList<string> MessageIds,
    IReadOnlyList<string> References,
    string? Subject,
    IReadOnlyCollection<EmailAddress> Outsiders,
    ThreadIndex? Index = null)
{
    /// <summary>What stands for the subject where it is not kept.</summary>
    public HiddenWords? Hidden { get; init; }

    /// <summary>What stands for the subject, kept or not; its key is null where it has no words.</summary>
    internal HiddenWords SubjectWords => Hidden ?? HiddenWords.From(Subject);
}

/// <summary>
/// Which mails belong together: those joined by References and In-Reply-To, or by a Thread-Index that extends another's; failing that, a
/// reply goes to the nearest earlier mail with the same bare subject, a shared external person and at most 14 days between. A pure function
/// of the mails given: neither their order nor batches matter.
/// </summary>
public static class Threads
{
    /// <summary>A reply to a crowd is not joined by subject: everybody shares somebody there.</summary>
    public const int Crowd = 50;

    private const int LongestId = 998;

    public static Duration SubjectWindow { get; } = Duration.FromDays(14);

    /// <summary>
    /// The keys under which mails can meet: two mails of one thread are joined by a chain of shared keys. A store that keeps them finds
    /// every mail a new one can possibly affect.
    /// </summary>
    public static IEnumerable<string> Keys(ThreadMail mail)
    {
        foreach (var id in mail.MessageIds.Concat(mail.References).Where(IsUsable).Distinct())
            yield return "m:" + id.ToLowerInvariant();

        if (mail.Index is { } index && mail.Outsiders.Count > 0)
            yield return "x:" + index.Conversation;

        if (mail.Outsiders.Count is 0 or > Crowd || mail.SubjectWords.SubjectKey is not { } subject)
            yield break;

        foreach (var person in mail.Outsiders)
            yield return SubjectKey(person, subject);
    }

    /// <summary>The key under which mails to or from somebody meet by their subject.</summary>
    /// <param name="person">The outsider.</param>
    /// <param name="subject">As <see cref="HiddenWords.Key"/> makes it.</param>
    public static string SubjectKey(EmailAddress person, string subject) => "s:" + person.Value + " " + subject;

    /// <summary>The thread of every mail: the smallest id of a line in it.</summary>
    public static IReadOnlyDictionary<string, string> Resolve(IReadOnlyCollection<ThreadMail> mails)
    {
        var groups = new Groups();
        var owners = new HashSet<string>(StringComparer.Ordinal);
        foreach (var mail in mails)
        {
            foreach (var id in mail.MessageIds.Where(IsUsable))
            {
                groups.Join(mail.Id, "m:" + id.ToLowerInvariant());
                owners.Add(id.ToLowerInvariant());
            }

            foreach (var id in mail.References.Where(IsUsable))
                groups.Join(mail.Id, "m:" + id.ToLowerInvariant());
        }

        JoinByIndex(mails, groups);
        JoinBySubject(mails, owners, groups);

        var smallest = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var mail in mails)
        {
            var root = groups.Root(mail.Id);
            if (!smallest.TryGetValue(root, out var id) || string.CompareOrdinal(mail.Id, id) < 0)
                smallest[root] = mail.Id;
        }

        return mails.ToDictionary(mail => mail.Id, mail => smallest[groups.Root(mail.Id)], StringComparer.Ordinal);
    }

    /// <summary>
    /// A mail whose Thread-Index extends another's answers it. Somebody who sends one mail to many with a program that copies the index
    /// gives them all the same one: of those, an answer goes to the one that shares somebody with it, and never to strangers.
    /// </summary>
    private static void JoinByIndex(IReadOnlyCollection<ThreadMail> mails, Groups groups)
    {
        var conversations = mails
            .Where(mail => mail is { Index: not null, Outsiders.Count: > 0 })
            .GroupBy(mail => mail.Index!.Conversation, StringComparer.Ordinal);
        foreach (var conversation in conversations)
        {
            if (!conversation.Skip(1).Any())
                continue;

            var byIndex = conversation.ToLookup(mail => mail.Index!.Value, StringComparer.Ordinal);
            foreach (var mail in conversation)
            {
                var people = mail.Outsiders as IReadOnlySet<EmailAddress> ?? mail.Outsiders.ToHashSet();
                var parent = mail.Index!.Extended
                    .SelectMany(index => byIndex[index].Where(other => other.Outsiders.Any(people.Contains) || AreColleagues(mail, other))
                        .OrderByDescending(other => other.Outsiders.Any(people.Contains))
                        .ThenBy(other => other.Id, StringComparer.Ordinal))
                    .FirstOrDefault();
                if (parent is not null)
                    groups.Join(mail.Id, parent.Id);
            }
        }
    }

    /// <summary>Whether somebody on the one mail has the same company's domain as somebody on the other.</summary>
    private static bool AreColleagues(ThreadMail one, ThreadMail other)
    {
        var domains = one
            .Outsiders.Select(person => person.Domain)
            .Where(domain => !Organisations.PublicMailDomains.Contains(domain))
            .ToHashSet();
        return other.Outsiders.Any(person => domains.Contains(person.Domain));
    }

    private static void JoinBySubject(IReadOnlyCollection<ThreadMail> mails, HashSet<string> owners, Groups groups)
    {
        var bySubject = mails
            .Where(mail => mail.Outsiders.Count is > 0 and <= Crowd)
            .Select(mail => (Mail: mail, Subject: mail.SubjectWords))
            .Where(mail => mail.Subject.SubjectKey is not null)
            .GroupBy(mail => mail.Subject.SubjectKey!, StringComparer.Ordinal);

        foreach (var same in bySubject)
        {
            var inOrder = same.OrderBy(m => m.Mail.At).ThenBy(m => m.Mail.Id, StringComparer.Ordinal).ToArray();
            for (var i = 1; i < inOrder.Length; i++)
            {
                var (mail, subject) = inOrder[i];
                if (!subject.IsReply || AnswersAKnownMail(mail, owners))
                    continue;

                var people = mail.Outsiders as IReadOnlySet<EmailAddress> ?? mail.Outsiders.ToHashSet();
                for (var k = i - 1; k >= 0 && mail.At - inOrder[k].Mail.At <= SubjectWindow; k--)
                {
                    if (!inOrder[k].Mail.Outsiders.Any(people.Contains))
                        continue;

                    groups.Join(mail.Id, inOrder[k].Mail.Id);
                    break;
                }
            }
        }
    }

    private static bool AnswersAKnownMail(ThreadMail mail, HashSet<string> owners) =>
        mail.References.Any(id =>
            IsUsable(id) && owners.Contains(id.ToLowerInvariant()) && !mail.MessageIds.Contains(id, StringComparer.OrdinalIgnoreCase));

    private static bool IsUsable(string id) => id.Length is > 0 and <= LongestId;

    private sealed class Groups
    {
        private readonly Dictionary<string, string> parents = new(StringComparer.Ordinal);

        public string Root(string node)
        {
            while (parents.TryGetValue(node, out var parent) && parent != node)
            {
                if (parents.TryGetValue(parent, out var grand) && grand != parent)
                    parents[node] = grand;

                node = parent;
            }

            return node;
        }

        public void Join(string one, string other)
        {
            var (a, b) = (Root(one), Root(other));
            parents.TryAdd(a, a);
            parents.TryAdd(b, b);
            if (a != b)
                parents[a] = b;
        }
    }
}
