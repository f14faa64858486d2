using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CrmSync.Domain.Calls;
using CrmSync.Domain.Company;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Tables;
using CrmSync.Worker.Telephones;
using NodaTime;

namespace CrmSync.Worker.Sources.Calls;

/// <summary>
/// A table of calls as a telephone system exports it. Columns are found by the names telephone systems give them, or those the
/// configuration names.
/// </summary>
internal sealed class CallTable
{
    private const int RowLength = 16;

    /// <summary>A call that was answered before was not: systems write 0 for it.</summary>
    private static readonly Instant Earliest = Instant.FromUtc(2000, 1, 1, 0, 0);

    /// <summary>The columns of a file that Asterisk writes by itself, which has no first line that names them.</summary>
    private static readonly string[] Asterisk =
    [
        "accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata", "start", "answer", "end",
        "duration", "billsec", "disposition", "amaflags", "userfield", "uniqueid",
    ];

    private readonly CallColumns columns;
    private readonly CallTimes times;
    private readonly CallParties parties;

    private CallTable(CallColumns columns, CallTimes times, CallParties parties)
    {
        (this.columns, this.times, this.parties) = (columns, times, parties);
    }

    /// <summary>Why nothing of the file can be read; null where rows can.</summary>
    public string? Unusable { get; private init; }

    /// <summary>Whether 03/04/2026 is 4 March.</summary>
    public bool IsMonthFirst { get; private init; }

    public IReadOnlyList<CallRow> Rows { get; private set; } = [];

    /// <summary>The row at the end that may still be in the middle of being written; null where the file ends with a whole one.</summary>
    public CallRow? Unfinished { get; private set; }

    /// <summary>Reads a file.</summary>
    /// <param name="bytes">Its content.</param>
    /// <param name="account">Says what its columns are called.</param>
    /// <param name="zone">Of times that name none.</param>
    /// <param name="region">Of numbers without a country, or null.</param>
    public static CallTable Read(ReadOnlySpan<byte> bytes, CallsAccount account, DateTimeZone zone, string? region)
    {
        var table = CsvTable.Read(bytes);
        var rows = table.Rows;
        var head = table.Head;
        if (IsAsterisk(head))
        {
            rows = [new CsvRow(1, head), .. rows];
            head = Asterisk;
        }

        var named = new CallColumns(head, account.Columns);
        var isMonthFirst = CallTimes.TellsMonthFirst(rows.SelectMany(row => named.TimesIn(row))) ?? region is "US" or "CA" or "PH";
        var read = new CallTable(named, new CallTimes(zone, isMonthFirst), new CallParties(new TelephoneNumbers(region)))
        {
            IsMonthFirst = isMonthFirst,
            Unusable = head.Count == 0 ? null : named.Problem,
        };
        if (read.Unusable is null)
            read.Take(rows, table);

        return read;
    }

    private static bool IsAsterisk(IReadOnlyList<string> head) =>
        head.Count is >= 14 and <= 18 && head.Count(field => field.Length > 18 && field[4] == '-' && field[13] == ':') >= 2;

    private void Take(IReadOnlyList<CsvRow> rows, CsvTable table)
    {
        var read = new List<CallRow>(rows.Count);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var row in rows)
        {
            if (!columns.IsUnits(row) && Read(row) is var one && seen.Add(one.Row))
                read.Add(one);
        }

        if (rows.Count > 0 && !rows[^1].IsEnded && read.Count > 0 && read[^1].Line == rows[^1].Line)
        {
            Unfinished = read[^1];
            read.RemoveAt(read.Count - 1);
        }

        foreach (var problem in table.Problems)
        {
            var bad = new CallRow(Hash([problem.Reason, problem.Line.ToString(CultureInfo.InvariantCulture)]), problem.Line)
            {
                Problem = (problem.Reason, problem.Remedy),
            };
            if (table.IsCutShort && problem == table.Problems[^1])
                Unfinished = bad;
            else
                read.Add(bad);
        }

