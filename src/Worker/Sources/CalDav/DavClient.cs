using System.Globalization;
using System.Net;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using CrmSync.Worker.MailServers;
using NodaTime;

namespace CrmSync.Worker.Sources.CalDav;

/// <summary>
/// Sends WebDAV requests (RFC 4918) over HTTP/1.1 and reads the answers. It proves who it is only to the host it was told of, follows
/// redirects within https, and says in words what went wrong, as a <see cref="MailServerException"/> that never holds a secret, whatever
/// the server echoes.
/// </summary>
/// <param name="http">Connections of <see cref="WebConnections"/>, which leave redirects to this class and know how long to wait.</param>
/// <param name="address">The address the operator gave; credentials go to its host, and to hosts beside it that its own answers
/// name.</param>
/// <param name="credentials">The proof.</param>
internal sealed class DavClient(HttpMessageInvoker http, Uri address, DavCredentials credentials)
{
    private const int MostRedirects = 5;

    private readonly HashSet<string> trusted = [address.Authority];

    /// <summary>The address the operator gave.</summary>
    public Uri Address { get; } = address;

    /// <summary>
    /// What is found from the address the operator gave, else from the address the service is known by (RFC 6764), else from the root of
    /// the server.
    /// </summary>
    /// <param name="service">What the service is known by: <c>caldav</c> or <c>carddav</c>.</param>
    /// <param name="things">What is sought, in words.</param>
    /// <param name="find">Finds it from an address; nothing where it is not there.</param>
    /// <exception cref="MailServerException">It is at none of them; the reason is that of the address the operator wrote.</exception>
    public async Task<IReadOnlyList<T>> Discover<T>(string service, string things, Func<Uri, Task<IReadOnlyList<T>>> find)
    {
        MailServerException? first = null;
        foreach (var start in (Uri[])[Address, new Uri(Address, $"/.well-known/{service}"), new Uri(Address, "/")])
        {
            try
            {
                if (await find(start) is { Count: > 0 } found)
                    return found;
            }
            catch (MailServerException e) when (e.Failure is MailFailure.Permanent or MailFailure.Config or MailFailure.Protocol)
            {
                // This address is not the one; the next may be.
                first ??= e;
            }
        }

        throw first
            ?? new MailServerException(
                MailFailure.Config,
                $"{Address.Host} answers, but names no {things} for this user; write the address of the {things} themselves");
    }

    /// <summary>Asks a WebDAV question.</summary>
    /// <param name="method"><c>PROPFIND</c> or <c>REPORT</c>.</param>
    /// <param name="target">What is asked.</param>
    /// <param name="depth"><c>0</c> or <c>1</c>.</param>
    /// <param name="body">The question.</param>
    /// <param name="take">Takes each resource of the multistatus answer as it comes; they are never all in memory.</param>
    /// <param name="ct">Ends the waiting.</param>
    /// <exception cref="MailServerException">The server did not answer, refused, or answered something else.</exception>
    public async Task<MultistatusEnd> Ask(
        string method,
        Uri target,
        string depth,
        XElement body,
        Action<DavResource> take,
        CancellationToken ct)
    {
        var reply = await Try(method, target, depth, body, take, ct);
        return reply.Answer ?? throw reply.Refusal!;
    }

    /// <summary>As <see cref="Ask"/>, but hands a refusal of the server back, for those who can ask in another way.</summary>
    public async Task<DavReply> Try(string method, Uri target, string depth, XElement body, Action<DavResource> take, CancellationToken ct)
    {
        var (answer, at) = await Send(new Question(method, depth, body), target, ct);
        using (answer)
        {
            return answer.StatusCode == HttpStatusCode.MultiStatus
                ? new DavReply(await ReadMultistatus(answer, at, take, ct), (int)answer.StatusCode, null)
                : new DavReply(null, (int)answer.StatusCode, Refusal(answer, at));
        }
    }

