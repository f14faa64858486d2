using CrmSync.Domain.Company;
using CrmSync.Worker.Commands;

namespace CrmSync.Worker.Tests.Commands;

/// <summary>Which Authentication-Results fields (RFC 8601) prove who wrote a mail; topmost first, as they stand in it.</summary>
public sealed class ServersThatProve
{
    private static readonly EmailAddress Ana = EmailAddress.Parse("ana@bright.example");

    [Theory]
    [InlineData("mx.bright.example; dkim=pass header.d=bright.example")]
    [InlineData("MX.Bright.Example. 1; dkim = pass (good signature) header.d = bright.example")]
    [InlineData(
        "\"mx.bright.example\"; spf=fail smtp.mailfrom=x.example; dkim=fail header.d=x.example; dkim=pass header.i=@bright.example")]
    [InlineData("mx.bright.example; auth=pass (LOGIN) smtp.auth=ana@bright.example")]
    [InlineData("mx.bright.example; dkim/1=pass header.d=bright.example")]

    // A filter of ours that only passes mail on stands above; one field a check, as milters write them.
    [InlineData("filter.bright.example; x-spam=clean", "mx.bright.example; dkim=pass header.d=bright.example")]
    [InlineData(
        "mx.bright.example; dmarc=pass header.from=bright.example",
        "mx.bright.example; spf=pass smtp.mailfrom=bright.example",
        "mx.bright.example; dkim=pass header.d=bright.example")]
    // Somebody else's verdict below ours counts for nothing, whatever it says.
    [InlineData("mx.bright.example; dkim=pass header.d=bright.example", "mx.bright.example; dkim=fail header.d=bright.example")]
    public void The_topmost_word_of_a_trusted_server_counts(params string[] fields) =>
        Assert.True(AuthenticationResults.Prove(fields, ["mx.bright.example"], Ana));

    [Theory]
    [InlineData()]
    [InlineData("")]
    [InlineData("mx.bright.example")]
    [InlineData("mx.bright.example; none")]
    [InlineData("mx.evil.example; dkim=pass header.d=bright.example")]
    [InlineData("mx.bright.example.evil.example; dkim=pass header.d=bright.example")]
    [InlineData("mx.bright.example; dkim=pass header.d=evil.example header.i=@bright.example")]
    [InlineData("mx.bright.example; dkim=pass header.d=mail.bright.example")]
    [InlineData("mx.bright.example; dkim=pass header.d=notbright.example")]
    [InlineData("mx.bright.example; dkim=none (dkim=pass header.d=bright.example)")]
    [InlineData("mx.bright.example; dkim=none reason=\"; dkim=pass header.d=bright.example\"")]
    [InlineData("mx.bright.example; dkim=pass policy.note=header.d=bright.example")]
    [InlineData("mx.bright.example; auth=pass smtp.auth=tim@bright.example")]
    [InlineData("mx.bright.example; auth=pass smtp.auth=ana")]
    [InlineData("mx.bright.example; spf=pass smtp.mailfrom=ana@bright.example; dmarc=pass header.from=bright.example")]

    // Forged below what our server wrote, and above it in the name of another.
    [InlineData("mx.bright.example; dkim=fail header.d=bright.example", "mx.bright.example; dkim=pass header.d=bright.example")]
    [InlineData("mx.bright.example; dmarc=fail", "mx.bright.example; dkim=none", "mx.bright.example; dkim=pass header.d=bright.example")]
    [InlineData("mx.evil.example; dkim=pass header.d=bright.example", "mx.bright.example; dkim=none")]
    public void Anything_else_proves_nothing(params string[] fields) =>
        Assert.False(AuthenticationResults.Prove(fields, ["mx.bright.example"], Ana));
}
