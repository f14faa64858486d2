using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;

namespace CrmSync.Domain.Evaluation;

/// <summary>
/// Somebody has left, as one of us confirmed: nothing is asked of us about their address any more, and whoever follows them is to hear from
/// us (policy-language.md section 6, "Facts from mail").
/// </summary>
public static class Retirement
{
    /// <summary>The name of the rule that has us write to whoever follows.</summary>
    public const string Rule = "successor";

    /// <summary>The rule, the same for every policy.</summary>
    internal static FollowUpRule CreateRule(CompanyPolicy policy) =>
        new(Rule, new Place("built in", 1, 1))
        {
            Calendar = policy.DefaultCalendar,
            AfterEvent = FollowUpEvent.Succession,
            Within = RuleKind.FollowUp.Within,
            ExpireAfter = RuleKind.FollowUp.ExpireAfter,
            Priority = RuleKind.FollowUp.Priority,
        };

    /// <summary>When initiatives about somebody were held because they have left: until they write by hand again.</summary>
    internal static List<Span> Spans(View view, Draft draft)
    {
        List<Span>? held = null;
        foreach (var command in History.Compute(view, draft.Contact).Commands)
        {
            if (command.Verb == CommandVerb.Retire && view.Stands(command))
                (held ??= []).Add(new Span(command.At, Absences.NextByHand(view, draft.Contact, command.At)));
        }

        return held is null ? [] : Evaluation.Spans.Join(held);
    }
}
