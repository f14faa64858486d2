using CrmSync.Domain.Time;
using CrmSync.Storage;
using CrmSync.Worker.Yaml;
using NodaTime;
using static CrmSync.Worker.Configuration.ConfigurationShape;

namespace CrmSync.Worker.Configuration;

/// <summary>Reads <c>crmsync.yaml</c> and reports everything an admin has to change at once.</summary>
internal static class ConfigurationFile
{
    public const string FileName = "crmsync.yaml";

    /// <summary>What to do where there is no file yet.</summary>
    public const string InitHint = "`crmsync init` makes a first one";

    private const int ShortestSecret = 16;

    /// <summary>Reads the file in a folder with the environment of the process.</summary>
    public static ConfigurationReading Read(string folder) => Read(folder, Environment.GetEnvironmentVariable);

    /// <summary>Reads the file in a folder; the configuration is null when one of the problems is an error.</summary>
    /// <param name="folder">The configuration folder.</param>
    /// <param name="environment">The value of a variable, or null when it is not set.</param>
    public static ConfigurationReading Read(string folder, Func<string, string?> environment)
    {
        var problems = ProblemList.ForConfiguration(Misnomers);
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            problems.Error(
                new SourceFile(FileName, Path.GetFullPath(path), ""),
                "001",
                $"there is no {FileName} in {Path.GetFullPath(folder)}; {InitHint}");
        else if (SourceFile.Read(FileName, path, problems, holdsSecrets: true) is { } file)
            return new ConfigurationReading(Read(file, environment, problems), problems);

        return new ConfigurationReading(null, problems);
    }

    private static CrmSyncConfiguration? Read(SourceFile file, Func<string, string?> environment, ProblemList problems)
    {
        var tree = YamlTree.Read(file, problems);
        if (problems.HasErrors)
            Concealment.Lines(file);
        if (tree is not { } node)
            return null;

        Concealment.Values(node);
        var outside = new OutsideValues(environment, problems);
        if (!Whole.TryRead(outside.Filled(node), "the configuration", problems, out var map))
            return null;

        var delivery = map.Value(ConfigurationShape.Delivery);
        IReadOnlyList<Account> accounts =
        [
            .. new AccountReader(problems, outside)
                .Read(map.ValueOr(Accounts, []))
                .Select(account => Reached(account, delivery?.Value(Proxy))),
        ];
        var capture = map.Value(Capture);
        var configuration = new CrmSyncConfiguration
        {
            Storage = ReadStorage(map.Value(StorageKey), file, problems),
            Capture = new CaptureSettings
            {
                Since = capture?.Value(Since) is { } since ? since.Length : new LengthOfTime(365, TimeUnit.Day),
                SinceDate = capture?.Value(Since)?.Date,
                TextBytes = capture?.Value(TextSize) ?? TextSize.Fallback,
            },
            Accounts = accounts,
            Directories = new DirectoryReader(problems, accounts).Read(map.ValueOr(ConfigurationShape.Directories, [])),
            Delivery = delivery is null ? null : new DeliveryReader(problems, accounts).Read(delivery),
            Schedule = ReadSchedule(map.Value(Schedule)),
            Events = map.Value(ConfigurationShape.Events) is { } events ? WebhookReader.ReadEvents(events, problems) : null,
            Webhooks = WebhookReader.Read(map.ValueOr(ConfigurationShape.Webhooks, []), problems),
            Status = map.Value(ConfigurationShape.Status) is { } status ? ReadStatus(status, delivery, problems) : null,
        };
        return problems.HasErrors ? null : configuration;
    }

    /// <summary>An account without a proxy of its own is reached through the common one; this very machine needs none.</summary>
    private static Account Reached(Account account, Secret? proxy) =>
        account is ImapAccount { Server: { Proxy: null } server } imap && !Loopback.Is(server.Host)
            ? imap with { Server = server with { Proxy = proxy } }
            : account;

    private static StorageChoice ReadStorage(MapValues? storage, SourceFile file, ProblemList problems)
    {
        if (storage?.Value(Postgres) is { } connection)
        {
            if (connection.Missing is null && !ContactDatabase.IsConnectionString(connection.Reveal()))
                problems.Error(
                    storage.Place(Postgres),
                    "054",
                    "'postgres' is not a connection string; write Host=db.us.example;Database=crmsync;Username=crmsync;Password=..., not "
                        + "an address"
                );

            return new StorageChoice.Postgres(connection);
        }

        return new StorageChoice.Sqlite(
            Path.GetFullPath(Path.Combine(file.Folder, storage?.Value(Sqlite) ?? Path.Combine("data", "crmsync.db"))));
    }

    private static ScheduleSettings ReadSchedule(MapValues? schedule)
    {
        var usual = new ScheduleSettings();
        return new ScheduleSettings
        {
            Mail = Period(schedule?.Value(EveryMail)) ?? usual.Mail,
            Calendar = Period(schedule?.Value(EveryCalendar)) ?? usual.Calendar,
            Policy = Period(schedule?.Value(EveryPolicy)) ?? usual.Policy,
        };

        static Duration? Period(LengthOfTime? length) => length switch
        {
            null => null,
            { Unit: TimeUnit.Hour } => Duration.FromHours(length.Amount),
            _ => Duration.FromMinutes(length.Amount),
        };
    }

    /// <summary>Says of a secret that others could try out that it is too short to keep them out.</summary>
    internal static void ShortSecret(MapValues map, Key<Secret> key, ProblemList problems)
    {
        if (map.Value(key) is { Missing: null } secret && secret.Reveal().Trim().Length < ShortestSecret)
            problems.Shortcoming(
                map.Place(key),
                "053",
                $"'{key.Name}' in {map.Title} has fewer than {ShortestSecret} characters and can be guessed; use a long random text");
    }

    private static StatusSettings? ReadStatus(MapValues status, MapValues? delivery, ProblemList problems)
    {
        if (status.Value(Listen) is not { } listener)
            return null;

        if (!Loopback.Is(listener.Host) && status.FindNode(Token) is null)
            problems.Error(
                status.Place(Listen),
                "052",
                $"'listen' reaches beyond this machine; add token: ${{NAME}}, or listen on 127.0.0.1:{listener.Port}");
        ShortSecret(status, Token, problems);
        ReadPagesUrl(status, delivery, problems);
        return new StatusSettings(listener.Host, listener.Port, status.Value(Token))
        {
            PagesUrl = status.Value(PagesUrl),
            Ping = status.Value(Ping),
        };
    }

    private static void ReadPagesUrl(MapValues status, MapValues? delivery, ProblemList problems)
    {
        if (status.Value(PagesUrl) is not { } url)
            return;

        if (url.Query.Length > 0 || url.Fragment.Length > 0)
            problems.Error(
                status.Place(PagesUrl),
                "055",
                "'url' has a query; write only the address under which readers reach this server");
        else if (delivery?.Value(ConfigurationShape.Commands) is null)
            problems.Error(
                status.Place(PagesUrl),
                "055",
                "'url' offers pages, and the links to them are signed with the secret of the command mailbox; add commands: to delivery");
        if (!url.IsLoopback && status.FindNode(Token) is null)
            problems.Warn(
                status.Place(PagesUrl),
                "055",
                "a server in front that passes on everything shows the status page to everybody; add token: ${NAME}");
    }
}

/// <summary>What came of reading <c>crmsync.yaml</c>.</summary>
/// <param name="Configuration">Null when there are errors.</param>
/// <param name="Problems">Errors and warnings.</param>
internal sealed record ConfigurationReading(CrmSyncConfiguration? Configuration, ProblemList Problems);
