using System.Globalization;
using System.Text;
using CrmSync.Domain.Calls;
using CrmSync.Domain.Company;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Sources.Calls;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Worker.Tests.Calls;

/// <summary>Tables of calls as telephone systems export them, with the columns of each.</summary>
public sealed class OddCallTables
{
    private static readonly InternalAddresses Ours = new(
        new OurSide(["us.example"], []),
        [EmailAddress.Parse("ana@us.example"), EmailAddress.FromTelephone("101"), EmailAddress.FromTelephone("+35315550101")],
        []);

    public static TheoryData<string, string, string> Tables { get; } = new()
    {
        {
            "the columns as the documentation names them",
            "time,from,to,direction,seconds,answered\n2026-03-02 10:00:00,+353 86 123 4567,101,inbound,83,yes\n",
            "in +353861234567 101 10:00:00 83"
        },
        {
            "3CX 18: call log",
            "Call Time,Caller ID,Destination,Status,Ringing,Talking,Totals,Cost,Reason\n"
                + "2026-03-02 10:00:00,Jane Moss (0861234567),Ana Lee (101),Answered,00:00:05,00:01:23,00:01:28,,Terminated by src\n"
                + "2026-03-02 11:00:00,0861234567,Ana Lee (101),Unanswered,00:00:20,,00:00:20,,\n",
            "in +353861234567 101 10:00:00 83 Jane Moss; in +353861234567 101 11:00:00 missed"
        },
        {
            "3CX 20: call reports",
            "Call Time,Call ID,From,To,Direction,Status,Ringing,Talking,Cost,Call Activity Details\n"
                + "2026-03-02T10:00:00,00000A1,Ana Lee (101),0861234567,Outbound,Answered,00:00:05,00:01:23,0,x\n"
                + "2026-03-02T10:05:00,00000A2,Ana Lee (101),Ben (102),Internal,Answered,00:00:05,00:01:23,0,x\n",
            "out +353861234567 101 10:00:00 83; a call among ourselves"
        },
        {
            "3CX: CDR file with the times of answer and end",
            "historyid,callid,time-start,time-answered,time-end,reason-terminated,from-no,to-no,from-dispname\n"
                + "CallHistory1,c1,2026/03/02 10:00:00,2026/03/02 10:00:10,2026/03/02 10:01:40,TerminatedBySrc,+353861234567,101,Jane\n"
                + "CallHistory2,c2,2026/03/02 11:00:00,,2026/03/02 11:00:20,TerminatedBySrc,+353861234567,101,Jane\n",
            "in +353861234567 101 10:00:00 90; in +353861234567 101 11:00:00 missed"
        },
        {
            "Asterisk: Master.csv, which has no first line",
            "\"\",\"0861234567\",\"s\",\"from-pstn\",\"\"\"Jane\"\" <0861234567>\",\"SIP/trunk-01\",\"SIP/101-02\",\"Dial\","
                + "\"SIP/101\","
                + "\"2026-03-02 10:00:00\",\"2026-03-02 10:00:05\",\"2026-03-02 10:01:28\",88,83,"
                + "\"ANSWERED\",\"DOCUMENTATION\",\"\",\"17.1\"\n"
                + "\"\",\"101\",\"0861234567\",\"from-internal\",\"\"\"Ana\"\" <101>\",\"SIP/101-03\",\"SIP/trunk-04\",\"Dial\",\"x\","
                + "\"2026-03-02 11:00:00\",,\"2026-03-02 11:00:20\",20,0,\"NO ANSWER\",\"DOCUMENTATION\",\"\",\"17.2\"\n",
            "in +353861234567 101 10:00:00 83; out +353861234567 101 11:00:00 missed"
        },
        {
            "FreePBX: CDR report",
            "calldate,clid,src,dst,dcontext,channel,dstchannel,lastapp,lastdata,duration,billsec,disposition,amaflags,accountcode,uniqueid,"
                + "userfield\n2026-03-02 10:00:00,\"\"\"Jane\"\" <0861234567>\",0861234567,101,ext-local,SIP/t-1,PJSIP/101-0000004f,Dial,x,"
                + "30,0,NO ANSWER,3,,1.1,\n",
            "in +353861234567 101 10:00:00 missed"
        },
        {
            "FRITZ!Box: the line about the separator, two-digit years, minutes and types as numbers",
            "sep=;\nTyp;Datum;Name;Rufnummer;Nebenstelle;Eigene Rufnummer;Dauer\n"
                + "1;02.03.26 10:00;Jane Moss;0861234567;Buero;+353 1 555 0101;0:03\n"
                + "2;02.03.26 11:00;;0861234567;;+353 1 555 0101;0:00\n4;02.03.26 12:00;;0861234567;Buero;+353 1 555 0101;0:02\n",
            "in +353861234567 +35315550101 10:00:00 180 Jane Moss; in +353861234567 +35315550101 11:00:00 missed; "
                + "out +353861234567 +35315550101 12:00:00 120"
        },
        {
            "Microsoft Teams: PSTN usage",
            "UsageId,Call ID,Conference ID,User country code,UPN,User Display Name,Caller ID,Call Type,Number Type,Domestic/International,"
                + "Destination Dialed,Destination Number,Start Time,End Time,Duration Seconds\n"
                + "1,c1,,IE,ana@us.example,Ana Lee,+353861234567,ucap_in,User,Domestic,,+35315550101,2026-03-02T10:00:00.1234567+00:00,"
                + "2026-03-02T10:01:23+00:00,83\n"
                + "2,c2,,IE,ana@us.example,Ana Lee,+35315550101,ucap_out,User,Domestic,Ireland,+353861234567,2026-03-02T11:00:00Z,"
                + "2026-03-02T11:01:23Z,83\n",
            "in +353861234567 ana@us.example 10:00:00 83; out +353861234567 ana@us.example 11:00:00 83"
        },
        {
            "RingCentral: call log",
            "Direction,Type,Phone Number,Name,Extension,Forwarded To,Date,Time,Action,Action Result,Result Description,Duration\n"
                + "Incoming,Voice,(353) 86 123 4567,,101 - Ana Lee,,Mon 03/02/2026,10:00 AM,Phone Call,Missed,x,0:00:20\n"
                + "Outgoing,Voice,+353861234567,,101,,Mon 03/02/2026,11:00 AM,VoIP Call,Call connected,x,0:01:23\n",
            "in +353861234567 101 10:00:00 missed; out +353861234567 101 11:00:00 83"
        },
        {
            "sipgate: history",
            "Id;Datum;Richtung;Status;Von;Nach;Dauer\n1;2026-03-02T10:00:00Z;INCOMING;SUCCESS;+353861234567;+35315550101;83\n"
                + "2;2026-03-02T11:00:00Z;OUTGOING;NO_PICKUP;+35315550101;+353861234567;0\n",
            "in +353861234567 +35315550101 10:00:00 83; out +353861234567 +35315550101 11:00:00 missed"
        },
        {
            "Placetel: list of calls with day and time apart",
            "Datum;Uhrzeit;Richtung;Von;An;Dauer;Status\n02.03.2026;10:00:00;eingehend;+353861234567;101;00:01:23;angenommen\n"
                + "02.03.2026;11:00:00;eingehend;+353861234567;101;00:00:00;verpasst\n",
            "in +353861234567 101 10:00:00 83; in +353861234567 101 11:00:00 missed"
        },
        {
            "Yeastar: CDR and recordings",
            "Time,Call From,Call To,Call Duration(s),Ring Duration(s),Talk Duration(s),Status,Communication Type\n"
                + "2026-03-02 10:00:00,0861234567<0861234567>,Ana<101>,88,5,83,ANSWERED,Inbound\n"
                + "2026-03-02 11:00:00,0861234567<0861234567>,Ana<101>,20,20,0,VOICEMAIL,Inbound\n",
            "in +353861234567 101 10:00:00 83; in +353861234567 101 11:00:00 missed"
        },
        {
            "Aircall: calls",
            "line,date (TZ offset incl.),number timezone,datetime (UTC),country_code,direction,from,to,answered,missed_call_reason,user,"
                + "duration (total),duration (in call)\n"
                + "Main,,Dublin,2026-03-02 10:00:00,IE,inbound,353861234567,35315550101,Yes,,Ana,100,83\n",
            "in +353861234567 +35315550101 10:00:00 83"
        },
        {
            "Cisco: CDR with seconds since 1970 and a line of types",
            "dateTimeOrigination,callingPartyNumber,finalCalledPartyNumber,dateTimeConnect,dateTimeDisconnect,duration\n"
                + "INTEGER,VARCHAR(50),VARCHAR(50),INTEGER,INTEGER,INTEGER\n1772445600,+353861234567,101,1772445605,1772445688,83\n"
                + "1772445600,+353861234567,101,0,1772445620,0\n",
            "in +353861234567 101 10:00:00 83; in +353861234567 101 10:00:00 missed"
        },
        {
            "Zoom Phone: call history",
            "Call ID,Direction,From Name,From Number,To Name,To Number,Start Time,Duration,Result\n"
                + "1,Inbound,Jane,+353861234567,Ana,101,\"Mar 2, 2026 10:00:00 AM\",00:01:23,Connected\n"
                + "2,Inbound,Jane,+353861234567,Ana,101,\"Mar 2, 2026 11:00:00 AM\",00:00:00,No Answer\n",
            "in +353861234567 101 10:00:00 83; in +353861234567 101 11:00:00 missed"
        },
        {
            "Twilio: call log with its directions",
            "Call Sid,From,To,Start Time,Duration,Direction,Status\n"
                + "CA1,+353861234567,+35315550101,2026-03-02 10:00:00 UTC,83,Incoming,Completed\n"
                + "CA2,+35315550101,+353861234567,2026-03-02 11:00:00 UTC,0,Outgoing API,no-answer\n",
            "in +353861234567 +35315550101 10:00:00 83; out +353861234567 +35315550101 11:00:00 missed"
        },
        {
            "a mobile telephone: backup of its calls",
            "Name,Number,Type,Date,Duration\nJane Moss,086 123 4567,Incoming,02/03/2026 10:00:00,1m 23s\n"
                + "Jane Moss,086 123 4567,Missed,02/03/2026 11:00:00,0s\n",
            "in +353861234567 - 10:00:00 83 Jane Moss; in +353861234567 - 11:00:00 missed Jane Moss"
        },
        {
            "IVOZ: numbers of both sides in E.164",
            "callid,startTime,duration,caller,callee,direction\nx1,2026-03-02 10:00:00,83.4,+353861234567,+35315550101,inbound\n",
            "in +353861234567 +35315550101 10:00:00 83"
        },
        {
            "8x8: columns of answer and talk time, tabs",
            "Start Time\tCaller\tCallee\tDirection\tTalk Time\tAnswered\n"
                + "03/15/2026 10:00:00 AM\t+353861234567\t101\tIncoming\t00:01:23\tAnswered\n"
                + "03/02/2026 11:00:00 AM\t+353861234567\t101\tIncoming\t00:00:00\tMissed\n",
            "in +353861234567 101 10:00:00 83; in +353861234567 101 11:00:00 missed"
        },
        {
            "Gigaset pro: French words",
            "Date;Heure;Sens;Appelant;Appelé;Durée\n02/03/2026;10:00:00;Entrant;+353861234567;101;00:01:23\n",
            "in +353861234567 101 10:00:00 83"
        },
        {
            "SIP addresses and a call without a number",
            "start,from,to,direction,seconds\n2026-03-02 10:00:00,sip:+353861234567@trunk.example,sip:101@pbx.example,in,83\n"
                + "2026-03-02 10:30:00,Anonymous,101,in,83\n2026-03-02 10:40:00,,101,in,0\n",
            "in +353861234567 101 10:00:00 83; a call without a number; a call without a number"
        },
        {
            "rows that are spoilt stop no other",
            "time,from,to,direction,seconds\nyesterday,+353861234567,101,in,83\n2026-03-02 10:00:00,+353861234567,101,in,long\n"
                + "2026-03-02 10:00:00,+353861234567,101,in,83\n2026-03-02 10:00:00,+9999999999999999,101,in,83\n"
                + "2026-03-02 10:00:00,+353861234567,+353867654321,,83,\n",
            "1: the time cannot be read; 2: the length of the call cannot be read; in +353861234567 101 10:00:00 83; "
                + "4: the telephone number cannot be read; 5: the row does not tell which side is ours"
        },
        {
            "zones, offsets and the hour that comes twice",
            "time,from,to,seconds\n2026-07-02 10:00:00,+353861234567,101,40\n2026-07-02 10:00:00+02:00,+353861234567,101,41\n"
                + "2026-07-02T10:00:00.000Z,+353861234567,101,42\n2026-10-25 01:30:00,+353861234567,101,43\n",
            "in +353861234567 101 09:00:00 40; in +353861234567 101 08:00:00 41; in +353861234567 101 10:00:00 42; "
                + "in +353861234567 101 00:30:00 43"
        },
    };

