using System.Diagnostics;
using System.Globalization;

namespace CrmSync.Fixtures.Servers;

/// <summary>
/// A real Cyrus with IMAP and CalDAV. Its Debian package and Dovecot's exclude each other, so it is unpacked and never installed:
/// <c>tests/run</c> puts it into the folder that the variable <c>CRMSYNC_CYRUS</c> names, or into a cache.
/// </summary>
public sealed class CyrusServer : MailboxServer
{
    private const string Admin = "cyrus";

    private static readonly string Root = Environment.GetEnvironmentVariable("CRMSYNC_CYRUS") is { Length: > 0 } named
        ? named
        : Path.Combine(Cache(), "crmsync", "cyrus");

    // Cyrus gives up the rights of root at once; what it writes belongs to this user.
    private static readonly string Owner = Environment.UserName == "root" ? "mail" : Environment.UserName;

    private readonly Dictionary<string, string> environment;
    private ServerProcess? process;

    public CyrusServer()
    {
        environment = Libraries();
        WriteConfiguration();
        try
        {
            AddUser(Admin);
            Start();
        }
        catch
        {
            base.Dispose();
            throw;
        }
    }

    public override string Product => "Cyrus IMAPD";

    public override char Delimiter => '/';

    /// <summary>The port of CalDAV, in clear text.</summary>
    public int DavPort { get; } = ServerProcess.FreePort();

    /// <summary>Cyrus knows its users without a domain.</summary>
    public override string NewUser(string name = "ada")
    {
        var user = NextName(name);
        Add(user);
        Run(
            user,
            @"CREATE Sent (USE (\Sent))",
            @"CREATE Trash (USE (\Trash))",
            @"CREATE Drafts (USE (\Drafts))",
            @"CREATE Junk (USE (\Junk))");
        return user;
    }

    /// <summary>A user of that very name, with an INBOX.</summary>
    public void Add(string user)
    {
        AddUser(user);
        Run(Admin, $"CREATE user/{user}");
    }

    public override void Fill(string user, string mailFolder, IReadOnlyList<StoredMail> mails)
    {
        using var program = Open(user);
        if (!program.Folders().Contains(mailFolder))
            program.Do($"CREATE {MailProgram.Quoted(mailFolder)}");

        var next = int.Parse(
            program.Do($"STATUS {MailProgram.Quoted(mailFolder)} (UIDNEXT)")[0].Split("UIDNEXT ")[1].TrimEnd(')'),
            CultureInfo.InvariantCulture);
        var complete = mails.Select(mail => mail with { Bytes = WithLineEnds(mail.Bytes) }).ToList();
        var odd = complete.FindAll(HasOddHeader);
        program.Append(
            mailFolder,
            complete.Select(mail => HasOddHeader(mail) ? mail with { Bytes = "Subject: to be replaced\r\n\r\n"u8.ToArray() } : mail));
        if (odd.Count > 0)
            Replace(
                $"user/{user}{(mailFolder == "INBOX" ? "" : "/" + mailFolder)}",
                odd.ToDictionary(mail => next + complete.IndexOf(mail)));
    }

    protected override string MessageFile(string user, int uid) => Path.Combine(FolderPath($"user/{user}"), $"{uid}.");

    public override void Restart()
    {
        process?.Dispose();
        Start();
    }

    public override void Dispose()
    {
        process?.Dispose();
        base.Dispose();
    }

    /// <summary>What root starts gives up root's rights and could not look into root's home.</summary>
    private static string Cache()
    {
        if (Environment.UserName == "root")
            return "/var/cache";

        var named = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        return named is { Length: > 0 } ? named : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
    }

    private static string Program(string name) => Path.Combine(Root, "usr/lib/cyrus/bin", name);

    /// <summary>Where the loader finds the libraries that were unpacked beside Cyrus; or one clear line when it is not there.</summary>
    private static Dictionary<string, string> Libraries()
    {
        if (!File.Exists(Program("master")))
            throw new InvalidOperationException($"this test needs Cyrus unpacked in {Root}; tests/run fetches it, or set CRMSYNC_CYRUS");

        var folders = Directory
            .EnumerateFiles(Path.Combine(Root, "usr/lib"), "*.so*", SearchOption.AllDirectories)
            .Select(file => Path.GetDirectoryName(file)!)
            .Distinct()
            .ToList();
        var plugins = folders
            .Where(folder => Path.GetFileName(folder) == "sasl2")
            .Concat(Directory.GetDirectories("/usr/lib", "*-linux-gnu").Select(folder => Path.Combine(folder, "sasl2")));
        return new Dictionary<string, string>
        {
            ["LD_LIBRARY_PATH"] = string.Join(':', folders),
            ["SASL_PATH"] = string.Join(':', plugins),
        };
    }

