using System.Globalization;
using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Languages;
using CrmSync.Storage.Digests;
using CrmSync.Worker.Printing;
using NodaTime;

namespace CrmSync.Worker.Status;

/// <summary>How things stand, in the words of the status page and the verb.</summary>
internal sealed class StatusWords(WorkerStatus worker)
{
    /// <summary>So many items tell how fast an account is read.</summary>
    private const int EnoughToJudge = 100;

    private readonly ReaderClock clock = new(worker.Zone, worker.Now, Wording.In(Language.English));

    /// <summary>In a few words.</summary>
    public string Headline =>
        !worker.IsWell ? "Somebody should look"
        : worker.Accounts.Count == 0 ? "No account is configured"
        : worker.WasAnythingRead ? "All is well"
        : "Nothing read yet";

    /// <summary>Now, with the zone of all times.</summary>
    public string Moment => $"{clock.Head} ({worker.Zone.Id})";

    /// <summary>The accounts by what they need from a person, the most urgent first; groups without any are left out.</summary>
    public IReadOnlyList<AccountGroup> Groups
    {
        get
        {
            var quiet = worker.Accounts.Where(account => account.WhyLookAt(worker.Now) is null).ToList();
            var known = quiet.Where(account => !IsNew(account)).ToList();
            var configured = known.Where(account => account.NextRun is not null).ToList();
            AccountGroup[] all =
            [
                new("Needs somebody", "late", [.. worker.Accounts.Except(quiet)]),
                new("Will pass by itself", "soon", [.. configured.Where(account => account.State?.LastError is not null)]),
                new("Not read yet", "quiet", [.. quiet.Where(IsNew)]),
                new("Well", "", [.. configured.Where(account => account.State?.LastError is null)]),
                new("No longer configured", "quiet", [.. known.Except(configured)]),
            ];
            return [.. all.Where(group => group.Accounts.Count > 0)];
        }
    }

    /// <summary><c>today 08:40, 5 min ago</c>.</summary>
    public string Time(Instant moment) => $"{clock.When(moment)}, {Relative(moment)}";

    /// <summary>Words of the program with the company's times in place of those in UTC.</summary>
    public string Local(string words) => Moments.Localize(words, worker.Zone);

    /// <summary>What is wrong with an account, or that nothing is.</summary>
    public string State(AccountStatus account) => account.State switch
    {
        null => "not read yet",
        { LastError: { } words } => Local(words),
        { LastSuccess: null } => "being read for the first time",
        _ => account.WhyLookAt(worker.Now) is null ? "well" : "not read in time; see whether crmsync is running",
    };

    /// <summary>How fresh an account is, and its folders.</summary>
    public IEnumerable<string> Freshness(AccountStatus account)
    {
        if (account.State?.LastSuccess is { } last)
            yield return $"read {Time(last)}";

        if (account.State?.ReadUntil is { } until)
            yield return $"complete until {clock.When(until)}";

        if (worker.Folders.GetValueOrDefault(account.Name) is { } folders)
        {
            yield return Count(folders.Read, "folder");
            if (folders.Parked > 0)
            {
                yield return $"{Count(folders.Parked, "folder")} cannot be listed"
                    + (folders.ParkedSince is { } since ? $" since {clock.When(since)}" : "");
            }
        }

        if (account.NextRun is { } next)
            yield return $"next {(next > worker.Now ? Time(next) : "soon")}";
    }

    /// <summary>How many items wait, and how many were looked at.</summary>
    public static (long Waiting, long Done) Backlog(AccountStatus account) =>
        (Sum(account, state => state == "pending"), Sum(account, state => state != "pending"));

    /// <summary>
    /// How long the first reading of an account will take still, at the rate it has had so far; null where too little of it is known.
    /// </summary>
    public string? TimeLeft(AccountStatus account)
    {
        var (waiting, done) = Backlog(account);
        if (
            account.State is not { ReadUntil: null, FirstListedAt: { } begun }
            || waiting == 0
            || done < EnoughToJudge
            || worker.Now - begun < Duration.FromMinutes(1))
            return null;

        var left = (worker.Now - begun) * ((double)waiting / done);
        return left < Duration.FromMinutes(1)
            ? "less than a minute left"
            : $"about {clock.Words.Dates.Length(left)} left";
    }

    /// <summary>What became of our mails, in words.</summary>
    public IEnumerable<string> Deliveries
    {
        get
        {
            var sent = worker.Deliveries.GetValueOrDefault(LedgerState.Sent);
            yield return $"{(sent == 0 ? "No email" : Count(sent, "email"))} left in the last 24 hours.";
            var waiting =
                worker.Deliveries.GetValueOrDefault(LedgerState.Rendered) + worker.Deliveries.GetValueOrDefault(LedgerState.Sending);
            yield return waiting == 0
                ? "No email waits to leave."
                : $"{Count(waiting, "email")} {(waiting == 1 ? "waits" : "wait")} to leave.";
            if (worker.Deliveries.GetValueOrDefault(LedgerState.Refused) is var refused and > 0)
                yield return $"{Count(refused, "email")} of the last 24 hours will never leave.";
        }
    }

    /// <summary><c>my day: tomorrow 08:30, in 23 hours, for 3 people</c>.</summary>
    public IEnumerable<string> Next =>
        worker.Next.Select(next =>
            $"{next.Digest.Replace('-', ' ')}: {Time(next.At)}, for {(next.Readers == 1 ? "1 person" : $"{next.Readers} people")}");

    /// <summary>What went wrong, each with how often.</summary>
    public IEnumerable<string> Errors => worker.Errors.Select(error => $"{Count(error.Count, error.What)}: {error.Words}");

    public static string Count(long count, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");

    private string Relative(Instant moment)
    {
        var away = moment - worker.Now;
        var length = clock.Words.Dates.Length(Duration.Max(away, -away));
        return away < Duration.FromMinutes(1) && away > -Duration.FromMinutes(1) ? "just now"
            : away > Duration.Zero ? $"in {length}"
            : $"{length} ago";
    }

    private static bool IsNew(AccountStatus account) => account.State is not { LastSuccess: not null } and not { LastError: not null };

    private static long Sum(AccountStatus account, Func<string, bool> which) =>
        account.Items.Where(count => which(count.State)).Sum(count => count.Items);
}

/// <summary>Accounts that need the same of a person.</summary>
/// <param name="Title">What.</param>
/// <param name="Shade">The colour of the title.</param>
/// <param name="Accounts">In the order of the file.</param>
internal sealed record AccountGroup(string Title, string Shade, IReadOnlyList<AccountStatus> Accounts);
