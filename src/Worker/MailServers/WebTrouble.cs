using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using NodaTime;

namespace CrmSync.Worker.MailServers;

/// <summary>What a request that got no answer, or only a part of one, means; the same words whatever was asked for.</summary>
/// <param name="Failure">The kind of trouble.</param>
/// <param name="Words">What happened and, where somebody can, what to do.</param>
/// <param name="Answer">What the system or the server said, or null.</param>
/// <param name="Cause">What was thrown.</param>
/// <param name="ConnectionLost">Whether another request may fare better.</param>
internal sealed record WebTrouble(MailFailure Failure, string Words, string? Answer, Exception Cause, bool ConnectionLost = false)
{
    private static readonly Duration LongestWait = Duration.FromHours(1);

    /// <summary>What a failure on the way to a server, or on the way back, means; null for one that does not come from there.</summary>
    public static WebTrouble? Explain(Uri target, Exception failure) =>
        failure switch
        {
            WebLimitException { Limit: WebLimit.Bytes } => new(
                MailFailure.Protocol,
                $"{failure.Message}, which is more than is read",
                null,
                failure),
            WebLimitException => new(MailFailure.Network, failure.Message, null, failure, ConnectionLost: true),
            HttpRequestException { InnerException: CertificateRefusedException refused } => new(
                MailFailure.Config,
                $"no secure connection to {target.Authority}: {refused.Message}",
                null,
                failure),
            HttpRequestException { InnerException: LocalAddressException } => new(
                MailFailure.Config,
                $"{target.Host} leads to this machine or its own network link, where a server elsewhere may not send us",
                null,
                failure),
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError }
            or HttpRequestException { InnerException: AuthenticationException } => new(
                MailFailure.Config,
                $"no secure connection to {target.Authority}: it speaks no TLS that is accepted here",
                failure.InnerException?.Message ?? failure.Message,
                failure),
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError }
            or HttpRequestException
            {
                InnerException: SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain }
            } => new(MailFailure.Network, $"there is no host {target.Host}, or no name server to ask; check the address", null, failure),
            HttpRequestException { InnerException: SocketException refused } => new(
                MailFailure.Network,
                $"{target.Authority} cannot be reached",
                refused.Message,
                failure,
                ConnectionLost: true),
            HttpRequestException { InnerException: OperationCanceledException or TimeoutException } => new(
                MailFailure.Network,
                $"{target.Authority} cannot be reached: it does not answer",
                null,
                failure,
                ConnectionLost: true),
            HttpRequestException => new(
                MailFailure.Network,
                $"the connection to {target.Authority} broke",
                failure.Message,
                failure,
                ConnectionLost: true),
            InvalidDataException => new(
                MailFailure.Protocol,
                $"the answer of {target.Host} is packed in a way that cannot be unpacked",
                null,
                failure),
            IOException => new(
                MailFailure.Network,
                $"the answer of {target.Host} broke off",
                failure.Message,
                failure,
                ConnectionLost: true),
            _ => null,
        };

    public static bool IsRedirect(HttpResponseMessage answer) =>
        answer.StatusCode
            is HttpStatusCode.Moved
                or HttpStatusCode.Found
                or HttpStatusCode.SeeOther
                or HttpStatusCode.TemporaryRedirect
                or HttpStatusCode.PermanentRedirect;

    public static bool IsMarkup(HttpResponseMessage answer) =>
        answer.Content.Headers.ContentType?.MediaType is "text/html" or "application/xhtml+xml";

    /// <summary>How long the server wants to be left alone; null when it does not say.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="longest">The longest wait that is kept; null: an hour.</param>
    /// <param name="now">The moment, for a server that does not tell its own.</param>
    public static Duration? RetryAfter(HttpResponseMessage answer, Duration? longest = null, Instant? now = null)
    {
        var wait = answer.Headers.RetryAfter switch
        {
            { Delta: { } delta } => Duration.FromTimeSpan(delta),
            { Date: { } date } when (answer.Headers.Date ?? now?.ToDateTimeOffset()) is { } told => Duration.FromTimeSpan(date - told),
            _ => (Duration?)null,
        };
        return wait is { } given ? Duration.Max(Duration.Zero, Duration.Min(given, longest ?? LongestWait)) : null;
    }
}
