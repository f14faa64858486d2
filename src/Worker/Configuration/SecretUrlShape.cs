using System.Text.Json.Nodes;
using CrmSync.Worker.Yaml;

namespace CrmSync.Worker.Configuration;

/// <summary>An https address that is a secret as a whole: whoever knows it can use it. In clear text that is a warning.</summary>
internal sealed class SecretUrlShape : Shape<Secret>
{
    private readonly UrlShape address = new();

    public override string Wanted => address.Wanted;

    public override bool Fits(YamlNode node) => address.Fits(node);

    public override JsonObject Schema(SchemaBook book) => new() { ["type"] = "string", ["pattern"] = @"^https?://|^\$\{" };

    public override bool TryRead(YamlNode node, string title, ProblemList problems, out Secret value)
    {
        if (node is YamlScalar { Missing: { } missing })
        {
            value = new Secret(missing);
            return true;
        }

        value = new Secret("");
        if (!address.TryRead(node, title, problems, out var url))
            return false;

        if (node is YamlScalar { Origin: null } && !url.IsLoopback)
        {
            node.Spot.File.ConcealLine(node.Spot.Line);
            problems.Warn(
                node, "050", $"{title} is in clear text here, and whoever reads it can use it; write ${{NAME}} or {{file: PATH}} instead");
        }

        value = new Secret(url.AbsoluteUri);
        return true;
    }
}