    [Theory]
    [MemberData(nameof(Tables))]
    public void A_table_is_read(string kind, string table, string expected)
    {
        _ = kind;
        Assert.Equal(expected, Tell(Read(table)));
    }

    [Fact]
    public void Columns_are_called_what_the_configuration_says()
    {
        var columns = new Dictionary<string, string>
        {
            ["time"] = "Wann",
            ["other"] = "Kunde",
            ["ours"] = "Platz",
            ["seconds"] = "Sek",
            ["direction"] = "Weg",
        };
        var table = Read(
            "Wann;Kunde;Platz;Sek;Weg\n02.03.2026 10:00:00;+353861234567;101;83;ein\n"
                + "02.03.2026 10:00:00;+353861234567;101;83;in\n", columns);

        Assert.Equal("1: the row does not tell which side is ours; in +353861234567 101 10:00:00 83", Tell(table));
        Assert.Equal(
            "there is no column 'Wann', which `columns` names; the first line names time, from",
            Read("time,from\n1,2\n", columns).Unusable);
    }

    [Theory]
    [InlineData("name,age\nJane,44\n", "there is no column with the time of a call")]
    [InlineData("time,seconds\n2026-03-02 10:00,44\n", "there is no column with telephone numbers")]
    [InlineData("time,from,to\n2026-03-02 10:00,1,2\n", "there is no column that tells how long a call was")]
    public void A_table_that_is_none_of_calls_says_what_is_missing(string table, string reason) =>
        Assert.StartsWith(reason, Read(table).Unusable, StringComparison.Ordinal);

