using CrmSync.Domain.Company;
using CrmSync.Domain.Log;

namespace CrmSync.Worker.Commands.Authorship;

/// <summary>What is known of who wrote a mail.</summary>
/// <param name="Signatures">Valid signatures of the author's domain.</param>
/// <param name="IsLogin">Whether the author was logged in when handing the mail over: then everything in it is theirs.</param>
/// <param name="Reason">Why neither is so; null otherwise.</param>
internal sealed record AuthorFinding(IReadOnlyList<DkimSignature> Signatures, bool IsLogin, string? Reason)
{
    /// <summary>
    /// Whether a trusted server vouches for a signature that something of ours took off again behind it; what it signed cannot be seen any
    /// more.
    /// </summary>
    public bool IsSignatureGone { get; init; }

    /// <summary>Whether it could not be found out now and may be later.</summary>
    public bool IsForNow { get; init; }

    public static AuthorFinding Nothing(string reason) => new([], IsLogin: false, reason);
}

/// <summary>
/// Reads what the servers we trust wrote about where a mail came from. Servers write above what is there, so whatever stands further down
/// may be forged: the topmost field of a trusted server counts, as a whole.
/// </summary>
/// <param name="trusted">The ids of the servers whose word counts.</param>
internal sealed class TrustedWord(IReadOnlyList<string> trusted)
{
    /// <summary>Values that come from whoever hands a mail over.</summary>
    private static readonly string[] Strangers = ["smtp.mailfrom", "smtp.helo", "smtp.rcptto", "header.from", "smtp.auth"];

    /// <summary>What filters leave between the fields of one server.</summary>
    private static readonly string[] OfFilters =
    [
        "dkim-filter",
        "dmarc-filter",
        "received-spf",
        "x-spam",
        "x-rspamd",
        "x-virus",
        "x-dkim",
        "arc-filter",
    ];

    /// <param name="trace">The fields of the mail, topmost first.</param>
    /// <param name="author">The address in From.</param>
    /// <param name="own">All addresses of the person who has it.</param>
    public AuthorFinding Read(IReadOnlyList<TraceField> trace, EmailAddress author, IReadOnlyList<EmailAddress> own)
    {
        var block = Block(trace);
        if (block.Count == 0)
            return AuthorFinding.Nothing("no trusted server says so");

        if (block[0].Problem is { } problem)
            return AuthorFinding.Nothing($"what the trusted server wrote cannot be read ({problem})");

        if (block.SelectMany(field => field.Results).Any(result => result is { Method: "dmarc", Verdict: "fail" }))
            return AuthorFinding.Nothing("the trusted server says dmarc=fail");

        var top = block[0].Results;
        if (
            top.FirstOrDefault(result =>
                result.Method == "dmarc" && result.Find("header.from") is { } from && !Alignment.Holds(Domain(from), author)) is
            { } other)
            return AuthorFinding.Nothing($"the trusted server looked at another author ({other.Find("header.from")})");

        if (
            top.Any(result =>
                result is { Method: "auth", Verdict: "pass" }
                && EmailAddress.TryParse(result.Find("smtp.auth"), out var login)
                && own.Contains(login)))
            return new AuthorFinding([], IsLogin: true, null);

        return Signed(SpokenOfSignatures(block, author), trace, author);
    }

    /// <summary>
    /// The fields of the topmost trusted server that follow each other. OpenDMARC writes its verdict above that of OpenDKIM on which it
    /// rests; nothing else may stand between but what filters leave.
    /// </summary>
    private List<AuthenticationResults> Block(IReadOnlyList<TraceField> trace)
    {
        var block = new List<AuthenticationResults>();
        foreach (var field in trace)
        {
            if (field.Name == "authentication-results" && AuthenticationResults.Parse(field.Value) is { Server: { } server } read
                && trusted.Any(one => string.Equals(one.TrimEnd('.'), server, StringComparison.OrdinalIgnoreCase)))
            {
                if (block.Count > 0 && block[0].Server != server)
                    break;

                block.Add(read);
            }
            else if (block.Count > 0 && !Array.Exists(OfFilters, name => field.Name.StartsWith(name, StringComparison.Ordinal)))
            {
                break;
            }
        }

        return block;
    }

