using System.Text.RegularExpressions;
using CrmSync.Domain.Company;
using DnsClient;
using MimeKit;
using MimeKit.Cryptography;
using NodaTime;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Parameters;

namespace CrmSync.Worker.Commands.Authorship;

/// <summary>Verifies the DKIM signatures of a mail by ourselves (RFC 6376, RFC 8301), with keys that the DNS gives.</summary>
/// <param name="dns">Gives where keys are asked for, once one is needed.</param>
internal sealed partial class DkimCheck(Func<IDnsQuery> dns)
{
    /// <summary>More signatures of one author's domain than any mail bears; each costs a question.</summary>
    private const int MostSignatures = 5;

    /// <summary>What is larger is no command, and costs seconds to take apart.</summary>
    private const int MostHeaderBytes = 128 * 1024;

    private const int ShortestRsaKey = 1024;

    /// <param name="mail">The mail as it is stored.</param>
    /// <param name="author">The address in From; only signatures of their domain are looked at.</param>
    /// <param name="arrivedAt">When it arrived: a signature that had expired by then is none.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="KeysUnavailableException">A key that is needed could not be asked for now.</exception>
    public async Task<AuthorFinding> Verify(byte[] mail, EmailAddress author, Instant arrivedAt, CancellationToken ct)
    {
        if (HeaderLength(mail) > MostHeaderBytes)
            return AuthorFinding.Nothing($"its header is longer than {MostHeaderBytes / 1024} kB, so its signatures were not looked at");

        MimeMessage message;
        try
        {
            message = await MimeMessage.LoadAsync(new MemoryStream(mail, writable: false), ct);
        }
        catch (FormatException broken)
        {
            return AuthorFinding.Nothing($"its signatures cannot be verified, for it cannot be read as a mail ({broken.Message})");
        }

        var fields = message.Headers.Where(header => header.Id == HeaderId.DkimSignature).ToList();
        if (fields.Count == 0)
            return AuthorFinding.Nothing("it bears no DKIM signature");

        var valid = new List<DkimSignature>();
        var reasons = new List<string>();
        KeysUnavailableException? unavailable = null;
        foreach (
            var field in fields
                .Where(field => DkimSignature.Parse(field.Value) is { } read && Alignment.Holds(read.Domain, author))
                .Take(MostSignatures))
        {
            var signature = DkimSignature.Parse(field.Value)!;
            try
            {
                if (await WhyNot(message, field, signature, arrivedAt, ct) is { } reason)
                    reasons.Add(reason);
                else
                    valid.Add(signature);
            }
            catch (KeysUnavailableException failure)
            {
                unavailable = failure;
            }
        }

        return valid.Count > 0 ? new AuthorFinding(valid, IsLogin: false, null)
            : unavailable is not null ? throw unavailable
            : AuthorFinding.Nothing(reasons.Count > 0 ? string.Join("; ", reasons.Distinct()) : "no signature is of the author's domain");
    }

    /// <summary>Why a signature does not count; null when it does.</summary>
    private async Task<string?> WhyNot(MimeMessage message, Header field, DkimSignature signature, Instant arrivedAt, CancellationToken ct)
    {
        if (signature.Algorithm.EndsWith("sha1", StringComparison.Ordinal))
            return "its signature uses SHA-1, which can be forged";

        if (signature.IsOfPartOfTheBody)
            return "its signature covers only the beginning of the body (l=)";

        if (signature.Expires is { } expires && expires < arrivedAt.ToUnixTimeSeconds())
            return "its signature had expired when it arrived";

        if (!Name().IsMatch(signature.Selector) || !Name().IsMatch(signature.Domain))
            return "its signature names no key";

        var keys = new Keys(dns());
        try
        {
            var verifier = new DkimVerifier(keys) { MinimumRsaKeyLength = ShortestRsaKey };
            verifier.Disable(DkimSignatureAlgorithm.RsaSha1);
            return await verifier.VerifyAsync(message, field, ct)
                ? keys.Objection(signature)
                : keys.Objection(signature) ?? "its signature does not fit what it says: it was changed on its way, or is forged";
        }
        catch (FormatException broken)
        {
            return keys.Objection(signature) ?? $"its signature cannot be read ({broken.Message})";
        }
    }

