using CrmSync.Mail.Mime;

namespace CrmSync.Worker.Delivery;

/// <summary>Puts mails into a folder, as <c>.eml</c> and <c>.html</c>: for trying out, and for systems that fetch files.</summary>
internal sealed class FolderDelivery(string folder) : IMailDelivery
{
    public Repetition Repetition => Repetition.Replaces;

    /// <summary>Writes both files beside their places and moves them there, so that nobody ever finds half a mail.</summary>
    public async Task<DeliveryAnswer> Deliver(LeavingMail mail, CancellationToken ct)
    {
        var html = MimeReader.Read(mail.Bytes).Html;
        var written = new List<(string Part, string Place)>();
        try
        {
            Directory.CreateDirectory(folder);
            await Write(".eml", mail.Bytes);
            if (html is not null)
                await Write(".html", System.Text.Encoding.UTF8.GetBytes(html));

            foreach (var (part, place) in written)
                File.Move(part, place, overwrite: true);

            return new DeliveryAnswer.Accepted();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            foreach (var (part, _) in written)
                File.Delete(part);

            return new DeliveryAnswer.Postponed(
                $"{folder}: the mail {mail.Name}.eml could not be written ({problem.Message}); make room or correct delivery.folder, it "
                    + $"is tried again"
            );
        }

        async Task Write(string ending, ReadOnlyMemory<byte> content)
        {
            var place = Path.Combine(folder, mail.Name + ending);
            written.Add((place + ".part", place));
            await using var file = new FileStream(place + ".part", FileMode.Create, FileAccess.Write, FileShare.None);
            await file.WriteAsync(content, ct);
            file.Flush(flushToDisk: true);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
