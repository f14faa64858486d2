using CrmSync.Domain.Company;
using CrmSync.Worker.Tables;

namespace CrmSync.Worker.Sources.Calls;

/// <summary>The columns of a table of calls, by the names telephone systems give them.</summary>
internal sealed class CallColumns
{
    private static readonly string[] TimeNames =
    [
        "calltime", "datetime", "datetimeutc", "starttime", "start", "startdate", "startdatetime", "timestart", "calldate", "callstart",
        "callstarttime", "datestarted", "datetimeorigination", "timestamp", "uhrzeit", "zeit", "beginn", "zeitpunkt", "startzeit", "heure",
        "datetzoffsetincl", "createdat", "dateandtime", "callstarted", "time",
    ];

    private static readonly string[] FromNames =
    [
        "caller", "callfrom", "callingparty", "callingpartynumber", "callingnumber", "src", "source", "sourcenumber", "callerid",
        "calleridnumber", "callernumber", "fromnumber", "fromno", "von", "anrufer", "ani", "quelle", "absender", "callerphonenumber",
        "originnumber", "calleridexternal", "appelant", "de", "fromphonenumber", "originatingnumber",
    ];

    private static readonly string[] ToNames =
    [
        "callee", "callto", "called", "calledparty", "finalcalledpartynumber", "originalcalledpartynumber", "calledpartynumber",
        "callednumber", "dst", "destination", "destinationnumber", "destinationdialed", "tonumber", "tono", "finalnumber", "dialno", "nach",
        "an", "ziel", "zielrufnummer", "angerufener", "dialednumber", "dnis", "calleephonenumber", "appele", "appelé",
        "vers", "tophonenumber",
        "calleenumber", "terminatingnumber",
    ];

    private static readonly string[] OtherNames =
    [
        "rufnummer", "phonenumber", "externalnumber", "contactnumber", "remotenumber", "customernumber", "customerphonenumber",
        "telefonnummer", "nummer", "number", "dialednumbercli", "contactphone", "remoteparty",
    ];

    private static readonly string[] OursNames =
    [
        "upn", "useremail", "agentemail", "extension", "ext", "extn", "user", "username", "nebenstelle",
        "eigenerufnummer", "internalnumber",
        "agent", "durchwahl", "line", "linenumber", "answeredby", "employee", "teilnehmer",
    ];

    private static readonly string[] LengthNames =
    [
        "talking", "talktime", "talkduration", "talkdurations", "talktimeseconds", "talkseconds", "billsec", "billedduration",
        "durationincall", "incallduration", "conversationduration", "conversationtime", "gespraechsdauer",
        "gesprächsdauer", "calldurations",
        "callduration", "durationseconds", "durationsec", "durationinseconds", "durations", "duration", "dauer", "length", "calllength",
        "durée", "duree", "durationhhmmss",
    ];

    private static readonly string[] AnsweredNames =
    [
        "disposition", "status", "callstatus", "result", "callresult", "actionresult", "callresults", "outcome", "state", "ergebnis",
        "resultat", "verbindungsstatus", "lastcallstatus", "typ", "type", "calltype",
    ];

    private static readonly string[] DirectionNames = ["richtung", "calldirection", "communicationtype", "calltype", "typ", "type", "sens"];

    private readonly IReadOnlyList<int> time;
    private readonly IReadOnlyList<int> day;
    private readonly IReadOnlyList<int> direction;
    private readonly IReadOnlyList<int> answered;
    private readonly IReadOnlyList<int> call;
    private readonly IReadOnlyList<int> name;
    private readonly bool isInMinutes;