    /// <summary>IMAP knows CR LF only.</summary>
    private static byte[] WithLineEnds(byte[] mail)
    {
        var bytes = new List<byte>(mail.Length + (mail.Length / 40));
        foreach (var one in mail)
        {
            if (one == '\n' && (bytes.Count == 0 || bytes[^1] != '\r'))
                bytes.Add((byte)'\r');

            bytes.Add(one);
        }

        return [.. bytes];
    }

    /// <summary>Cyrus takes no mail with a line in its header that is none; those that it has got otherwise it serves.</summary>
    private static bool HasOddHeader(StoredMail mail)
    {
        var header = System.Text.Encoding.Latin1.GetString(mail.Bytes).Split("\r\n\r\n", 2)[0];
        return header
            .Split("\r\n")
            .Any(line => line.Length > 0 && line[0] is not (' ' or '\t') && !line.TakeWhile(c => c is > ' ' and < '\x7f').Contains(':'));
    }

    /// <summary>Puts mails into the place of others, past the server, and has it look at them anew.</summary>
    private void Replace(string mailbox, Dictionary<int, StoredMail> mails)
    {
        foreach (var (uid, mail) in mails)
            File.WriteAllBytes(Path.Combine(FolderPath(mailbox), $"{uid}."), mail.Bytes);

        var reconstruct = new[] { Program("reconstruct"), "-C", Path.Combine(Folder, "imapd.conf"), "-G", "-R", mailbox };
        Run(
            Environment.UserName == "root" ? "setpriv" : reconstruct[0],
            Environment.UserName == "root" ? ["--reuid", Owner, "--clear-groups", .. reconstruct] : reconstruct[1..]);
    }

    private string FolderPath(string mailbox) => Run(Program("mbpath"), ["-C", Path.Combine(Folder, "imapd.conf"), mailbox]).Trim();

    private void AddUser(string user)
    {
        Run(
            Path.Combine(Root, "usr/sbin/saslpasswd2"),
            ["-c", "-p", "-f", Path.Combine(Folder, "sasldb"), "-u", "localhost", user],
            Password);
        Give(Path.Combine(Folder, "sasldb"));
    }

    private string Run(string program, IReadOnlyList<string> arguments, string? input = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;

        using var running = Process.Start(start)!;
        running.StandardInput.Write(input);
        running.StandardInput.Close();
        var error = running.StandardError.ReadToEndAsync();
        var output = running.StandardOutput.ReadToEnd();
        running.WaitForExit();
        return running.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {error.Result}");
    }

    private void Start() =>
        process = ServerProcess.Start(
            Program("master"),
            "cyrus-imapd",
            ["-C", Path.Combine(Folder, "imapd.conf"), "-M", Path.Combine(Folder, "cyrus.conf"), "-p", Path.Combine(Folder, "pid")],
            TlsPort,
            environment: environment);

    private void WriteConfiguration()
    {
        var (certificate, key) = Authority.Write(Folder);
        foreach (
            var part in new[]
            {
                "spool",
                "lib",
                "lib/db",
                "lib/socket",
                "lib/proc",
                "lib/log",
                "lib/msg",
                "lib/lock",
                "lib/user",
                "lib/quota",
            })
            Directory.CreateDirectory(Path.Combine(Folder, part));

        File.WriteAllText(Path.Combine(Folder, "imapd.conf"), $"""
            configdirectory: {Folder}/lib
            defaultpartition: default
            partition-default: {Folder}/spool
            cyrus_user: {Owner}
            admins: {Admin}
            servername: localhost
            allowplaintext: yes
            failedloginpause: 0
            sasl_pwcheck_method: auxprop
            sasl_auxprop_plugin: sasldb
            sasl_sasldb_path: {Folder}/sasldb
            sasl_mech_list: PLAIN SCRAM-SHA-256
            tls_server_cert: {certificate}
            tls_server_key: {key}
            httpmodules: caldav
            caldav_allowscheduling: off
            # What the machine loses when it dies does not matter here.
            skiplist_unsafe: yes

            """);
        File.WriteAllText(Path.Combine(Folder, "cyrus.conf"), $$"""
            START {
              recover cmd="{{Program("ctl_cyrusdb")}} -C {{Folder}}/imapd.conf -r"
            }
            SERVICES {
              imap cmd="{{Program("imapd")}} -C {{Folder}}/imapd.conf" listen="127.0.0.1:{{Port(PlainPort)}}" prefork=0
              imaps cmd="{{Program("imapd")}} -s -C {{Folder}}/imapd.conf" listen="127.0.0.1:{{Port(TlsPort)}}" prefork=0
              http cmd="{{Program("httpd")}} -C {{Folder}}/imapd.conf" listen="127.0.0.1:{{Port(DavPort)}}" prefork=0
            }
            EVENTS {
            }

            """);
        Give(Folder);
    }

    private static string Port(int port) => port.ToString(CultureInfo.InvariantCulture);

    private static void Give(string path)
    {
        if (Environment.UserName != "root")
            return;

        using var give = Process.Start("/bin/chown", ["-R", Owner, path]);
        give.WaitForExit();
    }
}
