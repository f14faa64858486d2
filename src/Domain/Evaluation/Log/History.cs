using System.Runtime.InteropServices;
using CrmSync.Domain.Log;

namespace CrmSync.Domain.Evaluation;

internal enum TouchKind : byte
{
    /// <summary>They wrote.</summary>
    In,

    /// <summary>One of us wrote to them, in To or Cc.</summary>
    Out,

    /// <summary>A held meeting, dated by its start.</summary>
    Meeting,

    /// <summary>Somebody of us called, as they say.</summary>
    Call,

    /// <summary>A call of either side that was answered, as the telephone system says; dated by its start.</summary>
    Spoke,
}

/// <summary>One contact with somebody, as policy-language.md section 6 counts.</summary>
/// <param name="At">When.</param>
/// <param name="Known">When we learned of it.</param>
/// <param name="Person">Who of us, by index, or -1.</param>
internal readonly record struct Touch(long At, long Known, TouchKind Kind, Line Line, int Person)
{
    public bool IsOurs => Kind != TouchKind.In;

    public bool IsTwoWay => Kind != TouchKind.Out;
}

/// <summary>A meeting that holds back initiatives while it is ahead.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Booking(long From, long To);

/// <summary>Everything between us and one contact as known by now.</summary>
internal sealed class History : Kept
{
    private const int BookedDays = 14;

    private readonly List<Touch> touches = [];
    private readonly List<Booking> bookings = [];
    private readonly List<Line> commands = [];
    private readonly List<Line> mailings = [];
    private readonly List<Line> meetings = [];
    private readonly List<Line> missedCalls = [];

    private History(View view, ContactNode contact)
    {
        Exists = contact.Entry is { IsImported: false };
        var entangled = false;
        foreach (var line in contact.Lines)
        {
            if (!view.Stands(line))
                continue;

            entangled |= line.Entangled;
            switch (line.Kind)
            {
                case LineKind.HumanIn:
                    Exists = true;
                    if (line.Contact != contact)
                        break;
                    touches.Add(new Touch(Order.At(view, line), line.Seen, TouchKind.In, line, -1));
                    HasWritten |= !line.IsByReplyTo;
                    break;
                case LineKind.HumanOut:
                    Exists = true;
                    if (Reaches(view, line, contact, visibly: true))
                        touches.Add(new Touch(Order.At(view, line), line.Seen, TouchKind.Out, line, line.Person));
                    break;
                case LineKind.Mass:
                    Exists = true;
                    if (Reaches(view, line, contact, visibly: false))
                        mailings.Add(line);
                    break;
                case LineKind.Meeting when line.Counts:
                    Meet(view, line);
                    break;
                case LineKind.Call when line.IsMissedCall:
                    Exists = true;
                    missedCalls.Add(line);
                    break;
                case LineKind.Call when line.Counts && view.Reached(line.End):
                    Exists = true;
                    touches.Add(new Touch(line.At, Math.Max(line.Seen, line.End), TouchKind.Spoke, line, line.Person));
                    break;
                case LineKind.Command:
                    commands.Add(line);
                    Exists |= line.Verb == CommandVerb.FollowUp;
                    if (line.Verb == CommandVerb.Called)
                        touches.Add(new Touch(line.At, line.Seen, TouchKind.Call, line, line.Person));
                    break;
            }
        }

        if (CallsAboutThreads(view, contact) || entangled)
            touches.Sort((one, other) => Compare(view, one, other));
    }

    public static History Compute(View view, ContactNode contact)
    {
        view.Need(contact);
        var kept = contact.History;
        if (view.StillHolds(kept))
            return kept;

        var before = view.Begin();
        return contact.History = view.End(new History(view, contact), before);
    }

    /// <summary>Contacts in the order of the log.</summary>
    public IReadOnlyList<Touch> Touches => touches;

    /// <summary>Meetings ahead of us or given up, with the time during which they held back.</summary>
    public IReadOnlyList<Booking> Bookings => bookings;

    /// <summary>Commands that name the contact, in the order of the log.</summary>
    public IReadOnlyList<Line> Commands => commands;

