using System.CommandLine;
using CrmSync.Storage;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Jobs;
using CrmSync.Worker.PolicyFiles;
using CrmSync.Worker.Printing;
using CrmSync.Worker.Status;
using CrmSync.Worker.Yaml;
using NodaTime;

namespace CrmSync.Worker.Cli;

/// <summary><c>run</c>: the worker, until it is asked to stop.</summary>
internal static class RunVerb
{
    private static readonly Option<bool> Trial = new("--trial")
    {
        Description = "Send every mail to defaults.owner alone, marked for whom it would have been; nobody counts as told.",
    };

    public static Command Create() =>
        new Command("run", "Work: harvest, ask the policy and send digests, as scheduled, until stopped.") { Trial }.Does(Run);

    private static async Task<int> Run(ParseResult parsed, CancellationToken ct)
    {
        var folder = parsed.ReadFolder();
        var read = ConfigurationFile.Read(folder);
        if (read.Configuration is not { } settings)
            throw new ConfigurationUnusableException([.. read.Problems.InOrder().Where(p => p.Severity == Severity.Error)]);

        // The worker needs all of them; to start without one would fail in the night.
        if (read.Problems.MissingSecrets is { Count: > 0 } missing)
            throw new ConfigurationUnusableException(missing);

        foreach (var shortcoming in read.Problems.Shortcomings)
            await Console.Error.WriteLineAsync((shortcoming with { Severity = Severity.Warning }).ToString());

        var (reload, outcome) = StartPolicy(folder, settings, parsed.ReadNow());
        using var only = settings.Storage is StorageChoice.Sqlite file ? OneWorker.Claim(file.File) : null;
        await using var database = await CrmSyncProgram.OpenDatabase(settings.Storage, CommandLine.Time, ct);
        var time = await WorkerHost.AgreeOnTime(settings.Storage, database, CommandLine.Time, ct);
        try
        {
            var configuration = new LoadedConfiguration(folder, settings, reload.Current) { IsTrial = parsed.GetValue(Trial) };
            if (configuration.IsTrial)
            {
                await Console.Error.WriteLineAsync(
                    $"crmsync: this is a trial: every mail goes to {configuration.Policy.DefaultOwner.Email} alone; start without --trial "
                        + "to send to all readers");
            }

            var log = new LogSettings(parsed.GetValue(CommonOptions.Log), parsed.GetValue(CommonOptions.Verbose));
            await WorkerHost.Run(configuration, new PolicyStart(reload, outcome), database, time, log, ct);
            return CommandLine.Done;
        }
        catch (StatusPageUnusableException unusable)
        {
            await Console.Error.WriteLineAsync("crmsync: " + unusable.Message);
            return CommandLine.ProblemsFound;
        }
    }

    /// <summary>The policy of the files, or the last good one while they are broken.</summary>
    /// <exception cref="ConfigurationUnusableException">There is neither.</exception>
    private static (PolicyReload Reload, ReloadOutcome Outcome) StartPolicy(string folder, CrmSyncConfiguration settings, Instant now)
    {
        var (reload, outcome) = PolicyReload.Start(
            folder,
            date => ReadingOptions.From(date, settings),
            LastGoodPolicy.For(folder, settings),
            now);
        if (outcome is ReloadOutcome.Refused refused)
        {
            if (reload is null)
                throw new ConfigurationUnusableException(refused.Problems);

            foreach (var problem in refused.Problems)
                Console.Error.WriteLine(problem);

            Console.Error.WriteLine(
                $"crmsync: the policy files are not taken; the last good policy, {reload.Current.Version}, is in force until they are "
                    + $"corrected"
            );
        }

        return (reload!, outcome);
    }
}
