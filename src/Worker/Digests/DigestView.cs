using CrmSync.Domain.Commands;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Languages;
using CrmSync.Worker.Delivery;

namespace CrmSync.Worker.Digests;

/// <summary>A digest with what only the mail knows: where its links go and what stands at its foot.</summary>
public sealed class DigestView
{
    /// <param name="digest">What it says.</param>
    /// <param name="sender">Where answers go.</param>
    /// <param name="mails">Where the reader opens the mails that items rest on, by the ids of their lines; null: nowhere.</param>
    public DigestView(Digest digest, MailSender sender, IReadOnlyDictionary<string, string>? mails = null)
    {
        Digest = digest;
        var run = digest.Run;
        var isDigest = run.Definition.Name is not (NoticeComposer.Name or AnswerComposer.Name);
        Links = new CommandLinks(sender, run.Reader.Id, run.Date, Words, mails);
        Unsubscribe = isDigest ? Links.Unsubscribe(run.Definition.Name) : null;
        var words = Words.Digests;
        Name = run.Definition.Name switch
        {
            NoticeComposer.Name => words.CannotWait,
            AnswerComposer.Name => words.Answer,
            _ => run.Definition.Title,
        };
        Title = words.Labelled(Name, digest.Headline);
        HowToAnswer =
            sender.CommandMailbox is null || digest.Listed.Count == 0
                ? null
                : words.HowToAnswer(digest.Listed[0].Number, digest.Listed[^1].Number);
        ListInCalendar = isDigest && sender is { Pages: not null, CommandMailbox: not null } ? words.ListInCalendar : null;
        Figures = digest.Sections.Any(section => section.Name == SectionNames.Numbers) ? Links.Team : null;
        Footer = words.Footer(
            sender.FromName,
            run.Definition.Name == NoticeComposer.Name ? null : Name,
            digest.Greeting,
            digest.PolicyVersion);
    }

    public Digest Digest { get; }

    /// <summary>The language of the reader.</summary>
    public Wording Words => Digest.Words;

    public CommandLinks Links { get; }

    public string Name { get; }

    public string Title { get; }

    /// <summary>How a reply acts; null when there is nothing to act on or nowhere to send it.</summary>
    public string? HowToAnswer { get; }

    /// <summary>How the list comes into the reader's calendar; null where it does not.</summary>
    public string? ListInCalendar { get; }

    public string Footer { get; }

    public string? Unsubscribe { get; }

    /// <summary>Where more figures are, of a digest that has some; null when there are no pages.</summary>
    public string? Figures { get; }
}
