using CrmSync.Worker.PolicyFiles;
using CrmSync.Worker.Yaml;
using NodaTime;

namespace CrmSync.Worker.Tests.PolicyFiles;

public sealed class ReloadingThePolicy : IDisposable
{
    private const string Good =
        """
        version: 1
        us: { domains: [us.example] }
        defaults: { calendar: office, owner: ana }
        calendars:
          office: { zone: Europe/Berlin, hours: { mon-fri: "09:00-17:00" } }
        people: { ana: { email: ana@us.example } }
        segments: { gold: { file: gold.txt } }
        rules:
          - { respond: reply, within: 4bh }
        tests:
          - name: four hours
            events: [ { id: a, at: "2026-03-02T10:00", from: li@gamma.example, to: ana@us.example, thread: t, text: "When?" } ]
            now: "2026-03-02T11:00"
            expect: [ { rule: reply, about: t } ]

        """;

    private static readonly Instant Noon = Instant.FromUtc(2026, 3, 2, 12, 0);

    private readonly string folder = Directory.CreateTempSubdirectory("crmsync-reload").FullName;
    private int edits;

    public ReloadingThePolicy()
    {
        Write("gold.txt", "acme.example\n");
        Write("policy.yaml", Good);
    }

    private LastGoodPolicy LastGood => new(Path.Combine(folder, "data", "last.json"));

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_changed_policy_is_taken_after_two_seconds_of_quiet()
    {
        var reload = Started();
        var before = reload.Current;
        Write("policy.yaml", Good.Replace("within: 4bh", "within: 2bh", StringComparison.Ordinal));

        Assert.Null(reload.TakeOver(Noon + Seconds(1)));
        Write("policy.yaml", Good.Replace("within: 4bh", "within: 3bh", StringComparison.Ordinal));
        Assert.Null(reload.TakeOver(Noon + Seconds(2)));
        Assert.Null(reload.TakeOver(Noon + Seconds(3.9)));
        Assert.Same(before, reload.Current);
        var swapped = Assert.IsType<ReloadOutcome.Swapped>(reload.TakeOver(Noon + Seconds(4)));

        Assert.Equal(["rule 'reply' changed: within 4bh is now 3bh"], swapped.Changes);
        Assert.Same(swapped.Policy, reload.Current);
        Assert.NotEqual(before.Version, reload.Current.Version);
        Assert.Null(reload.TakeOver(Noon + Seconds(10)));
    }

    [Fact]
    public void A_list_the_policy_names_is_watched_too()
    {
        var reload = Started();
        Write("gold.txt", "acme.example\nbeta.example\n");

        reload.TakeOver(Noon + Seconds(1));
        Assert.IsType<ReloadOutcome.Swapped>(reload.TakeOver(Noon + Seconds(3)));
        Assert.Equal(["acme.example", "beta.example"], reload.Current.Segments["gold"].Domains);
    }

    [Theory]
    [InlineData("within: 4bh", "within: 4 hours", "P020")]
    [InlineData("expect: [ { rule: reply, about: t } ]", "expect: []", "P050")]
    [InlineData("rules:", "rules: [", "P001")]
    public void A_broken_policy_changes_nothing_and_is_told_once(string from, string to, string code)
    {
        var reload = Started();
        var before = reload.Current;
        Write("policy.yaml", Good.Replace(from, to, StringComparison.Ordinal));
        reload.TakeOver(Noon + Seconds(1));
        var refused = Assert.IsType<ReloadOutcome.Refused>(reload.TakeOver(Noon + Seconds(3)));
        Touch("policy.yaml");
        reload.TakeOver(Noon + Seconds(10));
        var again = Assert.IsType<ReloadOutcome.Refused>(reload.TakeOver(Noon + Seconds(12)));

        Assert.Contains(refused.Problems, p => p.Code == code);
        Assert.Equal((true, false), (refused.IsNew, again.IsNew));
        Assert.Same(before, reload.Current);
        Assert.NotEmpty(reload.Refused);
    }

