using System.CommandLine;
using System.Text.RegularExpressions;
using CrmSync.Domain.Company;
using CrmSync.Worker.Yaml;
using NodaTime;

namespace CrmSync.Worker.Cli;

/// <summary>
/// The questions of <c>init</c>: each is an option, too. On a terminal what was not given is asked for, elsewhere the usual answer is
/// taken.
/// </summary>
internal static partial class StarterQuestions
{
    private static readonly StarterQuestion Domain = new(
        "--domain", "DOMAIN", "Our domain: whoever writes from there is one of us.", "Our domain", "bright.example", WhyNoDomain);

    private static readonly StarterQuestion Mailbox = new(
        "--mailbox", "ADDRESS", "The first mailbox to read.", "The address of the first mailbox to read", "ana@bright.example",
        WhyNoAddress);

    private static readonly StarterQuestion Manager = new(
        "--manager", "ADDRESS", "Who gets the managers' digest; default: the owner of the mailbox.", "The manager's address",
        "olga@bright.example", WhyNoAddress);

    private static readonly StarterQuestion Zone = new(
        "--zone", "ZONE", "The time zone of the office, such as Europe/Dublin; default: this machine's.", "The time zone of the office",
        "Europe/Dublin", WhyNoZone);

    /// <summary>In the order they are asked.</summary>
    public static IReadOnlyList<StarterQuestion> All { get; } = [Domain, Mailbox, Manager, Zone];

    /// <summary>Never asked: it can be guessed, and changed in the file.</summary>
    public static Option<string?> Host { get; } = new("--host")
    {
        Description = "The IMAP server of the mailbox, perhaps with :PORT; default: imap.DOMAIN.",
        HelpName = "HOST",
    };

    /// <summary>The answers.</summary>
    /// <param name="parsed">The options.</param>
    /// <param name="terminal">Where somebody answers; null: nobody does.</param>
    /// <param name="questions">Where they are asked.</param>
    /// <exception cref="UsageException">An option cannot be used, or an answer is missing and nobody can be asked.</exception>
    public static StarterAnswers Ask(ParseResult parsed, TextReader? terminal, TextWriter questions)
    {
        var asked = new Asked(parsed, terminal, questions);
        var given = parsed.GetValue(Mailbox.Option);
        var domain = asked.Answer(Domain, EmailAddress.TryParse(given, out var known) ? known.Domain : null).ToLowerInvariant();
        var mailbox = asked.Answer(Mailbox, null);
        var manager = asked.Answer(Manager, mailbox);
        var zone = asked.Answer(Zone, DateTimeZoneProviders.Tzdb.GetSystemDefault().Id);
        var host = parsed.GetValue(Host) ?? $"imap.{domain}";
        if (!HostForm().IsMatch(host))
            throw new UsageException($"\"{host}\" is no name of a server such as imap.bright.example or imap.bright.example:993");

        return new StarterAnswers(
            domain, EmailAddress.Parse(mailbox), EmailAddress.Parse(manager), DateTimeZoneProviders.Tzdb[zone], host);
    }

    private static string? WhyNoDomain(string text)
    {
        if (!DomainForm().IsMatch(text))
            return $"\"{text}\" is no domain; write it as in bright.example";

        return new Organisations([]).IsPublic(text.ToLowerInvariant())
            ? $"{text} is a mail service, where anybody can have a mailbox; name a domain that is yours alone"
            : null;
    }

    private static string? WhyNoAddress(string text) =>
        AddressForm().IsMatch(text) && EmailAddress.TryParse(text, out _) ? null : $"\"{text}\" is no address such as ana@bright.example";

    private static string? WhyNoZone(string text)
    {
        if (DateTimeZoneProviders.Tzdb.GetZoneOrNull(text) is not null)
            return null;

        var closest = Spelling.Closest(text, DateTimeZoneProviders.Tzdb.Ids);
        return $"there is no time zone \"{text}\""
            + (closest.Count > 0 ? $"; did you mean {string.Join(" or ", closest)}?" : "; write it as in Europe/Dublin");
    }

    [GeneratedRegex(
        @"^[\p{L}\p{Nd}]([\p{L}\p{Nd}-]*[\p{L}\p{Nd}])?(\.[\p{L}\p{Nd}]([\p{L}\p{Nd}-]*[\p{L}\p{Nd}])?)+$",
        RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex DomainForm();

    /// <summary>Addresses that need no quotes in YAML; others are written into the files by hand.</summary>
    [GeneratedRegex(@"^[\p{L}\p{Nd}][\p{L}\p{Nd}._+-]*@[\p{L}\p{Nd}.-]+$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex AddressForm();

    [GeneratedRegex(@"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex HostForm();

    /// <summary>One run of questions.</summary>
    private sealed class Asked(ParseResult parsed, TextReader? terminal, TextWriter questions)
    {
        public string Answer(StarterQuestion question, string? usual)
        {
            if (parsed.GetValue(question.Option) is { } given)
                return question.WhyNot(given) is { } words ? throw new UsageException(words) : given;

            if (terminal is null)
                return usual is not null && question.WhyNot(usual) is null ? usual : throw new UsageException(Missing(question));

            while (true)
            {
                questions.Write($"{question.Words} ({usual ?? "such as " + question.Example}): ");
                var line = terminal.ReadLine() ?? throw new UsageException(Missing(question));
                var answer = line.Trim() is { Length: > 0 } text ? text : usual;
                if (answer is null)
                    continue;

                if (question.WhyNot(answer) is not { } words)
                    return answer;

                questions.WriteLine(words);
            }
        }

        private static string Missing(StarterQuestion question) => $"init needs {question.Option.Name}, such as {question.Example}";
    }
}
