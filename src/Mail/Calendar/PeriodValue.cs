using System.Globalization;
using System.Text;
using NodaTime;

namespace CrmSync.Mail.Calendar;

/// <summary>DURATION (RFC 5545 section 3.3.6): <c>P1W</c>, <c>P1DT2H</c>, <c>PT45M</c>.</summary>
internal static class PeriodValue
{
    /// <summary>The most a duration may be: longer ones are mistakes, and would leave the calendar.</summary>
    private const long MostDays = 36_500;

    /// <summary>Reads a duration; null if it is none, negative or longer than a hundred years. Weeks become days.</summary>
    public static Period? Parse(string text)
    {
        var value = text.Trim().ToUpperInvariant();
        if (value.StartsWith('+'))
            value = value[1..];
        if (value.Length < 2 || value[0] != 'P')
            return null;

        var builder = new PeriodBuilder();
        var inTime = false;
        long number = -1;
        foreach (var character in value.AsSpan(1))
        {
            if (char.IsAsciiDigit(character))
            {
                number = Math.Max(number, 0) * 10 + (character - '0');
                if (number > MostDays * CivilDay.Seconds)
                    return null;
                continue;
            }

            if (character == 'T' && !inTime && number < 0)
            {
                inTime = true;
                continue;
            }

            switch (character)
            {
                case 'W' when !inTime && number >= 0:
                    builder.Days += (int)Math.Min(number * 7, int.MaxValue / 2);
                    break;
                case 'D' when !inTime && number >= 0:
                    builder.Days += (int)Math.Min(number, int.MaxValue / 2);
                    break;
                case 'H' when inTime && number >= 0:
                    builder.Hours += number;
                    break;
                case 'M' when inTime && number >= 0:
                    builder.Minutes += number;
                    break;
                case 'S' when inTime && number >= 0:
                    builder.Seconds += number;
                    break;
                default:
                    return null;
            }

            number = -1;
        }

        var seconds = builder.Days * CivilDay.Seconds + builder.Hours * 3600 + builder.Minutes * 60 + builder.Seconds;
        return number >= 0 || seconds > MostDays * CivilDay.Seconds ? null : builder.Build();
    }

    /// <summary>The duration in the notation of RFC 5545.</summary>
    public static string Print(Period period)
    {
        var text = new StringBuilder("P");
        if (period.Days != 0)
            text.Append(CultureInfo.InvariantCulture, $"{period.Days}D");
        if (period.HasTimeComponent || period.Days == 0)
        {
            text.Append('T');
            if (period.Hours != 0)
                text.Append(CultureInfo.InvariantCulture, $"{period.Hours}H");
            if (period.Minutes != 0)
                text.Append(CultureInfo.InvariantCulture, $"{period.Minutes}M");
            if (period.Seconds != 0 || (period.Hours == 0 && period.Minutes == 0))
                text.Append(CultureInfo.InvariantCulture, $"{period.Seconds}S");
        }

        return text.ToString();
    }
}
