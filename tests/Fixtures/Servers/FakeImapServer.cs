using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CrmSync.Fixtures.Servers;

/// <summary>
/// An IMAP server that says exactly what a test tells it to. Each rule answers the commands that begin with its words; a rule with several
/// answers gives one after the other and then repeats the last. In answers <c>TAG</c> stands for the command's tag; <c>CUT</c> at the end
/// closes the connection, and <c>FOREVER</c> at the end repeats what stands behind the last <c>AGAIN</c> until the client leaves.
/// </summary>
public sealed class FakeImapServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly List<(string Command, Func<string, string> Answer)> rules = [];
    private readonly ConcurrentQueue<string> received = new();
    private readonly List<Task> sessions = [];
    private readonly Task accepting;
    private string greeting = "* OK ready";
    private int connections;
    private long sent;

    public FakeImapServer(string capabilities = "IMAP4rev1 ID UIDPLUS")
    {
        On("CAPABILITY", $"* CAPABILITY {capabilities}\nTAG OK done");
        On("LOGIN", $"TAG OK [CAPABILITY {capabilities}] logged in");
        On("ID", "* ID (\"name\" \"Fake\")\nTAG OK done");
        On("LIST", "* LIST () \"/\" INBOX\nTAG OK done");
        On("LOGOUT", "* BYE see you\nTAG OK done\nCUT");
        On("NOOP", "TAG OK done");
        listener.Start();
        accepting = Accept();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>The commands so far, without tags.</summary>
    public IReadOnlyList<string> Received => [.. received];

    /// <summary>How many connections were made.</summary>
    public int Connections => connections;

    /// <summary>How many bytes clients have taken.</summary>
    public long Sent => Interlocked.Read(ref sent);

    /// <summary>Sets the first thing said.</summary>
    public FakeImapServer Greet(string words)
    {
        greeting = words;
        return this;
    }

    /// <summary>Sets the answers to a command; line feeds become CRLF.</summary>
    public FakeImapServer On(string command, params string[] answers)
    {
        var left = new Queue<string>(answers);
        return On(command, _ => left.Count > 1 ? left.Dequeue() : left.Peek());
    }

    /// <summary>Lets answers be made for a command; asked one command at a time.</summary>
    public FakeImapServer On(string command, Func<string, string> answer)
    {
        lock (rules)
        {
            rules.RemoveAll(rule => rule.Command == command);
            rules.Insert(0, (command, answer));
        }

        return this;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await accepting;
        await Task.WhenAll(sessions);
        stop.Dispose();
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(stop.Token);
                Interlocked.Increment(ref connections);
                lock (sessions)
                    sessions.Add(Serve(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task Serve(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                if (!await Say(stream, greeting, ""))
                    return;

                using var reader = new StreamReader(stream, Encoding.Latin1);
                while (await reader.ReadLineAsync(stop.Token) is { } line)
                {
                    var space = line.IndexOf(' ', StringComparison.Ordinal);
                    var (tag, command) = space < 0 ? ("", line) : (line[..space], line[(space + 1)..]);
                    received.Enqueue(command);
                    if (!await Say(stream, AnswerTo(command, line), tag))
                        return;
                }
            }
            catch (Exception e) when (e is OperationCanceledException or IOException)
            {
                // The client left, or the test is over.
            }
        }
    }

    private string AnswerTo(string command, string line)
    {
        lock (rules)
        {
            // The rule that says most about the command wins, whether words are quoted or not; a line that is no command (an answer to "+")
            // is found as it stands.
            var plain = Unquoted(command);
            var rule = rules
                .Where(rule => plain.StartsWith(Unquoted(rule.Command), StringComparison.OrdinalIgnoreCase) || line == rule.Command)
                .OrderByDescending(rule => rule.Command.Length)
                .FirstOrDefault();
            return rule.Answer is null ? "TAG BAD unknown command" : rule.Answer(command);
        }
    }

    private static string Unquoted(string command) => command.Replace("\"", "", StringComparison.Ordinal);

    private async Task<bool> Say(NetworkStream stream, string answer, string tag)
    {
        if (answer.EndsWith("FOREVER", StringComparison.Ordinal))
            await SayForEver(stream, answer[..^"FOREVER".Length].Replace("TAG", tag, StringComparison.Ordinal).Split("AGAIN"));

        var cut = answer.EndsWith("CUT", StringComparison.Ordinal);
        var text = cut ? answer[..^3].TrimEnd('\n') : answer;
        if (text.Length > 0)
        {
            var lines = text.Replace("TAG", tag, StringComparison.Ordinal)
                .Replace("\r\n", "\n", StringComparison.Ordinal)
                .Replace("\n", "\r\n", StringComparison.Ordinal);
            // A cut in the middle of a literal must not be softened by a line end.
            var end = cut && text.Contains("NOEOL", StringComparison.Ordinal) ? "" : "\r\n";
            await Write(stream, lines.Replace("NOEOL", "", StringComparison.Ordinal) + end);
        }

        return !cut;
    }

    /// <summary>Ends with the exception of a client that has left, or of a test that is over.</summary>
    private async Task SayForEver(NetworkStream stream, string[] parts)
    {
        await Write(stream, parts[0].Replace("\n", "\r\n", StringComparison.Ordinal));
        var again = parts[^1].Replace("\n", "\r\n", StringComparison.Ordinal);
        var many = string.Concat(Enumerable.Repeat(again, Math.Max(1, 64 * 1024 / again.Length)));
        while (true)
            await Write(stream, many);
    }

    private async Task Write(NetworkStream stream, string text)
    {
        await stream.WriteAsync(Encoding.Latin1.GetBytes(text), stop.Token);
        Interlocked.Add(ref sent, text.Length);
    }
}
