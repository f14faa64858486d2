using System.Text;

namespace CrmSync.Mail.Tests.Mime;

/// <summary>Writes a <c>winmail.dat</c> as Outlook does (MS-OXTNEF): attributes of a message, one of them its MAPI properties.</summary>
#pragma warning disable CA1001 // a stream in memory has nothing to let go
internal sealed class Tnef
#pragma warning restore CA1001
{
    private static readonly Guid Meeting = new("6ED8DA90-450B-101B-98DA-00AA003F1305");
    private static readonly Guid Appointment = new("00062002-0000-0000-C000-000000000046");

    private readonly MemoryStream properties = new();
    private readonly string type;
    private int count;

    public Tnef(string type) => this.type = type;

    public Tnef Subject(string text) => Text(0x0037, text);

    public Tnef Body(string text) => Text(0x1000, text);

    /// <summary>The time of a meeting.</summary>
    public Tnef When(DateTime start, DateTime end) => Time(0x820D, start).Time(0x820E, end);

    /// <summary>The id of a meeting as a calendar program other than Outlook gave it.</summary>
    public Tnef Uid(string uid)
    {
        var text = Encoding.UTF8.GetBytes(uid + "\0");
        return ObjectId([.. new byte[36], .. BitConverter.GetBytes(12 + text.Length), .. "vCal-Uid"u8, 1, 0, 0, 0, .. text]);
    }

    /// <summary>The id of a meeting as Outlook writes it.</summary>
    public Tnef ObjectId(byte[] id)
    {
        Name(0x0102, Meeting, 0x0023);
        Sized(id);
        return this;
    }

    public byte[] ToArray()
    {
        using var file = new MemoryStream();
        file.Write([0x78, 0x9F, 0x3E, 0x22, 1, 0]);
        Attribute(file, 0x00089006, [0, 0, 1, 0]);
        Attribute(file, 0x00069007, [0xE4, 4, 0, 0, 0, 0, 0, 0]);
        Attribute(file, 0x00078008, [.. Encoding.ASCII.GetBytes(type), 0]);
        Attribute(file, 0x00069003, [.. BitConverter.GetBytes(count), .. properties.ToArray()]);
        return file.ToArray();
    }

    private Tnef Text(short id, string text)
    {
        count++;
        properties.Write(BitConverter.GetBytes((short)0x001F));
        properties.Write(BitConverter.GetBytes(id));
        Sized(Encoding.Unicode.GetBytes(text + "\0"));
        return this;
    }

    private Tnef Time(int name, DateTime moment)
    {
        Name(0x0040, Appointment, name);
        properties.Write(BitConverter.GetBytes(moment.ToFileTimeUtc()));
        return this;
    }

    private void Name(short kind, Guid set, int name)
    {
        count++;
        properties.Write(BitConverter.GetBytes(kind));
        properties.Write(BitConverter.GetBytes((ushort)(0x8000 + count)));
        properties.Write(set.ToByteArray());
        properties.Write(BitConverter.GetBytes(0));
        properties.Write(BitConverter.GetBytes(name));
    }

    private void Sized(byte[] value)
    {
        properties.Write(BitConverter.GetBytes(1));
        properties.Write(BitConverter.GetBytes(value.Length));
        properties.Write(value);
        properties.Write(new byte[(4 - value.Length % 4) % 4]);
    }

    private static void Attribute(MemoryStream file, int tag, byte[] data)
    {
        file.WriteByte(1);
        file.Write(BitConverter.GetBytes(tag));
        file.Write(BitConverter.GetBytes(data.Length));
        file.Write(data);
        file.Write(BitConverter.GetBytes((ushort)data.Sum(b => b)));
    }
}
