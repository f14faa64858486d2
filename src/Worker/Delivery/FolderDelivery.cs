using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using CrmSync.Mail.Mime;

namespace CrmSync.Worker.Delivery;

/// <summary>
/// Puts mails into a folder, as <c>.eml</c> and <c>.html</c> named by their Message-ID: for trying out, and for systems that fetch files. A
/// file that was fetched and removed is not written again: which mails are done stands in a folder beside them.
/// </summary>
/// <remarks>
/// A mail is written aside, under the token of whoever writes it. Then a mark with that token is put in place, which only one worker can
/// do. Then the file the mark names is moved to where it belongs, which only works once. Whoever finds a mark finishes what it says: either
/// the file is still aside, or it has been moved.
/// </remarks>
internal sealed class FolderDelivery(string folder) : IMailDelivery
{
    /// <summary>What could not leave within a day never does; a mark is kept well beyond that.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    private bool isTidy;

    public Repetition Repetition => Repetition.IsRemembered;

    private string Memory => Path.Combine(folder, ".sent");

    public async Task<DeliveryAnswer> Deliver(LeavingMail mail, CancellationToken ct)
    {
        var aside = new List<string>();
        try
        {
            Directory.CreateDirectory(Memory);
            Tidy();
            if (!File.Exists(Mark(mail)))
            {
                var token = mail.Token.ToString(CultureInfo.InvariantCulture);
                await Write(Aside(mail, token, ".eml"), mail.Bytes, aside, ct);
                if (MimeReader.Read(mail.Bytes).Html is { } html)
                    await Write(Aside(mail, token, ".html"), Encoding.UTF8.GetBytes(html), aside, ct);

                await Write(Aside(mail, token, ".mark"), Encoding.ASCII.GetBytes(token), aside, ct);
                if (!await mail.IsOurs(ct))
                {
                    Remove(aside);
                    return new DeliveryAnswer.NotOurs();
                }

                if (!Move(Aside(mail, token, ".mark"), Mark(mail)))
                    Remove(aside);
            }

            Finish(mail, await File.ReadAllTextAsync(Mark(mail), ct));
            return new DeliveryAnswer.Accepted();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // Where the mark is in place, what is aside is the mail.
            if (!File.Exists(Mark(mail)))
                Remove(aside);

            return new DeliveryAnswer.Postponed(
                $"{folder}: the mail {mail.Name}.eml could not be written ({problem.Message}); "
                    + "make room or correct delivery.folder, it is tried again");
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private string Mark(LeavingMail mail) => Path.Combine(Memory, mail.Name);

    private string Aside(LeavingMail mail, string token, string ending) => Path.Combine(Memory, $"{mail.Name}.{token}{ending}");

    private string Place(LeavingMail mail, string ending) => Path.Combine(folder, mail.Name + ending);

    /// <summary>The page first: whoever waits for mails finds both.</summary>
    private void Finish(LeavingMail mail, string token)
    {
        foreach (var ending in new[] { ".html", ".eml" })
        {
            var aside = Aside(mail, token, ending);
            if (File.Exists(aside) && !Move(aside, Place(mail, ending)))
                File.Delete(aside);
        }
    }

    /// <summary>False when something is there already, or the file has been moved by somebody else.</summary>
    private static bool Move(string from, string to)
    {
        try
        {
            Files.MoveWithoutReplacing(from, to);
            return true;
        }
        catch (IOException) when (File.Exists(to) || !File.Exists(from))
        {
            return false;
        }
    }

    private static void Remove(List<string> files) => files.ForEach(File.Delete);

    private static async Task Write(string place, ReadOnlyMemory<byte> content, List<string> written, CancellationToken ct)
    {
        written.Add(place);
        await using var file = new FileStream(place, FileMode.Create, FileAccess.Write, FileShare.None);
        await file.WriteAsync(content, ct);
        file.Flush(flushToDisk: true);
    }

    private void Tidy()
    {
        if (isTidy)
            return;

        // The times of files are their system's, whatever clock the program runs on: the last mark tells how old the others are.
        isTidy = true;
        var files = new DirectoryInfo(Memory).GetFiles();
        var last = files.Length == 0 ? default : files.Max(file => file.LastWriteTimeUtc);
        foreach (var file in files.Where(file => last - file.LastWriteTimeUtc > Kept))
            file.Delete();
    }

    /// <summary>What .NET lacks: on Unix its move without replacing is a link and a removal, between which a file has two names.</summary>
    private static class Files
    {
        private const int WorkingDirectory = -100;
        private const uint NoReplace = 1;
        private const int NotSupported = 22; // EINVAL: this file system cannot do it

        public static void MoveWithoutReplacing(string from, string to)
        {
            if (!OperatingSystem.IsLinux())
            {
                File.Move(from, to, overwrite: false);
                return;
            }

            if (Rename(WorkingDirectory, Terminated(from), WorkingDirectory, Terminated(to), NoReplace) == 0)
                return;

            var error = Marshal.GetLastPInvokeError();
            if (error != NotSupported)
                throw new IOException(Marshal.GetPInvokeErrorMessage(error));

            File.Move(from, to, overwrite: false);
        }

        [DllImport("libc", EntryPoint = "renameat2", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int Rename(int fromFolder, byte[] from, int toFolder, byte[] to, uint flags);

        private static byte[] Terminated(string path) => Encoding.UTF8.GetBytes(Path.GetFullPath(path) + '\0');
    }
}
