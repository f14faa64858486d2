using System.Globalization;
using CrmSync.Worker.Tests.Digests.Story;
using NodaTime;

namespace CrmSync.Worker.Tests.Month;

/// <summary>
/// What happens at the sample company from 23 February to 22 March 2026 beside the story of the first two weeks: on every working day three
/// people write, or wait for an answer, each in another way.
/// </summary>
internal static class MonthStory
{
    private static readonly string[] FirstNames =
    [
        "Nora", "Fergal", "Sinead", "Padraig", "Orla", "Cathal", "Deirdre", "Eoin", "Fionnuala", "Garret", "Imelda", "Kieran", "Lorcan",
        "Muireann", "Niall", "Oisin", "Roisin", "Tadhg", "Ultan",
    ];

    private static readonly string[] LastNames = ["Flynn", "Crowe", "Lacy", "Moran", "Tighe", "Bracken", "Doyle"];

    private static readonly Dictionary<string, string> Ours = new(StringComparer.Ordinal)
    {
        ["ana"] = "Ana Duarte <ana@bright.example>",
        ["tim"] = "Tim Quinn <tim@bright.example>",
        ["olga"] = "Olga Byrne <olga@bright.example>",
    };

    private static readonly string[] Owners = ["ana", "tim", "olga"];

    /// <summary>The first day, a Monday.</summary>
    public static LocalDate First { get; } = new(2026, 2, 23);

    /// <summary>The last day, a Sunday.</summary>
    public static LocalDate Last { get; } = new(2026, 3, 22);

    public static IReadOnlyList<Case> Cases { get; } = [.. Invent()];

    /// <summary>Who a contact's items belong to on a day: Ana stands in for Olga on two.</summary>
    public static string OwnerOn(LocalDate day, string owner) => owner == "olga" && IsOlgaAway(day) ? "ana" : owner;

    public static bool IsOlgaAway(LocalDate day) => day >= new LocalDate(2026, 2, 26) && day <= new LocalDate(2026, 2, 27);

    private static IEnumerable<Case> Invent()
    {
        var random = new Random(4);
        var number = 0;
        var kinds = 0;
        for (var day = First; day <= Last; day = day.PlusDays(1))
        {
            if (!OpenTime.IsWorkingDay(day))
                continue;

            foreach (var owner in Owners)
            {
                var latest = day.DayOfWeek == IsoDayOfWeek.Friday ? 14 * 60 : 16 * 60;
                var at = day.AtMidnight().PlusMinutes(random.Next((9 * 60) + 2, latest));
                var who = new Contact(number++, owner, at);

                // Complaints end within two days, and Olga is to hear of them herself.
                var quiet = day >= new LocalDate(2026, 2, 24) && day <= new LocalDate(2026, 2, 27);
                yield return (kinds++ % 8) switch
                {
                    1 when !quiet => Complaint(who, OpenTime.Move(at, 25), byColleague: false),
                    3 when !quiet => Complaint(who, OpenTime.Move(at, 25), byColleague: true),
                    5 when !quiet => Complaint(who, OpenTime.Move(at, 225), byColleague: false),
                    7 when !quiet => Complaint(who, OpenTime.Move(at, 720), byColleague: false),
                    2 => Question(who, OpenTime.Move(at, random.Next(60, 240)), byColleague: true),
                    4 => Question(who, LateAnswer(day), byColleague: false),
                    6 when day <= new LocalDate(2026, 3, 12) => Reminder(who),
                    _ => Question(who, OpenTime.Move(at, random.Next(60, 240)), byColleague: false),
                };
            }
        }
    }

