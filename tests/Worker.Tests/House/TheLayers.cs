using CrmSync.Domain.Company;
using CrmSync.Mail.Mime;
using CrmSync.Storage;
using CrmSync.Worker.Cli;
using NetArchTest.Rules;

namespace CrmSync.Worker.Tests.House;

/// <summary>Who may know whom: Worker -> Storage -> Domain, Worker -> Mail, and no circle between namespaces.</summary>
public sealed class TheLayers
{
    private static readonly Type[] OneOfEach = [typeof(EmailAddress), typeof(MimeMessage), typeof(ContactDatabase), typeof(CommandLine)];

    [Fact]
    public void Domain_knows_no_other_project_and_no_library_but_NodaTime() =>
        Assert.DoesNotContain(
            typeof(EmailAddress).Assembly.GetReferencedAssemblies().Select(a => a.Name!),
            name => !name.StartsWith("System", StringComparison.Ordinal) && name is not ("NodaTime" or "netstandard"));

    [Fact]
    public void Mail_knows_no_other_project() =>
        Assert.Empty(Dependents(typeof(MimeMessage), "CrmSync.Domain", "CrmSync.Storage", "CrmSync.Worker"));

    /// <summary>What a mail or calendar says is bytes in and values out; reaching a server is the worker's business.</summary>
    [Fact]
    public void Mail_opens_no_file_and_no_connection() =>
        Assert.Empty(Dependents(
            typeof(MimeMessage), "System.IO.File", "System.IO.Directory", "System.Net.Sockets", "System.Net.Security", "System.Net.Http"));

    [Fact]
    public void Storage_knows_Domain_alone() => Assert.Empty(Dependents(typeof(ContactDatabase), "CrmSync.Mail", "CrmSync.Worker"));

    [Fact]
    public void Domain_opens_no_file_and_no_connection() =>
        Assert.Empty(Dependents(typeof(EmailAddress), "System.IO.File", "System.IO.Directory", "System.Net.Sockets", "System.Net.Http"));

    [Theory]
    [InlineData("CalDav")]
    [InlineData("Feeds")]
    [InlineData("Files")]
    [InlineData("Graph")]
    [InlineData("Imap")]
    public void A_kind_of_source_knows_what_sources_share_and_no_other_kind(string kind)
    {
        var kinds = Types.InAssembly(typeof(CommandLine).Assembly).GetTypes().Select(type => type.Namespace).Distinct()
            .Where(name => name?.StartsWith("CrmSync.Worker.Sources.", StringComparison.Ordinal) ?? false).ToList();
        var own = $"CrmSync.Worker.Sources.{kind}";

        Assert.Contains(own, kinds);
        Assert.Empty(Types.InAssembly(typeof(CommandLine).Assembly)
            .That().ResideInNamespace(own)
            .And().HaveDependencyOnAny([.. kinds.Where(name => name != own)])
            .GetTypes().Select(type => type.FullName!));
    }

    /// <summary>A source gives what it found, and knows what is known; the harvest writes.</summary>
    [Fact]
    public void No_source_knows_the_ledger() =>
        Assert.Empty(Types.InAssembly(typeof(CommandLine).Assembly)
            .That().ResideInNamespace("CrmSync.Worker.Sources")
            .And().HaveDependencyOnAny("CrmSync.Storage.Harvest")
            .GetTypes().Select(type => type.FullName!));

    [Fact]
    public void No_namespaces_depend_on_each_other_in_a_circle() =>
        Assert.Equal("", string.Join("\n", OneOfEach.SelectMany(type => NamespaceGraph.Read(type.Assembly).Circles())));

    private static IEnumerable<string> Dependents(Type oneOfThem, params string[] others) =>
        Types.InAssembly(oneOfThem.Assembly).That().HaveDependencyOnAny(others).GetTypes().Select(type => type.FullName!);
}
