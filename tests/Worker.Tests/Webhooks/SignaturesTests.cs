using System.Text;
using CrmSync.Domain.Digests;
using NodaTime;

namespace CrmSync.Worker.Tests.Webhooks;

/// <summary>Signatures are those that the reference implementation of Standard Webhooks gives (npm standardwebhooks 1.1.1).</summary>
public sealed class SignaturesTests
{
    [Theory]
    [InlineData(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        "{\"test\": 2432232314}",
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")]
    [InlineData(
        "a-long-random-text-of-our-own",
        "K7Q2@bright.example",
        1772622000,
        "{\"text\":\"Größe · 3 €\"}",
        "v1,7hTdEB49zFVh46dAagHBQJdGcnlecLXOt2iLlgRXlJM=")]
    public void A_post_is_signed_as_the_reference_implementation_signs_it(
        string secret, string id, long time, string body, string signature)
    {
        var headers = WebhookSignature.Headers(secret, id, Instant.FromUnixTimeSeconds(time), Encoding.UTF8.GetBytes(body));

        Assert.Equal((id, $"{time}", signature), (headers["webhook-id"], headers["webhook-timestamp"], headers["webhook-signature"]));
    }

    [Fact]
    public void Without_a_secret_a_post_has_its_id_and_time_and_no_signature() =>
        Assert.Equal(["webhook-id", "webhook-timestamp"], WebhookSignature.Headers(null, "1", Instant.FromUnixTimeSeconds(0), []).Keys);

    [Theory]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", true)]
    [InlineData("any long text", true)]
    [InlineData("whsec_", false)]
    [InlineData("whsec_not base64", false)]
    public void A_secret_is_a_key_or_is_not(string secret, bool isKey) => Assert.Equal(isKey, WebhookSignature.IsKey(secret));
}
