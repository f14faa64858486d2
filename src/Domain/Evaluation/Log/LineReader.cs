using CrmSync.Domain.Company;
using CrmSync.Domain.Log;

namespace CrmSync.Domain.Evaluation;

/// <summary>Makes of an interaction what the evaluation reads: who took part as contacts and people, what counts, which thread.</summary>
internal sealed class LineReader(Plan plan, LogIndex log)
{
    /// <summary>The line of an interaction. Contacts and threads it names come to be.</summary>
    public Line Read(Interaction interaction)
    {
        var line = new Line(interaction.Id);
        line.At = interaction.At.ToUnixTimeTicks();
        line.Seen = interaction.Seen.ToUnixTimeTicks();
        line.Subject = interaction.Subject;
        line.Reasons = interaction.Reasons;
        line.OurAddresses = Ours(interaction);
        switch (interaction.Kind)
        {
            case InteractionKind.Mail:
                FillMail(line, interaction);
                break;
            case InteractionKind.Meeting when interaction.Meeting is { } meeting:
                FillMeeting(line, interaction, meeting);
                break;
            case InteractionKind.Call when interaction.Call is { } call:
                FillCall(line, interaction, call);
                break;
            case InteractionKind.Command when interaction.Command is { } command:
                line.Kind = LineKind.Command;
                line.Command = command;
                line.Person = plan.PersonAt(command.By);
                line.SnoozedUntil = command.Until?.ToUnixTimeTicks() ?? 0;
                line.Contact = command.Contact is { } contact && !plan.Book.IsOurs(contact) ? log.ContactAt(contact)
                    : EmailAddress.TryParseContact(command.About, out var about) && !plan.Book.IsOurs(about) ? log.ContactAt(about) : null;
                break;
        }

        return line;
    }

    private void FillMail(Line line, Interaction mail)
    {
        line.MessageId = mail.MessageId;
        line.InReplyTo = mail.InReplyTo == mail.MessageId ? null : mail.InReplyTo;
        line.Kind = (mail.Class, mail.Direction) switch
        {
            (InteractionClass.Human, Direction.Inbound) => LineKind.HumanIn,
            (InteractionClass.Human, Direction.Outbound) => LineKind.HumanOut,
            (InteractionClass.Mass, _) => LineKind.Mass,
            _ => LineKind.Other,
        };
        if (line.Kind == LineKind.Other && mail.Learned.Forwarded is { } forwarded && !plan.Book.IsOurs(forwarded.Author))
        {
            FillForward(line, mail, forwarded);
            return;
        }

        if (line.Kind == LineKind.Other)
        {
            line.Inbound = mail.Direction == Direction.Inbound;
            line.Return = mail.Learned.Return;
            line.Departure = mail.Learned.Departure;
            line.Moved = mail.Learned.Moved;
            line.Author =
                (line.Return is not null || line.IsProposing) && mail.Author is { } teller ? plan.Book.Primary(teller) : null;
            line.Named = [.. mail.Participants.Where(p => !p.Internal).Select(p => plan.Book.Primary(p.Address)).Distinct()];
            return;
        }

        line.IsByReplyTo = mail.IsAuthorByReplyTo;
        line.Acknowledgement = mail.Acknowledgement;
        line.Question = mail.Question;
        line.Moved = mail.Learned.Moved;
        line.Markers = Plan.Strings(mail.Markers);
        line.Phrases = Plan.Strings(mail.Phrases);
        line.SubjectPhrases = Plan.Strings(mail.SubjectPhrases);
        line.Thread = line.Kind == LineKind.Mass ? null : log.Thread(mail.Thread ?? mail.Id);
        line.Contact =
            line.Kind == LineKind.HumanIn && mail.Author is { } author && !plan.Book.IsOurs(author) ? log.ContactAt(author) : null;

        var outsiders = new List<Recipient>();
        var replyTo = new List<ContactNode>();
        var ours = new List<int>();
        List<string>? sentTo = null;
        foreach (var person in mail.Participants)
        {
            if (person.Role is ParticipantRole.To or ParticipantRole.Cc && plan.SentToAsked.Contains(person.Address.Value))
                (sentTo ??= []).Add(person.Address.Value);

            if (person.Internal)
            {
                line.UsInTo |= person.Role == ParticipantRole.To;
                line.UsInCc |= person.Role == ParticipantRole.Cc;
                line.ReplyExpected |=
                    person.Role == ParticipantRole.Bcc && person.Address.LocalPart.EndsWith("+chase", StringComparison.Ordinal);
                if (plan.PersonAt(person.Address) is var index and >= 0 && !ours.Contains(index))
                    ours.Add(index);
            }
            else if (person.Role == ParticipantRole.ReplyTo)
            {
                replyTo.Add(log.ContactAt(person.Address));
            }
            else if (person.Role is ParticipantRole.To or ParticipantRole.Cc or ParticipantRole.Bcc)
            {
                outsiders.Add(
                    new Recipient(log.ContactAt(person.Address), person.Role, person.Bounced?.ToUnixTimeTicks() ?? long.MaxValue));
            }
        }

        var from = mail.Participants.FirstOrDefault(p => p.Role == ParticipantRole.From)?.Address ?? mail.Author;
        line.Person = line.Kind != LineKind.HumanIn && from is not null ? plan.PersonAt(from) : -1;
        line.Ours = [.. ours];
        line.SentTo = sentTo is null ? [] : [.. sentTo];
        line.ReplyTo = replyTo.Count == 0 ? [] : [.. replyTo];
        if (line.Kind == LineKind.HumanIn)
            line.Bystanders = outsiders.Count == 0 ? [] : [.. outsiders.Select(o => o.Contact).Distinct()];
        else
            line.Outsiders = [.. outsiders];
    }

