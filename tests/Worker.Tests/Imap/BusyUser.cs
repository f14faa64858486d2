using System.Net.Sockets;
using CrmSync.Fixtures.Servers;

namespace CrmSync.Worker.Tests.Imap;

/// <summary>
/// Somebody who works in a mailbox while it is harvested: gets mail, moves and deletes it, renames folders, exchanges their names, throws
/// them away and makes them anew. Every mail has a subject of its own.
/// </summary>
internal sealed class BusyUser(MailboxServer server, string user, Random random) : IDisposable
{
    private static readonly string[] Names = ["Alpha", "Beta", "Gamma", "Delta", "Epsilon"];

    private MailProgram? program;
    private int subjects;

    /// <summary>What was done, the last at the end: for the message of a test that fails.</summary>
    public List<string> Diary { get; } = [];

    /// <summary>A few folders with mails to begin with.</summary>
    public void MoveIn(int mails)
    {
        foreach (var folder in (string[])["INBOX", "Sent", .. Names.Take(3)])
        {
            if (folder is not ("INBOX" or "Sent"))
                Program.Do($"CREATE {folder}");

            Program.Append(folder, Some(mails / 5));
        }
    }

    /// <summary>Works until it is told to stop.</summary>
    public async Task Work(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            Act();
            await Task.Delay(random.Next(30), CancellationToken.None);
        }
    }

    /// <summary>Does one thing. A server that is away is found again next time.</summary>
    public void Act()
    {
        try
        {
            Program.Do("UNSELECT");
        }
        catch (MailProgramException)
        {
            // Nothing was open.
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            Leave();
            return;
        }

        var (one, other) = (Any(), Names[random.Next(Names.Length)]);
        try
        {
            switch (random.Next(20))
            {
                case < 8:
                    Note($"deliver to {one}");
                    Program.Append(one, Some(random.Next(1, 6)));
                    break;
                case < 12:
                    Note($"move from {one} to {other}");
                    Program.Do($"SELECT {one}");
                    Program.Do($"UID MOVE {Range()} {other}");
                    break;
                case < 14:
                    Note($"expunge in {one}");
                    Program.Do($"SELECT {one}");
                    Program.Do($"UID STORE {Range()} +FLAGS.SILENT (\\Deleted)");
                    Program.Do("EXPUNGE");
                    break;
                case < 16 when one is not ("INBOX" or "Sent"):
                    Note($"rename {one} to {other}");
                    Program.Do($"RENAME {one} {other}");
                    break;
                case 16 when one is not ("INBOX" or "Sent"):
                    Note($"make {one} anew");
                    Program.Do($"DELETE {one}");
                    Program.Do($"CREATE {one}");
                    Program.Append(one, Some(4));
                    break;
                case 17 when one is not ("INBOX" or "Sent"):
                    Note($"exchange {one} and {other}");
                    Program.Do($"RENAME {one} Meanwhile");
                    Program.Do($"RENAME {other} {one}");
                    Program.Do($"RENAME Meanwhile {other}");
                    break;
                case 18:
                    Note($"make {other}");
                    Program.Do($"CREATE {other}");
                    break;
            }
        }
        catch (MailProgramException refusal)
        {
            // Folders that are not there, or already are: as people find them.
            Note(refusal.Message);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            Leave();
        }
    }

    /// <summary>The subjects of all mails that are in the mailbox, by folder.</summary>
    public IReadOnlyList<string> Holds()
    {
        Leave();
        return [.. Program.Folders().SelectMany(folder => Program.Subjects(folder)).Order(StringComparer.Ordinal)];
    }

    public void Dispose() => Leave();

    private MailProgram Program => program ??= server.Open(user);

    private string Any()
    {
        var folders = Names.Concat(["INBOX", "INBOX", "Sent"]).ToArray();
        return folders[random.Next(folders.Length)];
    }

    private string Range()
    {
        var first = random.Next(1, 60);
        return $"{first}:{first + random.Next(8)}";
    }

    private StoredMail[] Some(int count) =>
        [
            .. Enumerable
                .Range(0, count)
                .Select(_ =>
                    RealMailbox.Stored(
                        $"mail {Interlocked.Increment(ref subjects)}",
                        new string('x', random.Next(random.Next(10) == 0 ? 60_000 : 3_000)))),
        ];

    private void Note(string what) => Diary.Add(what);

    private void Leave()
    {
        program?.Dispose();
        program = null;
    }
}
