using CrmSync.Domain.Policy;

namespace CrmSync.Domain.Evaluation;

/// <summary>Which accounts could hold what an item misses (policy-language.md section 11, "Coverage").</summary>
/// <param name="addresses">Of those whose accounts count; empty where every account does.</param>
internal sealed class RestsOn(string[] addresses)
{
    private static readonly string[] Nobody = [];

    /// <summary>For signals: they rest on what came, not on what did not.</summary>
    public static RestsOn Nothing { get; } = new(Nobody) { Meetings = false, Calls = false };

    /// <summary>For what any contact with the person satisfies: a mail, a meeting or a call that any of us had.</summary>
    public static RestsOn AnyContact { get; } = new(Nobody) { Everywhere = true };

    /// <summary>For what any mail to the person satisfies.</summary>
    public static RestsOn AnyMail { get; } = new(Nobody) { Everywhere = true, Meetings = false, Calls = false };

    /// <summary>For what only accounts with some addresses could hold.</summary>
    /// <param name="addresses">Theirs.</param>
    /// <param name="meetings">Whether a meeting would satisfy it.</param>
    /// <param name="calls">Whether a call would.</param>
    public static RestsOn Those(string[] addresses, bool meetings, bool calls) => new(addresses) { Meetings = meetings, Calls = calls };

    /// <summary>For what any mail of ours satisfies, and perhaps a meeting or a call.</summary>
    /// <param name="meetings">Whether a meeting would satisfy it.</param>
    /// <param name="calls">Whether a call would.</param>
    public static RestsOn Anybody(bool meetings, bool calls) =>
        meetings && calls ? AnyContact
        : meetings || calls ? new RestsOn(Nobody) { Everywhere = true, Meetings = meetings, Calls = calls }
        : AnyMail;

    /// <summary>Of those whose accounts count; empty where every account does.</summary>
    public string[] Addresses { get; } = addresses;

    /// <summary>Whether every account of ours counts.</summary>
    public bool Everywhere { get; private init; }

    /// <summary>Whether a meeting would satisfy it, so that calendars count, too.</summary>
    public bool Meetings { get; private init; } = true;

    /// <summary>Whether a call would satisfy it, so that the calls of telephone systems count, too.</summary>
    public bool Calls { get; private init; } = true;

    /// <summary>The accounts an item rests on.</summary>
    /// <param name="view">The log at the moment.</param>
    /// <param name="draft">The item.</param>
    /// <param name="owner">Who is to act, by index.</param>
    public static RestsOn For(View view, Draft draft, int owner) => draft.Rule switch
    {
        WatchRule => Nothing,
        NoticeRule => AnyMail,
        StayInTouchRule or FollowUpRule or DateRule or HandoverRule => AnyContact,
        _ => For(view, draft.Rule, draft.Thread, owner),
    };

    /// <summary>The accounts that could hold what would have closed an item about a thread.</summary>
    /// <param name="view">The log at the moment.</param>
    /// <param name="rule">The rule of the item.</param>
    /// <param name="thread">What it is about; null for calls that nobody answered: whoever of us called back closes these.</param>
    /// <param name="owner">Who is to act, by index.</param>
    public static RestsOn For(View view, Rule rule, ThreadNode? thread, int owner)
    {
        var meetings = rule is not RespondRule { MeetingsAnswer: false };
        var calls = thread is null || rule is not RespondRule { CallsAnswer: false };
        if (thread is null || rule is RespondRule { SatisfiedByContact: true } or ChaseRule { SatisfiedByContact: true })
            return Anybody(meetings, calls);

        var addresses = new HashSet<string>(StringComparer.Ordinal);
        AddPerson(view.Plan, owner, addresses);
        foreach (var line in thread.Lines)
        {
            if (view.Reached(line.Seen))
                AddOurs(view.Plan, line, addresses);
        }

        return Those([.. addresses], meetings, calls);
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
