using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Worker.Commands.Authorship;

namespace CrmSync.Worker.Tests.Commands;

/// <summary>Which Authentication-Results fields (RFC 8601) prove who wrote a mail; topmost first, as they stand in it.</summary>
public sealed class ServersThatProve
{
    private const string Signature = "v=1; a=rsa-sha256; c=relaxed/relaxed; d=bright.example; s=k1; h=from:to:subject:date; bh=AAAA; "
        + "b=QUJDREVGR0g=";

    private static readonly EmailAddress Ana = EmailAddress.Parse("ana@bright.example");

    [Theory]
    [InlineData("mx.bright.example; dkim=pass header.d=bright.example")]
    [InlineData("MX.Bright.Example. 1; dkim = pass (good signature) header.d = bright.example")]
    [InlineData(
        "\"mx.bright.example\"; spf=fail smtp.mailfrom=x.example; dkim=fail header.d=x.example; dkim=pass header.i=@bright.example")]
    [InlineData("mx.bright.example; auth=pass (LOGIN) smtp.auth=ana@bright.example")]
    [InlineData("mx.bright.example; dkim/1=pass header.d=bright.example")]
    [InlineData("mx.bright.example; dkim=pass header . d = bright.example;")]
    [InlineData(
        "mx.bright.example; dkim=pass header.d=bright.example header.s=k1 header.b=QUJDREVG; dmarc=pass header.from=bright.example")]
    [InlineData("mx.bright.example; dkim=pass (a \\) comment (in a comment)) reason=\"good; really\" header.d=bright.example")]
    [InlineData("mx.bright.example; dkim=pass header.d=mail.bright.example header.i=@mail.bright.example")]

    // A filter of ours that only passes mail on stands above; OpenDMARC writes above what OpenDKIM found.
    [InlineData("filter.bright.example; x-spam=clean", "mx.bright.example; dkim=pass header.d=bright.example")]
    [InlineData(
        "mx.bright.example; dmarc=pass header.from=bright.example",
        "mx.bright.example; spf=pass smtp.mailfrom=bright.example",
        "mx.bright.example; dkim=pass header.d=bright.example")]

    // Somebody else's verdict below ours counts for nothing, whatever it says.
    [InlineData("mx.bright.example; dkim=pass header.d=bright.example", "mx.bright.example; dkim=fail header.d=bright.example")]
    public void The_topmost_word_of_a_trusted_server_counts(params string[] fields)
    {
        var signer = fields.Any(field => field.Contains("mail.bright.example", StringComparison.Ordinal))
            ? "mail.bright.example"
            : "bright.example";
        var finding = Read(fields, Signature.Replace("d=bright.example", "d=" + signer, StringComparison.Ordinal));
        Assert.True(finding.IsLogin || finding.Signatures.Count == 1, finding.Reason);
    }

    [Theory]
    [InlineData("no trusted server")]
    [InlineData("no trusted server", "")]
    [InlineData("speaks of no signature", "mx.bright.example")]
    [InlineData("speaks of no signature", "mx.bright.example; none")]
    [InlineData("no trusted server", "mx.evil.example; dkim=pass header.d=bright.example")]
    [InlineData("no trusted server", "mx.bright.example.evil.example; dkim=pass header.d=bright.example")]
    [InlineData("no trusted server", "spf=pass smtp.mailfrom=bright.example; dkim=pass header.d=bright.example")]
    [InlineData("nobody it names", "mx.bright.example; dkim=pass header.d=evil.example header.i=@bright.example")]
    [InlineData("signed by notbright.example", "mx.bright.example; dkim=pass header.d=notbright.example")]
    [InlineData("signed by example", "mx.bright.example; dkim=pass header.d=example")]
    [InlineData("dkim=none", "mx.bright.example; dkim=none (dkim=pass header.d=bright.example)")]
    [InlineData("dkim=none", "mx.bright.example; dkim=none reason=\"; dkim=pass header.d=bright.example\"")]
    [InlineData("nobody it names", "mx.bright.example; dkim=pass policy.note=header.d=bright.example")]
    [InlineData("speaks of no signature", "mx.bright.example; auth=pass smtp.auth=tim@bright.example")]
    [InlineData("speaks of no signature", "mx.bright.example; auth=pass smtp.auth=ana")]
    [InlineData("speaks of no signature", "mx.bright.example; spf=pass smtp.mailfrom=ana@bright.example; dmarc=pass "
        + "header.from=bright.example")]

