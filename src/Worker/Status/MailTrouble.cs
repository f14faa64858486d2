namespace CrmSync.Worker.Status;

/// <summary>Something about mails, in words.</summary>
/// <param name="Words">One line.</param>
/// <param name="NeedsSomebody">Whether somebody should look.</param>
internal sealed record MailTrouble(string Words, bool NeedsSomebody);
