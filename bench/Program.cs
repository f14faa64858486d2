using CrmSync.Bench;

// One verb a file. A verb prints what it measured and how, and nothing else.
var verbs = new Dictionary<string, (string Usage, Action<Options> Run)>(StringComparer.Ordinal)
{
    ["calendar"] = (
        "calendar [--events 100k] [--repeat 3]                         read a calendar and expand its series over a year, on one core",
        CalendarReading.Run),
    ["digests"] = (
        "digests FILE|CONNECTION-STRING|postgres [--owners 1000] [--items 15] [--lines 15k] [--rounds 3]   write the digests of a "
            + "company and hand them to a server that throws them away",
        DigestSending.Run),
    ["generate"] = (
        "generate --messages N --seed S --out DIR [--mean 25k]     write a maildir of invented mail, the same for the same seed",
        Generate.Run),
    ["harvest"] = (
        "harvest MAILDIR FILE-OR-CONNECTION-STRING              harvest a generated maildir into an empty database, and once more with "
            + "nothing new",
        Harvesting.Run),
    ["imap"] = (
        "imap [--messages 50k] [--mean 25k] [--bytes 16384] [--repeat 3] [--program FILE] [--latency MS] [--rate KB] [--compress "
            + "yes|no]  read a mailbox in a Dovecot of its own, against a client that throws the bytes away",
        ImapReading.Run),
    ["poll"] = (
        "poll [--accounts 200] [--every 1] [--for 20]                   poll accounts on a Dovecot of its own, every so many seconds",
        ImapPolling.Run),
    ["policy"] = (
        "policy [--interactions 1M] [--contacts 100k] [--seed 1]     evaluate an invented company: all of it, what a thousand mails "
            + "change, one explanation",
        PolicySpeed.Run),
    ["fill"] = (
        "fill DIR [--interactions 1M] [--contacts 100k] [--seed 1]   make a configuration with the log of the invented company, to "
            + "measure verbs of the program over it",
        Filling.Run),
    ["units"] = (
        "units DIR [--mails 1000]                                   judge every organisation of the log that fill made, what changes with "
            + "so many mails, and nothing; list the items",
        UnitJudging.Run),
    ["smtp"] = (
        "smtp [--messages 20k] [--size 4k]                          hand mails to a server that throws them away, on one connection",
        SmtpSending.Run),
    ["mime"] = (
        "mime FOLDER [--repeat 5]                                   read every file of a folder as mail, on one core",
        MimeReading.Run),
    ["store"] = (
        "store FILE-OR-CONNECTION-STRING [--lines 200k]             store invented mails through the harvest ledger, nothing parsed, and "
            + "read them back",
        Storing.Run),
};

if (args.Length == 0 || !verbs.TryGetValue(args[0], out var verb))
{
    Console.Error.WriteLine("usage: dotnet run -c Release --project bench -- VERB");
    foreach (var (usage, _) in verbs.Values)
        Console.Error.WriteLine($"  {usage}");
    return 2;
}

try
{
    verb.Run(new Options(args.AsSpan(1)));
    return 0;
}
catch (OptionException e)
{
    Console.Error.WriteLine($"{args[0]}: {e.Message}\nusage: {verb.Usage}");
    return 2;
}
