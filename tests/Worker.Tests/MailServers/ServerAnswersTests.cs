using CrmSync.Worker.MailServers;

namespace CrmSync.Worker.Tests.MailServers;

/// <summary>Sentences of real servers and what they mean.</summary>
public sealed class ServerAnswersTests
{
    [Theory]
    [InlineData(AnswerStage.Login, "AUTHENTICATIONFAILED", "Invalid credentials (Failure)", MailFailure.Auth)]
    [InlineData(AnswerStage.Login, null, "LOGIN failed.", MailFailure.Auth)]
    [InlineData(AnswerStage.Login, null, "[AUTH] Bad username or password", MailFailure.Auth)]
    [InlineData(AnswerStage.Login, "UNAVAILABLE", "LOGIN Server error - Please try again later", MailFailure.Throttled)]
    [InlineData(AnswerStage.Login, null, "Temporary authentication failure. [mx1:2026-01-01]", MailFailure.Throttled)]
    [InlineData(AnswerStage.Login, null, "LOGIN failed: backend timed out", MailFailure.Throttled)]
    [InlineData(
        AnswerStage.Login,
        "ALERT",
        "Application-specific password required: https://support.google.com/accounts/answer/185833 (Failure)",
        MailFailure.Config)]
    [InlineData(AnswerStage.Login, null, "LOGIN Login error, please using authorized code to login", MailFailure.Config)]
    [InlineData(AnswerStage.Login, null, "Login fail. Please using weixin token", MailFailure.Config)]
    [InlineData(
        AnswerStage.Login,
        "ALERT",
        "Your account is not enabled for IMAP use. Please visit your settings page and enable IMAP",
        MailFailure.Config)]
    [InlineData(
        AnswerStage.Login,
        "ALERT",
        "IMAP access is disabled for your domain. Please contact your domain administrator",
        MailFailure.Config)]
    [InlineData(AnswerStage.Login, null, "Lookup failed abc123", MailFailure.Config)]
    [InlineData(
        AnswerStage.Login,
        null,
        "You are yet to enable IMAP for your account. Please contact your administrator",
        MailFailure.Config)]
    [InlineData(AnswerStage.Login, null, "LogonDenied-BasicAuthBlocked", MailFailure.Config)]
    [InlineData(AnswerStage.Login, "WEBALERT", "https://accounts.google.com/signin/continue Web login required.", MailFailure.Config)]
    [InlineData(
        AnswerStage.Login,
        "ALERT",
        "Please log in via your web browser: https://support.google.com/mail/accounts/answer/78754 (Failure)",
        MailFailure.Config)]
    [InlineData(AnswerStage.Login, null, "Mailbox is disabled", MailFailure.Config)]
    [InlineData(
        AnswerStage.Login,
        "PRIVACYREQUIRED",
        "Plaintext authentication disallowed on non-secure (SSL/TLS) connections.",
        MailFailure.Config)]
    [InlineData(AnswerStage.Login, null, "cleartext logins disallowed: Clear text authentication is not supported", MailFailure.Config)]
    [InlineData(AnswerStage.Login, "ALERT", "Too many simultaneous connections. (Failure)", MailFailure.Throttled)]
    [InlineData(
        AnswerStage.Login,
        "LIMIT",
        "Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)",
        MailFailure.Throttled)]
    [InlineData(AnswerStage.Login, "ALERT", "Account exceeded command or bandwidth limits. (Failure)", MailFailure.Throttled)]
    [InlineData(AnswerStage.Login, null, "Too many login failures, try again later", MailFailure.Throttled)]
    [InlineData(AnswerStage.Command, null, "User is authenticated but not connected.", MailFailure.Throttled)]
    [InlineData(AnswerStage.Command, null, "Server Unavailable. 15", MailFailure.Throttled)]
    [InlineData(AnswerStage.Command, "UNAVAILABLE", "UID FETCH Server error - Please try again later", MailFailure.Throttled)]
    [InlineData(AnswerStage.Command, null, "Session expired, please login again.", MailFailure.Auth)]
    [InlineData(AnswerStage.Command, null, "AccessTokenExpired", MailFailure.Auth)]
    [InlineData(AnswerStage.Command, null, "Command Argument Error. 11", MailFailure.Protocol)]
    [InlineData(AnswerStage.Folder, null, "INBOX.Old doesn't exist.", MailFailure.Permanent)]
    [InlineData(AnswerStage.Folder, "NONEXISTENT", "Unknown Mailbox: Old (Failure)", MailFailure.Permanent)]
    [InlineData(AnswerStage.Folder, null, "Access denied", MailFailure.Permanent)]
    [InlineData(AnswerStage.Folder, "NOPERM", "no rights", MailFailure.Permanent)]
    [InlineData(AnswerStage.Folder, null, "something else altogether", MailFailure.Permanent)]
    [InlineData(AnswerStage.Folder, null, "EXAMINE Unsafe Login. Please contact kefu@188.com for help", MailFailure.Config)]
    [InlineData(AnswerStage.Greeting, null, "no", MailFailure.Throttled)]
    [InlineData(AnswerStage.Greeting, null, "LOGOUT Intrusion prevention active for [1.2.3.4]", MailFailure.Throttled)]
    public void Words_of_servers_are_told_apart(AnswerStage stage, string? code, string text, MailFailure expected) =>
        Assert.Equal(expected, ServerAnswers.Read(stage, code, text).Failure);

    [Theory]
    [InlineData("Request is throttled. Suggested Backoff Time: 299961 milliseconds", 299.961)]
    [InlineData("Throttled, retry after 30 seconds", 30)]
    [InlineData("too many requests, try again in 5 minutes", 300)]
    [InlineData("Request is throttled. Suggested Backoff Time: 99999999999 milliseconds", 3600)]
    public void The_time_a_server_asks_for_is_kept_and_never_more_than_an_hour(string text, double seconds) =>
        Assert.Equal(seconds, ServerAnswers.Read(AnswerStage.Command, null, text).RetryAfter!.Value.TotalSeconds, 3);

    [Fact]
    public void A_server_that_has_banned_us_is_left_alone_for_an_hour() =>
        Assert.Equal(1, ServerAnswers.Read(AnswerStage.Greeting, null, "Intrusion prevention active").RetryAfter!.Value.TotalHours);

    [Fact]
    public void Words_are_one_line_without_secrets_and_not_too_long()
    {
        Assert.Equal("login ada *** failed  twice", ServerAnswers.Presentable("login ada Hunter2 failed\r\ntwice\0", ["hunter2", ""]));
        Assert.Equal(300, ServerAnswers.Presentable(new string('x', 9000), []).Length);
    }
}