    /// <summary>The pasted mail is what is asked; who of us pasted it, when and to whom is what the mail around it tells.</summary>
    private void FillForward(Line line, Interaction mail, ForwardedRequest forwarded)
    {
        line.Kind = LineKind.Forward;
        line.Forwarded = forwarded;
        line.Subject = forwarded.Subject ?? mail.Subject;
        line.Thread = log.Thread(mail.Thread ?? mail.Id);
        line.Contact = log.ContactAt(forwarded.Author);
        line.Acknowledgement = forwarded.Acknowledges;
        line.Markers = Plan.Strings(forwarded.Markers);
        line.Phrases = Plan.Strings(PhraseBook.TextsAmong(forwarded.Phrases));
        line.UsInTo = forwarded.To.Count == 0 || forwarded.To.Any(plan.Book.IsOurs);
        line.UsInCc = forwarded.Cc.Any(plan.Book.IsOurs);
        line.SentTo = [.. forwarded.To.Concat(forwarded.Cc).Select(one => one.Value).Where(plan.SentToAsked.Contains)];
        line.Person = mail.Author is { } author ? plan.PersonAt(author) : -1;
        line.Ours = [.. mail.Participants.Select(one => plan.PersonAt(one.Address)).Where(person => person >= 0).Distinct()];
    }

    private void FillMeeting(Line line, Interaction interaction, MeetingFacts meeting)
    {
        const int mostOutsiders = 20;
        line.Kind = LineKind.Meeting;
        line.At = meeting.Start.ToUnixTimeTicks();
        line.End = meeting.End.ToUnixTimeTicks();
        line.Cancelled = meeting.CancelledAt is { } cancelled && cancelled < meeting.End ? cancelled.ToUnixTimeTicks() : long.MaxValue;

        var outsiders = new List<Recipient>();
        var ours = new List<int>();
        var anyOfUs = false;
        foreach (var person in interaction.Participants.OrderBy(p => p.Role == ParticipantRole.Organizer ? 0 : 1))
        {
            if (interaction.Participants.Any(p => p.Address == person.Address && p.Response == MeetingResponse.Declined))
                continue;

            if (!person.Internal)
            {
                var contact = log.ContactAt(person.Address);
                if (!outsiders.Exists(o => o.Contact == contact))
                    outsiders.Add(new Recipient(contact, person.Role, long.MaxValue));
                continue;
            }

            anyOfUs = true;
            line.OrganisedByUs |= person.Role == ParticipantRole.Organizer;
            if (plan.PersonAt(person.Address) is var index and >= 0 && !ours.Contains(index))
                ours.Add(index);
        }

        line.Person = ours.Count > 0 ? ours[0] : -1;
        line.Ours = [.. ours];
        line.Outsiders = [.. outsiders];
        line.Counts = anyOfUs && outsiders.Count is > 0 and <= mostOutsiders && !meeting.AllDay && meeting.End > meeting.Start;
    }

    private void FillCall(Line line, Interaction interaction, CallFacts call)
    {
        line.Kind = LineKind.Call;
        line.At = call.Start.ToUnixTimeTicks();
        line.End = call.End.ToUnixTimeTicks();
        line.Inbound = interaction.Direction == Direction.Inbound;
        line.Counts = call.Counts;
        line.IsMissedCall = line.Inbound && !call.Answered;
        var ours = new List<int>();
        foreach (var person in interaction.Participants)
        {
            if (!person.Internal)
                line.Contact ??= log.ContactAt(person.Address);
            else if (plan.PersonAt(person.Address) is var index and >= 0 && !ours.Contains(index))
                ours.Add(index);
        }

        line.Person = ours.Count > 0 && call.Answered ? ours[0] : -1;
        line.Ours = [.. ours];
    }

    private static string[] Ours(Interaction interaction)
    {
        if (interaction.Kind == InteractionKind.Command)
            return [];

        List<string>? addresses = null;
        foreach (var person in interaction.Participants)
        {
            if (person.Internal && addresses?.Contains(person.Address.Value) != true)
                (addresses ??= []).Add(person.Address.Value);
        }

        return addresses is null ? [] : [.. addresses];
    }
}
