using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;

namespace CrmSync.Domain.Evaluation;

/// <summary>The owner by <c>assign</c>, kept while the log and the clock allow.</summary>
internal class KeptOwner(int person, int entry) : Kept
{
    /// <summary>An index into <c>people</c>, before absences.</summary>
    public int Person { get; } = person;

    /// <summary>No entry of <c>assign</c> names anybody, and no directory: <c>defaults.owner</c>.</summary>
    public const int Default = -1;

    /// <summary>No entry of <c>assign</c> names anybody, but a directory does.</summary>
    public const int Directory = -2;

    /// <summary>Which entry of <c>assign</c> named them, <see cref="Default"/> or <see cref="Directory"/>.</summary>
    public int Entry { get; } = entry;
}

/// <summary>Who looks after a contact (policy-language.md section 4).</summary>
internal static class Ownership
{
    /// <summary>The person, by index, who is to act for a contact as of now: after <c>assign</c>, absences and successors.</summary>
    public static int Owner(View view, ContactNode contact) => view.StandIn(Assigned(view, contact).Person);

    /// <summary>
    /// The same for one item: whom it was given to goes before <c>assign</c>, for that item and for what opens later in its thread; whoever
    /// left or is away is followed or covered all the same.
    /// </summary>
    /// <param name="view">The log as known now.</param>
    /// <param name="contact">Whom the item concerns.</param>
    /// <param name="rule">Its rule.</param>
    /// <param name="about">What it is about.</param>
    /// <param name="item">Its id.</param>
    /// <param name="opened">When it opened.</param>
    public static int Owner(View view, ContactNode contact, Rule rule, string about, string item, long opened)
    {
        if (!view.Log.HasGifts)
            return Owner(view, contact);

        Line? last = null;
        var thread = view.Log.FindThread(about);
        foreach (var gift in thread is null ? view.Log.CommandsAbout(about) : view.Log.CommandsAbout(thread))
            Consider(gift);

        if (EmailAddress.TryParseContact(about, out _))
        {
            foreach (var gift in History.Compute(view, contact).Commands)
            {
                if (Done.IsAboutContact(gift))
                    Consider(gift);
            }
        }

        return last is null ? Owner(view, contact) : view.StandIn(view.Plan.Person(last.Command!.To));

        void Consider(Line gift)
        {
            if (
                IsGift(gift)
                && view.Stands(gift)
                && view.Plan.Person(gift.Command!.To) >= 0
                && IsMeant(gift)
                && (last is null || Order.Plain(last, gift) < 0))
                last = gift;
        }

        bool IsMeant(Line gift) =>
            (gift.Command!.Item is { } given ? given == item : gift.Command.Rule is null || gift.Command.Rule == rule.Name)
            || (thread is not null && opened > gift.At);
    }

    /// <summary>Whether a command says who is to look after something.</summary>
    public static bool IsGift(Line command) => command.Verb is CommandVerb.Give or CommandVerb.FollowUp;

    /// <summary>Whom <c>assign</c> names, whoever is away.</summary>
    public static KeptOwner Assigned(View view, ContactNode contact)
    {
        if (view.Plan.Assign.Length == 0)
            return Unassigned(view.Plan, contact);

        view.Need(contact);

        // While an owner is being settled, conditions that ask for the owner see the default one: a ring that validation cannot always
        // find.
        if (contact.Owner is Unsettled)
            return contact.Owner;

        var kept = contact.Owner;
        if (view.StillHolds(kept))
            return kept;

        contact.Owner = new Unsettled(view.Plan.DefaultOwner);
        var before = view.Begin();
        return contact.Owner = view.End(At(view, contact, long.MaxValue), before);
    }

    /// <summary>
    /// Whom <c>assign</c> named at the moment <paramref name="at"/>, by what had happened before it; tags and segments are as of now.
    /// </summary>
    public static KeptOwner At(View view, ContactNode contact, long at)
    {
        var plan = view.Plan;
        for (var i = 0; i < plan.Assign.Length; i++)
        {
            var (entry, when) = plan.Assign[i];
            if (when?.Holds(view, contact, null) != false && Named(view, contact, entry, at) is var person and >= 0)
                return new KeptOwner(person, i);
        }

        return Unassigned(plan, contact);
    }

    /// <summary>Whoever looks after a contact that no entry of <c>assign</c> gives to anybody.</summary>
    private static KeptOwner Unassigned(Plan plan, ContactNode contact) =>
        plan.PersonCalled(contact.Entry?.Owner) is var imported and >= 0
            ? new KeptOwner(imported, KeptOwner.Directory)
            : new KeptOwner(plan.DefaultOwner, KeptOwner.Default);

    private static int Named(View view, ContactNode contact, AssignEntry entry, long at)
    {
        switch (entry.Owner)
        {
            case OwnerChoice.ThePerson person:
                return view.Plan.Person(person.Id);
            case OwnerChoice.TeamLead team:
                return view.Plan.Person(view.Plan.Policy.Teams.FirstOrDefault(t => t.Id == team.Team)?.Lead);
            default:
                var touch =
                    entry.Owner is OwnerChoice.FirstContact
                        ? First(view, contact, entry.PerOrganisation, at)
                        : Last(view, contact, entry.PerOrganisation, at);
                return touch?.Person ?? -1;
        }
    }

    private static Touch? First(View view, ContactNode contact, bool perOrganisation, long at)
    {
        Touch? first = null;
        foreach (var person in perOrganisation ? contact.Organisation.Contacts : (IReadOnlyList<ContactNode>)[contact])
        {
            foreach (var touch in History.Compute(view, person).Touches)
            {
                if (!touch.IsOurs)
                    continue;

                if (touch.At < at && (first is null || IsBefore(view, touch, first.Value)))
                    first = touch;

                break;
            }
        }

        return first;
    }

    private static Touch? Last(View view, ContactNode contact, bool perOrganisation, long at)
    {
        Touch? last = null;
        foreach (var person in perOrganisation ? contact.Organisation.Contacts : (IReadOnlyList<ContactNode>)[contact])
        {
            var touches = History.Compute(view, person).Touches;
            for (var i = touches.Count - 1; i >= 0; i--)
            {
                var touch = touches[i];
                if (!touch.IsOurs || touch.At >= at)
                    continue;

                if (last is null || IsBefore(view, last.Value, touch))
                    last = touch;

                break;
            }
        }

        return last;
    }

    private static bool IsBefore(View view, Touch one, Touch other) =>
        one.At != other.At ? one.At < other.At : Position.From(view, one.Line).ComparedTo(Position.From(view, other.Line)) < 0;

    private sealed class Unsettled(int person) : KeptOwner(person, Default);
}
