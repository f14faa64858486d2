using System.Text;
using CrmSync.Worker.Sources.Graph;
using CrmSync.Worker.Tests.Harvest;

namespace CrmSync.Worker.Tests.Graph;

/// <summary><c>folders</c> of an account: by path, by name at any level, by what a folder is for in any language.</summary>
public sealed class ChosenFoldersTests
{
    [Theory]
    [InlineData("", "Kunden/Privat", "Posteingang Gesendete Elemente Archiv Kunden Kunden/Alt Alt Alt/Privat")]
    [InlineData("", "privat", "Posteingang Gesendete Elemente Archiv Kunden Kunden/Alt Alt")]
    [InlineData("", "Kunden", "Posteingang Gesendete Elemente Archiv Alt Alt/Privat")]
    [InlineData("", "kunden/alt|Alt", "Posteingang Gesendete Elemente Archiv Kunden Kunden/Privat")]
    [InlineData("", "Sent Items", "Posteingang Archiv Kunden Kunden/Privat Kunden/Alt Alt Alt/Privat")]
    [InlineData("", "éléments envoyés", "Posteingang Archiv Kunden Kunden/Privat Kunden/Alt Alt Alt/Privat")]
    [InlineData("", "sentitems|archive", "Posteingang Kunden Kunden/Privat Kunden/Alt Alt Alt/Privat")]
    [InlineData("", "Kun", "Posteingang Gesendete Elemente Archiv Kunden Kunden/Privat Kunden/Alt Alt Alt/Privat")]
    [InlineData("inbox|sent", "", "Posteingang Gesendete Elemente")]
    [InlineData("Kunden", "", "Kunden Kunden/Privat Kunden/Alt")]
    [InlineData("Kunden|Inbox", "Kunden/Privat", "Posteingang Kunden Kunden/Alt")]
    [InlineData("Alt", "", "Kunden/Alt Alt Alt/Privat")]
    [InlineData("Deleted Items", "", "")]
    public async Task Only_what_is_chosen_is_read_and_what_is_left_out_is_counted(string include, string exclude, string read)
    {
        await using var graph = await GraphCompany.Open();
        graph.Choice = new GraphChoice(Names(include), Names(exclude));
        var ana = graph.Service.AddMailbox("ana@us.example");
        ana.AddFolder("Archiv", null, "archive");
        var customers = ana.AddFolder("Kunden");
        ana.AddFolder("Privat", customers);
        ana.AddFolder("Alt", customers);
        ana.AddFolder("Privat", ana.AddFolder("Alt"));
        foreach (var (number, folder) in ana.Folders.Index().ToList())
            ana.Add(folder, Encoding.UTF8.GetBytes(TestCompany.MailText(Path(folder), id: $"m{number}@acme.example")));

        var summary = await graph.Harvest(ana);

        Assert.Null(summary.Problem);
        var subjects = (await graph.Company.Log()).Select(line => line.Subject!).ToHashSet();
        Assert.Equal(
            read.Replace("Gesendete Elemente", "Gesendete_Elemente", StringComparison.Ordinal)
                .Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(name => name.Replace('_', ' ')).Order(),
            subjects.Order());
        Assert.Equal(ana.Folders.Count, summary.New + summary.Skipped);

        string Path(GraphTestFolder folder) =>
            ana.Folders.Find(other => other.Id == folder.Parent) is { } above ? $"{Path(above)}/{folder.Name}" : folder.Name;
    }

    private static string[] Names(string names) => names.Split('|', StringSplitOptions.RemoveEmptyEntries);
}
