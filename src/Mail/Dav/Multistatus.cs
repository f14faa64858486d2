using System.Globalization;
using System.Xml.Linq;

namespace CrmSync.Mail.Dav;

/// <summary>A multistatus answer (RFC 4918 section 13): what the server says of each resource.</summary>
/// <param name="At">The address that answered, after redirects; hrefs are relative to it.</param>
/// <param name="Document">The answer.</param>
public sealed record Multistatus(Uri At, XDocument Document)
{
    /// <summary>The resources, in the order of the answer.</summary>
    internal IEnumerable<DavResource> Resources =>
        (Document.Root?.Elements(DavNames.D + "response") ?? []).SelectMany(response => DavResource.Of(At, response));

    /// <summary>The token of the state this answer shows (RFC 6578); null if it has none.</summary>
    internal string? SyncToken => Document.Root?.Element(DavNames.D + "sync-token")?.Value.Trim() is { Length: > 0 } token ? token : null;
}

/// <summary>One resource in a multistatus answer.</summary>
/// <param name="Address">Its address.</param>
/// <param name="Status">The status of the whole resource; 200 when only its properties have one.</param>
/// <param name="Properties">The properties found.</param>
internal sealed record DavResource(Uri Address, int Status, IReadOnlyDictionary<XName, XElement> Properties)
{
    /// <summary>The path, by which a resource is known whatever way its address is written.</summary>
    public string Path => Address.AbsolutePath;

    public XElement? Property(XName name) => Properties.GetValueOrDefault(name);

    public string? Text(XName name) => Property(name)?.Value.Trim() is { Length: > 0 } text ? text : null;

    public bool Is(XName type) => Property(DavNames.D + "resourcetype")?.Element(type) is not null;

    /// <summary>The addresses inside a property (<c>current-user-principal</c>, <c>calendar-home-set</c>).</summary>
    public IEnumerable<Uri> Links(XName name) =>
        (Property(name)?.Elements(DavNames.D + "href") ?? []).Select(href => Resolve(Address, href.Value)).OfType<Uri>();

    public static IEnumerable<DavResource> Of(Uri at, XElement response)
    {
        var status = StatusOf(response.Element(DavNames.D + "status"));
        var properties = new Dictionary<XName, XElement>();
        foreach (var group in response.Elements(DavNames.D + "propstat"))
        {
            if (StatusOf(group.Element(DavNames.D + "status")) is not (null or (>= 200 and < 300)))
                continue;
            foreach (var property in group.Elements(DavNames.D + "prop").Elements())
                properties.TryAdd(property.Name, property);
        }

        // A status may hold for several resources at once.
        return response.Elements(DavNames.D + "href").Select(href => Resolve(at, href.Value)).OfType<Uri>()
            .Select(address => new DavResource(address, status ?? 200, properties));
    }

    private static Uri? Resolve(Uri at, string href) =>
        Uri.TryCreate(at, href.Trim(), out var address) && address.Scheme is "https" or "http" ? address : null;

    /// <summary><c>HTTP/1.1 404 Not Found</c>.</summary>
    private static int? StatusOf(XElement? element) =>
        element?.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var code, ..]
        && int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var status)
            ? status
            : null;
}

/// <summary>The names used (RFC 4918, 4791, 6578; the last two are what everybody took over from Apple and Nextcloud).</summary>
internal static class DavNames
{
    public static readonly XNamespace D = "DAV:";
    public static readonly XNamespace C = "urn:ietf:params:xml:ns:caldav";
    public static readonly XNamespace Apple = "http://calendarserver.org/ns/";
    public static readonly XNamespace Nextcloud = "http://nextcloud.com/ns";

    public static XElement PropFind(params XName[] properties) => new(D + "propfind", Prefixes, Prop(properties));

    public static XElement Prop(params XName[] properties) => new(D + "prop", properties.Select(name => new XElement(name)));

    /// <summary>Some servers understand XML only with the prefixes everybody uses.</summary>
    public static object[] Prefixes =>
        [
            new XAttribute(XNamespace.Xmlns + "d", D),
            new XAttribute(XNamespace.Xmlns + "c", C),
            new XAttribute(XNamespace.Xmlns + "cs", Apple),
        ];
}
