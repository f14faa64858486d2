using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CrmSync.Domain.Digests;
using CrmSync.Worker.MailServers;
using NodaTime;

namespace CrmSync.Worker.Delivery;

/// <summary>
/// Posts JSON to addresses that operators named, each time over a connection of its own, so that what got no answer is never repeated
/// behind our back. Redirects are not followed: what we know is for the server that was named. An answer is known by its status; its body
/// is not read.
/// </summary>
internal sealed class WebPosts(TimeProvider time, IClock clock, WebLimits? limits = null)
{
    /// <summary>Chat services answer within seconds; who does not is waited for no longer, for other targets share the worker.</summary>
    private static readonly WebLimits Short = new()
    {
        Silence = TimeSpan.FromSeconds(15),
        Whole = TimeSpan.FromSeconds(30),
        Bytes = 64 << 10,
    };

    /// <summary>A post that could not leave within a day is given up anyway.</summary>
    private static readonly Duration LongestWait = Duration.FromHours(24);

    /// <summary>Posts once.</summary>
    /// <param name="target">Where.</param>
    /// <param name="id">The same for every try of the same message.</param>
    /// <param name="body">JSON.</param>
    /// <param name="mayLeave">See <see cref="PostContent"/>.</param>
    /// <param name="ct">Ends the waiting.</param>
    public async Task<DeliveryAnswer> Post(
        PostTarget target, string id, byte[] body, Func<CancellationToken, Task<bool>> mayLeave, CancellationToken ct)
    {
        HttpMessageInvoker connections;
        try
        {
            connections = Connect(target.Ca);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return new DeliveryAnswer.Unreachable($"the file of 'ca' cannot be used: {failure.Message}", MailFailure.Config);
        }

        // Not kept: a connection that a stopped post left behind would be taken for the next one.
        using var connection = connections;
        using var content = new PostContent(body, mayLeave);
        using var request = new HttpRequestMessage(HttpMethod.Post, target.Url) { Content = content };
        request.Headers.UserAgent.ParseAdd("CrmSync");
        request.Headers.ConnectionClose = true;
        foreach (var (name, value) in WebhookSignature.Headers(target.Secret, id, clock.GetCurrentInstant(), body))
            request.Headers.TryAddWithoutValidation(name, value);

        try
        {
            using var answer = await connection.SendAsync(request, ct);
            return Meaning(target.Url, answer);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return content.HasBegun
                ? new DeliveryAnswer.InDoubt("the program was stopped while it was posted")
                : new DeliveryAnswer.NotOurs();
        }
        catch (Exception failure) when (content.WasDropped && failure is HttpRequestException or IOException)
        {
            return new DeliveryAnswer.NotOurs();
        }
        catch (Exception failure) when (WebTrouble.Explain(target.Url, failure) is { } trouble)
        {
            return content.HasBegun
                ? new DeliveryAnswer.InDoubt($"nobody knows whether it has arrived: {trouble.Words}")
                : new DeliveryAnswer.Unreachable(trouble.Words, trouble.Failure);
        }
    }

    /// <summary>What an answer says about a post. The server saw it whole; only some answers say that it was not taken.</summary>
    private DeliveryAnswer Meaning(Uri url, HttpResponseMessage answer)
    {
        var status = (int)answer.StatusCode;
        var said = FormattableString.Invariant($"{url.Host} answered {status}");
        if (answer.IsSuccessStatusCode)
            return new DeliveryAnswer.Accepted();

        if (WebTrouble.IsRedirect(answer))
            return new DeliveryAnswer.Unreachable(
                $"{said} and sends us on, which is not followed; correct the address of the webhook", MailFailure.Config);

        return answer.StatusCode switch
        {
            HttpStatusCode.TooManyRequests => new DeliveryAnswer.Unreachable(
                $"{said}: it asks for fewer posts; they wait", MailFailure.Throttled)
            {
                RetryAfter = RetryAfter(answer),
            },
            HttpStatusCode.ServiceUnavailable or HttpStatusCode.RequestTimeout => new DeliveryAnswer.Unreachable(
                $"{said}: it takes nothing for the moment", MailFailure.Network)
            {
                RetryAfter = RetryAfter(answer),
            },
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new DeliveryAnswer.Unreachable(
                $"{said}: it does not let us post there; make a new webhook and correct its address", MailFailure.Auth),
            HttpStatusCode.NotFound or HttpStatusCode.Gone => new DeliveryAnswer.Unreachable(
                $"{said}: there is no such webhook any more; make a new one and correct its address", MailFailure.Config),
            HttpStatusCode.ProxyAuthenticationRequired => new DeliveryAnswer.Unreachable(
                $"the proxy on the way to {url.Host} wants a login; correct the proxy of the environment", MailFailure.Config),
            >= HttpStatusCode.InternalServerError => new DeliveryAnswer.InDoubt(
                $"nobody knows whether it was taken: {said}"),
            _ => new DeliveryAnswer.Refused($"{said}: it does not take what was posted; see whether its format is what the webhook takes"),
        };
    }

    private Duration? RetryAfter(HttpResponseMessage answer) => WebTrouble.RetryAfter(answer, LongestWait, clock.GetCurrentInstant());

    private HttpMessageInvoker Connect(string? ca)
    {
        var anchors = new X509Certificate2Collection();
        if (ca is not null)
            anchors.ImportFromPemFile(ca);

        return new HttpMessageInvoker(WebConnections.Create(time, limits ?? Short, anchors));
    }
}
