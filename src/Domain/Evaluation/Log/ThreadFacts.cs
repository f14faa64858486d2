using CrmSync.Domain.Log;

namespace CrmSync.Domain.Evaluation;

/// <summary>A human mail in its thread.</summary>
internal sealed class ThreadMail
{
    public required Line Line { get; init; }

    public required long At { get; init; }

    public required Position Position { get; init; }

    public bool Inbound => Line.Kind is LineKind.HumanIn or LineKind.Forward;

    /// <summary>Inbound, and it is sure enough who wrote it to end what waits for them.</summary>
    public required bool IsReply { get; init; }

    /// <summary>Inbound, and more than an acknowledgement.</summary>
    public bool Asks => Inbound && !Line.Acknowledgement;

    /// <summary>Whether one of us had written earlier in the same episode.</summary>
    public bool WeHadWritten { get; set; }

    /// <summary>Outbound: whether they had asked for it.</summary>
    public bool Solicited { get; set; }

    /// <summary>Outbound: the first mail of the attempt it belongs to.</summary>
    public int Attempt { get; set; }
}

/// <summary>A case from its opening (or reopening) to its closing.</summary>
internal sealed class CaseSpan
{
    public required int Case { get; init; }

    public required ThreadNode Thread { get; init; }

    /// <summary>The author of the mail that opened it first.</summary>
    public required ContactNode Contact { get; init; }

    public required Line Opening { get; init; }

    public required long Opened { get; init; }

    /// <summary>The first and last of the thread's mails that came while it was open.</summary>
    public required int FirstMail { get; init; }

    public int LastMail { get; set; }

    public long Closed { get; set; } = long.MaxValue;

    /// <summary>The command that closed it, or our last mail before the silence.</summary>
    public Line? ClosedBy { get; set; }

    /// <summary>Whether they wrote again after the closing.</summary>
    public bool Reopened { get; set; }

    public bool IsOpen => Closed == long.MaxValue;
}

/// <summary>What a thread's human mails mean to each other as known by now: their order, episodes, attempts, and cases.</summary>
internal sealed class ThreadFacts : Kept
{
    private const long AttemptGap = 4 * NodaTime.NodaConstants.TicksPerHour;

    private ThreadFacts(View view, ThreadNode thread)
    {
        Thread = thread;
        Commands = VisibleCommands(view, thread);
        Mails = MailsIn(view, thread, line => line.Kind != LineKind.Forward);
        Forwards = MailsIn(view, thread, line => line.Kind == LineKind.Forward);
        SetAttempts(view);
        FollowCases(view);
    }

    public ThreadNode Thread { get; }

    /// <summary>In the order of the log, without mail that reached nobody.</summary>
    public ThreadMail[] Mails { get; }

    /// <summary>What one of us forwarded inside the firm, in the order of the log: no part of the conversation.</summary>
    public ThreadMail[] Forwards { get; }

    /// <summary>Commands about the thread, in order.</summary>
    public Line[] Commands { get; }

    public List<CaseSpan> Cases { get; } = [];

    public static ThreadFacts Compute(View view, ThreadNode thread)
    {
        if (thread.Organisations.Count > 1)
            NeedAuthors(view, thread);

        var kept = thread.Facts;
        if (view.StillHolds(kept))
            return kept;

        var before = view.Begin();
        return thread.Facts = view.End(new ThreadFacts(view, thread), before);
    }

    /// <summary>Whether a mail opens a case, or answers one, can depend on what is known of who wrote it.</summary>
    private static void NeedAuthors(View view, ThreadNode thread)
    {
        foreach (var line in thread.Lines)
        {
            if (line.Contact is { } author && (line.IsByReplyTo || view.Plan.CasesAskForContacts))
                view.Need(author);
        }
    }

    /// <summary>Whether a case was open when a mail came, or opened with it.</summary>
    public bool CaseOpenAt(int number, int mail)
    {
        foreach (var span in Cases)
        {
            if (span.Case == number && span.FirstMail <= mail && mail <= span.LastMail)
                return true;
        }

        return false;
    }

    /// <summary>The first recipient outside whom a mail of ours reached: To before Cc before Bcc.</summary>
    public static ContactNode? FirstOutsider(View view, Line line)
    {
        foreach (var role in (ReadOnlySpan<ParticipantRole>)[ParticipantRole.To, ParticipantRole.Cc, ParticipantRole.Bcc])
        {
            foreach (var recipient in line.Outsiders)
            {
                if (recipient.Role == role && !view.Reached(recipient.Bounced))
                    return recipient.Contact;
            }
        }

        return null;
    }

    /// <summary>How many of the thread's mails come before a place in the order.</summary>
    public int CountBefore(Position position)
    {
        var count = 0;
        while (count < Mails.Length && Mails[count].Position.ComparedTo(position) < 0)
            count++;

        return count;
    }

    private static Line[] VisibleCommands(View view, ThreadNode thread)
    {
        if (!view.Log.HasCommandsAbout)
            return [];

        var commands = view.Log.CommandsAbout(thread);
        return commands.Count == 0 ? [] : [.. commands.Where(view.Stands)];
    }

