using CrmSync.Domain.Company;
using CrmSync.Domain.Log;

namespace CrmSync.Domain.Meetings;

/// <summary>
/// What calendars and messages say of one series, made comparable: every person by one address, every occurrence by the time it was planned
/// for.
/// </summary>
internal sealed class SeriesSources
{
    private readonly Dictionary<EmailAddress, EmailAddress> written = [];
    private readonly MeetingPeople people;

    public SeriesSources(IReadOnlyList<MeetingCopy> calendars, IReadOnlyList<InvitationMail> mails, MeetingPeople people)
    {
        this.people = people;
        IReadOnlyList<MeetingCopy> all = [.. calendars, .. mails.SelectMany(mail => mail.Meetings)];
        if (people.HasAliases)
            NoteHowPeopleAreWritten(all.Order(CopyOrder.Instance));

        Nobodies =
        [
            .. all.SelectMany(copy => copy.Invitees).Where(IsNobody).Select(invitee => invitee.Address),
            .. all.Select(copy => copy.Organizer).Where(named => named is not null && people.IsNobody(named.Address, named.Name))
                .Select(named => named!.Address),
        ];
        var occurrences = new KnownOccurrences(all);
        Calendars = [.. calendars.Select(copy => Comparable(occurrences.Settle(copy)))];
        Mails = [.. mails.Select(mail => Comparable(occurrences.Settle(mail)))];
    }

    public IReadOnlyList<MeetingCopy> Calendars { get; }

    public IReadOnlyList<InvitationMail> Mails { get; }

    /// <summary>Rooms, calendars and programs: addresses that any copy says are nobody's.</summary>
    public HashSet<EmailAddress> Nobodies { get; }

    /// <summary>The address by which the best copy calls a person.</summary>
    public EmailAddress Written(EmailAddress person) => written.GetValueOrDefault(person, person);

    private void NoteHowPeopleAreWritten(IEnumerable<MeetingCopy> copies)
    {
        foreach (var copy in copies)
        {
            if (copy.Organizer is { } organizer)
                written.TryAdd(people.Primary(organizer.Address), organizer.Address);
            foreach (var invitee in copy.Invitees)
                written.TryAdd(people.Primary(invitee.Address), invitee.Address);
        }
    }

    private bool IsNobody(Invitee invitee) => invitee.Room || people.IsNobody(invitee.Address, invitee.Name);

    private MeetingCopy Comparable(MeetingCopy copy) => copy with
    {
        Owner = Primary(copy.Owner),
        Organizer = Primary(copy.Organizer),
        Invitees = Comparable(copy.Invitees),
    };

    private InvitationMail Comparable(InvitationMail mail) => mail with
    {
        Senders = people.HasAliases ? [.. mail.Senders.Concat(mail.Senders.Select(people.Primary)).Distinct()] : mail.Senders,
        Organizer = Primary(mail.Organizer),
        SentBy = Primary(mail.SentBy),
        Invitees = Comparable(mail.Invitees),
        DelegatedFrom = Primary(mail.DelegatedFrom),
        Meetings = mail.Meetings.Count == 0 ? mail.Meetings : [.. mail.Meetings.Select(Comparable)],
    };

    private IReadOnlyList<Invitee> Comparable(IReadOnlyList<Invitee> invitees) =>
        people.HasAliases || invitees.Any(invitee => !invitee.Room && IsNobody(invitee))
            ? [.. invitees.Select(invitee => invitee with { Address = people.Primary(invitee.Address), Room = IsNobody(invitee) })]
            : invitees;

    private EmailAddress? Primary(EmailAddress? address) => address is null ? null : people.Primary(address);

    private NamedAddress? Primary(NamedAddress? named) =>
        named is not null && people.HasAliases ? named with { Address = people.Primary(named.Address) } : named;
}
