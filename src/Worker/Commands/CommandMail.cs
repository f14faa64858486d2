using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Languages;
using CrmSync.Domain.Log;
using CrmSync.Storage.Log;
using NodaTime;

namespace CrmSync.Worker.Commands;

/// <summary>What of a mail to the command mailbox decides what it means.</summary>
internal sealed record CommandMail
{
    /// <summary>Nobody writes more above a digest, and no digest is longer.</summary>
    private const int MostText = 300_000;

    private const string NamesErased = "names a person who was erased; nothing of it is kept";
    private const string NoCapture = "is about somebody of whom nothing is kept (privacy.no_capture)";

    /// <summary>What a server writes into a mail about where it put it; the only trace of a blind copy.</summary>
    private static readonly string[] DeliveredTo = ["delivered-to", "x-original-to"];

    /// <summary>Addresses stand in it as they are, so that whoever erases a person finds them.</summary>
    private static readonly JsonSerializerOptions Form = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public required string Id { get; init; }

    public required long ArrivedTicks { get; init; }

    /// <summary>When its author's own clock says it was written; tells the order of what arrived together.</summary>
    public long WrittenTicks { get; init; }

    /// <summary>When we first saw it.</summary>
    public long SeenTicks { get; init; }

    /// <summary>Whether it lay there already when the account was read for the first time.</summary>
    public bool Backlog { get; init; }

    /// <summary>Whether it was old already when the account was listed for the first time.</summary>
    public bool History { get; init; }

    public string? From { get; init; }

    /// <summary>How many addresses From names.</summary>
    public int Authors { get; init; } = 1;

    public IReadOnlyList<string> To { get; init; } = [];

    public IReadOnlyList<string> Cc { get; init; } = [];

    /// <summary>Bcc, and where the server says it was delivered: what no signature of the author covers.</summary>
    public IReadOnlyList<string> Blind { get; init; } = [];

    /// <summary>Those of its addresses that are the command mailbox.</summary>
    public IReadOnlyList<string> Own { get; init; } = [];

    public string? MessageId { get; init; }

    /// <summary>What it answers, the nearest last.</summary>
    public IReadOnlyList<string> References { get; init; } = [];

    public string Subject { get; init; } = "";

    /// <summary>The author's own words, for notes.</summary>
    public string OwnText { get; init; } = "";

    /// <summary>Everything, with what it quotes.</summary>
    public string Text { get; init; } = "";

    /// <summary>The addresses in what it quotes or forwards, those of authors first.</summary>
    public IReadOnlyList<string> Quoted { get; init; } = [];

    /// <summary>The Message-IDs of the mails that are attached to it.</summary>
    public IReadOnlyList<string> Attached { get; init; } = [];

    /// <summary>Its fields, topmost first.</summary>
    public IReadOnlyList<TraceField> Trace { get; init; } = [];

    /// <summary>Whether somebody outside gets it, too.</summary>
    public bool IsForOutsiders { get; init; }

    /// <summary>Whether it does nothing but say thank you.</summary>
    public bool IsThanks { get; init; }

    /// <summary>Of a report that a mail could not be delivered: the Message-ID of that mail.</summary>
    public string? Undelivered { get; init; }

    /// <summary>Why no person wrote it, or null.</summary>
    public string? Automatic { get; init; }

    /// <summary>Why nothing of what it says was kept, for its author; null for nearly every mail.</summary>
    public string? NotKept { get; init; }

    /// <summary>Equal for the same mail under another Message-ID.</summary>
    public string? Seal { get; init; }

    [JsonIgnore]
    public Instant ArrivedAt => Instant.FromUnixTimeTicks(ArrivedTicks);

    [JsonIgnore]
    public Instant FirstSeenAt => Instant.FromUnixTimeTicks(SeenTicks);

    [JsonIgnore]
    public IEnumerable<string> Recipients => To.Concat(Cc).Concat(Blind).Distinct(StringComparer.Ordinal);

