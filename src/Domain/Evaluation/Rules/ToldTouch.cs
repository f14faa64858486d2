using CrmSync.Domain.Languages;
using CrmSync.Domain.Log;

namespace CrmSync.Domain.Evaluation;

/// <summary>A touch as one tells it to somebody: <c>Ana Duarte wrote "Spring visit"</c>.</summary>
/// <param name="Kind">What passed.</param>
/// <param name="Who">The name of who of us, or null.</param>
/// <param name="Subject">Of the email or meeting.</param>
/// <param name="IsMarkedDone">Whether it was only said to be done.</param>
internal sealed record ToldTouch(TouchKind Kind, string? Who, string? Subject, bool IsMarkedDone)
{
    public static ToldTouch From(Plan plan, Touch touch) =>
        new(
            touch.Kind,
            touch.Person < 0 ? null : Sentences.Name(plan, touch.Person),
            touch.Line.Subject,
            touch.Line.Verb == CommandVerb.Done);

    public string In(IReasonPhrases words) => Kind switch
    {
        TouchKind.In => words.TheyWrote(Subject),
        TouchKind.Out => words.Wrote(Who, Subject),
        TouchKind.Meeting => words.Met(Who, Subject),
        TouchKind.Spoke => words.Spoke(Who),
        _ => IsMarkedDone ? words.MarkedDone(Who) : words.Called(Who),
    };
}
