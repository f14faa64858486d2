using System.Globalization;
using System.Text;
using MimeKit.Tnef;

namespace CrmSync.Mail.Mime;

/// <summary>The meeting message in a <c>winmail.dat</c>, put into words of a calendar (MS-OXOCAL).</summary>
/// <param name="Method">REQUEST, REPLY or CANCEL.</param>
/// <param name="Calendar">The calendar; without an event when the message does not say which meeting it is about.</param>
internal sealed record TnefMeeting(string Method, string Calendar)
{
    // Property sets and names of MS-OXPROPS: PSETID_Meeting, PSETID_Appointment.
    private static readonly Guid Meeting = new("6ED8DA90-450B-101B-98DA-00AA003F1305");
    private static readonly Guid Appointment = new("00062002-0000-0000-C000-000000000046");

    private const int GlobalObjectId = 0x0003;
    private const int CleanGlobalObjectId = 0x0023;
    private const int Sequence = 0x8201;
    private const int StartWhole = 0x820D;
    private const int EndWhole = 0x820E;
    private const short Subject = 0x0037;
    private const short StartDate = 0x0060;
    private const short EndDate = 0x0061;

    // MS-OXOCAL 2.2.5.1: the UID of a calendar program stands behind this mark inside of the object id.
    private static readonly byte[] UidMark = "vCal-Uid"u8.ToArray();

    /// <summary>The meeting message, or null when the mail is none.</summary>
    public static TnefMeeting? Read(ReadOnlyMemory<byte> content, HeaderBlock message)
    {
        // What cannot be read attribute by attribute still names its class in plain bytes near the beginning.
        var type = NamedIn(content.Span[..Math.Min(content.Length, 4096)]);
        var found = new Found();
        try
        {
            using var stream = new MemoryStream(content.ToArray());
            using var reader = new TnefReader(stream, 0, TnefComplianceMode.Loose);
            while (reader.ReadNextAttribute() && reader.AttributeLevel == TnefAttributeLevel.Message)
            {
                if (reader.AttributeTag == TnefAttributeTag.MessageClass)
                    type = ReadText(reader.TnefPropertyReader) ?? type;
                else if (reader.AttributeTag == TnefAttributeTag.MapiProperties)
                    ReadProperties(reader.TnefPropertyReader, found);
            }
        }
        catch (Exception broken) when (WrappedPart.IsDamage(broken))
        {
            // What was read before the damage still tells what kind of message it is.
        }

        return ParseKind(type) is var (method, status) ? new TnefMeeting(method, Written(method, status, found, message)) : null;
    }

    /// <summary>The name of a message class: MimeKit takes its type for a number, so that only the raw bytes can be had.</summary>
    private static string? ReadText(TnefPropertyReader property)
    {
        var raw = new byte[256];
        var length = property.ReadRawValue(raw, 0, raw.Length);
        return length == 0 ? null : Encoding.ASCII.GetString(raw, 0, length).TrimEnd('\0');
    }

