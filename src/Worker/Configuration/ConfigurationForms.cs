using System.Globalization;
using System.Text.Json.Nodes;
using CrmSync.Worker.Yaml;

namespace CrmSync.Worker.Configuration;

/// <summary>A secret. It is never quoted in a problem; in clear text it is a warning.</summary>
internal sealed class SecretShape : Shape<Secret>
{
    public override string Wanted => "a secret: ${NAME} from the environment, {file: PATH}, or a text";

    public override bool Fits(YamlNode node) => node is YamlScalar;

    public override JsonObject Schema(SchemaBook book) => new() { ["type"] = "string" };

    public override bool TryRead(YamlNode node, string title, ProblemList problems, out Secret value)
    {
        value = new Secret("");
        if (node is not YamlScalar { Text.Length: > 0 } scalar)
        {
            problems.Error(node, "012", $"{title} must be {Wanted}; {(node is YamlScalar ? "it is empty" : $"not {node.Noun}")}");
            return false;
        }

        if (scalar.Origin is null)
            problems.Warn(node, "050", $"{title} is in clear text here; write ${{NAME}} or {{file: PATH}} instead");

        value = scalar.Missing is { } missing ? new Secret(missing) : new Secret(scalar.Text);
        return true;
    }
}

/// <summary>An http or https address. Plain http is taken only to this very machine.</summary>
internal sealed class UrlShape : Shape<Uri>
{
    public override string Wanted => "an https address";

    /// <summary>Whether <c>webcal://</c>, as calendar programs write the address of a published calendar, is taken for https.</summary>
    public bool TakesWebcal { get; init; }

    public override bool Fits(YamlNode node) => node is YamlScalar { Kind: ScalarKind.Text };

    public override JsonObject Schema(SchemaBook book) => new() { ["type"] = "string", ["format"] = "uri" };

    public override bool TryRead(YamlNode node, string title, ProblemList problems, out Uri value)
    {
        value = null!;
        if (
            node is not YamlScalar { Kind: ScalarKind.Text } scalar
            || !Uri.TryCreate(Secured(scalar.Text), UriKind.Absolute, out var url)
            || url.Scheme is not ("http" or "https")
            || url.Host.Length == 0)
            return Wrong(node, title, problems, out value);

        if (url.UserInfo.Length > 0)
        {
            node.Spot.File.ConcealLine(node.Spot.Line);
            problems.Error(node, "050", $"{title} has a user and password in the address; write them under user and password");
            return false;
        }

        if (url.Scheme == "http" && !url.IsLoopback)
            problems.Error(node, "051", $"{title} is not encrypted; write https, plain http is only taken to this very machine");

        value = url;
        return true;
    }

    private string Secured(string text) =>
        TakesWebcal
        && (
            text.StartsWith("webcal://", StringComparison.OrdinalIgnoreCase)
            || text.StartsWith("webcals://", StringComparison.OrdinalIgnoreCase)
        )
            ? "https" + text[text.IndexOf(':', StringComparison.Ordinal)..]
            : text;
}

/// <summary>
/// The address of a proxy. It may hold the user and password the proxy wants, and so is a secret as a whole; in clear text that is a
/// warning.
/// </summary>
internal sealed class ProxyShape : Shape<Secret>
{
    private static readonly string[] Schemes = ["socks5", "socks4", "socks4a", "http", "https"];

    public override string Wanted => "a proxy such as socks5://proxy.bright.example:1080 (socks5, socks4, socks4a, http or https)";

    public override bool Fits(YamlNode node) => node is YamlScalar { Kind: ScalarKind.Text };

    public override JsonObject Schema(SchemaBook book) =>
        new() { ["type"] = "string", ["pattern"] = @"^(socks5|socks4|socks4a|http|https)://[^/]+/?$|^\$\{" };

    public override bool TryRead(YamlNode node, string title, ProblemList problems, out Secret value)
    {
        if (node is YamlScalar { Missing: { } missing })
        {
            value = new Secret(missing);
            return true;
        }

        if (node is not YamlScalar { Kind: ScalarKind.Text } scalar
            || !Uri.TryCreate(scalar.Text, UriKind.Absolute, out var url)
            || !Schemes.Contains(url.Scheme)
            || url.Host.Length == 0
            || url.AbsolutePath.Trim('/').Length > 0)
            return Wrong(node, title, problems, out value);

        if (url.UserInfo.Length > 0 && scalar.Origin is null)
        {
            node.Spot.File.ConcealLine(node.Spot.Line);
            problems.Warn(node, "050",
                $"{title} has a password in clear text; write the whole address as ${{NAME}} or {{file: PATH}} instead");
        }

        value = new Secret(scalar.Text);
        return true;
    }
}

/// <summary>A number of bytes: <c>4kB</c>, <c>0</c>, <c>1MB</c>. A kB has 1024.</summary>
internal sealed class SizeShape : Shape<int>
{
    private const long Most = 64L * 1024 * 1024;

    public override string Wanted => "a size such as 4kB, at most 64MB, or 0";

    public override bool Fits(YamlNode node) => node is YamlScalar { Kind: ScalarKind.Text or ScalarKind.Number };

    public override JsonObject Schema(SchemaBook book) => new() { ["type"] = new JsonArray("string", "integer") };

    public override bool TryRead(YamlNode node, string title, ProblemList problems, out int value)
    {
        if (node is not YamlScalar scalar || Bytes(scalar.Text) is not { } bytes || bytes > Most)
            return Wrong(node, title, problems, out value);

        value = (int)bytes;
        return true;
    }

    private static long? Bytes(string text)
    {
        var letters = text.AsSpan().TrimStart("0123456789");
        var digits = text.AsSpan(0, text.Length - letters.Length);
        var factor = letters.Trim().ToString().ToUpperInvariant() switch
        {
            "" or "B" => 1L,
            "K" or "KB" or "KIB" => 1024L,
            "M" or "MB" or "MIB" => 1024L * 1024,
            _ => 0L,
        };
        return
            factor > 0
            && digits.Length is > 0 and <= 10
            && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number * factor
            : null;
    }
}
