using System.Text;
using CrmSync.Mail.Calendar;
using NodaTime;

namespace CrmSync.Mail.Tests.Calendar;

public sealed class MeetingUidTests
{
    private const string Series =
        "040000008200E00074C5B7101A82E00800000000D0C1B9A5F3A5DC01000000000000000010000000A1B2C3D4E5F60718293A4B5C6D7E8F90";

    [Fact]
    public void The_date_of_an_occurrence_is_taken_out_of_an_Exchange_UID()
    {
        // 07EA 03 02 is 2026-03-02.
        var occurrence = Series[..32] + "07EA0302" + Series[40..];
        Assert.Equal(new MeetingUid(Series, new LocalDate(2026, 3, 2)), MeetingUid.From(occurrence.ToLowerInvariant()));
        Assert.Equal(new MeetingUid(Series, null), MeetingUid.From(Series));
    }

    [Fact]
    public void The_UID_of_another_system_is_unwrapped()
    {
        var wrapped =
            Series[..72]
            + "1E000000"
            + Convert.ToHexString([
                .. Encoding.ASCII.GetBytes("vCal-Uid"),
                1,
                0,
                0,
                0,
                .. Encoding.ASCII.GetBytes("plan-7@oak.example"),
                0,
            ]);
        Assert.Equal(new MeetingUid("plan-7@oak.example", null), MeetingUid.From(wrapped));
    }

    [Theory]
    [InlineData("plan-7@oak.example")]
    [InlineData("1:2323")]
    [InlineData("040000008200E00074C5B7101A82E008")]
    [InlineData("übung@oak.example")]
    public void Any_other_UID_stays_as_it_is(string uid) => Assert.Equal(new MeetingUid(uid, null), MeetingUid.From(uid));
}