        Rows = read;
    }

    private CallRow Read(CsvRow row)
    {
        var name = Hash(row.Fields);
        return new CallRow(name, row.Line) switch
        {
            var one when FindStart(row) is not { } start => one with
            {
                Problem = ("the time cannot be read", "write it as 2026-03-02 10:00:00, with or without an offset such as +01:00"),
            },
            var one when columns.LengthIn(row) is null => one with
            {
                Problem = ("the length of the call cannot be read", "write it in seconds, or as 0:01:23"),
            },
            var one => Read(one, row, FindStart(row)!.Value),
        };
    }

    private CallRow Read(CallRow one, CsvRow row, (Instant At, bool IsToTheMinute) start)
    {
        var isWrong = false;
        var record = new CallRecord(one.Row, start.At)
        {
            From = First(row, columns.From),
            To = First(row, columns.To),
            Other = First(row, columns.Other),
            Ours = Each(row, columns.Ours),
            OursCalling = Channels(row, columns.Calling),
            OursCalled = Channels(row, columns.Called),
            Direction = columns.DirectionIn(row),
            Seconds = Seconds(row, start.At),
            Call = columns.CallIn(row),
            IsToTheMinute = start.IsToTheMinute,
        };
        return isWrong && (record.Other ?? (record.Direction == Direction.Outbound ? record.To : record.From)) is null
            ? one with
            {
                Problem = (
                    "the telephone number cannot be read",
                    "write it with its country, as +353 86 123 4567, or say under region whose numbers have none"),
            }
            : one with { Record = columns.NameIn(row) is { } name ? Named(record, name) : record };

        CallParty? First(CsvRow fields, IReadOnlyList<int> which)
        {
            foreach (var column in which)
            {
                var (party, wrong) = parties.Find(fields.Field(column));
                isWrong |= wrong;
                if (party is not null)
                    return party;
            }

            return null;
        }
    }

    /// <summary>The same with the name of the one outside that a column of its own gives.</summary>
    private static CallRecord Named(CallRecord record, string name) =>
        record.Other is { Name: null } other ? record with { Other = other with { Name = name } }
        : record is { Other: null, Direction: Direction.Inbound, From: { Name: null } caller }
            ? record with { From = caller with { Name = name } }
        : record is { Other: null, Direction: Direction.Outbound, To: { Name: null } called }
            ? record with { To = called with { Name = name } }
        : record;

    private List<CallParty> Each(CsvRow row, IReadOnlyList<int> which) =>
        [.. which.Select(column => parties.Find(row.Field(column)).Party).OfType<CallParty>()];

    private static List<CallParty> Channels(CsvRow row, IReadOnlyList<int> which) =>
        [.. which.Select(column => CallParties.FindChannel(row.Field(column))).OfType<CallParty>()];

    private (Instant At, bool IsToTheMinute)? FindStart(CsvRow row)
    {
        var written = columns.TimesIn(row).ToList();
        foreach (var one in written)
        {
            if (times.Find(one) is { } found)
                return found;
        }

        return written is [var time, var day] ? times.Find($"{day} {time}") : null;
    }

    /// <summary>How long they spoke; null where nobody answered.</summary>
    private int? Seconds(CsvRow row, Instant start)
    {
        var length = columns.LengthIn(row)!.Value;
        var answered = columns.AnsweredIn(row);
        if (CallColumns.FirstIn(row, columns.AnsweredAt) is { } at && times.Find(at) is { } picked && picked.At > Earliest)
        {
            answered ??= true;
            if (columns.Length.Count == 0 && CallColumns.FirstIn(row, columns.Ended) is { } end && times.Find(end) is { } over)
                length = (int)Math.Clamp((over.At - picked.At).TotalSeconds, 0, int.MaxValue);
        }
        else if (columns.AnsweredAt.Count > 0 && CallColumns.FirstIn(row, columns.AnsweredAt) is null)
        {
            answered ??= false;
        }
        else if (columns.Length.Count == 0 && CallColumns.FirstIn(row, columns.Ended) is { } end && times.Find(end) is { } over)
        {
            length = (int)Math.Clamp((over.At - start).TotalSeconds, 0, int.MaxValue);
        }

        return answered ?? length > 0 ? length : null;
    }

    internal static string Hash(IEnumerable<string> fields) => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\u001f', fields.Select(field => field.Trim())))).AsSpan(0, RowLength));
}
