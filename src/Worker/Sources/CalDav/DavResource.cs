using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace CrmSync.Worker.Sources.CalDav;

/// <summary>What a multistatus answer (RFC 4918 section 13) says besides its resources.</summary>
/// <param name="At">The address that answered, after redirects.</param>
/// <param name="SyncToken">The token of the state the answer shows (RFC 6578); null if it has none.</param>
internal sealed record MultistatusEnd(Uri At, string? SyncToken);

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

    /// <summary>
    /// Reads a multistatus answer one resource at a time, so that an answer about thousands of objects is never held whole.
    /// </summary>
    /// <param name="stream">The answer.</param>
    /// <param name="at">The address that answered; hrefs are relative to it.</param>
    /// <param name="take">Takes each resource as it comes.</param>
    /// <param name="ct">Ends the reading.</param>
    /// <exception cref="XmlException">It is no XML, or no multistatus answer.</exception>
    public static async Task<MultistatusEnd> ReadAll(Stream stream, Uri at, Action<DavResource> take, CancellationToken ct)
    {
        // Servers hand on characters XML does not allow, out of the calendars they hold.
        var settings = new XmlReaderSettings
        {
            Async = true,
            DtdProcessing = DtdProcessing.Prohibit,
            CheckCharacters = false,
            IgnoreComments = true,
        };
        using var reader = XmlReader.Create(stream, settings);
        await reader.MoveToContentAsync();
        if (reader.NodeType != XmlNodeType.Element || reader.LocalName != "multistatus" || reader.NamespaceURI != DavNames.D.NamespaceName)
            throw new XmlException("it is no multistatus answer");

        string? token = null;
        var isEmpty = reader.IsEmptyElement;
        await reader.ReadAsync();
        while (!isEmpty && reader.NodeType != XmlNodeType.EndElement)
        {
            ct.ThrowIfCancellationRequested();
            if (reader.NodeType != XmlNodeType.Element)
            {
                if (!await reader.ReadAsync())
                    throw new XmlException("it ends in the middle");

                continue;
            }

            // Moves on behind the element.
            var element = (XElement)await XNode.ReadFromAsync(reader, ct);
            if (element.Name == DavNames.D + "response")
            {
                foreach (var resource in From(at, element))
                    take(resource);
            }
            else if (element.Name == DavNames.D + "sync-token")
            {
                token = element.Value.Trim();
            }
        }

        // To the end, so that a connection that breaks behind the last resource is noticed.
        while (await reader.ReadAsync())
        {
        }

        return new MultistatusEnd(at, string.IsNullOrEmpty(token) ? null : token);
    }

    private static IEnumerable<DavResource> From(Uri at, XElement response)
    {
        var status = StatusIn(response.Element(DavNames.D + "status"));
        var properties = new Dictionary<XName, XElement>();
        foreach (var group in response.Elements(DavNames.D + "propstat"))
        {
            if (StatusIn(group.Element(DavNames.D + "status")) is not (null or (>= 200 and < 300)))
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
    private static int? StatusIn(XElement? element) =>
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
    public static readonly XNamespace Owncloud = "http://owncloud.org/ns";
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
