using System.Globalization;
using System.Net.Http.Headers;
using System.Text;

namespace CrmSync.Fixtures.Servers;

/// <summary>A real CalDAV server on loopback with an own folder. Calendars are made and filled over HTTP, as any program would.</summary>
public abstract class CalDavServer : IDisposable
{
    private readonly HttpClient http = new();
    private ServerProcess? process;

    protected string Folder { get; } = Directory.CreateTempSubdirectory("crmsync-caldav-").FullName;

    public virtual int Port { get; } = ServerProcess.FreePort();

    public Uri Root => new($"http://127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}/");

    /// <summary>Where Ana's calendars lie.</summary>
    public abstract Uri Home { get; }

    public const string User = "ana";

    public const string Password = "correct-horse";

    /// <summary>Makes a calendar; its address.</summary>
    public async Task<Uri> NewCalendar(string name)
    {
        var address = new Uri(Home, name + "/");
        await Send("MKCALENDAR", address, null);
        return address;
    }

    public Task Put(Uri calendar, string name, string content) => Send("PUT", new Uri(calendar, name + ".ics"), content);

    /// <summary>Makes an address book (RFC 5689, RFC 6352); its address.</summary>
    public async Task<Uri> NewAddressBook(string name)
    {
        var address = new Uri(Home, name + "/");
        await Send(
            "MKCOL",
            address,
            $"""
            <d:mkcol xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav"><d:set><d:prop>
            <d:resourcetype><d:collection/><c:addressbook/></d:resourcetype><d:displayname>{name}</d:displayname>
            </d:prop></d:set></d:mkcol>
            """,
            "text/xml");
        return address;
    }

    public Task PutCard(Uri book, string name, string card) => Send("PUT", new Uri(book, name + ".vcf"), card, "text/vcard");

    public Task Delete(Uri address) => Send("DELETE", address, null);

    public virtual void Dispose()
    {
        http.Dispose();
        process?.Dispose();
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    protected void Start(string program, string package, IReadOnlyList<string> arguments) =>
        process = ServerProcess.Start(program, package, arguments, Port);

    protected async Task Send(string method, Uri address, string? content, string type = "text/calendar")
    {
        // Python's small servers now and then close a connection without an answer; what is sent here can be sent again.
        for (var attempt = 1; ; attempt++)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), address);
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Basic",
                Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}")));
            request.Headers.ConnectionClose = true;
            if (content is not null)
                request.Content = new StringContent(content, Encoding.UTF8, type);
            try
            {
                using var answer = await http.SendAsync(request);
                if (!answer.IsSuccessStatusCode)
                    throw new InvalidOperationException(
                        $"{method} {address}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
                return;
            }
            catch (HttpRequestException) when (attempt < 4)
            {
                await Task.Delay(20 * attempt);
            }
        }
    }
}

/// <summary>Radicale: asks for the password, and keeps every object in a file.</summary>
public sealed class RadicaleServer : CalDavServer
{
    public RadicaleServer()
    {
        ServerProcess.Find("/usr/lib/python3/dist-packages/passlib/__init__.py", "python3-passlib (Radicale checks passwords with it)");
        File.WriteAllText(Path.Combine(Folder, "users"), $"{User}:{Password}\n");
        File.WriteAllText(Path.Combine(Folder, "config"), $"""
            [server]
            hosts = 127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}
            [auth]
            type = htpasswd
            htpasswd_filename = {Folder}/users
            htpasswd_encryption = plain
            delay = 0
            [storage]
            filesystem_folder = {Folder}/data
            [logging]
            level = warning
            """);
        Start("radicale", "radicale", ["--config", Path.Combine(Folder, "config")]);
    }

    public override Uri Home => new(Root, $"{User}/");
}

/// <summary>Xandikos: keeps its calendars in git and believes any password.</summary>
public sealed class XandikosServer : CalDavServer
{
    public XandikosServer() =>
        Start(
            "xandikos",
            "xandikos",
            [
                "-d",
                Path.Combine(Folder, "data"),
                "-l",
                "127.0.0.1",
                "-p",
                Port.ToString(CultureInfo.InvariantCulture),
                "--current-user-principal",
                "/ana/",
                "--defaults",
            ]);

    public override Uri Home => new(Root, "ana/calendars/");
}

/// <summary>The calendars of Cyrus, which asks for the password and takes the UID of an event once a user, whatever the calendar.</summary>
public sealed class CyrusCalendarServer : CalDavServer
{
    private readonly CyrusServer cyrus = new();

    public CyrusCalendarServer() => cyrus.Add(User);

    public override int Port => cyrus.DavPort;

    public override Uri Home => new(Root, $"dav/calendars/user/{User}/");

    public override void Dispose()
    {
        cyrus.Dispose();
        base.Dispose();
    }
}
