using CrmSync.Domain.Company;
using CrmSync.Domain.Languages;
using CrmSync.Domain.Policy;

namespace CrmSync.Domain.Digests;

/// <summary>Puts the pages together that readers open from their digests, of the same facts and by the same <see cref="Sight"/>.</summary>
public sealed class PageComposer(DigestFacts facts)
{
    private readonly PeopleBook people = new(facts.Policy, facts.Log.Interactions, facts.Now, facts.Names);

    /// <summary>The page of a contact.</summary>
    /// <param name="reader">Who reads it.</param>
    /// <param name="address">Any address of the contact.</param>
    /// <returns>Null for somebody the reader may not see, as for somebody nobody knows.</returns>
    public PersonPage? WritePerson(Person reader, EmailAddress address)
    {
        var clock = Clock(reader);
        var briefs = new BriefWriter(facts, people, clock, new Sight(facts.Policy, reader.Id));
        return new PersonPageWriter(people, clock, briefs).Write(address);
    }

    /// <summary>The figures of the people below a manager; null for somebody who gets no digest for managers.</summary>
    public TeamPage? WriteTeam(Person reader) => new TeamPageWriter(facts, people, Clock(reader)).Write(reader);

    /// <summary>Whether somebody has a page of figures.</summary>
    public static bool HasTeam(CompanyPolicy policy, Person reader) => TeamPageWriter.HasPage(policy, reader);

    private ReaderClock Clock(Person reader) =>
        new((reader.Calendar ?? facts.Policy.DefaultCalendar).Zone, facts.Now, Wording.In(reader.Language));
}