    /// <summary>Mass mail that reached them.</summary>
    public IReadOnlyList<Line> Mailings => mailings;

    /// <summary>Meetings held with them.</summary>
    public IReadOnlyList<Line> Meetings => meetings;

    /// <summary>Calls of theirs that nobody answered, in the order of the log.</summary>
    public IReadOnlyList<Line> MissedCalls => missedCalls;

    /// <summary>
    /// Whether the contact is one by now: in the policy, or seen in human or mass mail, in a counted meeting or call, or in one of theirs
    /// that nobody answered.
    /// </summary>
    public bool Exists { get; private set; }

    /// <summary>Whether they have written to us under their own address.</summary>
    public bool HasWritten { get; private set; }

    /// <summary>The earliest touch at or after <paramref name="at"/> in which we wrote, met or called; null when there is none.</summary>
    public Touch? FirstOfOurs(long at)
    {
        for (var i = IndexFrom(at); i < touches.Count; i++)
        {
            if (touches[i].IsOurs)
                return touches[i];
        }

        return null;
    }

    /// <summary>The index of the first touch at or after <paramref name="at"/>.</summary>
    public int IndexFrom(long at)
    {
        var (low, high) = (0, touches.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (touches[middle].At < at)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    /// <summary>
    /// Whether a mail of ours reached the contact: not bounced, and unless <paramref name="visibly"/> is false in To or Cc.
    /// </summary>
    public static bool Reaches(View view, Line line, ContactNode contact, bool visibly)
    {
        foreach (var recipient in line.Outsiders)
        {
            if (recipient.Contact == contact && !(visibly && recipient.Role == ParticipantRole.Bcc) && !view.Reached(recipient.Bounced))
                return true;
        }

        return false;
    }

    private void Meet(View view, Line line)
    {
        var zone = view.Plan.Calendar;
        if (view.Reached(line.Cancelled))
        {
            AddBooking(zone, line, Math.Min(line.Cancelled, line.End));
            return;
        }

        if (view.Reached(line.End))
        {
            Exists = true;
            meetings.Add(line);
            touches.Add(new Touch(line.At, Math.Max(line.Seen, line.End), TouchKind.Meeting, line, line.Person));
        }

        AddBooking(zone, line, line.End);
    }

    private void AddBooking(Time.BusinessCalendar zone, Line line, long to)
    {
        var from = Math.Max(line.Seen, zone.Before(line.At, new Time.LengthOfTime(BookedDays, Time.TimeUnit.Day)));
        if (from < to)
            bookings.Add(new Booking(from, to));
    }

    /// <summary>A call about a thread is a call with those who wrote in it or, if nobody did, with whom we wrote to.</summary>
    private bool CallsAboutThreads(View view, ContactNode contact)
    {
        var added = false;
        if (!view.Log.HasCommandsAbout)
            return added;

        foreach (var thread in contact.Threads)
        {
            foreach (var command in view.Log.CommandsAbout(thread))
            {
                if (
                    command.Verb != CommandVerb.Called
                    || command.Contact is not null
                    || !view.Stands(command)
                    || !Concerns(view, thread, command, contact))
                    continue;

                touches.Add(new Touch(command.At, command.Seen, TouchKind.Call, command, command.Person));
                added = true;
            }
        }

        return added;
    }

    private static bool Concerns(View view, ThreadNode thread, Line command, ContactNode contact)
    {
        var anybodyWrote = false;
        Line? lastOfOurs = null;
        foreach (var line in thread.Lines)
        {
            if (line.At > command.At || !view.Reached(line.Seen))
                continue;

            anybodyWrote |= line.Kind == LineKind.HumanIn;
            if (line.Kind == LineKind.HumanIn && line.Contact == contact)
                return true;
            if (line.Kind == LineKind.HumanOut)
                lastOfOurs = line;
        }

        return !anybodyWrote && lastOfOurs is not null && ThreadFacts.FirstOutsider(view, lastOfOurs) == contact;
    }

    private static int Compare(View view, Touch one, Touch other) =>
        one.Line == other.Line ? 0 : Position.From(view, one.Line).ComparedTo(Position.From(view, other.Line));
}
