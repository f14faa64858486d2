using System.Diagnostics;
using CrmSync.Fixtures;
using CrmSync.Mail.Mime;

namespace CrmSync.Mail.Tests.Mime;

public sealed class CorpusTests
{
    [CorpusTheory]
    [InlineData("mime")]
    [InlineData("bounces")]
    [InlineData("replies")]
    [InlineData("enron")]
    public void Every_file_is_read_without_exception_and_in_bounded_time(string folder)
    {
        var read = 0;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(SharedData.Folder!, folder), "*", SearchOption.AllDirectories))
        {
            var watch = Stopwatch.StartNew();
            var bytes = File.ReadAllBytes(file);
            Touch.Everything(MimeReader.Read(bytes), file);
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), $"{file} took {watch.Elapsed}");
            read++;
        }

        Assert.True(read > 200, $"only {read} files in {folder}");
    }

    [CorpusFact]
    public void A_stream_and_pieces_of_any_size_read_like_the_whole()
    {
        foreach (
            var file in Directory
                .EnumerateFiles(Path.Combine(SharedData.Folder!, "mime"), "*", SearchOption.AllDirectories)
                .Where((_, i) => i % 7 == 0))
        {
            var bytes = File.ReadAllBytes(file);
            if (bytes.Length > 200_000)
                continue;
            var whole = Touch.Everything(MimeReader.Read(bytes), file);
            Assert.Equal(whole, Touch.Everything(MimeReader.Read(new MemoryStream(bytes)), file));
            foreach (var size in (int[])[1, 7, 61])
            {
                var parser = new MimeParser();
                for (var at = 0; at < bytes.Length; at += size)
                    parser.Append(bytes.AsSpan(at, Math.Min(size, bytes.Length - at)));
                var pieces = Touch.Everything(parser.Finish(), file);
                Assert.True(whole == pieces, $"{file} in pieces of {size}:\n{whole}\n---\n{pieces}");
            }
        }
    }
}
