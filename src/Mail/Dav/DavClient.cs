using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using CrmSync.Mail.Net;
using NodaTime;

namespace CrmSync.Mail.Dav;

/// <summary>
/// Sends WebDAV requests (RFC 4918) over HTTP/1.1 and reads the answers. It proves who it is only to the host it was told of, follows
/// redirects within https, and says in words what went wrong, as a <see cref="MailServerException"/>.
/// </summary>
/// <param name="http">Connections; make them with <see cref="Handler"/>, so that redirects are left to this class.</param>
/// <param name="address">The address the operator gave; credentials go to its host, and to hosts beside it that its own answers
/// name.</param>
/// <param name="credentials">The proof.</param>
public sealed class DavClient(HttpClient http, Uri address, DavCredentials credentials)
{
    private const int MostRedirects = 5;
    private const long LongestAnswer = 128L << 20;

    private static readonly Duration LongestWait = Duration.FromHours(1);

    private readonly HashSet<string> trusted = [address.Authority];

    /// <summary>The address the operator gave.</summary>
    public Uri Address { get; } = address;

    /// <summary>A handler that suits this class: no redirects of its own, answers unpacked, no waiting for ever.</summary>
    /// <param name="trust">Whose additional trust anchors hold; null for those of the system alone.</param>
    public static SocketsHttpHandler Handler(MailEndpoint? trust = null)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.GZip | DecompressionMethods.Deflate,
            ConnectTimeout = TimeSpan.FromSeconds(20),
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            UseCookies = false,
        };
        if (trust is { Anchors.Count: > 0 })
            handler.SslOptions.RemoteCertificateValidationCallback = new CertificateCheck(trust).Accept;
        return handler;
    }

    /// <summary>Asks a WebDAV question; gives the multistatus answer.</summary>
    /// <param name="method"><c>PROPFIND</c> or <c>REPORT</c>.</param>
    /// <param name="target">What is asked.</param>
    /// <param name="depth"><c>0</c> or <c>1</c>.</param>
    /// <param name="body">The question.</param>
    /// <param name="ct">Ends the waiting.</param>
    /// <exception cref="MailServerException">The server did not answer, refused, or answered something else.</exception>
    public async Task<Multistatus> Ask(string method, Uri target, string depth, XElement body, CancellationToken ct)
    {
        var reply = await Try(method, target, depth, body, ct);
        return reply.Answer ?? throw reply.Refusal!;
    }

    /// <summary>As <see cref="Ask"/>, but hands a refusal of the server back, for those who can ask in another way.</summary>
    internal async Task<DavReply> Try(string method, Uri target, string depth, XElement body, CancellationToken ct)
    {
        var (answer, at) = await Send(method, target, depth, body, ct);
        using (answer)
        {
            return answer.StatusCode == HttpStatusCode.MultiStatus
                ? new DavReply(new Multistatus(at, await ReadXml(answer, at, ct)), (int)answer.StatusCode, null)
                : new DavReply(null, (int)answer.StatusCode, Refusal(answer, at));
        }
    }

    /// <summary>Reads one resource.</summary>
    /// <exception cref="MailServerException">The server did not answer or refused.</exception>
    public async Task<(byte[] Body, string? ETag)> Get(Uri target, CancellationToken ct)
    {
        var (answer, at) = await Send("GET", target, null, null, ct);
        using (answer)
        {
            if (answer.StatusCode != HttpStatusCode.OK)
                throw Refusal(answer, at);

            return (await answer.Content.ReadAsByteArrayAsync(ct), answer.Headers.ETag?.ToString());
        }
    }

    /// <summary>Lets the credentials go to a host the server itself named, when it plainly belongs to the same service
    /// (<c>p12-caldav.icloud.com</c> beside
    /// <c>caldav.icloud.com</c>).</summary>
    internal void TrustBeside(Uri named)
    {
        var host = Address.Host;
        var parent = host.Count(character => character == '.') >= 2 ? host[(host.IndexOf('.', StringComparison.Ordinal) + 1)..] : host;
        if (named.Scheme == Uri.UriSchemeHttps && Address.Scheme == Uri.UriSchemeHttps && named.IsDefaultPort == Address.IsDefaultPort
            && named.Host.EndsWith("." + parent, StringComparison.OrdinalIgnoreCase))
            trusted.Add(named.Authority);
    }

    private async Task<(HttpResponseMessage Answer, Uri At)> Send(
        string method,
        Uri target,
        string? depth,
        XElement? body,
        CancellationToken ct)
    {
        if (target.Scheme != Uri.UriSchemeHttps && !target.IsLoopback)
            throw new MailServerException(
                MailFailure.Config,
                $"{Shown(target)} is not https; a password must not travel in clear text. Write the https address");

        var renewed = false;
        for (var redirects = 0; ;)
        {
            var answer = await SendOnce(method, target, depth, body, renewed, ct);
            if (answer.StatusCode == HttpStatusCode.Unauthorized && credentials.CanRenew && !renewed && trusted.Contains(target.Authority))
            {
                renewed = true;
                answer.Dispose();
                continue;
            }

            if (
                answer.StatusCode
                    is not (
                        HttpStatusCode.Moved
                        or HttpStatusCode.Found
                        or HttpStatusCode.SeeOther
                        or HttpStatusCode.TemporaryRedirect
                        or HttpStatusCode.PermanentRedirect)
                || answer.Headers.Location is not { } location)
                return (answer, target);

            answer.Dispose();
            var next = new Uri(target, location);
            if (next.Scheme != Uri.UriSchemeHttps && !(next.IsLoopback && target.IsLoopback))
                throw new MailServerException(MailFailure.Config, $"{Shown(target)} sends us on to {Shown(next)}, which is not https");
            if (++redirects > MostRedirects)
                throw new MailServerException(
                    MailFailure.Config,
                    $"{Shown(target)} sends us on and on ({MostRedirects} times); the address or the server is set up wrongly");
            target = next;
        }
    }

    /// <summary>
    /// Sends a request, and once more when a connection kept open turns out to be closed: everything asked here can be asked twice.
    /// </summary>
    private async Task<HttpResponseMessage> SendOnce(
        string method,
        Uri target,
        string? depth,
        XElement? body,
        bool renew,
        CancellationToken ct)
    {
        try
        {
            return await Attempt(method, target, depth, body, renew, ct);
        }
        catch (MailServerException e) when (e.InnerException is HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded })
        {
            return await Attempt(method, target, depth, body, renew: false, ct);
        }
    }

    private async Task<HttpResponseMessage> Attempt(
        string method,
        Uri target,
        string? depth,
        XElement? body,
        bool renew,
        CancellationToken ct)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), target)
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.UserAgent.ParseAdd("CrmSync");
        if (depth is not null)
            request.Headers.Add("Depth", depth);
        if (body is not null)
            request.Content = new StringContent(
                "<?xml version=\"1.0\" encoding=\"utf-8\"?>" + body.ToString(SaveOptions.DisableFormatting),
                Encoding.UTF8,
                "application/xml");
        if (trusted.Contains(target.Authority))
            request.Headers.Authorization = await credentials.Header(renew, ct);

        try
        {
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        }
        catch (HttpRequestException e)
        {
            throw NoAnswer(target, e);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new MailServerException(
                MailFailure.Network,
                $"{target.Host} did not answer within {http.Timeout.TotalSeconds:0} seconds",
                inner: e)
            {
                ConnectionLost = true,
            };
        }
    }

    internal static MailServerException NoAnswer(Uri target, HttpRequestException e) =>
        e switch
        {
            { HttpRequestError: HttpRequestError.SecureConnectionError } or { InnerException: AuthenticationException } => new(
                MailFailure.Config,
                $"no secure connection to {target.Host}: its certificate is not trusted, or it speaks no TLS",
                e.InnerException?.Message ?? e.Message,
                e),
            { HttpRequestError: HttpRequestError.NameResolutionError } => new(
                MailFailure.Network,
                $"there is no host {target.Host}, or no name server to ask; check the address",
                inner: e),
            { InnerException: SocketException } => new(
                MailFailure.Network,
                $"{target.Authority} cannot be reached",
                e.InnerException.Message,
                e)
            {
                ConnectionLost = true,
            },
            _ => new(MailFailure.Network, $"the connection to {target.Authority} broke", e.Message, e) { ConnectionLost = true },
        };

    private static async Task<XDocument> ReadXml(HttpResponseMessage answer, Uri at, CancellationToken ct)
    {
        // Servers hand on characters XML does not allow, out of the calendars they hold.
        var settings = new XmlReaderSettings
        {
            Async = true,
            DtdProcessing = DtdProcessing.Prohibit,
            CheckCharacters = false,
            MaxCharactersInDocument = LongestAnswer,
        };
        try
        {
            await using var stream = await answer.Content.ReadAsStreamAsync(ct);
            using var reader = XmlReader.Create(stream, settings);
            return await XDocument.LoadAsync(reader, LoadOptions.None, ct);
        }
        catch (XmlException e)
        {
            throw IsMarkup(answer)
                ? WebPage(at)
                : new MailServerException(MailFailure.Protocol, $"{Shown(at)} answered with XML that cannot be read", e.Message, e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new MailServerException(MailFailure.Network, $"the answer of {at.Host} broke off", e.Message, e)
            {
                ConnectionLost = true,
            };
        }
    }

    private static MailServerException Refusal(HttpResponseMessage answer, Uri at)
    {
        var status = (int)answer.StatusCode;
        var words = $"{status} {answer.ReasonPhrase}".Trim();
        return answer.StatusCode switch
        {
            HttpStatusCode.Unauthorized => new(
                MailFailure.Auth,
                $"{at.Host} refuses the user name or password; check `user` and `password`. Some services want a password made for the "
                    + $"program",
                words),
            HttpStatusCode.Forbidden => new(MailFailure.Config, $"the login is right but may not read {Shown(at)}; ask for access", words),
            HttpStatusCode.NotFound or HttpStatusCode.Gone => new(
                MailFailure.Permanent,
                $"there is nothing at {Shown(at)}; check the address",
                words),
            HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable => new(
                MailFailure.Throttled,
                $"{at.Host} asks for fewer requests",
                words)
            {
                RetryAfter = Wait(answer),
            },
            HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented => new(
                MailFailure.Permanent,
                $"{Shown(at)} is no CalDAV address",
                words),
            >= HttpStatusCode.InternalServerError => new(MailFailure.Network, $"{at.Host} has a fault of its own; it usually passes", words)
            {
                RetryAfter = Wait(answer),
            },
            _ when status < 300 && IsMarkup(answer) => WebPage(at),
            _ when status < 300 => new(MailFailure.Permanent, $"{Shown(at)} does not speak CalDAV", words),
            _ => new(MailFailure.Protocol, $"{Shown(at)} refuses the request", words),
        };
    }

    private static MailServerException WebPage(Uri at) =>
        new(
            MailFailure.Config,
            $"{Shown(at)} answers with a web page and not with a calendar: it is the address for people, or it asks for a login first. "
                + $"Write the CalDAV address"
        );

    private static bool IsMarkup(HttpResponseMessage answer) =>
        answer.Content.Headers.ContentType?.MediaType is "text/html" or "application/xhtml+xml";

    internal static Duration? Wait(HttpResponseMessage answer)
    {
        var wait = answer.Headers.RetryAfter switch
        {
            { Delta: { } delta } => Duration.FromTimeSpan(delta),
            { Date: { } date } when answer.Headers.Date is { } now => Duration.FromTimeSpan(date - now),
            _ => (Duration?)null,
        };
        return wait is { } given ? Duration.Max(Duration.Zero, Duration.Min(given, LongestWait)) : null;
    }

    /// <summary>An address for messages: without user, query and anything secret in them.</summary>
    private static string Shown(Uri address) =>
        address
            .GetLeftPart(UriPartial.Path)
            .Replace(address.UserInfo.Length > 0 ? address.UserInfo + "@" : "\0", "", StringComparison.Ordinal);
}

/// <summary>What came of a request: an answer, or a refusal with its status.</summary>
internal sealed record DavReply(Multistatus? Answer, int Status, MailServerException? Refusal);