    [Fact]
    public void A_row_that_is_written_still_is_told_apart()
    {
        var table = Read(
            "time,from,to,direction,seconds\n2026-03-02 10:00:00,+353861234567,101,in,83\n2026-03-02 11:00:00,+353861234567,101,in,8");

        Assert.Equal("in +353861234567 101 10:00:00 83", Tell(table));
        Assert.Equal(8, table.Unfinished?.Record?.Seconds);
    }

    private static CallTable Read(string table, IReadOnlyDictionary<string, string>? columns = null) => CallTable.Read(
        Encoding.UTF8.GetBytes(table),
        new CallsAccount("calls", default, "/") { Columns = columns ?? new Dictionary<string, string>() },
        DateTimeZoneProviders.Tzdb["Europe/Dublin"],
        "IE");

    private static string Tell(CallTable table) => table.Unusable ?? string.Join("; ", table.Rows.Select(Tell));

    private static string Tell(CallRow row)
    {
        var line = row.Line - 1;
        if (row.Problem is { } problem)
            return string.Create(CultureInfo.InvariantCulture, $"{line}: {problem.Reason}");

        var (leg, skipped, trouble) = CallSides.Settle(row.Record!, "calls", Ours, "");
        return trouble is not null ? string.Create(CultureInfo.InvariantCulture, $"{line}: {trouble.Reason}")
            : skipped
                ?? $"{(leg!.Direction == Direction.Inbound ? "in" : "out")} {leg.Number.Value[4..]} "
                    + $"{leg.Ours?.Value.Replace("tel:", "", StringComparison.Ordinal) ?? "-"} "
                    + $"{InstantPattern.CreateWithInvariantCulture("HH:mm:ss").Format(leg.Start)} "
                    + (leg.Seconds?.ToString(CultureInfo.InvariantCulture) ?? "missed")
                    + (leg.Name is null ? "" : $" {leg.Name}");
    }
}
