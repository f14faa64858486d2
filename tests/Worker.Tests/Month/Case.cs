using CrmSync.Worker.Tests.Digests.Story;
using NodaTime;

namespace CrmSync.Worker.Tests.Month;

/// <summary>
/// Something that happens between one contact and the company, with what our people must be told of it by when: said by whoever invented
/// it, and not by the program.
/// </summary>
/// <param name="Contact">The name, which nobody else has.</param>
/// <param name="Title">How digests name what is to be done.</param>
/// <param name="Owner">Who looks after the contact.</param>
/// <param name="Mails">What is written, in order.</param>
/// <param name="Opens">From when somebody has something to do.</param>
/// <param name="Closes">When nobody has any more: the mail that settles it lies in a mailbox.</param>
internal sealed record Case(
    string Contact, string Title, string Owner, IReadOnlyList<StoryMail> Mails, LocalDateTime Opens, LocalDateTime Closes)
{
    /// <summary>What cannot wait for a digest, each to be told once.</summary>
    public IReadOnlyList<Step> Steps { get; init; } = [];

    /// <summary>When it should have been settled; null when nobody ever hears that it is late.</summary>
    public LocalDateTime? Due { get; init; }

    /// <summary>Whether it was settled in time, so that nobody may be accused.</summary>
    public bool IsInTime => Due is null || Closes <= Due;
}

/// <summary>A mail about a case that does not wait for a digest.</summary>
/// <param name="Heading">Under which it stands there.</param>
/// <param name="Reader">Who gets it.</param>
/// <param name="From">From when it is due.</param>
internal sealed record Step(string Heading, string Reader, LocalDateTime From)
{
    public const string Soon = "DUE SOON";
    public const string Overdue = "OVERDUE";
    public const string Escalated = "ESCALATED TO YOU";

    public bool IsAccusation => Heading != Soon;
}
