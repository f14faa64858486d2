using CrmSync.Worker.MailServers;
using NodaTime;

namespace CrmSync.Worker.Delivery;

/// <summary>When what did not work is tried again (RFC 5321 section 4.5.4.1 asks for a growing wait).</summary>
internal static class RetryTimes
{
    /// <summary>Greylisting lets the second or third of these pass; a full mailbox needs longer.</summary>
    private static readonly int[] Mail = [1, 2, 5, 10, 20, 30];

    private static readonly int[] Network = [1, 1, 2, 4, 8, 10];

    private static readonly int[] Throttled = [1, 2, 4, 8, 16, 30];

    /// <summary>A server locks an account whose password is wrong too often; a person must act anyway.</summary>
    private static readonly int[] Login = [1, 5, 60];

    private static readonly int[] SetUp = [1, 5, 15, 60];

    /// <summary>The wait of a mail that was not taken for now.</summary>
    /// <param name="attempts">How often it was not taken before.</param>
    public static Duration OfMail(int attempts) => Minutes(Mail, attempts);

    /// <summary>The wait when the way itself does not work.</summary>
    /// <param name="failure">What kind of trouble.</param>
    /// <param name="attempts">How often it did not work before.</param>
    public static Duration OfWay(MailFailure failure, int attempts) => Minutes(
        failure switch
        {
            MailFailure.Network => Network,
            MailFailure.Throttled => Throttled,
            MailFailure.Auth => Login,
            _ => SetUp,
        },
        attempts);

    private static Duration Minutes(int[] waits, int attempts) => Duration.FromMinutes(waits[Math.Min(attempts, waits.Length - 1)]);
}
