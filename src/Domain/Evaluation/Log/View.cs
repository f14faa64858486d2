using System.Diagnostics.CodeAnalysis;

namespace CrmSync.Domain.Evaluation;

/// <summary>
/// The log as known at one moment. Every comparison with the clock goes through <see cref="Reached"/>, which remembers the next moment at
/// which an answer would be another one: that is how the evaluation knows when it must look again.
/// </summary>
internal sealed class View(Plan plan, LogIndex log, PeopleOnDuty people, long now)
{
    private readonly HashSet<OrganisationNode> others = [];

    public Plan Plan { get; } = plan;

    public LogIndex Log { get; } = log;

    /// <summary>Who acts for a person, by index, as of now.</summary>
    public int StandIn(int person)
    {
        Reached(people.Until);
        return people.StandIn(person);
    }

    /// <summary>In ticks since the Unix epoch.</summary>
    public long Now { get; } = now;

    /// <summary>The next moment at which something asked so far changes.</summary>
    public long Next { get; private set; } = long.MaxValue;

    /// <summary>The organisation that is judged; null where it is not noted what an answer rests on.</summary>
    public OrganisationNode? Judged { get; init; }

    /// <summary>The other organisations that were asked about: whenever one of them changes, the answer may be another one.</summary>
    public IReadOnlySet<OrganisationNode> Others => others;

    /// <summary>
    /// Says that something about a contact is asked that lines of their own organisation tell; before what is kept is looked at, for
    /// whoever worked that out may have judged another one.
    /// </summary>
    public void Need(ContactNode contact)
    {
        if (contact.Organisation == Judged)
            return;

        if (Judged is not null)
            others.Add(contact.Organisation);

        Log.Need(contact.Organisation);
    }

    /// <summary>Whether <paramref name="moment"/> has come.</summary>
    public bool Reached(long moment)
    {
        if (moment <= Now)
            return true;

        if (moment < Next)
            Next = moment;

        return false;
    }

    /// <summary>Whether a command is known and was not taken back.</summary>
    public bool Stands(Line command) => Reached(command.Seen) && !Reached(command.UndoneAt);

    /// <summary>Whether it is later than <paramref name="moment"/>.</summary>
    public bool Passed(long moment) => moment < long.MaxValue && Reached(moment + 1);

    /// <summary>How far accounts have been read; null: everything has been.</summary>
    public Coverage? Coverage { get; init; }

    /// <summary>Closings before this moment are not listed.</summary>
    public long ClosedSince { get; init; } = long.MinValue;

    /// <summary>Whether what was worked out before still holds; if so, the moment at which it will not is taken over.</summary>
    public bool StillHolds([NotNullWhen(true)] Kept? kept)
    {
        if (kept is null || Now < kept.From || Now >= kept.Until)
            return false;

        if (kept.Until < Next)
            Next = kept.Until;

        return true;
    }

    /// <summary>Begins to work something out that is to be kept; what it asks the clock is noted apart.</summary>
    public long Begin()
    {
        var before = Next;
        Next = long.MaxValue;
        return before;
    }

    /// <summary>Ends what <see cref="Begin"/> began.</summary>
    public T End<T>(T made, long before)
        where T : Kept
    {
        made.From = Now;
        made.Until = Next;
        Next = Math.Min(before, Next);
        return made;
    }
}

/// <summary>Something worked out from the log that holds from one moment until another, as long as the log does not change.</summary>
internal abstract class Kept
{
    public long From { get; set; }

    public long Until { get; set; }
}
