using System.Globalization;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Storage;

/// <summary>Moments as the databases keep them: whole seconds, rounded down, so that text sorts as time does.</summary>
internal static class Instants
{
    private static readonly InstantPattern Pattern = InstantPattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd'T'HH':'mm':'ss'Z'");
    private static readonly Instant Earliest = Instant.FromUtc(1, 1, 1, 0, 0);
    private static readonly Instant Latest = Instant.FromUtc(9999, 12, 31, 23, 59, 59);

    /// <summary>The whole second <paramref name="time"/> lies in, within the years 1 to 9999.</summary>
    public static Instant Floor(Instant time)
    {
        var clamped = time < Earliest ? Earliest : time > Latest ? Latest : time;
        return Instant.FromUnixTimeSeconds(clamped.ToUnixTimeSeconds());
    }

    /// <summary>The first whole second not before <paramref name="time"/>, within the same years.</summary>
    public static Instant Ceiling(Instant time) =>
        Floor(time) is var second && second >= time ? second : Floor(second + Duration.FromSeconds(1));

    public static Instant? Floor(Instant? time) => time is { } t ? Floor(t) : null;

    /// <summary><c>2026-03-02T09:00:00Z</c>.</summary>
    public static string Print(Instant time) => string.Create(Length, Floor(time).ToDateTimeUtc(), static (text, utc) =>
    {
        utc.TryFormat(text, out _, "yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture);
        text[Length - 1] = 'Z';
    });

    /// <summary>The length of what <see cref="Print(Instant)"/> gives.</summary>
    public const int Length = 20;

    /// <summary>The same as ASCII.</summary>
    public static void Print(Instant time, Span<byte> text)
    {
        Floor(time).ToDateTimeUtc().TryFormat(text, out _, "yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture);
        text[Length - 1] = (byte)'Z';
    }

    /// <summary>Reads what <see cref="Print(NodaTime.Instant)"/> wrote; throws <see cref="FormatException"/> at anything else.</summary>
    public static Instant Parse(string text)
    {
        if (text.Length != Length)
            return Pattern.Parse(text).GetValueOrThrow();

        int Number(int at, int digits)
        {
            var value = 0;
            for (var i = at; i < at + digits; i++)
            {
                if (!char.IsAsciiDigit(text[i]))
                    throw new FormatException($"\"{text}\" is not an instant.");

                value = value * 10 + text[i] - '0';
            }

            return value;
        }

        return Instant.FromDateTimeUtc(
            new DateTime(Number(0, 4), Number(5, 2), Number(8, 2), Number(11, 2), Number(14, 2), Number(17, 2), DateTimeKind.Utc));
    }
}
