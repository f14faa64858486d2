using CrmSync.Domain.Log;
using NodaTime;

namespace CrmSync.Domain.Evaluation;

/// <summary>What somebody last told of themselves, each with the mail that says so.</summary>
internal sealed record ToldFacts
{
    /// <summary>The automatic answer by which they are away; null when they are not.</summary>
    public Interaction? Away { get; private init; }

    /// <summary>The mail they last signed with a telephone or a title.</summary>
    public Interaction? Signed { get; private init; }

    /// <summary>The automatic answer by which they have left for good; null when they wrote by hand since.</summary>
    public Interaction? Left { get; private init; }

    /// <summary>The mail in which they last named another address of theirs.</summary>
    public Interaction? Moved { get; private init; }

    /// <param name="mails">Their mails in which they told anything, oldest first.</param>
    /// <param name="lastByHand">When they last wrote by hand; null if they never did.</param>
    /// <param name="today">The day as of which somebody is away.</param>
    public static ToldFacts From(IReadOnlyList<Interaction> mails, Instant? lastByHand, LocalDate today)
    {
        var notice = mails.LastOrDefault(mail => mail.Learned.Return is not null);
        var left = mails.LastOrDefault(mail => mail.Learned.Departure is not null);
        return new ToldFacts
        {
            Away = notice?.Learned.Return is { } back && back.Day > today && !(lastByHand > notice.At) ? notice : null,
            Left = left is not null && !(lastByHand > left.At) ? left : null,
            Moved = mails.LastOrDefault(mail => mail.Learned.Moved is not null),
            Signed = mails.LastOrDefault(mail => mail.Learned.Signature is not null),
        };
    }
}