    // The field breaks the grammar, so none of it counts.
    [InlineData(
        "cannot be read",
        "mx.bright.example; spf=pass smtp.mailfrom=x;dkim=pass header.d=bright.example;y@evil.example; dkim=none")]
    [InlineData(
        "that there is none",
        "mx.bright.example; spf=pass smtp.mailfrom=x;dkim=pass header.d=bright.example;a=b smtp.helo=y@evil.example; dkim=none")]
    [InlineData("cannot be read", "mx.bright.example; dkim=pass header.d=bright.example header.d=evil.example")]
    [InlineData("cannot be read", "mx.bright.example 2; dkim=pass header.d=bright.example")]
    [InlineData("cannot be read", "mx.bright.example; dkim=pass header.d=bright.example (")]
    [InlineData("cannot be read", "mx.bright.example; dkim=pass header.d=\"bright.example")]
    [InlineData("cannot be read", "mx.bright.example; dkim=pass d=bright.example")]

    // Of one signature both, a signature that is not there, and a veto.
    [InlineData("valid and that it is not", "mx.bright.example; dkim=pass header.d=bright.example header.b=QUJD; dkim=fail "
        + "header.d=bright.example header.b=QUJD")]
    [InlineData("does not have", "mx.bright.example; dkim=pass header.d=bright.example header.b=ZZZZ")]
    [InlineData("does not have", "mx.bright.example; dkim=pass header.d=bright.example header.s=other")]
    [InlineData("dmarc=fail", "mx.bright.example; dkim=pass header.d=bright.example; dmarc=fail header.from=bright.example")]
    [InlineData("dmarc=fail", "mx.bright.example; dkim=pass header.d=bright.example", "mx.bright.example; dmarc=fail")]
    [InlineData("another author", "mx.bright.example; dkim=pass header.d=bright.example; dmarc=pass header.from=evil.example")]

    // Forged below what our server wrote, and above it in the name of another.
    [InlineData("no valid signature", "mx.bright.example; dkim=fail header.d=bright.example", "mx.bright.example; dkim=pass "
        + "header.d=bright.example")]
    [InlineData("speaks of no signature", "mx.bright.example; spf=pass smtp.mailfrom=evil.example", "mx.bright.example; dkim=pass "
        + "header.d=bright.example")]
    [InlineData("no valid signature", "mx.evil.example; dkim=pass header.d=bright.example", "mx.bright.example; dkim=none")]
    public void Anything_else_proves_nothing(string reason, params string[] fields)
    {
        var finding = Read(fields, Signature);
        Assert.False(finding.IsLogin || finding.Signatures.Count > 0 || finding.IsSignatureGone);
        Assert.Contains(reason, finding.Reason!, StringComparison.Ordinal);
    }

    [Fact]
    public void A_field_below_the_next_hop_counts_for_nothing()
    {
        TraceField[] trace =
        [
            new("authentication-results", "mx.bright.example; dmarc=pass header.from=bright.example"),
            new("received", ""),
            new("authentication-results", "mx.bright.example; dkim=pass header.d=bright.example"),
            new("dkim-signature", Signature),
        ];
        Assert.Equal("the trusted server speaks of no signature", new TrustedWord(["mx.bright.example"]).Read(trace, Ana, [Ana]).Reason);
    }

    [Fact]
    public void A_public_suffix_is_nobodys_domain()
    {
        var author = EmailAddress.Parse("ana@github.io");
        Assert.False(Alignment.Holds("github.io", author));
        Assert.False(Alignment.Holds("co.uk", EmailAddress.Parse("ana@firm.co.uk")));
        Assert.False(Alignment.Holds("other.co.uk", EmailAddress.Parse("ana@firm.co.uk")));
        Assert.True(Alignment.Holds("mail.firm.co.uk", EmailAddress.Parse("ana@firm.co.uk")));
        Assert.True(Alignment.Holds("xn--bcher-kva.example", EmailAddress.Parse("ana@bücher.example")));
        Assert.False(Alignment.Holds("", Ana));
        Assert.False(Alignment.Holds("[192.0.2.1]", Ana));
    }

    private static AuthorFinding Read(string[] fields, string signature) =>
        new TrustedWord(["mx.bright.example"]).Read(
            [
                .. fields.Select(field => new TraceField("authentication-results", field)),
                new TraceField("received", ""),
                new TraceField("dkim-signature", signature),
            ],
            Ana,
            [Ana]);
}
