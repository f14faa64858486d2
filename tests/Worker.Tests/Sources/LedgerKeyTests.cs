using CrmSync.Worker.Sources.Files;

namespace CrmSync.Worker.Tests.Sources;

/// <summary>Keys that a ledger holds already are read and written as they stand there.</summary>
public sealed class LedgerKeyTests
{
    [Theory]
    [InlineData("2024/offer.eml|4711|3a2f90c1d20", "2024/offer.eml", 4711)]
    [InlineData("a|b|c.eml|0|0", "a|b|c.eml", 0)]
    public void A_file_is_named_by_path_size_and_time(string text, string path, long size)
    {
        var key = FileKey.Parse(text);

        Assert.Equal((path, size, text), (key.Path, key.Size, key.ToString()));
    }

    [Fact]
    public void A_changed_file_has_another_key()
    {
        var noon = new DateTimeOffset(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

        Assert.NotEqual(FileKey.From("a.eml", 10, noon), FileKey.From("a.eml", 10, noon.AddMilliseconds(1)));
        Assert.Equal(FileKey.From("a.eml", 10, noon), FileKey.Parse(FileKey.From("a.eml", 10, noon).ToString()));
    }

    [Theory]
    [InlineData("0:812:0123456789abcdef01234567", 0, 812, true)]
    [InlineData("812:15:0123456789abcdef01234567:text", 812, 15, false)]
    public void A_message_of_an_mbox_is_named_by_where_it_stands_and_how_it_begins(string text, long offset, long length, bool isMail)
    {
        var key = MboxKey.Parse(text);

        Assert.Equal((offset, length, isMail, text), (key.Offset, key.Length, key.IsMail, key.ToString()));
    }
}