    /// <summary>
    /// What the topmost field says of signatures; that below it only where the topmost says that DMARC passed for the author and speaks of
    /// no signature itself.
    /// </summary>
    private static List<CheckResult> SpokenOfSignatures(List<AuthenticationResults> block, EmailAddress author)
    {
        var top = block[0].Results;
        if (top.Any(result => result.Method == "dkim"))
            return [.. top];

        return
            top.Any(result =>
                result is { Method: "dmarc", Verdict: "pass" }
                && result.Find("header.from") is { } from
                && Alignment.Holds(Domain(from), author))
            && block.Skip(1).FirstOrDefault(field => field.Problem is not null || field.Results.Any(result => result.Method == "dkim"))
                is { Problem: null } below
            ? [.. below.Results]
            : [];
    }

    private static AuthorFinding Signed(List<CheckResult> results, IReadOnlyList<TraceField> trace, EmailAddress author)
    {
        var dkim = results.FindAll(result => result.Method == "dkim");
        if (dkim.Count == 0)
            return AuthorFinding.Nothing("the trusted server speaks of no signature");

        var passed = dkim.FindAll(result => result.Verdict == "pass");
        if (passed.Count == 0)
            return AuthorFinding.Nothing($"the trusted server found no valid signature (dkim={dkim[0].Verdict})");

        if (dkim.Exists(result => result.Verdict == "none"))
            return AuthorFinding.Nothing("the trusted server says both that there is a signature and that there is none");

        var aligned = passed.FindAll(result => Signer(result) is { } domain && Alignment.Holds(domain, author));
        if (aligned.Count == 0)
            return AuthorFinding.Nothing($"it is signed by "
                + $"{string.Join(" and ", passed.Select(Signer).Select(domain => domain ?? "nobody it names").Distinct())}, which is "
                + $"not the author's domain");

        var fields = trace.Where(field => field.Name == "dkim-signature").Select(field => DkimSignature.Parse(field.Value)).ToList();
        if (fields.Count == 0)
        {
            // What somebody else could have put into the field stands behind a value of theirs.
            var first = results.FindIndex(result => result.Properties.Any(property => Strangers.Contains(property.Name)));
            return aligned.Exists(result => first < 0 || results.IndexOf(result) <= first)
                ? new AuthorFinding([], IsLogin: false, null) { IsSignatureGone = true }
                : AuthorFinding.Nothing("the trusted server speaks of a signature the mail does not have");
        }

        var signatures = new List<DkimSignature>();
        foreach (var result in aligned)
        {
            var meant = fields.OfType<DkimSignature>().Where(field => IsAbout(result, field)).ToList();
            if (meant.Count == 0)
                continue;

            if (dkim.Exists(one => one.Verdict != "pass" && meant.Exists(field => Signer(one) is not null && IsAbout(one, field))))
                return AuthorFinding.Nothing("the trusted server says of one signature that it is valid and that it is not");

            // Several that fit: the one that was checked may be any of them, so only what all of them sign is signed.
            signatures.Add(
                meant.Aggregate(
                    (one, other) =>
                        one with
                        {
                            Signed =
                            [
                                .. one
                                    .Signed.Distinct()
                                    .SelectMany(name =>
                                        Enumerable.Repeat(
                                            name,
                                            Math.Min(one.Signed.Count(n => n == name), other.Signed.Count(n => n == name)))),
                            ],
                            IsOfPartOfTheBody = one.IsOfPartOfTheBody || other.IsOfPartOfTheBody,
                            Algorithm = one.Algorithm.EndsWith("sha1", StringComparison.Ordinal) ? one.Algorithm : other.Algorithm,
                        }));
        }

        return signatures.Count > 0 ? new AuthorFinding(signatures, IsLogin: false, null) : AuthorFinding.Nothing("the trusted server "
            + "speaks of a signature the mail does not have");
    }

    private static bool IsAbout(CheckResult result, DkimSignature field) =>
        field.Domain == Signer(result)
        && (result.Find("header.s") is not { } selector || selector.Equals(field.Selector, StringComparison.OrdinalIgnoreCase))
        && (result.Find("header.b") is not { Length: > 0 } value || field.Value.StartsWith(value, StringComparison.Ordinal));

    /// <summary>The signing domain; null where <c>header.d</c> and <c>header.i</c> do not belong together.</summary>
    private static string? Signer(CheckResult result)
    {
        var identity = result.Find("header.i") is { Length: > 0 } written ? Domain(written) : null;
        var domain = result.Find("header.d") is { Length: > 0 } named ? Domain(named) : identity;
        return domain is { Length: > 0 } && (identity is null || DomainNames.IsUnder(identity, domain)) ? domain : null;
    }

    private static string Domain(string address) => address[(address.LastIndexOf('@') + 1)..].Trim('<', '>', ' ', '.').ToLowerInvariant();
}
