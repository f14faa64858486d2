using CrmSync.Fixtures;
using CrmSync.Mail.Calendar;
using NodaTime;

namespace CrmSync.Mail.Tests.Calendar;

/// <summary>Every calendar of the corpus, read whole and cut at many places.</summary>
public sealed class CalendarCorpusTests
{
    private static readonly Interval Decades = new(Instant.FromUtc(1995, 1, 1, 0, 0), Instant.FromUtc(2027, 1, 1, 0, 0));

    private static IEnumerable<string> Files =>
        Directory.GetFiles(Path.Combine(SharedData.Folder!, "ics"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal);

    [CorpusFact]
    public void Every_file_is_read_and_what_is_dropped_is_counted_with_its_reason()
    {
        var (files, events, lost, occurrences) = (0, 0, 0, 0);
        foreach (var path in Files)
        {
            var file = CalendarReader.Read(File.ReadAllBytes(path));
            files++;
            events += file.Events.Count;
            lost += file.EventsLost;
            Assert.Equal(file.EventsLost, file.Problems.Count(problem => problem.EventLost));
            Assert.True(file.IsCalendar || file.Problems.Count > 0, path);
            occurrences += EventSeries.Group(file.Events).Sum(series => Occurrences.Within(series, Decades, 5_000).Occurrences.Count);
        }

        Assert.Equal(402, files);
        Assert.Equal(3_593, events);
        Assert.Equal(35, lost);
        Assert.InRange(occurrences, events, 1_000_000);
    }

    [CorpusFact]
    public void A_file_cut_anywhere_loses_no_event_that_was_whole_and_says_that_it_is_cut()
    {
        foreach (var path in Files.Where(path => new FileInfo(path).Length is > 200 and < 20_000))
        {
            var bytes = File.ReadAllBytes(path);
            var whole = CalendarReader.Read(bytes);
            for (var length = 1; length < bytes.Length; length += bytes.Length / 9)
            {
                var cut = CalendarReader.Read(bytes.AsMemory(0, length));
                Assert.InRange(cut.Events.Count, 0, whole.Events.Count);
                Assert.True(cut.IsComplete || cut.Problems.Count > 0, path);
            }
        }
    }
}
