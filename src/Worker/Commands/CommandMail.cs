using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Storage.Log;
using NodaTime;

namespace CrmSync.Worker.Commands;

/// <summary>What of a mail to the command mailbox decides what it means.</summary>
internal sealed record CommandMail
{
    /// <summary>What a server writes into a mail about where it put it; the only trace of a blind copy.</summary>
    private static readonly string[] DeliveredTo = ["delivered-to", "x-original-to"];

    /// <summary>Addresses stand in it as they are, so that whoever erases a person finds them.</summary>
    private static readonly JsonSerializerOptions Form = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public required string Id { get; init; }

    public required long ArrivedTicks { get; init; }

    /// <summary>When its author's own clock says it was written; tells the order of what arrived together.</summary>
    public long WrittenTicks { get; init; }

    /// <summary>Whether it lay there already when the account was read for the first time.</summary>
    public bool Backlog { get; init; }

    public string? From { get; init; }

    /// <summary>To, Cc, Bcc and where the server says it was delivered.</summary>
    public IReadOnlyList<string> Recipients { get; init; } = [];

    public string? MessageId { get; init; }

    /// <summary>What it answers, the nearest last.</summary>
    public IReadOnlyList<string> References { get; init; } = [];

    public string Subject { get; init; } = "";

    public string OwnText { get; init; } = "";

    /// <summary>The addresses in what it quotes or forwards, those of authors first.</summary>
    public IReadOnlyList<string> Quoted { get; init; } = [];

    /// <summary>Topmost first.</summary>
    public IReadOnlyList<string> AuthenticationResults { get; init; } = [];

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

    [JsonIgnore]
    public Instant ArrivedAt => Instant.FromUnixTimeTicks(ArrivedTicks);

    /// <summary>What a copy in the command mailbox says; null for mails of ours, of which the mailbox gets copies.</summary>
    /// <param name="facts">What the copy says.</param>
    /// <param name="line">The line it makes in the log.</param>
    /// <param name="classifier">Knows who is ours and what is automatic.</param>
    /// <param name="backlog">Whether it lay there already when the account was read for the first time.</param>
    /// <param name="now">The time of the harvest.</param>
    public static CommandMail? Of(MailFacts facts, MailLine line, Classifier classifier, bool backlog, Instant now)
    {
        if (facts.Headers.ContainsKey("x-crmsync"))
            return null;

        var identity = MailIdentity.Of(facts);
        var arrived = Instant.Min(now, facts.Received ?? facts.Date ?? facts.Stored ?? now);
        return new CommandMail
        {
            Id = identity.MessageKey ?? identity.Fingerprint,
            ArrivedTicks = Instant.FromUnixTimeSeconds(arrived.ToUnixTimeSeconds()).ToUnixTimeTicks(),
            Backlog = backlog,
            From = facts.From?.Address.Value,
            Recipients =
            [
                .. facts
                    .To.Concat(facts.Cc)
                    .Concat(facts.Bcc)
                    .Select(one => one.Address.Value)
                    .Concat(
                        DeliveredTo
                            .Select(name => facts.Headers.GetValueOrDefault(name)?.Trim('<', '>', ' ').ToLowerInvariant())
                            .OfType<string>())
                    .Distinct(),
            ],
            MessageId = facts.MessageId,
            References = facts.References,
            Subject = Subjects.Collapse(facts.Subject),
            OwnText = facts.OwnText ?? "",
            Quoted = QuotedPeople.In(facts.WholeText ?? ""),
            WrittenTicks = (facts.Date ?? arrived).ToUnixTimeTicks(),
            AuthenticationResults = facts.AuthenticationResults,
            IsForOutsiders = facts.To.Concat(facts.Cc).Any(one => !classifier.Ours.Contains(one.Address)),
            IsThanks = line.Acknowledges,
            Undelivered = facts.Report is { Failed.Count: > 0 } report ? report.OfMessageId : null,
            Automatic = classifier.NotByHand(line with { Subject = facts.Subject }) is { } reason
                ? $"nobody wrote it by hand ({PlainWords.Flatten(reason, 120)})"
                : null,
        };
    }

    public static CommandMail Read(WaitingCommand waiting) =>
        JsonSerializer.Deserialize<CommandMail>(waiting.Mail, Form)
        ?? throw new FormatException("a mail to the command mailbox was kept without saying anything");

    public WaitingCommand Write() => new(Id, ArrivedAt, From, JsonSerializer.Serialize(this, Form))
    {
        Unsaid = JsonSerializer.Serialize(Without("names a person who was erased; nothing of it is kept"), Form),
    };

    /// <summary>
    /// The mail as it is kept where it speaks of people of whom nothing is kept (<c>privacy.no_capture</c>): its author can be told, and no
    /// more.
    /// </summary>
    public CommandMail Wanted(PrivacyFilter unwanted) =>
        unwanted.Covers(Subject, Recipients.Concat(Quoted).Concat([Subject, OwnText]).SelectMany(Mentions.AddressesIn))
            ? Without("is about somebody of whom nothing is kept (privacy.no_capture)")
            : this;

    private CommandMail Without(string reason) =>
        this with
        {
            NotKept = reason,
            Recipients = [],
            References = [],
            Subject = "",
            OwnText = "",
            Quoted = [],
        };
}
