using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Collections.ObjectModel;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace CrmSync.Fixtures.Servers;

/// <summary>
/// What of Google a workspace needs, on loopback: the token server, which verifies the signed assertion (RFC 7523) as Google's does, the
/// directory, a token check for Dovecot, and CalDAV in front of a real server that knows no tokens.
/// </summary>
public sealed class GoogleServer : IAsyncDisposable
{
    public const string ServiceAccount = "crmsync@bright-tools.iam.gserviceaccount.example";

    public const string ClientId = "104729";

    /// <summary>Google's token server goes by this name wherever it is asked.</summary>
    private const string Audience = "https://oauth2.googleapis.com/token";

    private static readonly string[] Scopes =
    [
        "https://mail.google.com/",
        "https://www.googleapis.com/auth/calendar.readonly",
        "https://www.googleapis.com/auth/admin.directory.group.member.readonly",
    ];

    private readonly HttpListener listener = new();
    private readonly HttpClient http = new(new HttpClientHandler { AllowAutoRedirect = false, CheckCertificateRevocationList = true });
    private readonly RSA key = RSA.Create(2048);
    private readonly ConcurrentDictionary<string, (string User, string Scope)> issued = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> asked = new();
    private readonly Task serving;

    public GoogleServer()
    {
        Port = ServerProcess.FreePort();
        listener.Prefixes.Add($"http://127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}/");
        listener.Start();
        serving = Serve();
    }

    public int Port { get; }

    public Uri Root => new($"http://127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}/");

    public Uri TokenUrl => new(Root, "token");

    /// <summary>Who has a mailbox in the workspace.</summary>
    public HashSet<string> Users { get; } = new(StringComparer.Ordinal) { "ana@us.example", "bob@us.example", "admin@us.example" };

    /// <summary>What the Admin console grants the service account.</summary>
    public HashSet<string> Granted { get; } = [.. Scopes];

    /// <summary>The time of Google's servers.</summary>
    public Func<DateTimeOffset> Now { get; set; } = () => DateTimeOffset.UtcNow;

    /// <summary>The members of the group sales@us.example, page by page, as JSON objects.</summary>
    public Collection<string[]> Members { get; } = [];

    /// <summary>Answers instead of what would be answered, by the path that is asked; null: as usual.</summary>
    public Func<string, (int Status, string Body, string? RetryAfter)?> Instead { get; set; } = _ => null;

    /// <summary>Where CalDAV is sent on to, and who logs in there.</summary>
    public (Uri Home, string User, string Password)? Calendars { get; set; }

    /// <summary>Every method and path that was asked for, in order.</summary>
    public IReadOnlyList<string> Asked => [.. asked];

