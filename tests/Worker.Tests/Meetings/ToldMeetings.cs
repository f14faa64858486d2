using System.Text;
using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Domain.Meetings;
using CrmSync.Domain.Policy;
using CrmSync.Mail.Calendar;
using CrmSync.Mail.Mime;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.Sources;
using CrmSync.Worker.Tests.Harvest;
using NodaTime;
using static CrmSync.Worker.Tests.Meetings.Ics;

namespace CrmSync.Worker.Tests.Meetings;

/// <summary>What calendars and mails of several of us make of meetings together, without a database.</summary>
internal sealed class ToldMeetings
{
    /// <summary>When everything is read: after all meetings of the tests.</summary>
    public static readonly Instant Now = Instant.FromUtc(2026, 4, 10, 12, 0);

    private readonly List<MeetingCopy> copies = [];
    private readonly List<InvitationMail> mails = [];
    private readonly CompanyPolicy policy;

    public ToldMeetings(CompanyPolicy? policy = null) => this.policy = policy ?? Us;

    /// <summary>Ana, who has a second address elsewhere, and Tim of us.example; Finn has two addresses.</summary>
    public static CompanyPolicy Us { get; } = TestCompany.CreatePolicy("us.example") with
    {
        People =
        [
            new Person("ana", Address("ana@us.example")) { Also = [Address("ana.duarte@home.example")] },
            new Person("tim", Address("tim@us.example")),
        ],
        Contacts =
        [
            new ContactEntry(Address("finn@oak.example"), new Place("policy.yaml", 1, 1)) { Aliases = [Address("finn.holm@elm.example")] },
        ],
    };

    public static EmailAddress Address(string text) => EmailAddress.Parse(text);

    /// <summary>A calendar of one of us.</summary>
    public ToldMeetings Calendar(string owner, params string[] events)
    {
        var translation = new MeetingTranslation(owner, Address($"{owner}@us.example"), Now);
        foreach (var series in EventSeries.Group(CalendarReader.Read(Encoding.UTF8.GetBytes(Ics.Calendar(events))).Events))
        {
            copies.AddRange(translation.CreateCopies(series, Window, SeriesBounds.OfCalendar, backlog: false, []));
            copies.AddRange(translation.CreateLeftOut(series, Window, SeriesBounds.OfCalendar, backlog: false));
        }

        return this;
    }

    /// <summary>A mail with a calendar message in the mailbox of one of us.</summary>
    public ToldMeetings Mail(string mailbox, string from, string method, string events)
    {
        var account = mailbox + "-mail";
        var at = Instant.FromUtc(2026, 1, 1, 8, mails.Count);
        mails.AddRange(
            new InvitationTranslation(new MeetingTranslation(account, Address($"{mailbox}@us.example"), Now), account, Window.Start, Now)
                .CreateMessages(
                    MimeReader.Read(Encoding.UTF8.GetBytes(CalendarMail(from, $"{mailbox}@us.example", method, events))),
                    at,
                    backlog: false,
                    []));
        return this;
    }

    public IReadOnlyList<MeetingLine> Lines() => MeetingHarvest.MergeFor(ReadingRules.From(policy)).Merge(copies, mails).Lines;

    /// <summary>The one meeting.</summary>
    public MeetingLine Line() => Assert.Single(Lines());

    /// <summary>Each meeting as <c>0302T0900 Held: people outside</c>.</summary>
    public string Told() => string.Join(
        "; ",
        Lines()
            .OrderBy(line => line.Start)
            .Select(line => $"{line.Start.ToString("MMdd'T'HHmm", null)} {Status(line)}: {Outsiders(line)}"));

    public string Outsiders() => Outsiders(Line());

    public MeetingStatus Status() => Status(Line());

    private MeetingStatus Status(MeetingLine line)
    {
        var interaction = line.ToInteraction(new InternalAddresses(policy));
        return interaction.Meeting!.StatusAt(Now, interaction.Participants);
    }

    private string Outsiders(MeetingLine line)
    {
        var ours = new InternalAddresses(policy);
        return string.Join(' ', line.People.Select(person => person.Address).Where(address => !ours.Contains(address)));
    }
}
