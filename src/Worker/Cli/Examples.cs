namespace CrmSync.Worker.Cli;

/// <summary>What people type, for each command: shown by its help and in the manual; a test parses every one.</summary>
internal static class Examples
{
    private static readonly Dictionary<string, IReadOnlyList<(string Line, string Meaning)>> Lines = new(StringComparer.Ordinal)
    {
        ["crmsync"] =
        [
            ("crmsync demo", "See the whole job on a sample company, without any server."),
            ("crmsync init", "Write a first configuration."),
            ("crmsync check --connect", "See what is wrong with the configuration, and whether everything can be reached."),
            ("crmsync run", "Work, until stopped."),
        ],
        ["crmsync demo"] =
        [
            ("crmsync demo", "Write the sample company, its database and its digests to out/demo."),
            ("crmsync demo --out try-it", "Write them elsewhere."),
        ],
        ["crmsync init"] =
        [
            ("crmsync init", "Answer four questions, and get a commented configuration in ./config."),
            (
                "crmsync init --mailbox ana@bright.example --manager olga@bright.example --zone Europe/Dublin --config /etc/crmsync",
                "The same without questions, elsewhere."),
            ("crmsync init --from demo --config trial", "Get the sample company to change and try things out on."),
        ],
        ["crmsync run"] =
        [
            ("crmsync run --config /etc/crmsync", "Work with the configuration in /etc/crmsync."),
            ("crmsync run --trial", "Look at a first week of mails before anybody else gets one."),
        ],
        ["crmsync sync"] =
        [
            ("crmsync sync", "Read every account once."),
            ("crmsync sync --account imap:ana@bright.example", "Read one account."),
        ],
        ["crmsync log"] =
        [
            ("crmsync log --since yesterday", "What happened since yesterday morning."),
            ("crmsync log --contact jane@acme.example --since 6mo", "Half a year with one person."),
            ("crmsync log --class all --format json", "Every line, for a program."),
        ],
        ["crmsync contacts"] =
        [
            ("crmsync contacts", "Everybody we know."),
            ("crmsync contacts --segment customer --format json", "The contacts of one segment, for a program."),
        ],
        ["crmsync items"] =
        [
            ("crmsync items --owner ana --state overdue", "What Ana should have done by now."),
            ("crmsync items --now \"2026-03-02 09:00\"", "What there was to do on that morning."),
        ],
        ["crmsync digest"] =
        [
            ("crmsync digest --to ana", "Show what is due to Ana now."),
            ("crmsync digest --send", "Send what is due, each once."),
        ],
        ["crmsync check"] =
        [
            ("crmsync check", "Show all problems of both files."),
            ("crmsync check --connect", "Also log in everywhere, and reach the database and the way out."),
            ("crmsync check --strict", "Fail on warnings, too: for a repository's checks."),
        ],
        ["crmsync policy"] =
        [
            ("crmsync policy test", "Run the tests of the policy."),
            ("crmsync policy explain jane@acme.example", "Say why there is something to do about Jane, or nothing."),
        ],
        ["crmsync policy check"] =
        [
            ("crmsync policy check", "Show all problems of the policy, and run its tests."),
        ],
        ["crmsync policy test"] =
        [
            ("crmsync policy test", "Run the tests of the policy."),
            ("crmsync policy test --coverage", "Also list the rules that no test exercises."),
            ("crmsync policy test more-tests.yaml", "Run the tests of a file."),
        ],
        ["crmsync policy schema"] =
        [
            ("crmsync policy schema", "Print the JSON Schema of policy.yaml, for an editor."),
        ],
        ["crmsync policy explain"] =
        [
            ("crmsync policy explain jane@acme.example", "Say what each rule makes of Jane, and why."),
            ("crmsync policy explain jane@acme.example --rule reply --now 7d", "Ask about one rule, as of a week ago."),
        ],
        ["crmsync policy backtest"] =
        [
            ("crmsync policy backtest --days 30", "Show what the policy would have asked for in the last month."),
            ("crmsync policy backtest --against last-good", "Show what an edit changes."),
        ],
        ["crmsync status"] =
        [
            ("crmsync status", "Show how each account is doing; exit status 1 when something needs a person."),
            ("crmsync status --format json", "The same for a program."),
        ],
        ["crmsync quarantine"] =
        [
            ("crmsync quarantine", "List what could not be read, and why."),
        ],
        ["crmsync quarantine retry"] =
        [
            ("crmsync quarantine retry", "Try it again now."),
            ("crmsync quarantine retry --account imap:ana@bright.example", "Try what is in one account."),
        ],
        ["crmsync forget"] =
        [
            ("crmsync forget jane@acme.example --dry-run", "Count what would be erased."),
            ("crmsync forget jane@acme.example", "Erase Jane, and keep her erased."),
        ],
        ["crmsync export"] =
        [
            ("crmsync export jane@acme.example", "Print everything held about Jane as JSON."),
        ],
        ["crmsync directory"] =
        [
            ("crmsync directory export --format vcard", "Take the people we know to another program."),
        ],
        ["crmsync directory export"] =
        [
            ("crmsync directory export", "Print a table with the columns a csv directory has."),
            ("crmsync directory export --format vcard", "Print cards, for an address book."),
        ],
        ["crmsync audit"] =
        [
            ("crmsync audit --since 7d", "Who looked at whose page in the last week."),
        ],
        ["crmsync events"] =
        [
            ("crmsync events", "How far the program of `events` has been told."),
        ],
        ["crmsync events replay"] =
        [
            ("crmsync events replay --from 1200", "Send everything from position 1200 on again."),
        ],
        ["crmsync retain"] =
        [
            ("crmsync retain --dry-run", "Count the texts that are older than privacy.retain allows."),
        ],
        ["crmsync backup"] =
        [
            ("crmsync backup /var/backups/crmsync.db", "Copy an SQLite database while the worker goes on."),
        ],
        ["crmsync restore"] =
        [
            ("crmsync restore /var/backups/crmsync.db", "Put a copy in the place of the database, with the worker stopped."),
        ],
        ["crmsync migrate"] =
        [
            ("crmsync migrate", "Bring the database to this version."),
        ],
        ["crmsync completion"] =
        [
            ("crmsync completion bash", "Print the script; put it to use with: source <(crmsync completion bash)."),
            ("crmsync completion fish", "Print it for fish; put it to use with: crmsync completion fish | source."),
        ],
        ["crmsync man"] =
        [
            ("crmsync man", "Print the manual page; read it with: crmsync man | man -l -."),
        ],
    };

    /// <summary>The examples of a command, called by its words.</summary>
    public static IReadOnlyList<(string Line, string Meaning)> For(string path) => Lines.GetValueOrDefault(path, []);
}
