using CrmSync.Domain.Log;
using NodaTime;

namespace CrmSync.Domain.Evaluation;

/// <summary>
/// Finds the mail that one of us pasted into a forward: where it is known itself, it asks and the forward does not (policy-language.md
/// section 6).
/// </summary>
internal static class ForwardedOriginal
{
    /// <summary>Where the forward does not say when the mail was written, one of so long before is taken for it.</summary>
    private static readonly long Window = Duration.FromDays(14).BclCompatibleTicks;

    /// <summary>A clock may be wrong by so much.</summary>
    private static readonly long Skew = Duration.FromHours(1).BclCompatibleTicks;

    /// <summary>The line of the mail that was pasted, or of an earlier forward of it; of several the one that was known first.</summary>
    public static Line? Find(View view, ThreadMail forward)
    {
        var pasted = forward.Line.Forwarded!;
        var author = forward.Line.Contact!;
        var bare = Subjects.Strip(pasted.Subject).Bare;
        var date = WrittenDate.Parse(pasted.Date);
        Line? found = null;
        view.Need(author);
        foreach (var line in author.Lines.Concat(view.Log.NotCounted(author)))
        {
            if (view.Reached(line.Seen) && IsIt(line) && (found is null || line.Seen < found.Seen))
                found = line;
        }

        return found;

        bool IsIt(Line line)
        {
            if (line == forward.Line)
                return false;

            var isTheirs = line.Kind == LineKind.HumanIn ? line.Contact == author : line is { Kind: LineKind.Other, Inbound: true };
            if (isTheirs && line == forward.Line.Parent)
                return true;

            if (line.Kind == LineKind.Forward)
                return line.Contact == author
                    && Order.Plain(line, forward.Line) < 0
                    && line.Forwarded!.Date == pasted.Date
                    && Subjects.Strip(line.Forwarded.Subject).Bare == bare;

            return isTheirs
                && line.At <= forward.At + Skew
                && (date is null ? forward.At - line.At <= Window : date.Fits(Instant.FromUnixTimeTicks(line.At), view.Plan.Calendar.Zone))
                && Subjects.Strip(line.Subject).Bare == bare;
        }
    }
}
