namespace CrmSync.Worker.Tests.Month;

/// <summary>
/// A test that takes minutes and draws what happens: it runs when <c>CRMSYNC_MONTHS</c> says how many months to live through.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LongFactAttribute : FactAttribute
{
    public LongFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("CRMSYNC_MONTHS") is null)
            Skip = "set CRMSYNC_MONTHS to the number of months to live through";
    }
}
