using CrmSync.Domain.Time;
using NodaTime;

namespace CrmSync.Domain.Languages;

/// <summary>Dates, times, lengths of time and quotation marks.</summary>
public interface IDatePhrases
{
    /// <summary><c>14:30</c>.</summary>
    string Time(LocalTime time);

    /// <summary>From one time of a day to another.</summary>
    string Span(LocalTime from, LocalTime to);

    /// <summary>
    /// <c>today 14:30</c>, <c>yesterday 14:30</c>, <c>Mon 14:30</c> within six days, else <c>Mon 2 Mar 14:30</c>, with the year when it is
    /// another.
    /// </summary>
    string When(SeenTime moment);

    /// <summary>What began then and goes on: <c>since yesterday 14:30</c>.</summary>
    string Since(SeenTime moment);

    /// <summary>The same without the time of day.</summary>
    string DayName(LocalDate date, LocalDate today);

    /// <summary><c>Wed 4 March</c>.</summary>
    string LongDay(LocalDate date);

    /// <summary><c>Wed 4 March, 16:30</c>.</summary>
    string LongDay(LocalDate date, LocalTime time);

    /// <summary><c>4 Mar</c>.</summary>
    string ShortDay(LocalDate date);

    /// <summary><c>4 March</c>, or <c>4 March 2027</c> when the year matters.</summary>
    string DayOfYear(LocalDate date, bool withYear);

    /// <summary><c>March 2026</c>.</summary>
    string Month(LocalDate date);

    /// <summary><c>Mar 2026</c>.</summary>
    string ShortMonth(LocalDate date);

    /// <summary><c>4 Mar 2026</c>.</summary>
    string ShortDate(LocalDate date);

    /// <summary>
    /// How long ago, in the largest unit that says enough: <c>40 minutes</c>, <c>3 hours</c>, <c>2 days</c>, <c>5 weeks</c>, <c>4
    /// months</c>, <c>2 years</c>.
    /// </summary>
    string Length(Duration length);

    /// <summary>A length of time as the policy means it: <c>4 business hours</c>.</summary>
    string Length(LengthOfTime length);

    /// <summary><c>40 min</c>, <c>16 h</c>, <c>3 d</c>: five columns have to fit on a phone.</summary>
    string Short(Duration length);

    /// <summary>Words of somebody else in quotation marks.</summary>
    string Quote(string words);
}