    /// <summary>Reads one resource.</summary>
    /// <exception cref="MailServerException">The server did not answer or refused.</exception>
    public async Task<(byte[] Body, string? ETag)> Get(Uri target, CancellationToken ct)
    {
        var (answer, at) = await Send(new Question("GET", null, null), target, ct);
        using (answer)
        {
            if (answer.StatusCode != HttpStatusCode.OK)
                throw Refusal(answer, at);

            try
            {
                return (await answer.Content.ReadAsByteArrayAsync(ct), answer.Headers.ETag?.ToString());
            }
            catch (Exception broken) when (WebTrouble.Explain(at, broken) is { } trouble)
            {
                throw Concealed(trouble);
            }
        }
    }

    /// <summary>A text of the server as it may be shown: without secrets.</summary>
    public string Conceal(string text) => credentials.Conceal(text);

    /// <summary>Lets the credentials go to a host the server itself named, when it plainly belongs to the same service
    /// (<c>p12-caldav.icloud.com</c> beside
    /// <c>caldav.icloud.com</c>).</summary>
    public void TrustBeside(Uri named)
    {
        var host = Address.Host;
        var parent = host.Count(character => character == '.') >= 2 ? host[(host.IndexOf('.', StringComparison.Ordinal) + 1)..] : host;
        if (named.Scheme == Uri.UriSchemeHttps && Address.Scheme == Uri.UriSchemeHttps && named.IsDefaultPort == Address.IsDefaultPort
            && named.Host.EndsWith("." + parent, StringComparison.OrdinalIgnoreCase))
            trusted.Add(named.Authority);
    }

    private async Task<(HttpResponseMessage Answer, Uri At)> Send(Question question, Uri target, CancellationToken ct)
    {
        if (target.Scheme != Uri.UriSchemeHttps && !target.IsLoopback)
            throw Failure(
                MailFailure.Config,
                $"{Shown(target)} is not https; a password must not travel in clear text. Write the https address");

        var renewed = false;
        for (var redirects = 0; ;)
        {
            var answer = await SendOnce(question, target, renewed, ct);
            if (answer.StatusCode == HttpStatusCode.Unauthorized && credentials.CanRenew && !renewed && trusted.Contains(target.Authority))
            {
                renewed = true;
                answer.Dispose();
                continue;
            }

            if (!WebTrouble.IsRedirect(answer))
                return (answer, target);

            var location = answer.Headers.Location;
            answer.Dispose();
            target = Follow(target, location);
            if (++redirects > MostRedirects)
                throw Failure(
                    MailFailure.Config,
                    $"{Shown(target)} sends us on and on ({MostRedirects} times); the address or the server is set up wrongly");
        }
    }

    private Uri Follow(Uri target, Uri? location)
    {
        if (location is null || !Uri.TryCreate(target, location, out var next))
            throw Failure(MailFailure.Protocol, $"{Shown(target)} sends us on without saying where");

        return next.Scheme == Uri.UriSchemeHttps || (next.Scheme == Uri.UriSchemeHttp && next.IsLoopback && target.IsLoopback)
            ? next
            : throw Failure(MailFailure.Config, $"{Shown(target)} sends us on to {Shown(next)}, which is not https");
    }

