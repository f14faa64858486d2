namespace CrmSync.Worker.MailServers;

/// <summary>What each kind of trouble with a server asks of people.</summary>
internal static class MailFailures
{
    extension(MailFailure failure)
    {
        /// <summary>Whether nothing gets better until a person has acted.</summary>
        public bool NeedsPerson => failure is MailFailure.Auth or MailFailure.Config;

        /// <summary>What a person can do about it, or that nobody has to.</summary>
        public string Remedy => failure switch
        {
            MailFailure.Network => "it is tried again by itself; if it stays, check host, port and the way there",
            MailFailure.Throttled => "it is tried again by itself, later",
            MailFailure.Auth => "correct the login in crmsync.yaml; it is tried only rarely until then, so that nothing gets locked",
            MailFailure.Config =>
                "correct crmsync.yaml or the settings of the mailbox or calendar, then run: crmsync check --connect",
            MailFailure.Protocol => "it is tried again by itself, in another way; if it stays, report the server's answer",
            _ => "it is left out and looked for again later",
        };
    }
}
