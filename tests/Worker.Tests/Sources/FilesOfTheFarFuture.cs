using System.Diagnostics;
using CrmSync.Worker.Sources;
using CrmSync.Worker.Sources.Files;
using static CrmSync.Worker.Tests.Harvest.TestCompany;

namespace CrmSync.Worker.Tests.Sources;

/// <summary>A file whose time has no date in .NET is told of, and the others of its folder are read.</summary>
public sealed class FilesOfTheFarFuture : IDisposable
{
    /// <summary>The file system of the temporary folder may not hold such times; this one does.</summary>
    private readonly string folder = Path.Combine("/dev/shm", $"crmsync-far-{Guid.NewGuid():n}");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("eml", "far.eml", "near.eml")]
    [InlineData("maildir", "cur/1.far:2,S", "cur/2.near:2,S")]
    [InlineData("mbox", "far.mbox", null)]
    public async Task It_is_set_aside_and_the_others_are_read(string kind, string far, string? near)
    {
        await using var company = await Open();
        await Write(far, kind);
        if (near is not null)
            await Write(near, kind);

        using (var touch = Process.Start("touch", ["--date=12000-01-01", Path.Combine(folder, far)]))
            await touch.WaitForExitAsync();

        Func<ISource> source = kind switch
        {
            "eml" => () => new EmlSource(folder),
            "maildir" => () => new MaildirSource(folder),
            _ => () => new MboxSource(Path.Combine(folder, far)),
        };
        var summary = await company.Harvest("ana", source());
        Assert.Equal((null, near is null ? 0 : 1, 1), (summary.Problem, summary.New, summary.Quarantined));
        var aside = Assert.Single(await company.Ledger.Quarantine(null, default));
        Assert.Equal("the file's time of change lies after the year 9999", aside.Reason);
        Assert.Contains(far, aside.Place, StringComparison.Ordinal);

        var again = await company.Harvest("ana", source());
        Assert.Equal((null, 0, 0), (again.Problem, again.New, again.Quarantined));
    }

    private async Task Write(string name, string kind)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, (kind == "mbox" ? "From jane@acme.example Mon Mar  2 08:00:00 2026\n" : "") + MailText(name));
    }
}
