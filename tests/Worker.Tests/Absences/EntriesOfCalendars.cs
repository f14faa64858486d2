namespace CrmSync.Worker.Tests.Absences;

/// <summary>Odd entries of calendars that programs write, by their documentation and by what people report of them.</summary>
public sealed class EntriesOfCalendars
{
    private const string Week = "DTSTART;VALUE=DATE:20260504\nDTEND;VALUE=DATE:20260509\n";

    [Theory]
    [InlineData(
        "Outlook's own",
        Week + "SUMMARY:Lisbon\nTRANSP:OPAQUE\nX-MICROSOFT-CDO-BUSYSTATUS:OOF\nX-MICROSOFT-CDO-ALLDAYEVENT:TRUE",
        "0504-0508")]
    [InlineData("without TRANSP", Week + "SUMMARY:PTO Day\nX-MICROSOFT-CDO-BUSYSTATUS:OOF\nSTATUS:CONFIRMED", "0504-0508")]
    [InlineData("in small letters, as libraries write it", Week + "SUMMARY:x\nX-MICROSOFT-CDO-BUSYSTATUS: oof ", "0504-0508")]
    [InlineData("a feed of old Hotmail", Week + "SUMMARY:x\nX-MICROSOFT-MSNCALENDAR-BUSYSTATUS:OOF", "0504-0508")]
    [InlineData(
        "intended busy, shown as away",
        Week + "SUMMARY:x\nX-MICROSOFT-CDO-BUSYSTATUS:OOF\nX-MICROSOFT-CDO-INTENDEDSTATUS:BUSY",
        "0504-0508")]
    [InlineData(
        "Nextcloud's absence, midnight to midnight",
        "DTSTART;TZID=Europe/Berlin:20260504T000000\nDTEND;TZID=Europe/Berlin:20260509T000000\n"
            + "SUMMARY:Gone fishing\nSTATUS:CONFIRMED\nX-NEXTCLOUD-OUT-OF-OFFICE:42",
        "0504-0508")]
    [InlineData(
        "Google's out of office, timed",
        "DTSTART;TZID=Europe/London:20260504T000000\nDTEND;TZID=Europe/London:20260509T000000\n"
            + "SUMMARY:Out of office\nSTATUS:CONFIRMED\nTRANSP:OPAQUE",
        "0504-0508")]
    [InlineData(
        "Google's, exported in UTC",
        "DTSTART:20260503T230000Z\nDTEND:20260508T230000Z\nSUMMARY:Out of office\nTRANSP:OPAQUE",
        "0504-0508")]
    [InlineData("Google's, by working hours", "DTSTART:20260504T080000Z\nDTEND:20260504T180000Z\nSUMMARY:Out of office", "0504-0504")]
    [InlineData("Google's in German", Week + "SUMMARY:Abwesend", "0504-0508")]
    [InlineData("Google's in French", Week + "SUMMARY:Absent(e) du bureau", "")]
    [InlineData("Apple's all-day entry", Week + "SUMMARY:Urlaub\nTRANSP:OPAQUE", "0504-0508")]
    [InlineData("no TRANSP is busy (RFC 5545)", Week + "SUMMARY:Vacation", "0504-0508")]
    [InlineData("one day, no DTEND", "DTSTART;VALUE=DATE:20260504\nSUMMARY:Annual leave", "0504-0504")]
    [InlineData("one day, the end written inclusively", "DTSTART;VALUE=DATE:20260504\nDTEND;VALUE=DATE:20260504\nSUMMARY:OOO", "0504-0504")]
    [InlineData("by DURATION, as feeds of birthdays write it", "DTSTART;VALUE=DATE:20260504\nDURATION:P1W\nSUMMARY:OOO", "0504-0510")]
    [InlineData(
        "Outlook's flag with times",
        "DTSTART;TZID=Europe/London:20260504T000000\nDTEND;TZID=Europe/London:20260506T000000\n"
            + "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE\nSUMMARY:Vacances",
        "0504-0505")]
    [InlineData(
        "the flag with times in UTC",
        "DTSTART:20260503T230000Z\nDTEND:20260505T230000Z\nX-MICROSOFT-CDO-ALLDAYEVENT:TRUE\nSUMMARY:RTT",
        "0504-0505")]
    [InlineData("Urlaubsverwaltung names the person", Week + "SUMMARY:Ana Duarte abwesend", "0504-0508")]
    [InlineData("called by herself", Week + "SUMMARY:OOO\nORGANIZER:mailto:ana@us.example\nATTENDEE:mailto:ana@us.example", "0504-0508")]
    [InlineData("called by her other address", Week + "SUMMARY:OOO\nORGANIZER:mailto:ana.duarte@home.example", "0504-0508")]
    [InlineData(
        "told to the team",
        Week + "SUMMARY:Ana OOO\nORGANIZER:mailto:ana@us.example\nATTENDEE:mailto:ana@us.example\n"
            + "ATTENDEE:mailto:tim@us.example",
        "0504-0508")]
    [InlineData(
        "every Friday, by Outlook's mark",
        "DTSTART;VALUE=DATE:20260508\nDTEND;VALUE=DATE:20260509\nRRULE:FREQ=WEEKLY;COUNT=2\n"
            + "SUMMARY:x\nX-MICROSOFT-CDO-BUSYSTATUS:OOF",
        "0508-0508, ana 0515-0515")]
    [InlineData(
        "from noon to noon: the days between",
        "DTSTART:20260504T120000Z\nDTEND:20260507T120000Z\nSUMMARY:x\nX-MICROSOFT-CDO-BUSYSTATUS:OOF",
        "0505-0506")]
    [InlineData(
        "over a weekend",
        "DTSTART:20260508T070000Z\nDTEND:20260511T170000Z\nSUMMARY:Off\nX-MICROSOFT-CDO-BUSYSTATUS:OOF",
        "0508-0511")]
    [InlineData("with emoji", Week + "SUMMARY:🌴 Vacation 🌴", "0504-0508")]
    public void Say_who_is_away(string what, string entry, string days)
    {
        Assert.NotEmpty(what);
        Assert.Equal(days.Length == 0 ? "" : "ana " + days, Away.By(entry));
    }

