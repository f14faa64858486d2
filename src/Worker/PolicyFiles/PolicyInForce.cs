using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Worker.PolicyFiles;

/// <summary>
/// The policy in force, for everybody who asks it. A running worker may exchange it: whoever needs it twice takes an <see cref="Edition"/>
/// once.
/// </summary>
internal sealed class PolicyInForce(CompanyPolicy policy)
{
    private readonly Lock gate = new();
    private Func<EmailAddress, bool> isErased = _ => false;
    private PeopleDirectory directory = PeopleDirectory.Empty;
    private Func<CompanyPolicy, CompanyPolicy> withAbsences = written => written;
    private volatile PolicyEdition edition = new(policy, 1);

    public CompanyPolicy Policy => edition.Policy;

    /// <summary>The policy as the files say it.</summary>
    public CompanyPolicy Written { get; private set; } = policy;

    /// <summary>The policy with its number; what was derived or kept under another number follows from another policy.</summary>
    public PolicyEdition Edition => edition;

    /// <summary>Puts another policy in force. Deriving the log from it is up to the caller.</summary>
    public void Exchange(CompanyPolicy next)
    {
        lock (gate)
        {
            Written = next;
            edition = new PolicyEdition(Completed(), edition.Number + 1);
        }
    }

    /// <summary>
    /// Takes in who of our people is away by what the log says. The edition keeps its number: nothing else follows from it, and whoever
    /// keeps what follows from owners compares the people.
    /// </summary>
    /// <param name="seen">The lines that say so.</param>
    /// <param name="now">The moment.</param>
    public void TakeIn(IReadOnlyList<Interaction> seen, Instant now)
    {
        lock (gate)
        {
            withAbsences = written => SeenAbsences.Apply(written, seen, now);
            var next = Completed();
            if (!SeenAbsences.AreEqual(next, edition.Policy))
                edition = new PolicyEdition(next, edition.Number);
        }
    }

    /// <summary>Leaves out what the files still say of people who were erased: no mail and no row is to name them.</summary>
    public void LeaveOut(Func<EmailAddress, bool> erased)
    {
        lock (gate)
        {
            isErased = erased;
            var left = WithoutErased();
            if (left.Contacts.Count != edition.Policy.Contacts.Count)
                edition = new PolicyEdition(Completed(), edition.Number + 1);
        }
    }

    /// <summary>Takes over what directories say of people by now, as far as privacy allows.</summary>
    public void Know(PeopleDirectory people)
    {
        lock (gate)
        {
            directory = people;
            edition = new PolicyEdition(Completed(), edition.Number + 1);
        }
    }

    private CompanyPolicy Completed()
    {
        var capture = new CardCapture(Written);
        var kept = directory.Cards.Select(capture.Keep).OfType<DirectoryCard>().ToList();
        return withAbsences(WithoutErased()) with { Directory = kept.Count == 0 ? PeopleDirectory.Empty : new PeopleDirectory(kept) };
    }

    private CompanyPolicy WithoutErased() => Written.Contacts.Any(IsErased)
        ? Written with { Contacts = [.. Written.Contacts.Where(entry => !IsErased(entry))] }
        : Written;

    private bool IsErased(ContactEntry entry) => isErased(entry.Primary) || entry.Aliases.Any(isErased);
}

/// <summary>A policy that is or was in force.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Number">Counts the exchanges since the program started.</param>
internal sealed record PolicyEdition(CompanyPolicy Policy, int Number)
{
    /// <summary>What of it decides how mail and meetings are read.</summary>
    public ReadingRules Reading { get; } = ReadingRules.From(Policy);
}