    /// <summary>
    /// Sends a request, and once more when a connection kept open turns out to be closed: everything asked here can be asked twice.
    /// </summary>
    private async Task<HttpResponseMessage> SendOnce(Question question, Uri target, bool renew, CancellationToken ct)
    {
        try
        {
            return await Attempt(question, target, renew, ct);
        }
        catch (MailServerException e) when (e.InnerException is HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded })
        {
            return await Attempt(question, target, renew: false, ct);
        }
    }

    private async Task<HttpResponseMessage> Attempt(Question question, Uri target, bool renew, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(new HttpMethod(question.Method), target)
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.UserAgent.ParseAdd("CrmSync");
        if (question.Depth is { } depth)
            request.Headers.Add("Depth", depth);
        if (question.Body is { } body)
            request.Content = new StringContent(
                "<?xml version=\"1.0\" encoding=\"utf-8\"?>" + body.ToString(SaveOptions.DisableFormatting),
                Encoding.UTF8,
                "application/xml");
        if (trusted.Contains(target.Authority))
            request.Headers.Authorization = await credentials.Header(renew, ct);

        try
        {
            return await http.SendAsync(request, ct);
        }
        catch (Exception broken) when (WebTrouble.Explain(target, broken) is { } trouble)
        {
            throw Concealed(trouble);
        }
    }

    private async Task<MultistatusEnd> ReadMultistatus(HttpResponseMessage answer, Uri at, Action<DavResource> take, CancellationToken ct)
    {
        try
        {
            await using var stream = await answer.Content.ReadAsStreamAsync(ct);
            return await DavResource.ReadAll(stream, at, take, ct);
        }
        catch (XmlException e)
        {
            throw WebTrouble.IsMarkup(answer)
                ? WebPage(at)
                : Failure(MailFailure.Protocol, $"{Shown(at)} answered with XML that cannot be read", e.Message, e);
        }
        catch (Exception broken) when (WebTrouble.Explain(at, broken) is { } trouble)
        {
            throw Concealed(trouble);
        }
    }

    private MailServerException Refusal(HttpResponseMessage answer, Uri at)
    {
        var status = (int)answer.StatusCode;
        var words = string.Create(CultureInfo.InvariantCulture, $"{status} {answer.ReasonPhrase}").Trim();
        return answer.StatusCode switch
        {
            HttpStatusCode.Unauthorized => Failure(
                MailFailure.Auth,
                $"{at.Host} refuses the user name or password; check `user` and `password`. Some services want a password made for the "
                    + "program",
                words),
            HttpStatusCode.Forbidden => Failure(
                MailFailure.Config,
                $"the login is right but may not read {Shown(at)}; ask for access",
                words),
            HttpStatusCode.NotFound or HttpStatusCode.Gone => Failure(
                MailFailure.Permanent,
                $"there is nothing at {Shown(at)}; check the address",
                words),
            HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable => Failure(
                MailFailure.Throttled,
                $"{at.Host} asks for fewer requests",
                words,
                retryAfter: WebTrouble.RetryAfter(answer)),
            HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented => Failure(
                MailFailure.Permanent,
                $"{Shown(at)} is no CalDAV address",
                words),
            >= HttpStatusCode.InternalServerError => Failure(
                MailFailure.Network,
                $"{at.Host} has a fault of its own; it usually passes",
                words,
                retryAfter: WebTrouble.RetryAfter(answer)),
            _ when status < 300 && WebTrouble.IsMarkup(answer) => WebPage(at),
            _ when status < 300 => Failure(MailFailure.Permanent, $"{Shown(at)} does not speak CalDAV", words),
            _ => Failure(MailFailure.Protocol, $"{Shown(at)} refuses the request", words),
        };
    }

    private MailServerException WebPage(Uri at) =>
        Failure(
            MailFailure.Config,
            $"{Shown(at)} answers with a web page and not with a calendar: it is the address for people, or it asks for a login first. "
                + "Write the CalDAV address"
        );

    /// <summary>The one place where a failure gets its words, so that nothing a server echoed leaves by another.</summary>
    private MailServerException Failure(
        MailFailure failure,
        string message,
        string? answer = null,
        Exception? inner = null,
        Duration? retryAfter = null
    ) => new(failure, credentials.Conceal(message), answer is null ? null : credentials.Conceal(answer), inner) { RetryAfter = retryAfter };

    private MailServerException Concealed(WebTrouble trouble) =>
        new(
            trouble.Failure,
            credentials.Conceal(trouble.Words),
            trouble.Answer is null ? null : credentials.Conceal(trouble.Answer),
            trouble.Cause)
        {
            ConnectionLost = trouble.ConnectionLost,
        };

    /// <summary>An address for messages: without user, query and fragment.</summary>
    private static string Shown(Uri address) =>
        address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    /// <param name="Method">The method of HTTP.</param>
    /// <param name="Depth"><c>0</c> or <c>1</c>; null: not said.</param>
    /// <param name="Body">Or null.</param>
    private sealed record Question(string Method, string? Depth, XElement? Body);
}

/// <summary>What came of a request: an answer, or a refusal with its status.</summary>
internal sealed record DavReply(MultistatusEnd? Answer, int Status, MailServerException? Refusal);