    [Theory]
    [InlineData("shown as free", Week + "SUMMARY:Vacation\nTRANSP:TRANSPARENT")]
    [InlineData("a word and a contradiction", Week + "SUMMARY:Vacation\nTRANSP:TRANSPARENT\nX-MICROSOFT-CDO-BUSYSTATUS:OOF")]
    [InlineData("free by Outlook's word", Week + "SUMMARY:Vacation\nX-MICROSOFT-CDO-BUSYSTATUS:FREE")]
    [InlineData("tentative by Outlook's word", Week + "SUMMARY:Vacation\nX-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE")]
    [InlineData("tentative by STATUS", Week + "SUMMARY:Vacation\nSTATUS:TENTATIVE\nX-MICROSOFT-CDO-BUSYSTATUS:OOF")]
    [InlineData("working elsewhere", Week + "SUMMARY:Vacation\nX-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE")]
    [InlineData("only intended to be shown so", Week + "SUMMARY:Offsite\nX-MICROSOFT-CDO-INTENDEDSTATUS:OOF")]
    [InlineData("cancelled", Week + "SUMMARY:Vacation\nSTATUS:CANCELLED")]
    [InlineData("private", Week + "SUMMARY:Vacation\nCLASS:PRIVATE\nX-MICROSOFT-CDO-BUSYSTATUS:OOF")]
    [InlineData("confidential", Week + "SUMMARY:Vacation\nCLASS:CONFIDENTIAL")]
    [InlineData("a meeting of that name", Week + "SUMMARY:Vacation planning")]
    [InlineData("a meeting of that name in German", Week + "SUMMARY:Urlaubsplanung 2026")]
    [InlineData("another one's, in her calendar", Week + "SUMMARY:Ben OOO")]
    [InlineData("another one's, by an HR program", Week + "SUMMARY:Ben Holm abwesend")]
    [InlineData("somebody's birthday", Week + "SUMMARY:Birthday of Ben")]
    [InlineData("her own birthday", Week + "SUMMARY:Ana's birthday")]
    [InlineData("a public holiday", Week + "SUMMARY:Christmas holiday")]
    [InlineData("a bank holiday with a name", Week + "SUMMARY:Early May bank holiday")]
    [InlineData("where she stands in", Week + "SUMMARY:Urlaubsvertretung für Ben")]
    [InlineData("a question", Week + "SUMMARY:Vacation?")]
    [InlineData("a denial", Week + "SUMMARY:No vacation")]
    [InlineData("half a day by its title", Week + "SUMMARY:Vacation (half day)")]
    [InlineData("half a day by a fraction", Week + "SUMMARY:1/2 Urlaub")]
    [InlineData("a morning", "DTSTART:20260504T070000Z\nDTEND:20260504T120000Z\nSUMMARY:Out of office\nX-MICROSOFT-CDO-BUSYSTATUS:OOF")]
    [InlineData(
        "an afternoon and the next morning",
        "DTSTART:20260504T120000Z\nDTEND:20260505T120000Z\nSUMMARY:OOO\nX-MICROSOFT-CDO-BUSYSTATUS:OOF")]
    [InlineData("a weekend", "DTSTART:20260509T000000Z\nDTEND:20260511T000000Z\nSUMMARY:OOO\nX-MICROSOFT-CDO-BUSYSTATUS:OOF")]
    [InlineData("every week, shown as busy", "DTSTART;VALUE=DATE:20260504\nRRULE:FREQ=WEEKLY;COUNT=3\nSUMMARY:Vacation")]
    [InlineData("a changed occurrence", "DTSTART;VALUE=DATE:20260504\nRECURRENCE-ID;VALUE=DATE:20260504\nSUMMARY:Vacation")]
    [InlineData(
        "somebody else's invitation",
        Week + "SUMMARY:OOO\nORGANIZER:mailto:ben@us.example\nATTENDEE:mailto:ana@us.example\n"
            + "X-MICROSOFT-CDO-BUSYSTATUS:OOF")]
    [InlineData("by an outsider", Week + "SUMMARY:OOO\nORGANIZER:mailto:jo@acme.example\nATTENDEE;PARTSTAT=ACCEPTED:mailto:ana@us.example")]
    [InlineData("of a calendar of Google's that is shared", Week + "SUMMARY:OOO\nORGANIZER:mailto:abc@group.calendar.google.com")]
    [InlineData(
        "with a guest from outside",
        Week + "SUMMARY:At Acme\nORGANIZER:mailto:ana@us.example\nATTENDEE:mailto:jo@acme.example\n"
            + "X-MICROSOFT-CDO-BUSYSTATUS:OOF")]
    [InlineData("where she works", Week + "SUMMARY:Home")]
    [InlineData("Google's focus time", "DTSTART:20260504T080000Z\nDTEND:20260504T180000Z\nSUMMARY:Focus time")]
    [InlineData("no title", Week + "TRANSP:OPAQUE")]
    [InlineData(
        "a title as long as a text",
        Week + "SUMMARY:Vacation vacation vacation vacation vacation vacation vacation "
            + "vacation vacation vacation vacation vacation")]
    public void That_only_look_like_it_say_nothing(string what, string entry)
    {
        Assert.NotEmpty(what);
        Assert.Equal("", Away.By(entry));
    }

