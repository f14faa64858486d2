using System.Globalization;
using System.Text.RegularExpressions;
using CrmSync.Worker.Tests.PolicyFiles;

namespace CrmSync.Worker.Tests.Install;

/// <summary>The unit file, as systemd itself reads and judges it.</summary>
public sealed partial class SystemdUnit : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("crmsync-unit-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Systemd_finds_nothing_wrong_with_the_unit()
    {
        // Only what is on this machine can be looked for on this machine.
        var text = await File.ReadAllTextAsync(Unit);
        var unit = Path.Combine(folder.FullName, "crmsync.service");
        await File.WriteAllTextAsync(unit, text.Replace("/usr/local/bin/crmsync", "/bin/true", StringComparison.Ordinal));
        var (status, said) = await Tool.Run("systemd-analyze", ["verify", "--man=no", unit]);

        Assert.Equal("", string.Join('\n', said.Split('\n').Where(line => line.Contains("crmsync", StringComparison.Ordinal))));
        Assert.Equal(0, status);
    }

    [Fact]
    public async Task Hardly_anything_of_the_machine_is_open_to_it()
    {
        var (_, said) = await Tool.Run("systemd-analyze", ["security", "--offline=true", "--no-pager", Unit]);
        var exposure = double.Parse(Exposure().Match(said).Groups["found"].Value, CultureInfo.InvariantCulture);

        Assert.InRange(exposure, 0, 1.5);
    }

    [Theory]
    [InlineData("Type=notify")]
    [InlineData("WatchdogSec=3min")]
    [InlineData("RestartPreventExitStatus=78")]
    [InlineData("ProtectSystem=strict")]
    [InlineData("NoNewPrivileges=yes")]
    [InlineData("StateDirectory=crmsync")]
    public void The_unit_says(string line) => Assert.Contains(line, File.ReadLines(Unit));

    private static string Unit => Path.Combine(Fixture.Repository, "build", "systemd", "crmsync.service");

    [GeneratedRegex(@"exposure level for \S+: (?<found>[\d.]+)")]
    private static partial Regex Exposure();
}
