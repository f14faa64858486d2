using CrmSync.Domain.Commands;
using CrmSync.Domain.Digests;
using CrmSync.Worker.Delivery;

namespace CrmSync.Worker.Digests;

/// <summary>A digest with what only the mail knows: where its links go and what stands at its foot.</summary>
public sealed class DigestView
{
    public DigestView(Digest digest, MailSender sender)
    {
        Digest = digest;
        var run = digest.Run;
        Links = new CommandLinks(sender, run.Reader.Id, run.Date);
        Unsubscribe = run.Definition.Name is NoticeComposer.Name or AnswerComposer.Name ? null : Links.Unsubscribe(run.Definition.Name);
        var name = run.Definition.Name.Replace('-', ' ');
        Name = run.Definition.Name == NoticeComposer.Name ? "Cannot wait" : $"{char.ToUpperInvariant(name[0])}{name[1..]}";
        Title = $"{Name}: {digest.Headline}";
        HowToAnswer =
            sender.CommandMailbox is null || digest.Listed.Count == 0
                ? null
                : $"Answer this mail to act: “done {digest.Listed[0].Number}”, “snooze {digest.Listed[^1].Number} friday”, “called "
                    + $"{digest.Listed[0].Number}”. Several lines are fine.";
        Footer =
            $"{sender.FromName} · {(run.Definition.Name == NoticeComposer.Name ? "" : Name + " ")}for {digest.Greeting} · policy "
                + $"{digest.PolicyVersion}";
    }

    public Digest Digest { get; }

    public CommandLinks Links { get; }

    public string Name { get; }

    public string Title { get; }

    /// <summary>How a reply acts; null when there is nothing to act on or nowhere to send it.</summary>
    public string? HowToAnswer { get; }

    public string Footer { get; }

    public string? Unsubscribe { get; }
}
