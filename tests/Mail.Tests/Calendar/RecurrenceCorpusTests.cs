using System.Globalization;
using CrmSync.Fixtures;
using CrmSync.Mail.Calendar;
using NodaTime;

namespace CrmSync.Mail.Tests.Calendar;

/// <summary>The rules of libical's test file, each with the instances it must give.</summary>
public sealed class RecurrenceCorpusTests
{
    [CorpusFact]
    public void Every_rule_of_the_libical_file_gives_the_instances_it_names()
    {
        var failures = new List<string>();
        var cases = 0;
        foreach (var (rule, start, startAt, expected) in Cases())
        {
            cases++;
            var parsed = RecurrenceRule.Parse(rule, out var problem);
            Assert.True(parsed is not null && problem is null, $"{rule}: {problem}");
            var begin = DateValue.Parse(start)!.Value;
            var expansion = new RuleExpansion(
                parsed,
                begin.Local,
                begin.Kind == CalendarTimeKind.Date,
                DateTimeZone.Utc,
                startIsOccurrence: false);
            var from = CivilDay.ToSeconds(startAt is null ? begin.Local : DateValue.Parse(startAt)!.Value.Local);
            var actual = string.Join(
                ',',
                expansion
                    .Between(from, long.MaxValue)
                    .Take(10_000)
                    .Select(CivilDay.ToLocal)
                    .Select(local => DateValue.Print(local, begin.Kind)));
            var wanted = string.Join(
                ',',
                expected.Split(',').Where(instance => startAt is null || string.CompareOrdinal(instance, startAt) >= 0));
            if (actual != wanted || expansion.GaveUp)
                failures.Add(string.Create(CultureInfo.InvariantCulture, $"{rule} from {start}\n  wanted {wanted}\n  actual {actual}"));
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures));
        Assert.Equal(145, cases);
    }

    /// <summary>The cases with an expectation: the one libical calls unimplemented is a named test of its own.</summary>
    private static IEnumerable<(string Rule, string Start, string? StartAt, string Expected)> Cases()
    {
        string? rule = null, start = null, startAt = null;
        foreach (var line in File.ReadLines(Path.Combine(SharedData.Folder!, "ics/libical/src/test/icalrecur_test.txt")))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var value = line[(colon + 1)..];
            if (line.StartsWith("RRULE:", StringComparison.Ordinal))
                (rule, startAt) = (value, null);
            else if (line.StartsWith("DTSTART:", StringComparison.Ordinal))
                start = value;
            else if (line.StartsWith("START-AT:", StringComparison.Ordinal))
                startAt = value;
            else if (line.StartsWith("INSTANCES:", StringComparison.Ordinal) && !value.Contains("***", StringComparison.Ordinal))
                yield return (rule!, start!, startAt, value);
        }
    }
}
