using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CrmSync.Fixtures.Servers;

/// <summary>A mail a server has answered for with 250.</summary>
/// <param name="From">The envelope sender.</param>
/// <param name="Recipients">Those it accepted.</param>
/// <param name="Content">The bytes, dots undone.</param>
public sealed record TakenMail(string From, IReadOnlyList<string> Recipients, byte[] Content);

/// <summary>
/// An SMTP server that takes everything, unless a test says otherwise: a rule answers the commands that begin with its words,
/// <c>CONTENT</c> stands for the end of a mail. A rule with several answers gives one after the other and then repeats the last; <c>ok</c>
/// is what the server would say without a rule, <c>CUT</c> closes the connection without an answer, at the end of an answer after it.
/// <c>TAKE CUT</c> takes the mail and closes.
/// </summary>
public sealed class FakeSmtpServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly List<(string Command, Queue<string> Answers)> rules = [];
    private readonly ConcurrentQueue<TakenMail> taken = new();
    private readonly ConcurrentQueue<string> received = new();
    private readonly List<Task> sessions = [];
    private readonly IReadOnlyList<string> extensions;
    private readonly Task accepting;
    private int connections;

    /// <param name="extensions">What it offers; default: PIPELINING, 8BITMIME and SIZE.</param>
    public FakeSmtpServer(params IReadOnlyList<string> extensions)
    {
        this.extensions = ["mx.fake.example", .. extensions.Count > 0 ? extensions : ["PIPELINING", "8BITMIME", "SIZE 0"]];
        listener.Start();
        accepting = Accept();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>The mails it took, in the order in which it did.</summary>
    public IReadOnlyList<TakenMail> Taken => [.. taken];

    /// <summary>The commands so far.</summary>
    public IReadOnlyList<string> Received => [.. received];

    /// <summary>How many connections were made.</summary>
    public int Connections => connections;

    /// <summary>
    /// How long it waits for a client that says nothing before it closes the connection (RFC 5321 section 4.5.3.2.7: 5 minutes).
    /// </summary>
    public TimeSpan LongestSilence { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Told of every mail at the moment it is taken, before the client hears of it.</summary>
    public Func<TakenMail, Task>? OnTaken { get; set; }

    /// <summary>Told of every command, and as <c>CONTENT</c> of the end of every mail, before it is answered.</summary>
    public Func<string, Task>? OnStep { get; set; }

    public FakeSmtpServer On(string command, params string[] answers)
    {
        lock (rules)
        {
            rules.RemoveAll(rule => rule.Command == command);
            rules.Insert(0, (command, new Queue<string>(answers)));
        }

        return this;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await accepting;
        Task[] open;
        lock (sessions)
            open = [.. sessions];

        await Task.WhenAll(open);
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
                    sessions.Add(Task.Run(() => Serve(client)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task Serve(TcpClient tcp)
    {
        using (tcp)
        {
            tcp.NoDelay = true;
            try
            {
                var stream = tcp.GetStream();
                using var reader = new StreamReader(stream, Encoding.Latin1);
                await new Session(this, reader, stream).Run();
            }
            catch (Exception e) when (e is OperationCanceledException or IOException)
            {
                // The client left, or the test is over.
            }
        }
    }

    private string AnswerTo(string command, string usual)
    {
        lock (rules)
        {
            var rule = rules
                .Where(rule => command.StartsWith(rule.Command, StringComparison.OrdinalIgnoreCase))
                .OrderByDescending(rule => rule.Command.Length)
                .FirstOrDefault();
            var answer =
                rule.Answers is null ? "ok"
                : rule.Answers.Count > 1 ? rule.Answers.Dequeue()
                : rule.Answers.Peek();
            return answer == "ok" ? usual : answer;
        }
    }

    private sealed class Session(FakeSmtpServer server, StreamReader reader, NetworkStream stream)
    {
        private readonly List<string> recipients = [];
        private string from = "";

        public async Task Run()
        {
            if (!await Say(server.AnswerTo("GREETING", "220 mx.fake.example ready")))
                return;

            while (await ReadLine() is { } line)
            {
                server.received.Enqueue(line);
                if (server.OnStep is { } told)
                    await told(line);

                var verb = line.Split(' ', ':')[0].ToUpperInvariant();
                var answer = server.AnswerTo(line, Usual(verb));
                if (answer.StartsWith("250", StringComparison.Ordinal))
                    Note(verb, line);

                if (!await Say(answer) || verb == "QUIT")
                    return;

                if (verb == "DATA" && answer.StartsWith("354", StringComparison.Ordinal) && !await Content())
                    return;
            }
        }

        private string Usual(string verb) => verb switch
        {
            "EHLO" => string.Concat(server.extensions.Select(extension => $"250-{extension}\n")) + "250 HELP",
            "DATA" => recipients.Count == 0 ? "554 5.5.1 no valid recipients" : "354 go ahead",
            "AUTH" => "235 2.7.0 welcome",
            "QUIT" => "221 bye",
            _ => "250 2.0.0 ok",
        };

        private void Note(string verb, string line)
        {
            switch (verb)
            {
                case "MAIL":
                    from = Address(line);
                    recipients.Clear();
                    break;
                case "RCPT":
                    recipients.Add(Address(line));
                    break;
                case "RSET":
                    recipients.Clear();
                    break;
            }
        }

        private async Task<bool> Content()
        {
            var content = new StringBuilder();
            while (await ReadLine() is { } line)
            {
                if (line != ".")
                {
                    content.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
                    continue;
                }

                var answer = server.AnswerTo("CONTENT", "250 2.0.0 taken");
                if (answer.StartsWith("250", StringComparison.Ordinal) || answer.StartsWith("TAKE", StringComparison.Ordinal))
                {
                    var mail = new TakenMail(from, [.. recipients], Encoding.Latin1.GetBytes(content.ToString()));
                    server.taken.Enqueue(mail);
                    if (server.OnTaken is { } told)
                        await told(mail);
                }

                if (server.OnStep is { } step)
                    await step("CONTENT");

                recipients.Clear();
                return await Say(answer.Replace("TAKE ", "", StringComparison.Ordinal));
            }

            return false;
        }

        /// <summary>The next line; null when there is none, or the client was silent for too long.</summary>
        private async Task<string?> ReadLine()
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(server.stop.Token);
            patience.CancelAfter(server.LongestSilence);
            return await reader.ReadLineAsync(patience.Token);
        }

        private async Task<bool> Say(string answer)
        {
            var cut = answer.EndsWith("CUT", StringComparison.Ordinal);
            var text = cut ? answer[..^3].TrimEnd() : answer;
            if (text.Length > 0)
                await stream.WriteAsync(
                    Encoding.Latin1.GetBytes(text.Replace("\n", "\r\n", StringComparison.Ordinal) + "\r\n"),
                    server.stop.Token);

            return !cut;
        }

        private static string Address(string line) =>
            line[(line.IndexOf('<', StringComparison.Ordinal) + 1)..line.IndexOf('>', StringComparison.Ordinal)];
    }
}