    /// <param name="head">The first line.</param>
    /// <param name="named">What the configuration calls columns, by what they mean.</param>
    public CallColumns(IReadOnlyList<string> head, IReadOnlyDictionary<string, string> named)
    {
        var names = new ColumnNames(head, named);
        time = names.Find("time", TimeNames);
        day = names.Find("date", "datum", "day", "jour", "fecha", "tag");
        From = names.Find("from", FromNames);
        To = names.Find("to", ToNames);
        Other = names.Find("other", OtherNames);
        Ours = names.Find("ours", OursNames);
        Calling = names.Find("channel");
        Called = names.Find("dstchannel");
        direction = names.Find("direction", DirectionNames);
        answered = names.Find("answered", AnsweredNames);
        Length = names.Find("seconds", LengthNames);
        AnsweredAt = names.Find("answeredat", "answer", "answertime", "timeanswered", "connecttime", "dateconnected", "datetimeconnect");
        Ended = names.Find("ended", "end", "endtime", "timeend", "disconnecttime", "dateended", "datetimedisconnect");
        call = names.Find(
            "id", "callid", "linkedid", "uniqueid", "sessionid", "historyid", "callsid", "globalcallid", "globalcallidcallid");
        name = names.Find("name", "contactname", "callername", "contact");

        // The table of a FRITZ!Box, which counts minutes.
        isInMinutes = names.Find("eigenerufnummer").Count > 0 && names.Find("nebenstelle").Count > 0;
        Problem =
            names.Missing.FirstOrDefault() is { } missing ? $"there is no column '{missing}', which `columns` names; {Names(head)}"
            : time.Count + day.Count == 0 ? $"there is no column with the time of a call; {Names(head)}"
            : From.Count + To.Count + Other.Count == 0 ? $"there is no column with telephone numbers; {Names(head)}"
            : Length.Count + answered.Count + AnsweredAt.Count + Ended.Count == 0
                ? $"there is no column that tells how long a call was or whether anybody answered; {Names(head)}"
            : null;
    }

    /// <summary>Why nothing can be read; null where rows can.</summary>
    public string? Problem { get; }

    public IReadOnlyList<int> From { get; }

    public IReadOnlyList<int> To { get; }

    /// <summary>Whoever is outside, whichever way the call went.</summary>
    public IReadOnlyList<int> Other { get; }

    /// <summary>Whoever of ours it was.</summary>
    public IReadOnlyList<int> Ours { get; }

    /// <summary>The channel of the caller, as Asterisk calls it.</summary>
    public IReadOnlyList<int> Calling { get; }

    /// <summary>The channel of the called.</summary>
    public IReadOnlyList<int> Called { get; }

    public IReadOnlyList<int> Length { get; }

    /// <summary>When somebody answered.</summary>
    public IReadOnlyList<int> AnsweredAt { get; }

    /// <summary>When it was over.</summary>
    public IReadOnlyList<int> Ended { get; }

    /// <summary>What a row says of when it was: a time, a day, or both, the time first.</summary>
    public IEnumerable<string> TimesIn(CsvRow row) => new[] { FirstIn(row, time), FirstIn(row, day) }.OfType<string>();

    /// <summary>The first of some columns that holds anything.</summary>
    public static string? FirstIn(CsvRow row, IReadOnlyList<int> columns) =>
        columns.Select(row.Field).FirstOrDefault(text => text.Length > 0 && !text.StartsWith("0000", StringComparison.Ordinal));

    /// <summary>A second line that gives the types of the columns, as Cisco writes it.</summary>
    public bool IsUnits(CsvRow row) => FirstIn(row, time) is "INTEGER" or "VARCHAR(50)";

    /// <summary>Which way it went; null where no word says so.</summary>
    public Direction? DirectionIn(CsvRow row) => direction
        .Select(column => CallWords.FindDirection(row.Field(column)))
        .FirstOrDefault(found => found is not null);

    /// <summary>Whether somebody answered; null where no word says so.</summary>
    public bool? AnsweredIn(CsvRow row) => answered
        .Select(column => CallWords.FindAnswered(row.Field(column)))
        .FirstOrDefault(found => found is not null);

    /// <summary>The length in seconds; nothing where the table does not tell it, null for what cannot be read.</summary>
    public int? LengthIn(CsvRow row) =>
        FirstIn(row, Length) is { } text ? CallTimes.FindLength(text, isInMinutes) : 0;

    public string? CallIn(CsvRow row) => FirstIn(row, call);

    public string? NameIn(CsvRow row) => FirstIn(row, name) is { Length: <= 200 } text && text.Any(char.IsLetter) ? text : null;

    private static string Names(IReadOnlyList<string> head) => $"the first line names {string.Join(", ", head.Take(20))}";
}