    /// <summary>What a copy in the command mailbox says; null for mails of ours, of which the mailbox gets copies.</summary>
    /// <param name="facts">What the copy says.</param>
    /// <param name="line">The line it makes in the log.</param>
    /// <param name="classifier">Knows who is ours and what is automatic.</param>
    /// <param name="attached">What the mails attached to it say.</param>
    /// <param name="firstListed">When the account was listed for the first time, if it lay there by then; else null.</param>
    /// <param name="now">The time of the harvest.</param>
    public static CommandMail? Create(
        MailFacts facts,
        MailLine line,
        Classifier classifier,
        IReadOnlyList<MailFacts> attached,
        Instant? firstListed,
        Instant now)
    {
        if (facts.Headers.ContainsKey("x-crmsync"))
            return null;

        var arrived = Instant.Min(now, facts.Received ?? facts.Date ?? facts.Stored ?? now);
        var whole = facts.WholeText ?? "";
        var mail = new CommandMail
        {
            Id = ThreadId(facts),
            ArrivedTicks = Instant.FromUnixTimeSeconds(arrived.ToUnixTimeSeconds()).ToUnixTimeTicks(),
            SeenTicks = now.ToUnixTimeTicks(),
            Backlog = firstListed is not null,
            History = firstListed is { } first && arrived < first - Duration.FromDays(1),
            From = facts.From?.Address.Value,
            Authors = facts.Authors,
            To = [.. facts.To.Select(one => one.Address.Value)],
            Cc = [.. facts.Cc.Select(one => one.Address.Value)],
            Blind =
            [
                .. facts
                    .Bcc.Select(one => one.Address.Value)
                    .Concat(
                        DeliveredTo
                            .Select(name => facts.Headers.GetValueOrDefault(name)?.Trim('<', '>', ' ').ToLowerInvariant())
                            .OfType<string>()),
            ],
            MessageId = facts.MessageId,
            References = facts.References,
            Subject = Subjects.Collapse(facts.Subject),
            OwnText = facts.OwnText ?? "",
            Text = whole.Length > MostText ? whole[..MostText] : whole,
            Quoted =
            [
                .. attached.Select(one => one.From?.Address.Value).OfType<string>().Concat(QuotedPeople.In(whole))
                    .Distinct(StringComparer.Ordinal),
            ],
            Attached = [.. attached.Select(one => one.MessageId).OfType<string>()],
            WrittenTicks = (facts.Date ?? arrived).ToUnixTimeTicks(),
            Trace = facts.Trace,
            IsForOutsiders = facts.To.Concat(facts.Cc).Any(one => !classifier.Ours.Contains(one.Address)),
            IsThanks = line.Acknowledges,
            Undelivered = facts.Report is { Failed.Count: > 0 } report ? report.OfMessageId : null,
            Automatic = classifier.NotByHand(line with { Subject = facts.Subject }) is { } reason
                ? $"nobody wrote it by hand ({PlainWords.Flatten(reason, 120)})"
                : null,
            Seal = facts.Date is { } date
                ? Convert.ToHexString(
                    SHA256.HashData(
                        Encoding.UTF8.GetBytes(
                            string.Create(
                                CultureInfo.InvariantCulture,
                                $"{facts.From?.Address}|{date.ToUnixTimeSeconds()}|{Subjects.Collapse(facts.Subject)}|"
                                    + $"{Convert.ToHexString(facts.BodyDigest.Span)}"))))
                : null,
        };
        return mail with
        {
            Own =
            [
                .. mail.Recipients.Where(address => EmailAddress.TryParse(address, out var one) && classifier.Ours.IsCommandMailbox(one)),
            ],
        };
    }

    /// <summary>The id of a mail: that of a copy of it is the same.</summary>
    public static string ThreadId(MailFacts facts)
    {
        var identity = MailIdentity.From(facts);
        return identity.MessageKey ?? identity.Fingerprint;
    }

    public static CommandMail Read(WaitingCommand waiting) =>
        JsonSerializer.Deserialize<CommandMail>(waiting.Mail, Form)
        ?? throw new FormatException("a mail to the command mailbox was kept without saying anything");

    /// <param name="bytes">The mail as it came, where its signatures are to be verified.</param>
    public WaitingCommand Write(byte[]? bytes) => new(Id, ArrivedAt, From, JsonSerializer.Serialize(this, Form))
    {
        Bytes = NotKept is null ? bytes : null,
        Seal = Seal,
        Unsaid = JsonSerializer.Serialize(Without(NamesErased), Form),
    };

    /// <summary>
    /// The mail as it is kept where it speaks of people of whom nothing is kept (<c>privacy.no_capture</c>): its author can be told, and no
    /// more.
    /// </summary>
    public CommandMail Wanted(PrivacyFilter unwanted) =>
        unwanted.Covers(Subject, Recipients.Concat(Quoted).Concat([Subject, Text]).SelectMany(Mentions.AddressesIn))
            ? Without(NoCapture)
            : this;

    /// <summary>Why nothing of a mail was kept, in the words of its author; what an earlier version kept stays as it is.</summary>
    public static string WhyNotKept(string reason, IRefusalPhrases words) => reason switch
    {
        NamesErased => words.NamesSomebodyErased,
        NoCapture => words.NothingIsKept,
        _ => reason,
    };

    private CommandMail Without(string reason) =>
        this with
        {
            NotKept = reason,
            To = [.. To.Where(IsOwn)],
            Cc = [.. Cc.Where(IsOwn)],
            Blind = [.. Blind.Where(IsOwn)],
            References = [],
            Subject = "",
            OwnText = "",
            Text = "",
            Quoted = [],
            Attached = [],
        };

    private bool IsOwn(string address) => Own.Contains(address);
}
