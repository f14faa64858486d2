using System.CommandLine;
using CrmSync.Storage;
using CrmSync.Worker.Cli.Shells;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Printing;
using CrmSync.Worker.Sources;

namespace CrmSync.Worker.Cli;

/// <summary>
/// The program as interface.md section 1 promises it: one verb a command, the same options everywhere, exit status 0, 1, 2 or 78.
/// </summary>
internal static class CommandLine
{
    public const int Done = 0;
    public const int ProblemsFound = 1;
    public const int WrongUsage = 2;
    public const int ConfigurationNotUsable = 78;

    public static async Task<int> Run(string[] args)
    {
        // Arguments, names of folders and words of servers stand in messages, and none of them may steer the terminal.
        Console.SetError(new PrintableWriter(Console.Error));
        var parsed = Build().Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var words in Misunderstanding.In(parsed))
                await Console.Error.WriteLineAsync("crmsync: " + words);

            await Console.Error.WriteLineAsync($"Try: {CommandTree.Path(parsed.CommandResult.Command)} --help");
            return WrongUsage;
        }

        if (parsed.GetValue(CommonOptions.Log) == LogStyle.Json)
            Console.SetError(new JsonMessages(Console.Error, Time));

        return await parsed.InvokeAsync(new InvocationConfiguration
        {
            ProcessTerminationTimeout = TimeSpan.FromSeconds(10),
            Output = new PrintableWriter(Console.Out),
            Error = Console.Error,
        });
    }

    /// <summary>The program with all its verbs.</summary>
    public static RootCommand Build()
    {
        var root = new RootCommand(
            "Reads the company's mail and calendars, keeps a contact log, and tells everybody whom they should write to.");
        root.Options.Add(CommonOptions.Config);
        root.Options.Add(CommonOptions.Verbose);
        root.Options.Add(CommonOptions.Log);
        foreach (var verb in Verbs())
            root.Subcommands.Add(verb);

        HelpWithExamples.Show(root);
        return root;
    }

    private static IEnumerable<Command> Verbs()
    {
        yield return DemoVerb.Create();
        yield return InitVerb.Create();
        yield return RunVerb.Create();
        yield return SyncVerb.Create();
        yield return LogVerb.Create();
        yield return ContactsVerb.Create();
        yield return ItemsVerb.Create();
        yield return DigestVerb.Create();
        yield return CheckCommand.Create(ConnectCheck.Run);
        yield return PolicyCommand.Create();
        yield return StatusVerb.Create();
        yield return QuarantineVerb.Create();
        yield return PersonVerbs.CreateForget();
        yield return PersonVerbs.CreateExport();
        yield return DirectoryVerb.Create();
        yield return AuditVerb.Create();
        yield return EventsVerb.Create();
        yield return RetainVerb.Create();
        yield return BackupVerbs.CreateBackup();
        yield return BackupVerbs.CreateRestore();
        yield return MigrateVerb.Create();
        yield return CompletionVerb.Create();
        yield return ManVerb.Create();
    }

    /// <summary>The one place where the program takes its clock.</summary>
    public static TimeProvider Time => MachineTime.Instance;

    /// <summary>
    /// Sets what a verb does with the parts its constructor asks for, which are put together over the configuration and its database.
    /// </summary>
    /// <param name="command">The verb.</param>
    /// <param name="run">What it does.</param>
    /// <param name="reads">Whether it only reads: then the log stays as it was derived, and the verb says so where a policy says otherwise
    /// by now. Null: it does not.</param>
    public static Command Does<TVerb>(
        this Command command,
        Func<TVerb, ParseResult, CancellationToken, Task<int>> run,
        Predicate<ParseResult>? reads = null) =>
        command.Does(
            async (parsed, ct) =>
            {
                var configuration = LoadedConfiguration.Read(parsed.ReadFolder(), parsed.ReadNow());
                var isReading = reads?.Invoke(parsed) == true;
                await using var program = isReading
                    ? await CrmSyncProgram.OpenToRead(configuration, Time, parsed.ReadDatabaseTime(), ct)
                    : await CrmSyncProgram.Open(configuration, Time, parsed.ReadDatabaseTime(), ct);
                try
                {
                    await program.TakeInAbsences(parsed.ReadNow(), ct);
                    if (isReading && await program.IsLogOutdated(ct))
                        await Console.Error.WriteLineAsync(
                            "crmsync: the log still shows classes, markers and our people as an earlier policy or release made them; a "
                                + "running worker brings it up to date, and so does `crmsync sync`");

                    return await run(program.Create<TVerb>(), parsed, ct);
                }
                catch (Exception failure)
                    when (failure is not DatabaseUnusableException && program.Explain(failure) is { } unusable)
                {
                    throw new DatabaseUnusableException(unusable.Message, failure);
                }
            });

    /// <summary>As <see cref="Does{TVerb}"/>, for a verb that only ever reads.</summary>
    public static Command Reads<TVerb>(this Command command, Func<TVerb, ParseResult, CancellationToken, Task<int>> run) =>
        command.Does(run, _ => true);

    /// <summary>Sets what a verb does; failures that have a name become messages and an exit status.</summary>
    public static Command Does(this Command command, Func<ParseResult, CancellationToken, Task<int>> action)
    {
        command.SetAction(async (parsed, ct) =>
        {
            try
            {
                return await action(parsed, ct);
            }
            catch (ConfigurationUnusableException unusable)
            {
                foreach (var problem in unusable.Problems)
                    await Console.Error.WriteLineAsync(problem.ToString());

                return ConfigurationNotUsable;
            }
            catch (UsageException usage)
            {
                await Console.Error.WriteLineAsync("crmsync: " + usage.Message);
                return WrongUsage;
            }
            catch (DatabaseUnusableException unusable)
            {
                await Console.Error.WriteLineAsync("crmsync: " + unusable.Message);
                return ProblemsFound;
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                await Console.Error.WriteLineAsync("crmsync: stopped; the next run goes on from here");
                return ProblemsFound;
            }
            catch (Exception failure) when (!parsed.GetValue(CommonOptions.Verbose) && Unexpected.IsContained(failure, ct))
            {
                // What the exception itself says may quote an email.
                await Console.Error.WriteLineAsync(
                    $"crmsync: {command.Name}: the program met something it does not know ({Unexpected.Name(failure)}); "
                        + "what was done until then is kept. Please report it, with what the same command says with --verbose");
                return ProblemsFound;
            }
        });
        return command;
    }
}
