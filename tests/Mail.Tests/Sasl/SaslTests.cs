using System.Text;
using CrmSync.Mail.Sasl;

namespace CrmSync.Mail.Tests.Sasl;

/// <summary>Logins byte by byte.</summary>
public sealed class SaslTests
{
    // The exchange of RFC 7677 section 3.
    private const string ServerFirst = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

    [Fact]
    public void SCRAM_speaks_as_the_example_of_its_RFC()
    {
        var scram = new ScramSha256(Credential.WithPassword("user", "pencil"), "rOprNGfwEbeRWgbNEkqO");

        Assert.Equal("n,,n=user,r=rOprNGfwEbeRWgbNEkqO", Encoding.UTF8.GetString(scram.Initial));
        Assert.Equal(
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
            Encoding.UTF8.GetString(scram.Answer(Encoding.UTF8.GetBytes(ServerFirst))));
        Assert.Empty(scram.Answer("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="u8));
        scram.Succeeded();
    }

    [Theory]
    [InlineData("v=AAAATRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")]
    [InlineData("e=other-error")]
    [InlineData("hello")]
    [InlineData("v=***")]
    public void A_server_that_does_not_know_the_password_is_found_out(string final)
    {
        var scram = Begun();
        scram.Answer(Encoding.UTF8.GetBytes(ServerFirst));

        Assert.Throws<SaslException>(() => scram.Answer(Encoding.UTF8.GetBytes(final)));
    }

    [Fact]
    public void A_server_that_says_success_without_proof_is_not_believed()
    {
        var scram = Begun();
        scram.Answer(Encoding.UTF8.GetBytes(ServerFirst));

        Assert.Throws<SaslException>(scram.Succeeded);
    }

    [Theory]
    [InlineData("r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")]
    [InlineData("r=somebody-else,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqO1,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqO1,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=2000000000")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqO1,s=!!,i=4096")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqO1")]
    [InlineData("")]
    public void A_first_message_that_cannot_be_the_servers_is_refused(string first) =>
        Assert.Throws<SaslException>(() => Begun().Answer(Encoding.UTF8.GetBytes(first)));

    [Fact]
    public void Tokens_are_sent_as_Google_Microsoft_and_the_RFC_want_them()
    {
        var token = Credential.WithToken("ada,b=c@bright.example", "t0ken");

        Assert.Equal("user=ada,b=c@bright.example\u0001auth=Bearer t0ken\u0001\u0001", Encoding.UTF8.GetString(new XOAuth2(token).Initial));
        Assert.Equal("n,a=ada=2Cb=3Dc@bright.example,\u0001host=imap.bright.example\u0001port=993\u0001auth=Bearer t0ken\u0001\u0001",
            Encoding.UTF8.GetString(new OAuthBearer(token, "imap.bright.example", 993).Initial));
    }

    [Fact]
    public void A_refused_token_is_acknowledged_in_the_way_of_its_mechanism()
    {
        var token = Credential.WithToken("ada", "t0ken");
        var google = new XOAuth2(token);
        var standard = new OAuthBearer(token, "h", 1);
        _ = (google.Initial, standard.Initial);

        Assert.Empty(google.Answer("{}"u8));
        Assert.Equal([1], standard.Answer("{}"u8));
    }

    [Theory]
    [InlineData(true, "PLAIN")]
    [InlineData(false, "SCRAM-SHA-256")]
    public void Over_TLS_the_simplest_mechanism_wins_and_in_clear_text_the_one_that_hides_the_password(bool encrypted, string expected) =>
        Assert.Equal(
            expected,
            SaslExchange.For(Credential.WithPassword("a", "b"), ["login", "scram-sha-256", "CRAM-MD5", "plain"], encrypted, "h", 1)!.Name);

    [Fact]
    public void Broken_CRAM_MD5_is_never_chosen() =>
        Assert.Null(SaslExchange.For(Credential.WithPassword("a", "b"), ["CRAM-MD5", "NTLM", "XOAUTH2"], true, "h", 1));

    [Fact]
    public void A_credential_prints_as_its_user() => Assert.Equal("ada", $"{Credential.WithPassword("ada", "secret")}");

    private static ScramSha256 Begun()
    {
        var scram = new ScramSha256(Credential.WithPassword("user", "pencil"), "rOprNGfwEbeRWgbNEkqO");
        _ = scram.Initial;
        return scram;
    }
}
