using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;

namespace CrmSync.Domain.Meetings;

/// <summary>
/// Tells which of our people are away by entries of their own calendars (policy-language.md section 4): shown as out of office, or as busy
/// on whole days once, with a title that says so. What somebody else called is theirs, and with guests from outside it is a meeting.
/// </summary>
public sealed class OwnAbsences
{
    private readonly Dictionary<EmailAddress, (EmailAddress Primary, IReadOnlyList<string> Names)> people = [];
    private readonly AbsenceTitles titles;

    /// <summary>By the rules of a policy.</summary>
    public OwnAbsences(ReadingRules rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        titles = new AbsenceTitles(rules.AbsenceWords);
        foreach (var person in rules.People)
        {
            var names = AbsenceTitles.NamesIn(person);
            foreach (var address in person.Others.Prepend(person.Primary))
                people.TryAdd(address, (person.Primary, names));
        }
    }

    /// <summary>What copies of one meeting say, each thing once.</summary>
    public IReadOnlyList<OwnAbsence> FindIn(IEnumerable<MeetingCopy> copies) => Sorted(copies.Select(Find).OfType<OwnAbsence>());

    /// <summary>Each absence once, in an order that does not depend on where it was found.</summary>
    internal static IReadOnlyList<OwnAbsence> Sorted(IEnumerable<OwnAbsence> absences) =>
    [
        .. absences.Distinct().OrderBy(absence => absence.Person.Value, StringComparer.Ordinal)
            .ThenBy(absence => absence.First).ThenBy(absence => absence.Last),
    ];

    private OwnAbsence? Find(MeetingCopy copy)
    {
        if (copy is { Invitation: true } or { Private: true } || copy.Shown is not { } shown || copy.CancelledAt < copy.End)
            return null;
        if (copy.Owner is not { } owner || !people.TryGetValue(owner, out var person))
            return null;
        if (copy.Organizer is { } organizer && PersonAt(organizer.Address) != person.Primary)
            return null;
        if (copy.Invitees.Any(invitee => !invitee.Room && PersonAt(invitee.Address) is null))
            return null;

        var isSaid =
            shown.OutOfOffice || copy.Occurrence is null && titles.SayAway(copy.Subject, person.Names);
        return isSaid
            ? new OwnAbsence(person.Primary, AbsenceSource.Calendar) { First = shown.First, Last = shown.Last }
            : null;
    }

    private EmailAddress? PersonAt(EmailAddress address) => people.TryGetValue(address, out var known) ? known.Primary : null;
}
