namespace CrmSync.Worker.Tests.Digests.Story;

/// <summary>
/// What happens at the sample company from Monday, 23 February to Friday, 6 March 2026 beside what its mailboxes and calendars tell: a new
/// customer whose answer is seen late, an owner who is away, a mailbox that cannot be read, a complaint that is put right, and people who
/// answer their digests.
/// </summary>
internal static class TheStory
{
    private const string Olga = "Olga Byrne <olga@bright.example>";
    private const string Ana = "Ana Duarte <ana@bright.example>";
    private const string Tim = "Tim Quinn <tim@bright.example>";
    private const string Conor = "Conor Nolan <conor@bright.example>";
    private const string Una = "Una Hart <una@harthotel.example>";
    private const string Grace = "Grace Power <grace.power@dunmore.example>";
    private const string Jo = "Jo Keane <jo@acme.example>";
    private const string Nadia = "Nadia Haddad <nadia@riadtea.example>";
    private const string Declan = "Declan Murphy <declan@murphymotors.example>";

    public static IReadOnlyList<StoryMail> Mails { get; } =
    [
        new(
            "2026-02-23 11:05",
            Grace,
            Conor,
            "Boards for the spring plays",
            "Dear Conor,\n\ncould we have the two boards by the 9th?\n\nGrace"),
        new(
            "2026-02-23 14:20",
            Conor,
            Grace,
            "Re: Boards for the spring plays",
            "Dear Grace,\n\nyes, on the 6th. Tim will bring them.\n\nConor"),
        new(
            "2026-02-24 10:40",
            Una,
            "Bright Signs <hello@bright.example>",
            "A sign for our courtyard",
            "Good morning,\n\nwe open a small hotel in Howth. Do you make signs of slate?\n\nUna Hart"),
        new("2026-02-25 09:30", Olga, Una, "Re: A sign for our courtyard", "Dear Una,\n\nwe do. Two pictures are attached.\n\nOlga Byrne"),
        new(
            "2026-02-25 10:30",
            Una,
            Olga,
            "Re: A sign for our courtyard",
            "Lovely. When could somebody come and see the courtyard?\n\nUna"),
        // Written on the train at five, in the mailbox only when the telephone has found a net the next morning.
        new(
            "2026-02-26 17:00",
            Ana,
            Una,
            "Re: A sign for our courtyard",
            "Dear Una,\n\nOlga is away until Monday. I can be there on Tuesday at ten.\n\nAna")
        {
            SeenAt = "2026-02-27 10:05",
        },
        new(
            "2026-02-28 11:15",
            "Rory Glynn <rory@kilnpots.example>",
            Ana,
            "Kiln signs",
            "Do you still make signs that stand the heat of a kiln?\n\nRory"),
        new("2026-03-02 10:30", Ana, "Rory Glynn <rory@kilnpots.example>", "Re: Kiln signs", "Dear Rory,\n\nyes, enamelled ones.\n\nAna"),
        new(
            "2026-03-04 09:05",
            Tim,
            Jo,
            "Re: Third sign flickers",
            "Jo,\n\nI am in Phibsborough at noon with a new driver. It will light tonight.\n\nTim"),
        new(
            "2026-03-04 09:20",
            Ana,
            Declan,
            "Re: Letter on the pavement",
            "Declan,\n\nI am sorry. Tim was with you on Monday afternoon and checked every stud; the R goes up on Friday, at our "
                + "cost.\n\nAna"
        ),
        new(
            "2026-03-04 09:50",
            Olga,
            "Maeve Tully <maeve@stbrigids.example>",
            "Many happy returns",
            "Dear Maeve,\n\nall the best for today!\n\nOlga"),
        new(
            "2026-03-04 11:50",
            Ana,
            "Peter Nagle <peter@oldmill.example>",
            "Re: Fascia for the Old Mill",
            "Good morning Peter,\n\nonce more, as your mailbox was full: in copper it would be 2,150 euro more.\n\nAna"),
        new(
            "2026-03-04 14:00",
            Olga,
            Nadia,
            "Re: Contact form: a sign for a tea house",
            "Dear Nadia,\n\nwith pleasure. When may I call you?\n\nOlga Byrne"),
        new("2026-03-04 16:00", Tim, "Martin Roche <martin.roche@acme.example>", "Re: Van", "At half past seven.\n\nTim"),
        new("2026-03-04 16:30", Nadia, Olga, "Re: Contact form: a sign for a tea house", "Tomorrow at ten. شكراً\n\nNadia"),
        new(
            "2026-03-05 09:30",
            Tim,
            "Hélène Vidal <helene@vidal.example>",
            "Re: La lettre V clignote",
            "Bonjour Hélène,\n\nje suis Tim, le successeur de Conor. Notre monteur passe vendredi matin.\n\nTim Quinn"),
        new(
            "2026-03-05 10:00",
            Ana,
            "Katrin Weber <weber@lindenhof.example>",
            "Gartenmauer: was wir besprochen haben",
            "Liebe Frau Weber,\n\nanbei die Muster und die Maße.\n\nAna Duarte"),
        new("2026-03-05 15:00", Declan, Ana, "Re: Letter on the pavement", "Many thanks Ana, perfect!\n\nDeclan"),
        new("2026-03-05 16:10", Jo, Tim, "Re: Third sign flickers", "Perfect, thank you Tim!\n\nJo"),
        new(
            "2026-03-05 16:40",
            Tim,
            Jo,
            "Re: Third sign flickers",
            "Glad to hear it. The invoice for the driver goes to the maker, not to you.\n\nTim")
        {
            Bcc = "crmsync+resolved@bright.example",
        },
    ];

    /// <summary>
    /// What people answer to their digests: when, who, to which one of the day, and for each line the verb and a part of what the digest
    /// calls the item.
    /// </summary>
    /// <param name="language">In which they write.</param>
    public static IReadOnlyList<(string At, string Reader, string Digest, (string Verb, string Item)[] Lines)> AnswersIn(string language)
    {
        var (friday, monday, called, useless, again, introduce) = language switch
        {
            "de" => ("verschieben # bis Freitag", "# auf Montag verschieben", "angerufen #", "nutzlos #", "Nr. # angerufen", "vorstellen"),
            "fr" => ("reporter # à vendredi", "reporter # à lundi", "appelé #", "inutile #", "j’ai appelé #", "Se présenter"),
            _ => ("snooze # friday", "snooze # monday", "called #", "not useful #", "called #", "Introduce yourself to"),
        };
        return
        [
            ("2026-02-25 09:10", "ana", "my-day", [(friday, "Siobhán Walsh")]),
            ("2026-03-04 09:25", "ana", "my-day", [(called, "Siobhán Walsh")]),
            ("2026-03-04 17:10", "tim", "my-day", [(monday, "Mick Brennan"), (useless, introduce)]),
            ("2026-03-05 10:20", "olga", "my-day", [(again, "Nadia Haddad")]),
        ];
    }

    /// <summary>From when to when the shared mailbox cannot be read.</summary>
    public static (string From, string To) HelloIsGone => ("2026-02-25 07:45", "2026-02-25 11:45");

    /// <summary>Olga is away, and Ana stands in for her.</summary>
    public static (string Found, string Instead) Absence =>
        (
            "olga: { email: olga@bright.example, name: Olga Byrne }",
            "olga: { email: olga@bright.example, name: Olga Byrne, away: [ { from: 2026-02-26, to: 2026-02-27, cover: ana } ] }");
}
