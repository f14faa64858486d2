using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Languages;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Worker.Digests;

/// <summary>Something about our mails that somebody should know, in whichever language they read.</summary>
/// <param name="Say">Says it; takes what says since when something goes on.</param>
/// <param name="NeedsSomebody">Whether somebody should look.</param>
internal sealed record OwnTrouble(Func<IOperationPhrases, Func<Instant, string>, string> Say, bool NeedsSomebody)
{
    /// <summary>For <c>status</c> and the status page.</summary>
    public string InEnglish => Say(Wording.In(Language.English).Operations, at => $"since {InstantPattern.General.Format(at)}");

    /// <summary>For a digest.</summary>
    public string Tell(ReaderClock clock) => Say(clock.Words.Operations, at => clock.Words.Dates.Since(clock.At(at)));
}
