using System.Diagnostics;
using CrmSync.Domain.Company;
using CrmSync.Domain.Harvest;
using CrmSync.Domain.Log;
using CrmSync.Mail.Mime;
using CrmSync.Storage.Log;
using CrmSync.Worker.Commands;
using CrmSync.Worker.Sources;
using CrmSync.Worker.Sources.Calls;
using NodaTime;

namespace CrmSync.Worker.Harvest;

/// <summary>What becomes of each item that was read: a line, a command, meetings, or the reason why not. Nothing is written here.</summary>
/// <param name="scope">The account, and what this harvest is about.</param>
/// <param name="commands">What takes the emails of the command mailbox; null for every other account.</param>
internal sealed class ReadingResults(HarvestScope scope, CommandExecution? commands)
{
    private readonly MailBounds bounds = new(scope.Classifier.Ours);

    /// <summary>Adds what becomes of an item to the batch.</summary>
    public void Add(Reading reading, HarvestBatch batch)
    {
        try
        {
            if (reading is MeetingReading meeting)
                batch.Meetings.Add(meeting);
            else if (reading is CallReading call)
                batch.Calls.Add(call);
            else
                batch.Results.Add(reading is MailReading mail ? AddMail(mail, batch) : Result(reading));
        }
        catch (Exception failure) when (Unexpected.IsContained(failure, CancellationToken.None))
        {
            batch.Results.Add(scope.Surprise(reading.Item, failure));
        }
    }

    /// <summary>What becomes of an item the source did not speak of.</summary>
    public ItemResult Silent(RemoteItem item)
    {
        scope.Run.Fail(
            new Trouble(
                item.Folder.Path,
                "the source gave no answer for an item",
                "it is asked for again with the next harvest"));
        return new ItemResult.Failed(item.Item.Number, "the source gave no answer", scope.NextTry);
    }

    private ItemResult AddMail(MailReading mail, HarvestBatch batch)
    {
        var item = mail.Item.Item;
        if (LineFrom(mail, mail.Facts, out var line) is { } reason)
            return new ItemResult.Skipped(item.Number, reason);

        var whyPrivate = WhyPrivate(mail);
        if (whyPrivate is not null)
            line = HideWords(line!, whyPrivate);

        var firstListed = item.Backlog ? scope.Account.FirstListedAt ?? scope.Now : (Instant?)null;
        var command = commands is null
            ? null
            : CommandMail.Create(mail.Facts, line!, scope.Classifier, FactsAttachedTo(mail), firstListed, scope.Now);
        ReadInvitations(mail, line!, batch);
        if (command is not null)
            batch.Commands.Add((command.Wanted(scope.Capture.Privacy.NoCapture), mail.Bytes, mail.Item));

        if (mail.Item.Folder.Role == "sent")
            batch.Sent.AddRange(CommandsSentBy(item, mail.Facts).Select(sent => (sent, mail.Item)));

        return new ItemResult.Mail(item.Number, line!)
        {
            InPlaceOf = item.HeaderLine,
            Attached =
                [.. ForwardedIn(mail, line!).Select(attached => whyPrivate is null ? attached : HideWords(attached, whyPrivate))],
            Private = whyPrivate is null ? null : new PrivateMark(whyPrivate, scope.Now),
            Cut = Cut(mail),
            WebLink = mail.WebLink,
        };
    }

    /// <summary>The label or folder that makes a mail private; commands and mails of ours are none of it.</summary>
    private string? WhyPrivate(MailReading mail) => commands is not null || scope.Capture.Privacy.Labels is not { IsEmpty: false } labels
        ? null
        : labels.WhyLabelled(mail.Labels) ?? labels.WhyInFolder(mail.FolderPath, mail.Delimiter);

    private MailLine HideWords(MailLine line, string because)
    {
        var wordless = scope.Classifier.WithoutWords(line);
        return wordless with { Hidden = wordless.Hidden! with { Because = because } };
    }

    private ItemResult Result(Reading reading)
    {
        var number = reading.Item.Item.Number;
        switch (reading)
        {
            case SkippedReading skipped:
                return new ItemResult.Skipped(number, skipped.Reason);
            case UnreadableReading unreadable:
                MailLine? known = null;
                return unreadable.Headers is { } headers && LineFrom(reading, headers, out known) is { } unwanted
                    ? new ItemResult.Skipped(number, unwanted)
                    : SetAside(unreadable, known);
            case FailedReading failed:
                scope.Run.Fail(failed.Trouble);
                return new ItemResult.Failed(number, scope.Capture.Hide(failed.Trouble.Reason), scope.NextTry);
            case GoneReading:
                return new ItemResult.Gone(number);
            case VanishedReading:
                return new ItemResult.Vanished(number);
            default:
                throw new UnreachableException($"{reading.GetType().Name} is no reading this harvest knows");
        }
    }

