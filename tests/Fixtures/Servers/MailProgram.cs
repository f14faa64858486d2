using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace CrmSync.Fixtures.Servers;

/// <summary>The server said NO or BAD to another mail program.</summary>
public sealed class MailProgramException(string message) : Exception(message);

/// <summary>
/// Another mail program at a mailbox: one that moves, deletes and looks around. Knows just enough IMAP for that, and shares nothing with
/// the client that is tested.
/// </summary>
public sealed class MailProgram : IDisposable
{
    private readonly TcpClient tcp;
    private readonly StreamReader reader;
    private readonly Stream stream;

    public MailProgram(int port, string user, string password)
    {
        tcp = new TcpClient("127.0.0.1", port) { NoDelay = true, ReceiveTimeout = 30_000 };
        stream = tcp.GetStream();
        reader = new StreamReader(stream, Encoding.Latin1);
        reader.ReadLine();
        Do($"LOGIN {user} {password}");
    }

    /// <summary>Runs a command; what came before its answer, line by line (a literal is as many lines as it has).</summary>
    /// <exception cref="MailProgramException">When the answer is not OK.</exception>
    public IReadOnlyList<string> Do(string command)
    {
        Write($"x {command}\r\n");
        return Answer(command);
    }

    /// <summary>Stores mails in one go (MULTIAPPEND), or one by one where the server cannot.</summary>
    public void Append(string mailFolder, IEnumerable<StoredMail> mails)
    {
        foreach (var some in mails.Chunk(200))
        {
            using var bytes = new MemoryStream();
            bytes.Write(Encoding.Latin1.GetBytes($"x APPEND {Quoted(mailFolder)}"));
            foreach (var mail in some)
            {
                var date = mail.At.ToUniversalTime().ToString("dd-MMM-yyyy HH:mm:ss", CultureInfo.InvariantCulture);
                bytes.Write(Encoding.Latin1.GetBytes($" ({mail.Flags}) \"{date} +0000\" {{{mail.Bytes.Length}+}}\r\n"));
                bytes.Write(mail.Bytes);
            }

            bytes.Write("\r\n"u8);
            stream.Write(bytes.GetBuffer(), 0, (int)bytes.Length);
            Answer($"APPEND {mailFolder}");
        }
    }

    /// <summary>The folders that can be opened.</summary>
    public IReadOnlyList<string> Folders() =>
        [
            .. Do("LIST \"\" \"*\"")
                .Where(line =>
                    line.StartsWith("* LIST", StringComparison.Ordinal) && !Says(line, "\\Noselect") && !Says(line, "\\NonExistent"))
                .Select(line => line[(line.IndexOf(')', StringComparison.Ordinal) + 6)..].Trim('"')),
        ];

    /// <summary>UID and flags of every mail of a folder, looked at without touching them.</summary>
    public IReadOnlyList<string> Flags(string mailFolder) =>
        Look(
            mailFolder,
            "FLAGS",
            line => line.StartsWith("* ", StringComparison.Ordinal) && line.Contains(" FETCH (", StringComparison.Ordinal),
            line => line);

    /// <summary>The subjects of a folder.</summary>
    public IReadOnlyList<string> Subjects(string mailFolder) =>
        Look(
            mailFolder,
            "BODY.PEEK[HEADER.FIELDS (SUBJECT)]",
            line => line.StartsWith("Subject: ", StringComparison.Ordinal),
            line => line["Subject: ".Length..]);

    public void Dispose()
    {
        reader.Dispose();
        tcp.Dispose();
    }

    public static string Quoted(string mailFolder) => $"\"{mailFolder}\"";

    private string[] Look(string mailFolder, string item, Func<string, bool> wanted, Func<string, string> part)
    {
        var opened = Do($"EXAMINE {Quoted(mailFolder)}");
        return opened.Contains("* 0 EXISTS") ? [] : [.. Do($"UID FETCH 1:* ({item})").Where(wanted).Select(part)];
    }

    private static bool Says(string line, string attribute) => line.Contains(attribute, StringComparison.OrdinalIgnoreCase);

    private void Write(string text) => stream.Write(Encoding.Latin1.GetBytes(text));

    private List<string> Answer(string command)
    {
        var lines = new List<string>();
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith("x ", StringComparison.Ordinal))
                lines.Add(line);
            else if (line.StartsWith("x OK", StringComparison.Ordinal))
                return lines;
            else
                throw new MailProgramException($"{command}: {line}");
        }

        throw new IOException($"{command}: the server hung up");
    }
}
