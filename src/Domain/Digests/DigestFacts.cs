using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Digests;

/// <summary>What digests are made of: the policy, what it makes of the log, and the log itself, all at one moment.</summary>
public sealed record DigestFacts(CompanyPolicy Policy, EvaluationResult Evaluation, ContactLogSnapshot Log)
{
    public Instant Now => Evaluation.Now;

    /// <summary>How people last signed, of those for whom that may stand in a line that is not among <see cref="Log"/>.</summary>
    public IReadOnlyDictionary<EmailAddress, string> Names { get; init; } = new Dictionary<EmailAddress, string>();

    /// <summary>The cases that are open.</summary>
    public IReadOnlyList<CaseState> Cases { get; init; } = [];

    /// <summary>Whom we contacted more often than an enforced cap allows.</summary>
    public IReadOnlyList<OverContact> OverContacted { get; init; } = [];

    /// <summary>The person who looks after a contact, as of now; null when the policy names nobody.</summary>
    public Func<EmailAddress, string?> FindOwner { get; init; } = _ => null;

    /// <summary>
    /// Whether a contact is one of those a reader may see: somebody they look after, or somebody an item about whom was given to one of
    /// theirs.
    /// </summary>
    /// <param name="sight">What the reader may see.</param>
    /// <param name="contact">The primary address of the contact.</param>
    public bool IsShownTo(Sight sight, EmailAddress contact) =>
        sight.Covers(FindOwner(contact)) || Evaluation.Items.Any(item => item.Contact == contact && sight.Covers(item.Owner));

    /// <summary>The segments a contact is in and the tags they bear, as of now.</summary>
    public Func<EmailAddress, IReadOnlyList<string>> FindGroups { get; init; } = _ => [];

    /// <summary>What limits say of writing to somebody, as of now; null for somebody who is no contact.</summary>
    public Func<EmailAddress, WritingAdvice?> MayWrite { get; init; } = _ => null;

    /// <summary>What became of the promises that fell due in the last ninety days; worked out when somebody asks.</summary>
    public Lazy<IReadOnlyList<Outcome>> Outcomes { get; init; } = new([]);

    /// <summary>What became of the promises that fell due since a moment; asked while nothing changes the policy.</summary>
    public Func<Instant, IReadOnlyList<Outcome>> PromisesDue { get; init; } = _ => [];

    /// <summary>What mails tell about people and nobody has answered, the oldest first.</summary>
    public IReadOnlyList<Proposal> Proposals { get; init; } = [];

    /// <summary>How each account is doing.</summary>
    public IReadOnlyList<AccountHealth> Accounts { get; init; } = [];

    /// <summary>
    /// Further troubles worth a line for managers, in the words of the reader: a policy that was not taken, a mail nobody accepted, who has
    /// unsubscribed.
    /// </summary>
    public IReadOnlyList<Func<ReaderClock, string>> Troubles { get; init; } = [];

    /// <summary>
    /// What readers were told in the last weeks outside of the digest that is written: everything by immediate mails, what is overdue by
    /// whatever mail.
    /// </summary>
    public ILookup<string, ToldItem> Told { get; init; } = Array.Empty<ToldItem>().ToLookup(told => told.Reader, StringComparer.Ordinal);

    /// <summary>How many threads somebody made private.</summary>
    public int PrivateThreads { get; init; }

    /// <summary>What changed in the policy in the last weeks, the latest first.</summary>
    public IReadOnlyList<PolicyChange> PolicyChanges { get; init; } = [];
}

/// <summary>A mail told a reader of an item.</summary>
/// <param name="Reader">The id of the reader.</param>
/// <param name="Item">The id of the item.</param>
/// <param name="State">Its state then.</param>
/// <param name="At">When the mail was due.</param>
public sealed record ToldItem(string Reader, string Item, ItemState State, Instant At);

/// <summary>A change of the policy.</summary>
/// <param name="At">Since when it is in force.</param>
/// <param name="Text">In words: which rule, and what of it.</param>
public sealed record PolicyChange(Instant At, string Text)
{
    /// <summary>Whether managers should look at it first.</summary>
    public bool IsWarning { get; init; }
}

/// <summary>An open case.</summary>
/// <param name="Case">Its name in the policy.</param>
/// <param name="Thread">Its thread.</param>
/// <param name="Contact">Who opened it.</param>
/// <param name="Owner">The id of who looks after them.</param>
/// <param name="Opened">When it was opened, or opened again.</param>
/// <param name="BallIsOurs">Whether it is our turn.</param>
/// <param name="Since">Since when it is that side's turn.</param>
public sealed record CaseState(
    string Case,
    string Thread,
    EmailAddress Contact,
    string Owner,
    Instant Opened,
    bool BallIsOurs,
    Instant Since)
{
    public string? Subject { get; init; }

    /// <summary>When we learned of it; later than <see cref="Opened"/> when a mailbox was read late.</summary>
    public Instant KnownSince { get; init; }
}

/// <summary>A contact or organisation that heard from us more often than a cap allows.</summary>
/// <param name="Cap">The limit.</param>
/// <param name="About">The primary address or the organisation.</param>
/// <param name="Owner">The id of who looks after them.</param>
/// <param name="Counted">The interactions that count, oldest first.</param>
public sealed record OverContact(CapLimit Cap, string About, string Owner, IReadOnlyList<Interaction> Counted);

/// <summary>How one account is doing.</summary>
/// <param name="Account">Its name.</param>
/// <param name="LastRead">The last successful reading, null if there was none.</param>
/// <param name="Trouble">What is wrong, in words; null when nothing is.</param>
public sealed record AccountHealth(string Account, Instant? LastRead, string? Trouble)
{
    /// <summary>Whether somebody must act before it can be read again.</summary>
    public bool NeedsSomebody { get; init; }
}
