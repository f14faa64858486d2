using System.Text.Json;
using System.Text.Json.Serialization;
using CrmSync.Domain.Contacts;
using CrmSync.Domain.Log;
using CrmSync.Storage.Log;
using NodaTime;

namespace CrmSync.Worker.Commands;

/// <summary>What of a mail to the command mailbox decides what it means.</summary>
internal sealed record CommandMail
{
    /// <summary>What a server writes into a mail about where it put it; the only trace of a blind copy.</summary>
    private static readonly string[] DeliveredTo = ["delivered-to", "x-original-to"];

    public required string Id { get; init; }

    public required long ArrivedTicks { get; init; }

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

    public string? AuthenticationResults { get; init; }

    /// <summary>Why no person wrote it, or null.</summary>
    public string? Automatic { get; init; }

    [JsonIgnore]
    public Instant ArrivedAt => Instant.FromUnixTimeTicks(ArrivedTicks);

    /// <summary>What a copy in the command mailbox says; null for mails of ours, of which the mailbox gets copies.</summary>
    public static CommandMail? Of(MailFacts facts, bool backlog, Instant now)
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
                .. facts.To.Concat(facts.Cc).Concat(facts.Bcc).Select(one => one.Address.Value)
                    .Concat(DeliveredTo.Select(name => facts.Headers.GetValueOrDefault(name)?.Trim('<', '>', ' ').ToLowerInvariant()).OfType<string>()).Distinct(),
            ],
            MessageId = facts.MessageId,
            References = facts.References,
            Subject = Subjects.Collapse(facts.Subject),
            OwnText = facts.OwnText ?? "",
            Quoted = QuotedPeople.In(facts.WholeText ?? ""),
            AuthenticationResults = facts.Headers.GetValueOrDefault("authentication-results"),
            Automatic = WhyAutomatic(facts),
        };
    }

    public static CommandMail Read(WaitingCommand waiting) =>
        JsonSerializer.Deserialize<CommandMail>(waiting.Mail) ?? throw new FormatException("a mail to the command mailbox was kept without saying anything");

    public WaitingCommand Write() => new(Id, ArrivedAt, From, JsonSerializer.Serialize(this));

    private static string? WhyAutomatic(MailFacts facts)
    {
        if (facts.Report is not null || facts.Headers.GetValueOrDefault("return-path")?.Trim() == "<>")
            return "it is a report of a mail server";

        if (facts.Headers.TryGetValue("auto-submitted", out var submitted) && !submitted.Split(';')[0].Trim().Equals("no", StringComparison.OrdinalIgnoreCase))
            return "it is an automatic reply";

        if (facts.Headers.ContainsKey("x-autoreply") || facts.Headers.ContainsKey("x-autorespond"))
            return "it is an automatic reply";

        if (facts.Headers.ContainsKey("precedence") || facts.Headers.ContainsKey("list-id") || facts.CalendarPart)
            return "it is a mailing or an invitation, not a mail somebody wrote";

        return null;
    }
}
