using System.Text;
using CrmSync.Mail.Mime;
using MailKit;
using MimePart = CrmSync.Mail.Mime.MimePart;

namespace CrmSync.Worker.Sources.Imap;

/// <summary>
/// A mail too large to be fetched whole for nothing: its beginning as it stands, and of what lies behind it only the headers of its parts,
/// if all of these are attachments nobody looks into. Whenever structure and beginning do not agree, or something behind the cut may
/// matter, the mail is to be read whole.
/// </summary>
internal sealed class LargeMail
{
    private const int MostPartsBehind = 10;
    private static readonly string[] Blind = ["application", "image", "audio", "video", "font"];

    private readonly byte[] beginning;
    private readonly string boundary;

    private LargeMail(byte[] beginning, string boundary, IReadOnlyList<string> headersOf) =>
        (this.beginning, this.boundary, HeadersOf) = (beginning, boundary, headersOf);

    /// <summary>The parts behind the cut of which the headers are needed, as the protocol numbers them.</summary>
    public IReadOnlyList<string> HeadersOf { get; }

    /// <summary>What can be told of the mail without its rest; null when it is to be read whole.</summary>
    /// <param name="beginning">Its first bytes.</param>
    /// <param name="structure">What the server says it consists of.</param>
    public static LargeMail? Plan(byte[] beginning, BodyPart structure)
    {
        var leaves = new List<BodyPartBasic>();
        if (!Flatten(structure, leaves))
            return null;

        var mail = MimeReader.Read(beginning);
        var read = mail.Root.All().Where(part => !part.IsMultipart).ToList();
        if (mail.Problems.Count > 1 || read.Count < 2 || read.Count > leaves.Count || leaves.Count - read.Count > MostPartsBehind)
            return null;

        for (var i = 0; i < read.Count; i++)
        {
            if (read[i].InForwarded || !read[i].ContentType.Equals(leaves[i].ContentType.MimeType, StringComparison.OrdinalIgnoreCase))
                return null;
        }

        var cut = read[^1];
        var parent = cut.Parent;
        if (!IsBlind(cut) || parent?.Parameter("boundary")?.TrimEnd() is not { Length: > 0 } boundary || !Holds(beginning, boundary))
            return null;

        var behind = leaves.Skip(read.Count).ToList();
        var within = Within(leaves[read.Count - 1]);
        return behind.TrueForAll(part => IsBlind(part) && Within(part) == within)
            ? new LargeMail(beginning, boundary, behind.ConvertAll(part => part.PartSpecifier))
            : null;
    }

    /// <summary>The mail, its attachments cut short.</summary>
    /// <param name="headers">Of the parts <see cref="HeadersOf"/> names, in their order.</param>
    public MimeMessage Read(IReadOnlyList<byte[]> headers)
    {
        var parser = new MimeParser();
        parser.Append(beginning);
        foreach (var header in headers)
        {
            parser.Append(Encoding.UTF8.GetBytes($"\r\n--{boundary}\r\n"));
            parser.Append(header);
            parser.Append("\r\n"u8);
        }

        parser.Append(Encoding.UTF8.GetBytes($"\r\n--{boundary}--\r\n"));
        return parser.Finish();
    }

    /// <summary>
    /// The parts without parts of their own, in their order. False when there is a mail inside the mail, whose parts nobody numbers alike.
    /// </summary>
    private static bool Flatten(BodyPart part, List<BodyPartBasic> leaves)
    {
        switch (part)
        {
            case BodyPartMultipart multipart:
                return multipart.BodyParts.Count > 0 && multipart.BodyParts.All(inner => Flatten(inner, leaves));
            case BodyPartMessage:
                return false;
            case BodyPartBasic basic:
                leaves.Add(basic);
                return !basic.ContentType.MimeType.StartsWith("message/", StringComparison.OrdinalIgnoreCase);
            default:
                return false;
        }
    }

    private static bool IsBlind(MimePart part) => part.TransferEncodingName == "base64" && IsBlind(part.ContentType, part.FileName);

    private static bool IsBlind(BodyPartBasic part) =>
        string.Equals(part.ContentTransferEncoding, "base64", StringComparison.OrdinalIgnoreCase)
            && IsBlind(part.ContentType.MimeType.ToLowerInvariant(), part.FileName);

    /// <summary>Whether nobody looks into such a part: no calendar, no signed or packed mail, by type or by name.</summary>
    private static bool IsBlind(string type, string? file) =>
        Blind.Contains(type.Split('/')[0])
        && !type.Contains("ics", StringComparison.Ordinal)
        && !type.Contains("tnef", StringComparison.Ordinal)
        && !type.Contains("pkcs7", StringComparison.Ordinal)
        && Path.GetExtension(file ?? "").ToLowerInvariant() is not (".ics" or ".vcs" or ".dat" or ".p7m" or ".p7s" or ".eml" or ".msg");

    private static string Within(BodyPartBasic part) =>
        part.PartSpecifier.LastIndexOf('.') is >= 0 and var dot ? part.PartSpecifier[..dot] : "";

    private static bool Holds(byte[] bytes, string boundary) => bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes($"\n--{boundary}")) >= 0;
}