    private static int HeaderLength(byte[] mail)
    {
        var lines = mail.AsSpan().IndexOf("\n\r\n"u8);
        var bare = mail.AsSpan().IndexOf("\n\n"u8);
        return (lines, bare) switch { ( < 0, < 0) => mail.Length, ( < 0, _) => bare, (_, < 0) => lines, _ => Math.Min(lines, bare) };
    }

    [GeneratedRegex(
        @"^[A-Za-z0-9_]([A-Za-z0-9._-]{0,251}[A-Za-z0-9_])?$",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Name();

    /// <summary>Gives MimeKit the key of one signature, and remembers what its record restricts.</summary>
    private sealed class Keys(IDnsQuery dns) : DkimPublicKeyLocatorBase
    {
        private string? objection;
        private bool isStrict;

        /// <summary>Why the key does not count for a signature; null when it does.</summary>
        public string? Objection(DkimSignature signature) =>
            objection ?? (isStrict && signature.Identity is { } identity && identity != signature.Domain ? "its key is for its own "
                + "domain alone (t=s)" : null);

        public override AsymmetricKeyParameter LocatePublicKey(
            string methods,
            string domain,
            string selector,
            CancellationToken cancellationToken = default) => throw new NotSupportedException("Keys are asked for asynchronously.");

        public override async Task<AsymmetricKeyParameter> LocatePublicKeyAsync(
            string methods,
            string domain,
            string selector,
            CancellationToken cancellationToken = default)
        {
            var name = $"{selector}._domainkey.{domain}";
            var records = await ReadRecords(name, cancellationToken);
            if (records.Count != 1)
                throw Object(records.Count == 0 ? $"there is no key at {name}" : $"there are {records.Count} keys at {name}, and which "
                    + $"holds is not said");

            var tags = records[0]
                .Split(';')
                .Select(part => part.Split('=', 2))
                .Where(pair => pair.Length == 2)
                .GroupBy(pair => pair[0].Trim(), pair => pair[1].Trim(), StringComparer.Ordinal)
                .ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);
            var flags = tags.GetValueOrDefault("t", "").Split(':', StringSplitOptions.TrimEntries);
            isStrict = flags.Contains("s");
            if (tags.GetValueOrDefault("p", "").Length == 0)
                throw Object($"the key at {name} was withdrawn");

            if (flags.Contains("y"))
                throw Object($"the key at {name} is only on trial (t=y)");

            if (tags.TryGetValue("h", out var hashes) && !hashes.Split(':', StringSplitOptions.TrimEntries).Contains("sha256"))
                throw Object($"the key at {name} does not allow SHA-256");

            if (
                tags.TryGetValue("s", out var services)
                && !services.Split(':', StringSplitOptions.TrimEntries).Any(service => service is "*" or "email"))
                throw Object($"the key at {name} is not for mail");

            AsymmetricKeyParameter key;
            try
            {
                key = GetPublicKey(records[0]);
            }
            catch (Exception unreadable)
                when (unreadable is FormatException or ArgumentException or InvalidOperationException or IOException)
            {
                throw Object($"the key at {name} cannot be read");
            }

            return key is RsaKeyParameters { Modulus.BitLength: < ShortestRsaKey and var bits } ? throw Object($"the key at {name} has "
                + $"{bits} bits, and under {ShortestRsaKey} can be broken") : key;
        }

        private async Task<List<string>> ReadRecords(string name, CancellationToken ct)
        {
            try
            {
                var answer = await dns.QueryAsync(name, QueryType.TXT, cancellationToken: ct);
                return answer.HasError && answer.Header.ResponseCode != DnsHeaderResponseCode.NotExistentDomain
                    ? throw new KeysUnavailableException($"the key at {name} could not be asked for ({answer.ErrorMessage})")
                    : [.. answer.Answers.TxtRecords().Select(record => string.Concat(record.Text))];
            }
            catch (DnsResponseException failure)
            {
                throw new KeysUnavailableException($"the key at {name} could not be asked for ({failure.DnsError})");
            }
        }

        private FormatException Object(string reason)
        {
            objection = reason;
            return new FormatException(reason);
        }
    }
}

/// <summary>A key could not be asked for now; later it may be.</summary>
internal sealed class KeysUnavailableException(string words) : Exception(words);
