using CrmSync.Domain.Harvest;
using CrmSync.Worker.Sources;

namespace CrmSync.Worker.Digests;

/// <summary>Writes mails so that one at which something is thrown that nobody expected keeps no other from being written.</summary>
internal sealed class EachMail
{
    private readonly List<Trouble> troubles = [];

    /// <summary>What could not be written, and why.</summary>
    public IReadOnlyList<Trouble> Troubles => troubles;

    /// <summary>Does something about one mail.</summary>
    /// <param name="mail">Which, in words without addresses or subjects.</param>
    /// <param name="work">What throws is told and tried again with the next run.</param>
    /// <param name="ct">Being asked to stop is no trouble.</param>
    public async Task Try(string mail, Func<Task> work, CancellationToken ct)
    {
        try
        {
            await work();
        }
        catch (Exception failure) when (Unexpected.IsContained(failure, ct))
        {
            troubles.Add(Unexpected.TroubleFrom(mail, failure));
        }
    }

    /// <summary>Does something about all mails at once; when that throws, about each alone.</summary>
    /// <param name="all">The mails.</param>
    /// <param name="mail">Which one is, in words without addresses or subjects.</param>
    /// <param name="work">What throws is told and tried again with the next run.</param>
    /// <param name="ct">Being asked to stop is no trouble.</param>
    public async Task TryTogether<T>(IReadOnlyList<T> all, Func<T, string> mail, Func<IReadOnlyList<T>, Task> work, CancellationToken ct)
    {
        try
        {
            await work(all);
        }
        catch (Exception failure) when (Unexpected.IsContained(failure, ct))
        {
            foreach (var one in all)
                await Try(mail(one), () => work([one]), ct);
        }
    }

    /// <summary>Notes something that was found out otherwise.</summary>
    public void Tell(Trouble trouble) => troubles.Add(trouble);
}
