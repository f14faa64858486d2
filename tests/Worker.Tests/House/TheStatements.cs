using System.Text.RegularExpressions;
using CrmSync.Worker.Tests.PolicyFiles;

namespace CrmSync.Worker.Tests.House;

/// <summary>SQL says what it means: what the database knows by number has its name in every statement.</summary>
public sealed partial class TheStatements
{
    [Fact]
    public void No_statement_compares_a_state_with_a_bare_number() =>
        Assert.Empty(
            Directory.EnumerateFiles(Path.Combine(Fixture.Repository, "src", "Storage"), "*.cs", SearchOption.AllDirectories)
                .SelectMany(file => File.ReadLines(file).Select((line, at) => (Place: $"{Path.GetFileName(file)}:{at + 1}", line)))
                .Where(found => BareNumber().IsMatch(found.line))
                .Select(found => $"{found.Place}: {found.line.Trim()}"));

    [GeneratedRegex(@"\b(state|relation|kind|direction|copy) (=|<>|in|not in) \(?\d")]
    private static partial Regex BareNumber();
}