    private static string? NamedIn(ReadOnlySpan<byte> head)
    {
        foreach (var opening in (ReadOnlySpan<string>)["IPM.Microsoft Schedule.", "IPM.Schedule.Meeting."])
        {
            var at = head.IndexOf(Encoding.ASCII.GetBytes(opening));
            if (at < 0)
                continue;
            var name = head[at..];
            var end = name.IndexOf((byte)0);
            if (end is > 0 and < 60)
                return Encoding.ASCII.GetString(name[..end]);

            // The length is written before the name; a name cut short ends where the letters do.
            end = name.IndexOfAnyExcept(System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz. "u8));
            return Encoding.ASCII.GetString(end < 0 ? name : name[..end]);
        }

        return null;
    }

    /// <summary>The message class, in its own name and in the one TNEF has for it (MS-OXTNEF 2.1.3.3.4).</summary>
    private static (string Method, string? Status)? ParseKind(string? type) =>
        type?.Trim().ToUpperInvariant() switch
        {
            "IPM.MICROSOFT SCHEDULE.MTGRESPP" or "IPM.SCHEDULE.MEETING.RESP.POS" => ("REPLY", "ACCEPTED"),
            "IPM.MICROSOFT SCHEDULE.MTGRESPN" or "IPM.SCHEDULE.MEETING.RESP.NEG" => ("REPLY", "DECLINED"),
            "IPM.MICROSOFT SCHEDULE.MTGRESPA" or "IPM.SCHEDULE.MEETING.RESP.TENT" => ("REPLY", "TENTATIVE"),
            "IPM.MICROSOFT SCHEDULE.MTGREQ" or "IPM.SCHEDULE.MEETING.REQUEST" => ("REQUEST", null),
            "IPM.MICROSOFT SCHEDULE.MTGCNCL" or "IPM.SCHEDULE.MEETING.CANCELED" => ("CANCEL", null),
            _ => null,
        };

    private static void ReadProperties(TnefPropertyReader properties, Found found)
    {
        while (properties.ReadNextProperty())
        {
            if (properties.IsNamedProperty)
            {
                var name = properties.PropertyNameId;
                if (name.Kind != TnefNameIdKind.Id)
                    continue;
                if (name.PropertySetGuid == Meeting && name.Id is GlobalObjectId or CleanGlobalObjectId)
                    found.Uid = ParseUid(properties.ReadValueAsBytes()) ?? found.Uid;
                else if (name.PropertySetGuid == Appointment && name.Id == StartWhole)
                    found.Start = properties.ReadValueAsDateTime();
                else if (name.PropertySetGuid == Appointment && name.Id == EndWhole)
                    found.End = properties.ReadValueAsDateTime();
                else if (name.PropertySetGuid == Appointment && name.Id == Sequence)
                    found.Sequence = properties.ReadValueAsInt32();
                continue;
            }

            switch ((short)properties.PropertyTag.Id)
            {
                case Subject:
                    found.Subject = properties.ReadValueAsString();
                    break;
                case StartDate:
                    found.Start ??= properties.ReadValueAsDateTime();
                    break;
                case EndDate:
                    found.End ??= properties.ReadValueAsDateTime();
                    break;
            }
        }
    }

    /// <summary>
    /// The UID of a global object id: a calendar program's own, or the id in hexadecimal digits without the date of an occurrence.
    /// </summary>
    private static string? ParseUid(byte[]? id)
    {
        if (id is null || id.Length < 40)
            return null;
        var mark = id.AsSpan().IndexOf(UidMark);
        if (mark >= 0 && mark + 12 < id.Length)
            return Encoding.UTF8.GetString(id.AsSpan(mark + 12)).TrimEnd('\0');
        id.AsSpan(16, 4).Clear();
        return Convert.ToHexString(id);
    }

    private static string Written(string method, string? status, Found found, HeaderBlock message)
    {
        var text = new StringBuilder("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//winmail.dat//\nMETHOD:").Append(method).Append('\n');
        if (found is { Uid: { } uid, Start: { } start })
        {
            text.Append("BEGIN:VEVENT\nUID:").Append(uid).Append('\n');
            text.Append("DTSTART:")
                .Append(Utc(start))
                .Append("\nDTEND:")
                .Append(Utc(found.End is { } end && end > start ? end : start))
                .Append('\n');
            text.Append("SEQUENCE:").Append(found.Sequence.ToString(CultureInfo.InvariantCulture)).Append('\n');
            if (MailDate.Parse(message.First("Date"))?.Instant is { } sent)
                text.Append("DTSTAMP:").Append(Utc(sent.ToDateTimeUtc())).Append('\n');
            if (found.Subject is { Length: > 0 } subject)
                text.Append("SUMMARY:")
                    .Append(subject.TrimEnd('\0').ReplaceLineEndings(" ").Replace(",", "\\,", StringComparison.Ordinal))
                    .Append('\n');
            var author = AddressList.Parse(message.First("From")) is [var from, ..] ? from.Address : null;
            var others = AddressList.Parse(message.First("To")).Select(m => m.Address).ToList();
            var (organizer, attendees) =
                method == "REPLY" ? (others.Count > 0 ? others[0] : null, author is null ? [] : [author]) : (author, others);
            if (organizer is not null)
                text.Append("ORGANIZER:mailto:").Append(organizer).Append('\n');
            foreach (var attendee in attendees)
                text.Append("ATTENDEE;PARTSTAT=").Append(status ?? "NEEDS-ACTION").Append(":mailto:").Append(attendee).Append('\n');
            if (method == "CANCEL")
                text.Append("STATUS:CANCELLED\n");
            text.Append("END:VEVENT\n");
        }

        return text.Append("END:VCALENDAR\n").ToString();
    }

    private static string Utc(DateTime moment) => moment.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    private sealed class Found
    {
        public string? Uid { get; set; }

        public DateTime? Start { get; set; }

        public DateTime? End { get; set; }

        public int Sequence { get; set; }

        public string? Subject { get; set; }
    }
}