    [Theory]
    [InlineData("OOO"), InlineData("Out of Office"), InlineData("Ana OOO"), InlineData("OOO - Ana Duarte"), InlineData("Ana's vacation")]
    [InlineData("ANNUAL LEAVE"), InlineData("Out of office: annual leave"), InlineData("PTO (all day)"), InlineData("My holiday")]
    [InlineData("Urlaub"), InlineData("Urlaub Ana"), InlineData("Ana im Urlaub"), InlineData("Resturlaub 2025"), InlineData("Außer Haus")]
    [InlineData("Krank"), InlineData("Elternzeit"), InlineData("Abwesend – Urlaub"), InlineData("Urlaub (ganztägig)")]
    [InlineData("Congés"), InlineData("Congés payés"), InlineData("En congé"), InlineData("Ana : vacances"), InlineData("Mes congés")]
    [InlineData("Absente du bureau"), InlineData("RTT"), InlineData("Arrêt maladie"), InlineData("Ana – hors du bureau (toute la journée)")]
    public void Say_so_in_three_languages(string title) => Assert.Equal("ana 0504-0508", Away.By(Week + "SUMMARY:" + title));

    [Theory]
    [InlineData("Vacation Ben"), InlineData("Holiday party"), InlineData("Leave review")]
    [InlineData("PTO policy"), InlineData("Time off request")]
    [InlineData("OOO Tim"), InlineData("Not on vacation"), InlineData("Away game"), InlineData("Sick leave form"), InlineData("Summer")]
    [InlineData("Urlaub beantragen"), InlineData("Kein Urlaub"), InlineData("Urlaub Ben")]
    [InlineData("Ferienhaus"), InlineData("Urlaubssperre")]
    [InlineData("Krankenkasse"), InlineData("Abwesenheitsnotiz schreiben"), InlineData("Schulferien"), InlineData("Betriebsferien Kunde")]
    [InlineData("Congés de Ben"), InlineData("Poser mes congés"), InlineData("Vacances scolaires"), InlineData("Absence de Tim")]
    [InlineData("Réunion RTT"), InlineData("Retour de vacances"), InlineData("Fin des congés")]
    public void Say_something_else_in_three_languages(string title) => Assert.Equal("", Away.By(Week + "SUMMARY:" + title));

    [Fact]
    public void By_words_of_the_policy_in_place_of_the_usual_ones()
    {
        var policy = Away.Us with { AbsenceWords = ["Kur"] };
        Assert.Equal("ana 0504-0508", Away.By(policy, new Meetings.ToldMeetings(policy).Calendar("ana", Entry("Kur")).Lines()));
        Assert.Equal("", Away.By(policy, new Meetings.ToldMeetings(policy).Calendar("ana", Entry("Urlaub")).Lines()));

        static string Entry(string title) => Away.Event(Week + "SUMMARY:" + title);
    }
}