    /// <summary>What tokens were given for: user and scope, in order.</summary>
    public IReadOnlyList<(string User, string Scope)> Issued =>
        [.. issued.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => one.Value)];

    /// <summary>The key file of the service account, as the Cloud console hands it out.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="other">A key that was deleted since.</param>
    public string WriteKey(string folder, RSA? other = null)
    {
        var path = Path.Combine(folder, "google-key.json");
        File.WriteAllText(path, JsonSerializer.Serialize(new
        {
            type = "service_account",
            client_email = ServiceAccount,
            client_id = ClientId,
            private_key_id = "k1",
            private_key = (other ?? key).ExportPkcs8PrivateKeyPem(),
        }));
        return path;
    }

    /// <summary>No token that was given is good any more.</summary>
    public void Revoke() => issued.Clear();

    public async ValueTask DisposeAsync()
    {
        if (!listener.IsListening)
            return;

        listener.Stop();
        await serving;
        listener.Close();
        http.Dispose();
        key.Dispose();
    }

    private async Task Serve()
    {
        var working = new List<Task>();
        while (listener.IsListening)
        {
            try
            {
                working.Add(Answer(await listener.GetContextAsync()));
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                break;
            }
        }

        await Task.WhenAll(working);
    }

    private async Task Answer(HttpListenerContext context)
    {
        var (request, response) = (context.Request, context.Response);
        var path = request.Url!.AbsolutePath;
        asked.Enqueue($"{request.HttpMethod} {request.Url.PathAndQuery}");
        try
        {
            if (Instead(path) is { } instead)
            {
                if (instead.RetryAfter is { } wait)
                    response.AddHeader("Retry-After", wait);

                await Write(response, instead.Status, instead.Body);
            }
            else if (path == "/token")
            {
                using var reader = new StreamReader(request.InputStream, Encoding.UTF8);
                var (status, body) = Token(await reader.ReadToEndAsync());
                await Write(response, status, body);
            }
            else if (path == "/tokeninfo")
            {
                // Of mail alone, as Gmail's IMAP server would.
                var known = issued.TryGetValue(request.QueryString["access_token"] ?? "", out var held) && held.Scope == Scopes[0];
                await Write(response, known ? 200 : 400, known ? $$"""{"email": "{{held.User}}"}""" : """{"error": "invalid_token"}""");
            }
            else if (path.StartsWith("/admin/directory/v1/groups/", StringComparison.Ordinal))
            {
                var (status, body) = Directory(request, WebUtility.UrlDecode(path.Split('/')[5]));
                await Write(response, status, body);
            }
            else if (path.StartsWith("/caldav/v2/", StringComparison.Ordinal))
            {
                await Calendar(request, response);
            }
            else
            {
                await Write(response, 404, "{}");
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException)
        {
            // The client went away; the test is over.
        }
    }

    private (int Status, string Body) Token(string form)
    {
        var fields = form
            .Split('&')
            .Select(pair => pair.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => WebUtility.UrlDecode(pair[1]), StringComparer.Ordinal);
        if (fields.GetValueOrDefault("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer")
            return Refuse("unsupported_grant_type", "Invalid grant_type");

        var parts = fields["assertion"].Split('.');
        if (!key.VerifyData(
            Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"),
            Base64Url.DecodeFromChars(parts[2]),
            HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1))
            return Refuse("invalid_grant", "Invalid JWT Signature.");

        using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
        string Claim(string name) => claims.RootElement.GetProperty(name).ToString();
        var (from, to) = (long.Parse(Claim("iat"), CultureInfo.InvariantCulture), long.Parse(Claim("exp"), CultureInfo.InvariantCulture));
        var now = Now().ToUnixTimeSeconds();
        if (Claim("aud") != Audience)
            return Refuse("invalid_grant", "Invalid JWT: Failed audience check.");
        if (Claim("iss") != ServiceAccount)
            return Refuse("invalid_client", "The OAuth client was not found.", 401);
        if (to - from > 3600 || from > now + 300 || to < now)
            return Refuse(
                "invalid_grant",
                "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp "
                    + "values in the JWT claim.");
        if (!Granted.Contains(Claim("scope")))
            return Refuse(
                "unauthorized_client",
                "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes "
                    + "requested.",
                401);
        if (!Users.Contains(Claim("sub")))
            return Refuse("invalid_grant", "Invalid email or User ID");

        var token = $"ya29.{issued.Count:000}{Guid.NewGuid():N}";
        issued[token] = (Claim("sub"), Claim("scope"));
        return (200, $$"""{"access_token": "{{token}}", "expires_in": 3599, "token_type": "Bearer"}""");
    }

    private (int Status, string Body) Directory(HttpListenerRequest request, string group)
    {
        if (Bearer(request.Headers["Authorization"], Scopes[2]) is not { } admin)
            return (401, Error(401, "authError", "Invalid Credentials"));
        if (admin != "admin@us.example")
            return (403, Error(403, "forbidden", "Not Authorized to access this resource/api"));
        if (group != "sales@us.example")
            return (404, Error(404, "notFound", "Resource Not Found: groupKey"));

        var page = int.Parse(request.QueryString["pageToken"] ?? "0", CultureInfo.InvariantCulture);
        var members = Members.Count > page ? Members[page] : [];
        var next = page + 1 < Members.Count ? $", \"nextPageToken\": \"{page + 1}\"" : "";
        return (200, $$"""{"kind": "admin#directory#members", "members": [{{string.Join(',', members)}}]{{next}}}""");
    }

    /// <summary>Hands a request on to the calendar server, as whoever the token is for, and the answer back in Google's paths.</summary>
    private async Task Calendar(HttpListenerRequest request, HttpListenerResponse response)
    {
        var parts = request.Url!.AbsolutePath.Split('/', 5);
        var user = WebUtility.UrlDecode(parts[3]);
        if (Bearer(request.Headers["Authorization"], Scopes[1]) != user || Calendars is not { } calendars)
        {
            await Write(response, 401, "<html>Login Required</html>");
            return;
        }

        var prefix = $"/caldav/v2/{parts[3]}/";
        var rest = parts.Length > 4 && parts[4] != "user" ? parts[4] : "";
        using var reader = new StreamReader(request.InputStream, Encoding.UTF8);
        var body = (await reader.ReadToEndAsync()).Replace(prefix, calendars.Home.AbsolutePath, StringComparison.Ordinal);
        using var answer = await HandOn(request, new Uri(calendars.Home, rest), body, $"{calendars.User}:{calendars.Password}");
        var text = (await answer.Content.ReadAsStringAsync()).Replace(calendars.Home.AbsolutePath, prefix, StringComparison.Ordinal);
        response.ContentType = answer.Content.Headers.ContentType?.ToString() ?? "text/xml";
        await Write(response, (int)answer.StatusCode, text);
    }

    private async Task<HttpResponseMessage> HandOn(HttpListenerRequest request, Uri target, string body, string login)
    {
        // Python's small servers now and then close a connection without an answer; what is asked here can be asked again.
        for (var attempt = 1; ; attempt++)
        {
            using var handed = new HttpRequestMessage(new HttpMethod(request.HttpMethod), target);
            handed.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(login)));
            handed.Headers.ConnectionClose = true;
            if (request.Headers["Depth"] is { } depth)
                handed.Headers.Add("Depth", depth);
            if (body.Length > 0)
                handed.Content = new StringContent(body, Encoding.UTF8, "application/xml");
            try
            {
                return await http.SendAsync(handed);
            }
            catch (HttpRequestException) when (attempt < 4)
            {
                await Task.Delay(20 * attempt);
            }
        }
    }

    private string? Bearer(string? header, string scope) =>
        header is not null
        && header.StartsWith("Bearer ", StringComparison.Ordinal)
        && issued.TryGetValue(header[7..], out var held)
        && held.Scope == scope
            ? held.User
            : null;

    private static (int Status, string Body) Refuse(string error, string description, int status = 400) =>
        (status, JsonSerializer.Serialize(new { error, error_description = description }));

    /// <summary>An error of Google's interfaces.</summary>
    public static string Error(int code, string reason, string message) =>
        JsonSerializer.Serialize(new { error = new { code, message, errors = new[] { new { message, domain = "global", reason } } } });

    private static async Task Write(HttpListenerResponse response, int status, string body)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        response.StatusCode = status;
        response.ContentType ??= "application/json";
        response.ContentLength64 = bytes.Length;
        await response.OutputStream.WriteAsync(bytes);
        response.Close();
    }
}