    private ItemResult.Quarantined SetAside(UnreadableReading reading, MailLine? known)
    {
        var (place, reason, remedy) = reading.Trouble;
        var hidden = new Trouble(scope.Capture.Hide(place), scope.Capture.Hide(reason), scope.Capture.Hide(remedy));
        return new ItemResult.Quarantined(reading.Item.Item.Number, hidden)
        {
            HeaderLine = known,
            RetryAt = scope.Now + reading.RetryAfter,
        };
    }

    /// <summary>The line of an email; or why it is not kept.</summary>
    private string? LineFrom(Reading reading, MailFacts facts, out MailLine? line)
    {
        line = null;
        if (scope.Capture.WhyNot(facts) is { } reason)
            return reason;

        // An email that carries a private entry says as much as the entry.
        if (reading is MailReading { WithCalendar: { } calendar } && IsPrivate(calendar))
            return Capture.Private;

        facts = bounds.Apply(facts, reading.Cuts);
        line = MailLine.FromObservation(
            new MailObservation(scope.Account.Name, facts, reading.Item.Item.Backlog ? null : scope.Now), scope.Capture, scope.Now);
        return Instant.Max(line.SentAt, line.ArrivedAt) < scope.Since ? SkippedBefore.TooOld : null;
    }

    /// <summary>What the emails attached to one say.</summary>
    private static List<MailFacts> FactsAttachedTo(MailReading mail) =>
        [.. (mail.WithAttached?.Attached ?? []).Select(attached => MailTranslation.ReadFacts(attached, stored: null))];

    /// <summary>
    /// The emails from outside that one of us attached and sends round inside the firm: each is one more copy of that email. What is not to
    /// be kept, or does not say which email it is, is left out.
    /// </summary>
    private List<MailLine> ForwardedIn(MailReading mail, MailLine around)
    {
        if (mail.WithAttached is null || scope.Classifier.Classify(around).Class != InteractionClass.Internal)
            return [];

        var lines = new List<MailLine>();
        foreach (var facts in FactsAttachedTo(mail))
        {
            if (
                facts is { MessageId: not null, From: { } author }
                && !scope.Classifier.Ours.Contains(author.Address)
                && LineFrom(mail, facts, out var line) is null)
                lines.Add(line!);
        }

        return lines;
    }

    private static bool IsPrivate(MimeMessage calendar)
    {
        try
        {
            return InvitationTranslation.IsPrivate(calendar);
        }
        catch (Exception failure) when (Unexpected.IsContained(failure, CancellationToken.None))
        {
            // What is wrong with it is told when it is read as an invitation.
            return false;
        }
    }

    /// <summary>Takes what the calendars in a kept email say. Whatever is wrong with a calendar, the email itself is kept.</summary>
    private void ReadInvitations(MailReading mail, MailLine line, HarvestBatch batch)
    {
        if (mail.WithCalendar is null)
            return;

        try
        {
            var owner = EmailAddress.TryParse(scope.Account.Address, out var address) ? address : null;
            var translation = new MeetingTranslation(scope.Account.Name, owner, scope.Now);
            var messages = new InvitationTranslation(translation, scope.Account.Name, scope.Since, scope.Now).CreateMessages(
                mail.WithCalendar, line.ArrivedAt, mail.Item.Item.Backlog, mail.Cuts);
            batch.Invitations.AddRange(messages.Select(message => (message, mail.Item)));
        }
        catch (Exception failure) when (Unexpected.IsContained(failure, CancellationToken.None))
        {
            // The calendar reader is not meant to throw for anything that is written; if it does, that is told, and the email is in the
            // log all the same.
            scope.Run.Fail(
                new Trouble(
                    $"{mail.Item.Folder.Path} {mail.Item.Key}",
                    $"the invitation in this email cannot be read ({Unexpected.Name(failure)})",
                    "the email itself is kept; please report it"));
        }
    }

    /// <summary>What was left out of an email or of the calendars in it; null when nothing was.</summary>
    private static Trouble? Cut(MailReading mail) => mail.Cuts.Count == 0
        ? null
        : new Trouble(
            $"{mail.Item.Folder.Path} {mail.Item.Key}",
            string.Join("; ", mail.Cuts),
            "the rest of it is in the log; look at the mail itself if it matters");

    /// <summary>What somebody's own copy of a command names, for proving it.</summary>
    private IEnumerable<SentCommand> CommandsSentBy(HarvestItem item, MailFacts facts) =>
        facts
            .To.Concat(facts.Cc)
            .Concat(facts.Bcc)
            .Where(one => scope.Classifier.Ours.IsCommandMailbox(one.Address))
            .Select(one => one.Address.Value)
            .Distinct(StringComparer.Ordinal)
            .Select(address => new SentCommand(item.Number, scope.Account.Number, CommandMail.ThreadId(facts), address));
}
