using CrmSync.Domain.Languages;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Domain.Time;
using NodaTime;
using static CrmSync.Domain.Evaluation.Sentences;

namespace CrmSync.Domain.Evaluation;

/// <summary>They wrote and nobody answered.</summary>
internal sealed record Asked(DateTimeZone Zone, long At, string? Subject, LengthOfTime Within) : Reason
{
    public override string Briefly(IReasonPhrases words, Func<Instant, SeenTime> at) => words.Asked(at(Moment(At)), Within);

    public override string ToString() => $"asked {When(Zone, At)} {Quoted(Subject)}, answer within {InWords(Within)}";
}

/// <summary>They wrote, one of us forwarded it inside the firm, and nobody answered.</summary>
internal sealed record AskedByForward(DateTimeZone Zone, long At, string? By, string? Subject, LengthOfTime Within) : Reason
{
    public override string Briefly(IReasonPhrases words, Func<Instant, SeenTime> at) =>
        words.Forwarded(By, at(Moment(At)), Within);

    public override string ToString() => $"forwarded{Sender} {When(Zone, At)} {Quoted(Subject)}, answer within {InWords(Within)}";

    private string Sender => By is null ? "" : $" by {By}";
}

/// <summary>They called, nobody answered, and nobody has called back.</summary>
internal sealed record MissedCall(DateTimeZone Zone, long At, LengthOfTime Within) : Reason
{
    public override string Briefly(IReasonPhrases words, Func<Instant, SeenTime> at) => words.MissedCall(at(Moment(At)), Within);

    public override string ToString() => $"called {When(Zone, At)} and nobody answered, call back within {InWords(Within)}";
}

/// <summary>The mail that was forwarded turned up in a mailbox.</summary>
internal sealed record FoundItself(DateTimeZone Zone, long At, string? Subject) : Reason
{
    public override string Briefly(IReasonPhrases words, Func<Instant, SeenTime> at) => ToString();

    public override string ToString() => $"the mail that was forwarded is known itself: {Quoted(Subject)} of {When(Zone, At)}";
}

/// <summary>Nobody answered in all the time the rule looks at a mail.</summary>
internal sealed record NeverAnswered(DateTimeZone Zone, long At, LengthOfTime After) : Reason
{
    public override string Briefly(IReasonPhrases words, Func<Instant, SeenTime> at) =>
        words.NeverAnswered(at(Moment(At)), After);

    public override string ToString() => $"asked {When(Zone, At)} and never answered; given up after {InWords(After)}";
}

/// <summary>A case is open.</summary>
internal sealed record CaseOpen(DateTimeZone Zone, string Case, long Opened, string? Subject, LengthOfTime Within, long? WaitingSince)
    : Reason
{
    public override string Briefly(IReasonPhrases words, Func<Instant, SeenTime> at) => WaitingSince is { } since
        ? words.CaseWithThem(Case, at(Moment(Opened)), at(Moment(since)))
        : words.CaseWithUs(Case, at(Moment(Opened)), Within);

    public override string ToString() =>
        $"{Case} {Quoted(Subject)} open since {When(Zone, Opened)}, "
            + (WaitingSince is { } since
                ? $"waiting for their answer since {When(Zone, since)}"
                : $"{InWords(Within)} while it is with us");
}

/// <summary>A case closed by itself.</summary>
internal sealed record WentQuiet(DateTimeZone Zone, long LastMail, LengthOfTime? For) : Reason
{
    public override string Briefly(IReasonPhrases words, Func<Instant, SeenTime> at) => ToString();

    public override string ToString() => $"quiet since our mail of {When(Zone, LastMail)}" + (For is null ? "" : $" (quiet {For})");
}

/// <summary>We asked and they did not reply.</summary>
internal sealed record NoReply(DateTimeZone Zone, long At, string? Subject, string? By, LengthOfTime After, int Chasers) : Reason
{
    public override string Briefly(IReasonPhrases words, Func<Instant, SeenTime> at) =>
        words.NoReply(at(Moment(At)), After, Chasers);

    public override string ToString() =>
        $"no reply to {Quoted(Subject)} of {When(Zone, At)}{(By is null ? "" : $" ({By})")} for {InWords(After)}"
        + Chasers switch
        {
            0 => "",
            1 => ", one reminder sent",
            _ => $", {Chasers} reminders sent",
        };
}

/// <summary>All reminders were sent in vain.</summary>
internal sealed record ChasersRanOut(DateTimeZone Zone, long At, string? Subject, int Chasers) : Reason
{
    public override string Briefly(IReasonPhrases words, Func<Instant, SeenTime> at) =>
        words.NoReplyAfterReminders(Chasers);

    public override string ToString() =>
        $"no reply to {Quoted(Subject)} after {Chasers} reminders; the last one before these of {When(Zone, At)}";
}

/// <summary>The last contact is too long ago.</summary>
internal sealed record SilentSince(DateTimeZone Zone, long At, string What, ToldTouch Told, LengthOfTime Every) : Reason
{
    public override string Briefly(IReasonPhrases words, Func<Instant, SeenTime> at) =>
        words.LastContact(at(Moment(At)), Told.In(words), Every);

    public override string ToString() => $"last contact {When(Zone, At)} {What}, every {InWords(Every)}";
}

/// <summary>We met.</summary>
internal sealed record MetOn(DateTimeZone Zone, long At, string? Subject) : Reason
{
    public override string Briefly(IReasonPhrases words, Func<Instant, SeenTime> at) => words.MetThem(at(Moment(At)));

    public override string ToString() => $"met {When(Zone, At)} {Quoted(Subject)}";
}

