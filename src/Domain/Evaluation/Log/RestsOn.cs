using CrmSync.Domain.Policy;

namespace CrmSync.Domain.Evaluation;

/// <summary>Which accounts could hold what an item misses (policy-language.md section 11, "Coverage").</summary>
/// <param name="addresses">Of those whose accounts count; empty where every account does.</param>
internal sealed class RestsOn(string[] addresses)
{
    private static readonly string[] Nobody = [];

    /// <summary>For signals: they rest on what came, not on what did not.</summary>
    public static RestsOn Nothing { get; } = new(Nobody) { Meetings = false };

    /// <summary>For what any contact with the person satisfies: a mail, a meeting or a call that any of us had.</summary>
    public static RestsOn AnyContact { get; } = new(Nobody) { Everywhere = true };

    /// <summary>For what any mail to the person satisfies.</summary>
    public static RestsOn AnyMail { get; } = new(Nobody) { Everywhere = true, Meetings = false };

    /// <summary>For what only accounts with some addresses could hold.</summary>
    /// <param name="addresses">Theirs.</param>
    /// <param name="meetings">Whether a meeting would satisfy it.</param>
    public static RestsOn Those(string[] addresses, bool meetings) => new(addresses) { Meetings = meetings };

    /// <summary>Of those whose accounts count; empty where every account does.</summary>
    public string[] Addresses { get; } = addresses;

    /// <summary>Whether every account of ours counts.</summary>
    public bool Everywhere { get; private init; }

    /// <summary>Whether a meeting would satisfy it, so that calendars count, too.</summary>
    public bool Meetings { get; private init; } = true;

    /// <summary>The accounts an item rests on.</summary>
    /// <param name="view">The log at the moment.</param>
    /// <param name="draft">The item.</param>
    /// <param name="owner">Who is to act, by index.</param>
    public static RestsOn For(View view, Draft draft, int owner) => draft.Rule switch
    {
        WatchRule => Nothing,
        NoticeRule => AnyMail,
        StayInTouchRule or FollowUpRule or DateRule or HandoverRule => AnyContact,
        _ => For(view, draft.Rule, draft.Thread!, owner),
    };

    /// <summary>The accounts that could hold what would have closed an item about a thread.</summary>
    /// <param name="view">The log at the moment.</param>
    /// <param name="rule">The rule of the item.</param>
    /// <param name="thread">What it is about.</param>
    /// <param name="owner">Who is to act, by index.</param>
    public static RestsOn For(View view, Rule rule, ThreadNode thread, int owner)
    {
        if (rule is RespondRule { SatisfiedByContact: true } or ChaseRule { SatisfiedByContact: true })
            return rule is RespondRule { MeetingsAnswer: false } ? AnyMail : AnyContact;

        var addresses = new HashSet<string>(StringComparer.Ordinal);
        AddPerson(view.Plan, owner, addresses);
        foreach (var line in thread.Lines)
        {
            if (view.Reached(line.Seen))
                AddOurs(view.Plan, line, addresses);
        }

        return new RestsOn([.. addresses]) { Meetings = rule is not RespondRule { MeetingsAnswer: false } };
    }

    private static void AddOurs(Plan plan, Line line, HashSet<string> addresses)
    {
        foreach (var address in line.OurAddresses)
            addresses.Add(address);
        foreach (var person in line.Ours)
            AddPerson(plan, person, addresses);
        if (line.Person >= 0)
            AddPerson(plan, line.Person, addresses);
    }

    private static void AddPerson(Plan plan, int person, HashSet<string> addresses)
    {
        var who = plan.Policy.People[person];
        addresses.Add(who.Email.Value);
        foreach (var also in who.Also)
            addresses.Add(also.Value);

        foreach (var team in plan.Policy.Teams)
        {
            if (team.Lead != who.Id && !team.Members.Contains(who.Id))
                continue;

            foreach (var mailbox in team.Mailboxes)
                addresses.Add(mailbox.Value);
        }
    }
}
