using CrmSync.Domain.Company;
using CrmSync.Domain.Languages;
using CrmSync.Domain.Policy;
using CrmSync.Domain.Time;
using NodaTime;

namespace CrmSync.Domain.Evaluation;

/// <summary>
/// Asks the limits about a mail that no item asks for: the same judgement items get, now and at the moments at which it can change.
/// </summary>
internal static class Advice
{
    /// <summary>Further ahead nobody plans.</summary>
    private static readonly long Horizon = Duration.FromDays(3 * 366).BclCompatibleTicks;

    private const int MostSteps = 200;

    /// <param name="viewAt">The log at a moment.</param>
    /// <param name="contact">Who would get the mail.</param>
    /// <param name="now">The moment.</param>
    public static WritingAdvice From(Func<long, View> viewAt, ContactNode contact, long now)
    {
        var view = viewAt(now);
        var item = Judge(view, contact);
        var against = Against(item);
        return new WritingAdvice(contact.Primary)
        {
            Against = [.. against.Select(hold => Finding(view, item, hold.Limit!, hold.Until))],
            Room =
            [
                .. item
                    .Caps.Where(use => against.TrueForAll(hold => hold.Limit != use.Cap))
                    .Select(use => Finding(view, item, use.Cap, long.MaxValue)),
            ],
            AllowedFrom =
                against.Count > 0 && FirstFree(viewAt, contact, view, against) is { } free ? Instant.FromUnixTimeTicks(free) : null,
        };
    }

    /// <summary>A mail without a reason of its own is one to stay in touch; limits made for other kinds do not concern it.</summary>
    private static HeldItem Judge(View view, ContactNode contact) => new Limits(view).Judge(new Draft
    {
        Rule = new StayInTouchRule("", new Place("", 1, 1)) { Calendar = view.Plan.Calendar, Every = new LengthOfTime(1, TimeUnit.Day) },
        Index = -1,
        About = contact.Primary.Value,
        Contact = contact,
        Opened = view.Now,
        Key = "",
        Reason = new OwnAccord(),
    });

    /// <summary>A snooze and a booked meeting keep us from being asked; they do not keep anybody from writing.</summary>
    private static List<Hold> Against(HeldItem item) => item.Holds.FindAll(hold => hold.Limit is not null);

    private static long? FirstFree(Func<long, View> viewAt, ContactNode contact, View view, List<Hold> against)
    {
        var latest = view.Now + Horizon;
        for (var step = 0; step < MostSteps && against.Count > 0; step++)
        {
            if (against.Exists(hold => hold is { Limit: DoNotContactLimit, Until: long.MaxValue }))
                return null;

            // Of an open case nobody knows the end, but it may close by silence: that is the next moment at which an answer changes.
            var next = against.TrueForAll(hold => hold.Until < long.MaxValue) ? against.Max(hold => hold.Until) : view.Next;
            if (next <= view.Now || next > latest)
                return null;

            view = viewAt(next);
            against = Against(Judge(view, contact));
        }

        return against.Count == 0 ? view.Now : null;
    }

    private static LimitFinding Finding(View view, HeldItem item, Limit limit, long until) =>
        new(limit, until == long.MaxValue ? null : Instant.FromUnixTimeTicks(until))
        {
            Counted = limit is CapLimit cap
                ? [.. Caps.InWindow(view, cap, item.Draft.Contact, item.Draft.Calendar).Select(one => one.Line.Id)]
                : [],
            Case =
                limit is CooldownLimit cooldown && Casebook.Last(view, cooldown, item.Draft.Contact) is { } span
                    ? new CaseFinding(
                        view.Plan.Cases[span.Case].Name,
                        span.Contact.Primary,
                        span.Opening.Subject,
                        Instant.FromUnixTimeTicks(span.Opened),
                        span.IsOpen ? null : Instant.FromUnixTimeTicks(span.Closed))
                    : null,
        };

    private sealed record OwnAccord : Reason
    {
        public override string Briefly(IReasonPhrases words, Func<Instant, SeenTime> at) => ToString();
    }
}