/// <summary>They wrote for the first time.</summary>
internal sealed record FirstWrote(DateTimeZone Zone, long At, string? Subject) : Reason
{
    public override string Briefly(IReasonPhrases words, Func<Instant, SeenTime> at) => words.FirstWrote(at(Moment(At)));

    public override string ToString() => $"first wrote {When(Zone, At)} {Quoted(Subject)}";
}

/// <summary>They follow somebody who has left.</summary>
internal sealed record Succeeds(DateTimeZone Zone, long At, string? Whom) : Reason
{
    public override string Briefly(IReasonPhrases words, Func<Instant, SeenTime> at) => words.Succeeds(Whom ?? "");

    public override string ToString() => $"to write to instead of {Whom}, who has left, as confirmed {When(Zone, At)}";
}

/// <summary>A case closed.</summary>
internal sealed record CaseClosed(DateTimeZone Zone, string Case, long At) : Reason
{
    public override string Briefly(IReasonPhrases words, Func<Instant, SeenTime> at) => words.CaseClosed(Case, at(Moment(At)));

    public override string ToString() => $"{Case} closed {When(Zone, At)}";
}

/// <summary>A case opened again.</summary>
internal sealed record CaseReopened(DateTimeZone Zone, long At) : Reason
{
    public override string Briefly(IReasonPhrases words, Func<Instant, SeenTime> at) => words.CaseReopened(at(Moment(At)));

    public override string ToString() => $"the case was opened again {When(Zone, At)}";
}

/// <summary>A noted day comes near.</summary>
internal sealed record DayAhead(string Field, LocalDate Date) : Reason
{
    public override string Briefly(IReasonPhrases words, Func<Instant, SeenTime> at) => words.DayAhead(Field, Date);

    public override string ToString() => $"{Field} on {On(Date)}";
}

/// <summary>A noted day has gone by.</summary>
internal sealed record DayPassed(string Field, LocalDate Date) : Reason
{
    public override string Briefly(IReasonPhrases words, Func<Instant, SeenTime> at) => words.DayPassed(Field, Date);

    public override string ToString() => $"{Field} was on {On(Date)}";
}

/// <summary>They have not been told.</summary>
internal sealed record NotTold(string Marker, LocalDate Effective) : Reason
{
    public override string Briefly(IReasonPhrases words, Func<Instant, SeenTime> at) => words.NotTold(Marker, Effective);

    public override string ToString() => $"no mail with {Marker} has reached them; effective {On(Effective)}";
}

/// <summary>Whoever looked after them has left.</summary>
internal sealed record OwnerLeft(string Who, LocalDate Left) : Reason
{
    public override string Briefly(IReasonPhrases words, Func<Instant, SeenTime> at) => words.OwnerLeft(Who, Left);

    public override string ToString() => $"{Who}, who looked after them, left on {On(Left)}";
}

/// <summary>The next one to look after them has left as well, before the introduction was made.</summary>
internal sealed record HandedOn(string Who, LocalDate Left) : Reason
{
    public override string Briefly(IReasonPhrases words, Func<Instant, SeenTime> at) => words.HandedOn(Who, Left);

    public override string ToString() => $"handed on once more: {Who} left on {On(Left)}";
}

/// <summary>Something happened too often.</summary>
internal sealed record TooOften(WatchRule Rule, int Count) : Reason
{
    public override string Briefly(IReasonPhrases words, Func<Instant, SeenTime> at) => Rule.Metric switch
    {
        WatchMetric.Marker => words.MailsWith(Rule.Of ?? "", Count, Rule.Window, Rule.AtLeast),
        WatchMetric.Case => words.CasesOpened(Rule.Of ?? "", Count, Rule.Window, Rule.AtLeast),
        _ => words.AnswersLate(Count, Rule.Window, Rule.AtLeast),
    };

    public override string ToString() =>
        $"{(Count == 1 ? "once" : $"{Count} times")} in {InWords(Rule.Window)}: {Rule.Metric switch
        {
            WatchMetric.Marker => $"mail with {Rule.Of}",
            WatchMetric.Case => $"case {Rule.Of}",
            _ => "answers late",
        }} (at least {Rule.AtLeast})";
}

/// <summary>It happens no longer so often.</summary>
internal sealed record Calmed(int AtLeast, LengthOfTime Window) : Reason
{
    public override string Briefly(IReasonPhrases words, Func<Instant, SeenTime> at) => ToString();

    public override string ToString() => $"fewer than {AtLeast} in {InWords(Window)}";
}

/// <summary>It was on the list for too long.</summary>
internal sealed record Lapsed(LengthOfTime After) : Reason
{
    public override string Briefly(IReasonPhrases words, Func<Instant, SeenTime> at) => words.GivenUp(After);

    public override string ToString() => $"given up after {InWords(After)}";
}

/// <summary>An interaction closed it.</summary>
internal sealed record Closing(DateTimeZone Zone, long At, string What) : Reason
{
    public override string Briefly(IReasonPhrases words, Func<Instant, SeenTime> at) => ToString();

    public override string ToString() => $"{What} {Sentences.When(Zone, At)}";

    public static Closing By(View view, Line line)
    {
        var by = Who(view.Plan, line.Person) is { } who ? $" by {who}" : "";
        var what = line.Kind switch
        {
            LineKind.HumanIn => $"they wrote {Quoted(line.Subject)}",
            LineKind.Meeting => $"met {Quoted(line.Subject)}",
            LineKind.Call => line.Inbound ? "they called" : $"called{by}",
            LineKind.Command => line.Verb == CommandVerb.Called ? $"called{by}" : $"marked {CommandVerbs.Name(line.Verb!.Value)}{by}",
            _ => $"written to{by} {Quoted(line.Subject)}",
        };
        return new Closing(view.Plan.Calendar.Zone, Order.At(view, line), what);
    }
}