    private static ThreadMail[] MailsIn(View view, ThreadNode thread, Func<Line, bool> wanted)
    {
        var mails = new List<ThreadMail>(thread.Lines.Count);
        var entangled = false;
        foreach (var line in thread.Lines)
        {
            if (!wanted(line) || !view.Reached(line.Seen) || (line.Kind == LineKind.HumanOut && FirstOutsider(view, line) is null))
                continue;

            entangled |= line.Entangled;
            var position = Position.From(view, line);
            var reply = line.Kind is LineKind.HumanIn or LineKind.Forward && line.IsProven(view);
            mails.Add(new ThreadMail { Line = line, At = position.At, Position = position, IsReply = reply });
        }

        if (entangled)
            mails.Sort((one, other) => one.Position.ComparedTo(other.Position));

        return [.. mails];
    }

    private void SetAttempts(View view)
    {
        var weWrote = false;
        ThreadMail? lastOfOurs = null;
        for (var i = 0; i < Mails.Length; i++)
        {
            var mail = Mails[i];
            if (i > 0 && mail.At > view.Plan.Calendar.Deadline(Mails[i - 1].At, view.Plan.Policy.EpisodeGap))
                weWrote = false;

            mail.WeHadWritten = weWrote;
            if (mail.Inbound)
                continue;

            var continues = lastOfOurs is not null && mail.At - lastOfOurs.At < AttemptGap;
            mail.Attempt = continues ? lastOfOurs!.Attempt : i;
            mail.Solicited = (i > 0 && Mails[i - 1].Asks) || (continues && lastOfOurs!.Solicited);
            lastOfOurs = mail;
            weWrote = true;
        }

        foreach (var forward in Forwards)
        {
            forward.WeHadWritten =
                CountBefore(forward.Position) is > 0 and var before
                && forward.At <= view.Plan.Calendar.Deadline(Mails[before - 1].At, view.Plan.Policy.EpisodeGap)
                && (!Mails[before - 1].Inbound || Mails[before - 1].WeHadWritten);
        }
    }

    private void FollowCases(View view)
    {
        var plan = view.Plan;
        for (var number = 0; number < plan.Cases.Length; number++)
            FollowCase(view, number);
    }

    private void FollowCase(View view, int number)
    {
        var definition = view.Plan.Cases[number];
        CaseSpan? span = null;
        var quiet = long.MaxValue;
        Line? lastOfOurs = null;
        var command = 0;

        for (var i = 0; i <= Mails.Length; i++)
        {
            var mail = i < Mails.Length ? Mails[i] : null;
            var until = mail?.At ?? long.MaxValue;

            // What happened before this mail: a closing by command or by silence, whichever came first.
            for (; command < Commands.Length && Commands[command].At < until; command++)
            {
                if (span is { IsOpen: true } && quiet < Commands[command].At)
                    Close(span, quiet, lastOfOurs);

                if (
                    span is { IsOpen: true }
                    && definition.ClosesOnResolved
                    && Commands[command].Verb == CommandVerb.Resolved
                    && Commands[command].At >= span.Opened
                    && Means(view, Commands[command], number))
                    Close(span, Commands[command].At, Commands[command]);
            }

            if (span is { IsOpen: true } && (mail is null ? view.Reached(quiet) : quiet < until))
                Close(span, quiet, lastOfOurs);

            if (mail is null)
                break;

            if (mail.Inbound)
            {
                var again = span is { IsOpen: false } && mail.Asks && mail.IsReply;
                if (again)
                    span!.Reopened = true;

                if (
                    again
                    || (
                        span is null
                        && mail.IsReply
                        && mail.Line.Contact is { } author
                        && view.Plan.CaseOpenings[number].Holds(view, author, new MailInThread(mail.Line, this, i))))
                {
                    span = new CaseSpan
                    {
                        Case = number,
                        Thread = Thread,
                        Contact = span?.Contact ?? mail.Line.Contact!,
                        Opening = mail.Line,
                        Opened = mail.At,
                        FirstMail = i,
                    };
                    Cases.Add(span);
                    quiet = long.MaxValue;
                }
                else if (mail.Asks)
                {
                    quiet = long.MaxValue;
                }
            }
            else if (span is { IsOpen: true })
            {
                lastOfOurs = mail.Line;
                quiet = definition.QuietFor is { } length ? view.Plan.Calendar.Deadline(mail.At, length) : long.MaxValue;
            }

            if (span is { IsOpen: true })
                span.LastMail = i;
        }
    }

    /// <summary>A <c>resolved</c> that names a rule closes the case of that rule only.</summary>
    private static bool Means(View view, Line command, int number) =>
        command.Command!.Rule is not { } named
        || !Array.Exists(view.Plan.Resolve.Enforced, r => r.Rule.Name == named && view.Plan.CaseNumber(r.Rule.Case) != number);

    private static void Close(CaseSpan span, long at, Line? by)
    {
        span.Closed = at;
        span.ClosedBy = by;
    }
}
