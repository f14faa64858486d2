using NodaTime;

namespace CrmSync.Worker.Tests.Imap;

/// <summary>A clock that moves when it is told to.</summary>
internal sealed class TestClock(Instant start) : IClock
{
    private Duration passed = Duration.Zero;

    public Instant GetCurrentInstant() => start + passed;

    public void SetMinute(int minute) => passed = Duration.FromMinutes(minute);

    public void AdvanceMinutes(int minutes) => passed += Duration.FromMinutes(minutes);
}
