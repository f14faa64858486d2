using System.CommandLine;
using System.Text.Json.Nodes;
using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Policy;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.PolicyFiles;
using CrmSync.Worker.Yaml;

namespace CrmSync.Worker.Cli;

/// <summary><c>policy explain</c>: why the policy does or does not ask for anything about one contact.</summary>
internal sealed class ExplainVerb(OrganisationLog log, PolicyInForce policy)
{
    private static readonly Argument<string> Address = new("address") { Description = "Any address of the contact." };

    private static readonly Option<string?> Rule = new("--rule") { Description = "Only this rule.", HelpName = "x" };

    public static Command Create() =>
        new Command("explain", "Say why the policy does or does not ask for anything about a contact.")
        {
            Address,
            Rule,
            CommonOptions.Format,
            CommonOptions.Now,
        }.Reads<ExplainVerb>((verb, parsed, ct) => verb.Run(parsed, ct));

    private async Task<int> Run(ParseResult parsed, CancellationToken ct)
    {
        var asked = Invocation.From(parsed);
        if (!EmailAddress.TryParseContact(parsed.GetValue(Address), out var address))
            throw new UsageException($"\"{parsed.GetValue(Address)}\" is not an address");

        var current = policy.Policy;
        var rule = parsed.GetValue(Rule);
        MustBeARule(rule, current);
        var explanation = await log.Explain(current, address, asked.Now, rule, ct);
        if (explanation is null)
        {
            await asked.Error.WriteLineAsync($"crmsync: nobody in the log or in `contacts` has the address {address}");
            return CommandLine.ProblemsFound;
        }

        Print(asked, explanation);
        return CommandLine.Done;
    }

    /// <summary>The text, or a line for the contact and one for each rule.</summary>
    internal static void Print(Invocation asked, Explanation explanation)
    {
        if (!asked.Json)
        {
            asked.Out.Write(explanation.ToString());
            return;
        }

        asked.Out.WriteLine(
            ProblemPrinter.OneLine(
                new JsonObject
                {
                    ["contact"] = explanation.Contact.Value,
                    ["header"] = explanation.Header,
                    ["told"] = Lines(explanation.Told),
                }));
        foreach (var rule in explanation.Rules)
        {
            asked.Out.WriteLine(ProblemPrinter.OneLine(new JsonObject
            {
                ["contact"] = explanation.Contact.Value,
                ["kind"] = rule.Kind,
                ["rule"] = rule.Name,
                ["place"] = rule.Place.ToString(),
                ["verdict"] = rule.Verdict,
                ["id"] = rule.Item?.Id,
                ["lines"] = Lines(rule.Lines),
            }));
        }
    }

    private static JsonArray Lines(IReadOnlyList<ExplainedLine> lines) =>
        new([.. lines.Select(line => (JsonNode)new JsonObject
        {
            ["label"] = line.Label,
            ["text"] = line.Text,
            ["place"] = line.Place?.ToString(),
            ["interaction"] = line.Interaction,
        })]);

    internal static void MustBeARule(string? rule, CompanyPolicy policy)
    {
        if (rule is null || policy.Rules.Any(r => r.Name == rule))
            return;

        var closest = Spelling.Closest(rule, policy.Rules.Select(r => r.Name));
        throw new UsageException(closest.Count > 0
            ? $"there is no rule \"{rule}\"; did you mean {string.Join(" or ", closest)}?"
            : $"there is no rule \"{rule}\"; there are {string.Join(", ", policy.Rules.Select(r => r.Name))}");
    }
}