    [Fact]
    public void After_a_correction_the_files_are_in_force_again()
    {
        var reload = Started();
        Write("policy.yaml", "rules: [");
        reload.TakeOver(Noon + Seconds(1));
        reload.TakeOver(Noon + Seconds(3));
        Write("policy.yaml", Good + "# corrected\n");
        reload.TakeOver(Noon + Seconds(10));

        Assert.Empty(Assert.IsType<ReloadOutcome.Swapped>(reload.TakeOver(Noon + Seconds(12))).Changes);
        Assert.Empty(reload.Refused);
    }

    [Fact]
    public void A_restart_with_broken_files_uses_the_last_good_version()
    {
        var version = Started().Current.Version;
        Write("policy.yaml", Good.Replace("within: 4bh", "within: soon", StringComparison.Ordinal));
        File.Delete(Path.Combine(folder, "gold.txt"));

        var (reload, outcome) = PolicyReload.Start(folder, Options, LastGood, Noon);
        var (_, again) = PolicyReload.Start(folder, Options, LastGood, Noon);

        Assert.True(Assert.IsType<ReloadOutcome.Refused>(outcome).IsNew);
        Assert.False(Assert.IsType<ReloadOutcome.Refused>(again).IsNew);
        Assert.Equal(version, reload!.Current.Version);
        Assert.Equal(["acme.example"], reload.Current.Segments["gold"].Domains);
    }

    [Fact]
    public void A_first_start_without_a_usable_policy_is_refused()
    {
        Write("policy.yaml", "rules: [");

        var (reload, outcome) = PolicyReload.Start(folder, Options, LastGood, Noon);

        Assert.Null(reload);
        Assert.NotEmpty(Assert.IsType<ReloadOutcome.Refused>(outcome).Problems);
    }

    [Fact]
    public void A_damaged_last_good_version_is_as_good_as_none()
    {
        Started();
        File.WriteAllText(Path.Combine(folder, "data", "last.json"), "{\"Form\":1,\"Fil");

        Assert.Null(LastGood.Read(Options(new LocalDate(2026, 3, 2))));
    }

    [Fact]
    public void Changes_are_told_in_words()
    {
        var before = Tree(Good);
        var after = Tree(
            Good.Replace(
                    "- { respond: reply, within: 4bh }",
                    "- { respond: vip, within: 1bh }\n  - { within: 4bh, respond: reply, cc: true }",
                    StringComparison.Ordinal)
                .Replace("ana@us.example } }", "ana@us.example }, bob: { email: bob@us.example } }", StringComparison.Ordinal));

        Assert.Equal(
            ["rule 'vip' is new", "rule 'reply' changed: cc true is new", "'people' changed: bob"],
            PolicyChanges.Between(before, after));
        Assert.Equal(
            ["rule 'vip' is gone"],
            PolicyChanges
                .Between(after, before)
                .Where(c => c.Contains("gone", StringComparison.Ordinal) && c.Contains("vip", StringComparison.Ordinal)));
    }

    [Fact]
    public void Only_a_flood_of_new_items_is_warned_of()
    {
        Assert.Null(PolicyChanges.Warning("1a2b", 50));
        Assert.Contains("newly opens 51 items", PolicyChanges.Warning("1a2b", 51), StringComparison.Ordinal);
    }

    private static ReadingOptions Options(LocalDate today) => new(today, []);

    private static Duration Seconds(double seconds) => Duration.FromMilliseconds(seconds * 1000);

    private static YamlMap Tree(string text) =>
        (YamlMap)YamlTree.Read(new SourceFile("policy.yaml", "/policy.yaml", text), ProblemList.ForPolicy())!;

    private PolicyReload Started()
    {
        var (reload, outcome) = PolicyReload.Start(folder, Options, LastGood, Noon);
        Assert.IsType<ReloadOutcome.Swapped>(outcome);
        return reload!;
    }

    private void Write(string name, string text)
    {
        File.WriteAllText(Path.Combine(folder, name), text);
        Touch(name);
    }

    /// <summary>Each edit has a time of its own, however coarse the clock of the file system.</summary>
    private void Touch(string name) =>
        File.SetLastWriteTimeUtc(Path.Combine(folder, name), new DateTime(2026, 3, 2, 0, 0, edits++, DateTimeKind.Utc));
}
