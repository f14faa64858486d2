using CrmSync.Domain.Log;

namespace CrmSync.Worker.Commands.Authorship;

/// <summary>The addresses of the command mailbox that a mail names, by where it names them.</summary>
/// <param name="To">In To.</param>
/// <param name="Cc">In Cc.</param>
/// <param name="Blind">In Bcc, or only in what servers wrote about the delivery.</param>
internal sealed record NamedMailboxes(IReadOnlyList<string> To, IReadOnlyList<string> Cc, IReadOnlyList<string> Blind)
{
    public IEnumerable<string> All => To.Concat(Cc).Concat(Blind).Distinct(StringComparer.OrdinalIgnoreCase);
}

/// <summary>
/// Whether a mail commands. A signature of the author's domain proves who wrote it, but not to whom: whoever got an old mail of the author
/// can send it on to us. So the field that names the command mailbox must be signed, too; a login at our server or the author's own sent
/// copy covers every address.
/// </summary>
/// <param name="Addresses">The addresses of the command mailbox through which it commands; empty when it does not.</param>
/// <param name="Reason">Why it does not; null when it does.</param>
internal sealed record CommandProof(IReadOnlyList<string> Addresses, string? Reason)
{
    /// <summary>What must be signed whichever field names the command mailbox, where the mail has it.</summary>
    private static readonly string[] Always = ["from", "subject", "date"];

    /// <summary>Whether it could not be found out now and may be later.</summary>
    public bool IsForNow { get; init; }

    /// <summary>What a mail's servers and signatures prove.</summary>
    /// <param name="finding">What is known of who wrote it.</param>
    /// <param name="named">Which addresses of the command mailbox it names.</param>
    /// <param name="trace">Its fields.</param>
    public static CommandProof From(AuthorFinding finding, NamedMailboxes named, IReadOnlyList<TraceField> trace)
    {
        if (finding.IsLogin)
            return new CommandProof([.. named.All], null);

        if (finding.IsSignatureGone)
            return From([.. named.To.Concat(named.Cc).Distinct()], ForBlind(named));

        if (finding.Signatures.Count == 0)
            return new CommandProof([], finding.Reason ?? "nothing shows who wrote it") { IsForNow = finding.IsForNow };

        var reasons = new List<string>();
        foreach (var signature in finding.Signatures)
        {
            if (Weakness(signature, trace) is { } weakness)
            {
                reasons.Add(weakness);
                continue;
            }

            string[] addresses =
            [
                .. (signature.Covers("to", trace) ? named.To : [])
                    .Concat(signature.Covers("cc", trace) ? named.Cc : [])
                    .Distinct(StringComparer.OrdinalIgnoreCase),
            ];
            if (addresses.Length > 0)
                return new CommandProof(addresses, null);

            reasons.Add(
                named.To.Count + named.Cc.Count == 0 ? ForBlind(named)
                : $"its signature does not cover {(named.To.Count > 0 ? "To" : "Cc")}, so nothing shows that it was written to us");
        }

        return new CommandProof([], string.Join("; ", reasons.Distinct()));
    }

    private static CommandProof From(string[] addresses, string otherwise) =>
        addresses.Length > 0 ? new CommandProof(addresses, null) : new CommandProof([], otherwise);

    private static string ForBlind(NamedMailboxes named) =>
        named.Blind.Count > 0
            ? "it came as a blind copy or was redirected: its signature shows who wrote it, but not that it was meant for us"
            : "it does not name the command mailbox";

    /// <summary>What a signature leaves open that it must not; null when nothing.</summary>
    private static string? Weakness(DkimSignature signature, IReadOnlyList<TraceField> trace) =>
        signature.IsOfPartOfTheBody ? "its signature covers only the beginning of the body (l=)"
        : signature.Algorithm.EndsWith("sha1", StringComparison.Ordinal) ? "its signature uses SHA-1, which can be forged"
        : Always.FirstOrDefault(name =>
            trace.Any(field => field.Name == name) && !signature.Covers(name, trace))
            is { } open
            ? $"its signature does not cover {char.ToUpperInvariant(open[0])}{open[1..]}"
        : null;
}
