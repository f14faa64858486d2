using CrmSync.Domain.Company;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Evaluation;

/// <summary>
/// Whether the limits let one of us write to a contact of our own accord (policy-language.md section 10). Who wrote to us gets an answer
/// whatever the limits say; that is not asked here.
/// </summary>
/// <param name="Contact">The primary address.</param>
public sealed record WritingAdvice(EmailAddress Contact)
{
    /// <summary>The limits that stand against it now, in order of precedence; none: it is allowed.</summary>
    public required IReadOnlyList<LimitFinding> Against { get; init; }

    /// <summary>The caps that leave room.</summary>
    public required IReadOnlyList<LimitFinding> Room { get; init; }

    /// <summary>
    /// From when no limit stands against it, if nothing else happens until then; null when it is allowed now, or when nobody can tell.
    /// </summary>
    public Instant? AllowedFrom { get; init; }
}

/// <summary>A limit as it stands for one contact.</summary>
/// <param name="Limit">The limit.</param>
/// <param name="Until">When it lets go, rolled to open time; null when that depends on what people do.</param>
public sealed record LimitFinding(Limit Limit, Instant? Until)
{
    /// <summary>Of a cap: the ids of the interactions it counts now, oldest first.</summary>
    public IReadOnlyList<string> Counted { get; init; } = [];

    /// <summary>Of a cool-down: the case it follows.</summary>
    public CaseFinding? Case { get; init; }
}

/// <summary>A case somebody must be left alone after.</summary>
/// <param name="Name">Its name in the policy.</param>
/// <param name="Contact">Who opened it.</param>
/// <param name="Subject">The subject of the mail that opened it.</param>
/// <param name="Opened">When.</param>
/// <param name="Closed">When it closed; null while it is open.</param>
public sealed record CaseFinding(string Name, EmailAddress Contact, string? Subject, Instant Opened, Instant? Closed);
