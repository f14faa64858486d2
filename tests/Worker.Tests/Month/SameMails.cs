using NodaTime;

namespace CrmSync.Worker.Tests.Month;

/// <summary>
/// Compares what readers were told in days with faults with what they were told in the same days without: the same mails to the same
/// readers about the same items. A mail may be late, and where something went wrong shortly before it, it may tell of what was known then.
/// </summary>
/// <param name="usual">What our people got without faults.</param>
/// <param name="received">What they got with them.</param>
/// <param name="troubles">What went wrong.</param>
internal sealed class SameMails(IReadOnlyList<MonthMail> usual, IReadOnlyList<MonthMail> received, IReadOnlyList<Fault> troubles)
{
    /// <summary>What goes wrong is felt so long: a login that was refused is tried again after an hour.</summary>
    private static readonly Duration Felt = Duration.FromHours(3);

    /// <summary>What is missing.</summary>
    public IReadOnlyList<string> Lost => [.. Without(Keys(usual), Keys(received)).Select(key => $"lost: {key}")];

    /// <summary>What there is once more than without faults.</summary>
    public IReadOnlyList<string> Doubled => [.. Without(Keys(received), Keys(usual)).Select(key => $"doubled: {key}")];

    /// <summary>Digests that list something else although nothing was wrong.</summary>
    public IReadOnlyList<string> Different => [.. usual.Where(IsDigest).SelectMany(Differences)];

    private static IEnumerable<string> Keys(IReadOnlyList<MonthMail> mails) => mails.SelectMany(Keys);

    /// <summary>A digest is one of its day; of what could not wait each item counts, for several of one reader may share a mail.</summary>
    private static IEnumerable<string> Keys(MonthMail mail)
    {
        if (IsDigest(mail))
            return [Key(mail)];

        string[] told =
        [
            .. new[] { Step.Soon, Step.Overdue, Step.Escalated }.SelectMany(
                heading => mail.Titles(heading).Select(title => $"{mail.Reader}: {heading}: {title}")),
        ];
        return told.Length > 0 ? told : [$"{mail.Reader}: {mail.Mail.Subject}"];
    }

    private IEnumerable<string> Differences(MonthMail digest)
    {
        var other = received.FirstOrDefault(mail => IsDigest(mail) && Key(mail) == Key(digest));
        if (other is null || troubles.Any(trouble => trouble.From < other.At && digest.At < trouble.Until + Felt))
            return [];

        // What was told at once a minute before closing is not new to the next morning; a minute later it would have waited for that.
        var (before, now) = (Titles(digest), Titles(other));
        return Without(before, now).Select(title => $"{Key(digest)} lacks \"{title}\"")
            .Concat(Without(now, before).Select(title => $"{Key(digest)} has \"{title}\" in excess"));
    }

    private static List<string> Titles(MonthMail digest) =>
        [.. digest.Titles().Select(title => title.Replace(" [new]", "", StringComparison.Ordinal))];

    private static bool IsDigest(MonthMail mail) => mail.Digest is not ("" or "immediate");

    private static string Key(MonthMail digest) => $"{digest.Reader}: {digest.Digest} of {digest.Day}";

    /// <summary>What is left of some when others are taken away, each as often as it is there.</summary>
    private static List<string> Without(IEnumerable<string> some, IEnumerable<string> others)
    {
        var left = some.ToList();
        foreach (var other in others)
            left.Remove(other);

        return left;
    }
}
