using System.Net;
using System.Text;
using CrmSync.Worker.MailServers;
using MailKit.Security;

namespace CrmSync.Worker.Tests.MailServers;

/// <summary>Logins byte by byte.</summary>
public sealed class ScramLoginTests
{
    // The exchange of RFC 7677 section 3.
    private const string ServerFirst = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

    [Fact]
    public void SCRAM_speaks_as_the_example_of_its_RFC()
    {
        var scram = Begun(null, out var first);

        Assert.Equal("n,,n=user,r=rOprNGfwEbeRWgbNEkqO", first);
        Assert.Equal(
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
            Answer(scram, ServerFirst));
        Assert.Equal("", Answer(scram, "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
        Assert.True(scram.IsAuthenticated);
    }

    [Fact]
    public void A_bound_login_names_the_certificate_it_was_made_over()
    {
        var scram = Begun([1, 2, 3], out var first);

        Assert.Equal("p=tls-server-end-point,,n=user,r=rOprNGfwEbeRWgbNEkqO", first);
        var bound = Convert.ToBase64String([.. "p=tls-server-end-point,,"u8, 1, 2, 3]);
        Assert.StartsWith($"c={bound},r=", Answer(scram, ServerFirst), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("v=AAAATRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")]
    [InlineData("e=other-error")]
    [InlineData("hello")]
    [InlineData("v=***")]
    public void A_server_that_does_not_know_the_password_is_found_out(string final)
    {
        var scram = Begun(null, out _);
        Answer(scram, ServerFirst);

        Assert.ThrowsAny<AuthenticationException>(() => Answer(scram, final));
        Assert.False(scram.IsAuthenticated);
    }

    [Theory]
    [InlineData("r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")]
    [InlineData("r=somebody-else,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqO1,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqO1,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=2000000000")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqO1,s=!!,i=4096")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqO1")]
    [InlineData("")]
    public void A_first_message_that_cannot_be_the_servers_is_refused_before_any_proof(string first)
    {
        var scram = Begun(null, out _);

        Assert.ThrowsAny<AuthenticationException>(() => Answer(scram, first));
        Assert.False(scram.ProofSent);
    }

    [Theory]
    [InlineData(true, false, "PLAIN")]
    [InlineData(true, true, "PLAIN")]
    [InlineData(false, false, "SCRAM-SHA-256")]
    public void Over_TLS_the_simplest_mechanism_wins_and_in_clear_text_the_one_that_hides_the_password(
        bool isEncrypted, bool canBind, string expected) =>
        Assert.Equal(expected, Common(isEncrypted, canBind, "LOGIN", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", "CRAM-MD5", "PLAIN").First());

    [Fact]
    public void Without_a_simple_one_a_login_bound_to_the_TLS_channel_wins() =>
        Assert.Equal("SCRAM-SHA-256-PLUS", Common(true, true, "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", "NTLM").First());

    [Fact]
    public void Broken_CRAM_MD5_is_never_chosen_and_what_Windows_offers_comes_last()
    {
        Assert.Empty(Common(true, true, "CRAM-MD5", "DIGEST-MD5", "XOAUTH2"));
        Assert.Equal(["PLAIN", "NTLM"], Common(true, true, "NTLM", "CRAM-MD5", "PLAIN"));
    }

    [Fact]
    public void A_credential_prints_as_its_user() => Assert.Equal("ada", $"{Credential.WithPassword("ada", "secret")}");

    private static IEnumerable<string> Common(bool isEncrypted, bool canBind, params string[] offered) =>
        MailSignIn.Common(Credential.WithPassword("a", "b"), offered.ToHashSet(StringComparer.Ordinal), isEncrypted, canBind);

    private static ScramLogin Begun(byte[]? binding, out string first)
    {
        var name = binding is null ? "SCRAM-SHA-256" : "SCRAM-SHA-256-PLUS";
        var scram = new ScramLogin(name, new NetworkCredential("user", "pencil"), binding, "rOprNGfwEbeRWgbNEkqO");
        first = Answer(scram, null);
        return scram;
    }

    private static string Answer(ScramLogin scram, string? challenge) => Encoding.UTF8.GetString(
        Convert.FromBase64String(scram.Challenge(challenge is null ? null : Convert.ToBase64String(Encoding.UTF8.GetBytes(challenge)))));
}