    /// <summary>They ask, and are to be answered within a business day.</summary>
    private static Case Question(Contact who, LocalDateTime answered, bool byColleague) =>
        new(
            who.Name,
            $"Answer {who.Name}",
            who.Owner,
            [
                .. who.Past(),
                who.Mail(who.At, who.Address, Ours[who.Owner], "", "Good morning,\n\nwhen will it be ready?"),
                who.Mail(answered, Ours[byColleague ? who.Colleague : who.Owner], who.Address, "Re: ", "It is ready next week."),
            ],
            who.At,
            answered)
        {
            Due = OpenTime.Close(OpenTime.WorkingDayAfter(who.At.Date)),
        };

    /// <summary>They complain: four hours of open time to answer, a warning an hour before, and Olga hears of it two hours after.</summary>
    private static Case Complaint(Contact who, LocalDateTime answered, bool byColleague)
    {
        var due = OpenTime.Move(who.At, 240);
        Step[] steps =
        [
            new(Step.Soon, who.Owner, OpenTime.Roll(OpenTime.Move(due, -60))),
            new(Step.Overdue, who.Owner, OpenTime.Roll(due)),
            new(who.Owner == "olga" ? Step.Overdue : Step.Escalated, "olga", OpenTime.Roll(OpenTime.Move(due, 120))),
        ];
        return new(
            who.Name,
            $"Answer {who.Name}",
            who.Owner,
            [
                .. who.Past(),
                who.Mail(who.At, who.Address, Ours[who.Owner], "", "The sign is broken again. This is unacceptable."),
                who.Mail(answered, Ours[byColleague ? who.Colleague : who.Owner], who.Address, "Re: ", "We are on our way."),
            ],
            who.At,
            answered)
        {
            Due = due,
            Steps = [.. steps.Where(step => step.From < answered)],
        };
    }

    /// <summary>We ask, and hear nothing for four business days.</summary>
    private static Case Reminder(Contact who)
    {
        var opens = who.At.Date;
        for (var i = 0; i < 4; i++)
            opens = OpenTime.WorkingDayAfter(opens);

        var answered = OpenTime.WorkingDayAfter(opens).At(new LocalTime(11, 10));
        return new(
            who.Name,
            $"Ask {who.Name} again",
            who.Owner,
            [
                .. who.Past(),
                who.Mail(who.At, Ours[who.Owner], who.Address, "", "Could you send us the measurements of the gate?"),
                who.Mail(answered, who.Address, Ours[who.Owner], "Re: ", "Thanks, will do."),
            ],
            opens.At(new LocalTime(9, 0)),
            answered);
    }

    private static LocalDateTime LateAnswer(LocalDate asked)
    {
        var day = asked;
        for (var i = 0; i < 3; i++)
            day = OpenTime.WorkingDayAfter(day);

        return day.At(new LocalTime(11, 20));
    }

    /// <summary>Somebody nobody else is called like, at an organisation of their own.</summary>
    private sealed record Contact(int Number, string Owner, LocalDateTime At)
    {
        public string Name => $"{FirstNames[Number % FirstNames.Length]} {LastNames[Number % LastNames.Length]}";

        public string Address => string.Create(
            CultureInfo.InvariantCulture, $"{Name} <{Name.ToLowerInvariant().Replace(' ', '.')}@gate{Number:00}.example>");

        public string Colleague => Owners[(Array.IndexOf(Owners, Owner) + 1) % Owners.Length];

        /// <summary>Who wrote to them first looks after them; whom nobody has written to yet is Olga's.</summary>
        public IEnumerable<StoryMail> Past() =>
            Owner == "olga"
                ? []
                : [Mail(new LocalDateTime(2026, 1, 19, 10, 0).PlusMinutes(Number), Ours[Owner], Address, "", "Our brochure is attached.")];

        public StoryMail Mail(LocalDateTime at, string from, string to, string prefix, string text) => new(
            at.ToString("uuuu-MM-dd HH:mm", CultureInfo.InvariantCulture),
            from,
            to,
            string.Create(CultureInfo.InvariantCulture, $"{prefix}Gate {Number:00}{(at.Year == 2026 && at.Month == 1 ? " brochure" : "")}"),
            text);
    }
}
