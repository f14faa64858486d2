using CrmSync.Domain.Digests;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Storage.Digests;

/// <summary>How far a mail of ours has come.</summary>
public enum LedgerState
{
    /// <summary>It will be written.</summary>
    Planned,

    /// <summary>Its bytes are kept.</summary>
    Rendered,

    /// <summary>Handed to the mail server, answer unknown. After a crash it may have left or not.</summary>
    Sending,

    Sent,

    /// <summary>It will never leave, for the reason kept with it.</summary>
    Refused,

    /// <summary>There was nothing to say.</summary>
    Empty,
}

/// <summary>States that statements ask for together, as lists of SQL. An index of what has to leave needs them spelt out.</summary>
internal static class LedgerStates
{
    /// <summary>Written, and not gone yet.</summary>
    public static string Unsent { get; } = $"({LedgerState.Rendered:d}, {LedgerState.Sending:d})";

    /// <summary>What readers were told, or will be.</summary>
    public static string Told { get; } = $"({LedgerState.Rendered:d}, {LedgerState.Sending:d}, {LedgerState.Sent:d})";
}

/// <summary>Whether a copy in the command mailbox will tell, after a crash, that a mail has left.</summary>
public enum LedgerCopy
{
    /// <summary>Nobody would see a copy. As long as this stands, the mail has not left.</summary>
    Unwatched,

    /// <summary>A copy goes along in the same transaction: where there is none, the mail has not left.</summary>
    Follows,

    /// <summary>The mail was let go without a copy: nothing tells whether it left.</summary>
    Missing,
}

/// <summary>What a planned mail says.</summary>
/// <param name="MessageId">The mail.</param>
/// <param name="Bytes">Null when there is nothing to say.</param>
/// <param name="Items">The items it lists.</param>
public sealed record WrittenMail(string MessageId, byte[]? Bytes, IReadOnlyList<ListedItem> Items)
{
    /// <summary>
    /// The ids of the mails to the command mailbox it answers; when another mail gave one of these answers meanwhile, nothing is kept.
    /// </summary>
    public IReadOnlyCollection<string> Answered { get; init; } = [];

    /// <summary>
    /// How often people had been erased when what it says was read, as <see cref="Log.ErasedPeople"/> counts; when somebody was erased
    /// since, nothing is kept, for it may name them. Null where it names nobody from outside.
    /// </summary>
    public long? Erasures { get; init; }
}

/// <summary>The mails a worker has taken to hand them over.</summary>
/// <param name="Token">What every further step of them has to show; whoever takes a mail over has a higher one.</param>
/// <param name="Bytes">
/// What leaves, by Message-ID, as it is now: between being found ready and being taken a mail may have been written anew.
/// </param>
public sealed record ClaimedMails(long Token, IReadOnlyDictionary<string, byte[]?> Bytes)
{
    /// <summary>There was nothing to take.</summary>
    public static ClaimedMails None { get; } = new(0, new Dictionary<string, byte[]?>());

    /// <summary>Their Message-IDs.</summary>
    public IEnumerable<string> Mails => Bytes.Keys;
}

/// <summary>What became of a mail that was taken to be handed over. It counts only while nobody else has taken the mail.</summary>
/// <param name="MessageId">The mail.</param>
/// <param name="Token">The token under which it was taken.</param>
public abstract record LedgerStep(string MessageId, long Token)
{
    /// <summary>It has left; its bytes stay, for knowing its lines again in what answers it, unless there is a key in it.</summary>
    public sealed record Sent(string MessageId, long Token, Instant At) : LedgerStep(MessageId, Token);

    /// <summary>It certainly did not leave, and is tried again.</summary>
    /// <param name="MessageId">The mail.</param>
    /// <param name="Token">The token under which it was taken.</param>
    /// <param name="Problem">Why, in words; null when it was not tried at all.</param>
    /// <param name="NextTry">When; null: with the next run, for it was not the mail's fault.</param>
    public sealed record Postponed(string MessageId, long Token, string? Problem, Instant? NextTry) : LedgerStep(MessageId, Token);

    /// <summary>Nobody knows whether it left; it stays claimed until its copy was looked for.</summary>
    public sealed record Doubtful(string MessageId, long Token, string Problem) : LedgerStep(MessageId, Token);

    /// <summary>It will never leave.</summary>
    public sealed record Refused(string MessageId, long Token, string Problem) : LedgerStep(MessageId, Token);
}

/// <summary>A mail of ours before anything is known of it but whose it is.</summary>
/// <param name="MessageId">Unique and made from the rest, without brackets.</param>
/// <param name="Digest">The name of the digest, or <c>immediate</c>.</param>
/// <param name="Reader">The id of the person.</param>
/// <param name="Occasion">The local date of a digest (ISO 8601), or what an immediate mail is about.</param>
/// <param name="DueAt">When it should leave.</param>
public sealed record PlannedMail(string MessageId, string Digest, string Reader, string Occasion, Instant DueAt)
{
    /// <summary>
    /// The names of mails that carry what opens a reader's pages or calendar, for SQL: these keep no bytes once they have left.
    /// </summary>
    internal const string NamesOfKeys = "'code', 'feed'";

    /// <summary>Whether a later mail of the same name says all that this one says, as the digest of another day does.</summary>
    public bool IsDaily => LocalDatePattern.Iso.Parse(Occasion).Success;
}

/// <summary>A mail of ours as the ledger knows it.</summary>
public sealed record LedgerMail(PlannedMail Plan, LedgerState State)
{
    /// <summary>
    /// The bytes that leave, from <see cref="LedgerState.Rendered"/> on until they were sent, where one mail was asked for.
    /// </summary>
    public byte[]? Bytes { get; init; }

    /// <summary>When it was first taken to be handed over, by the time of the database.</summary>
    public Instant? ClaimedAt { get; init; }

    /// <summary>When whoever took it was last known to be at it, by the time of the database.</summary>
    public Instant? RenewedAt { get; init; }

    /// <summary>The token under which it was taken last; 0 before that.</summary>
    public long Token { get; init; }

    public Instant? SentAt { get; init; }

    /// <summary>Why it did not leave, in words.</summary>
    public string? Problem { get; init; }

    /// <summary>How often the server did not take it for now.</summary>
    public int Attempts { get; init; }

    /// <summary>When it is tried again; null: with the next run.</summary>
    public Instant? NextTry { get; init; }

    public LedgerCopy Copy { get; init; }

    /// <summary>Why the command mailbox got no copy although the reader got the mail, in words.</summary>
    public string? CopyProblem { get; init; }
}
