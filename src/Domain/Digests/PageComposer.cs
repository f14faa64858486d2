using CrmSync.Domain.Company;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Digests;

/// <summary>Puts the pages together that readers open from their digests, of the same facts and by the same <see cref="Sight"/>.</summary>
public sealed class PageComposer(DigestFacts facts)
{
    private readonly PeopleBook people = PeopleBook.From(facts);

    /// <summary>What became of promises is told of those that fell due in so long, and a few days more.</summary>
    public static Duration PromisesTold => Duration.FromDays(7 * (TeamPageWriter.Weeks + 1));

    /// <summary>The page of a contact.</summary>
    /// <param name="reader">Who reads it.</param>
    /// <param name="address">Any address of the contact.</param>
    /// <returns>Null for somebody the reader may not see, as for somebody nobody knows.</returns>
    public PersonPage? WritePerson(Person reader, EmailAddress address)
    {
        var clock = ReaderClock.From(facts.Policy, reader, facts.Now);
        var briefs = new BriefWriter(facts, people, clock, new Sight(facts.Policy, reader.Id));
        return new PersonPageWriter(people, clock, briefs).Write(address);
    }

    /// <summary>The figures of the people below a manager; null for somebody who gets no digest for managers.</summary>
    public TeamPage? WriteTeam(Person reader) =>
        new TeamPageWriter(facts, people, ReaderClock.From(facts.Policy, reader, facts.Now)).Write(reader);

    /// <summary>Whether somebody has a page of figures.</summary>
    public static bool HasTeam(CompanyPolicy policy, Person reader) => TeamPageWriter.HasPage(policy, reader);
}
