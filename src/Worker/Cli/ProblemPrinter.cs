using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using CrmSync.Worker.Yaml;

namespace CrmSync.Worker.Cli;

/// <summary>Problems for people, and one JSON object each for tools.</summary>
internal static class ProblemPrinter
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A JSON object on one line.</summary>
    public static string OneLine(JsonObject json) => json.ToJsonString(Readable);

    /// <summary>All problems by place, text to standard error.</summary>
    public static void Print(IEnumerable<Problem> problems, TextWriter error)
    {
        foreach (var problem in problems)
            error.WriteLine(problem);
    }

    public static JsonObject Json(Problem problem) => new()
    {
        ["file"] = problem.Spot.File.Name,
        ["line"] = problem.Spot.Line,
        ["column"] = problem.Spot.Column,
        ["severity"] = problem.Severity == Severity.Error ? "error" : "warning",
        ["code"] = problem.Code,
        ["message"] = problem.Message,
        ["source"] = problem.Spot.File.ShownLine(problem.Spot.Line),
        ["suggestions"] = new JsonArray([.. problem.Suggestions.Select(s => (JsonNode)s)]),
    };

    /// <summary>"2 errors, 1 warning", or "no problems".</summary>
    public static string Count(IReadOnlyCollection<Problem> problems)
    {
        var errors = problems.Count(p => p.Severity == Severity.Error);
        var warnings = problems.Count - errors;
        return (errors, warnings) switch
        {
            (0, 0) => "no problems",
            (0, _) => Plural(warnings, "warning"),
            (_, 0) => Plural(errors, "error"),
            _ => $"{Plural(errors, "error")}, {Plural(warnings, "warning")}",
        };
    }

    private static string Plural(int number, string word) => $"{number} {word}{(number == 1 ? "" : "s")}";
}
