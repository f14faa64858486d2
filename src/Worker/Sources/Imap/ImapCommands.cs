using System.Net.Sockets;
using CrmSync.Worker.MailServers;
using MailKit;
using MailKit.Net.Imap;

namespace CrmSync.Worker.Sources.Imap;

/// <summary>
/// Runs commands of MailKit one after the other. Every failure is a <see cref="MailServerException"/> in words; after one that says so the
/// connection is gone.
/// </summary>
internal sealed class ImapCommands(MailKitClient client, ImapAnswers answers)
{
    /// <summary>True when the connection is gone.</summary>
    public bool IsBroken => answers.Wire.IsBroken || !client.IsConnected;

    /// <summary>Runs a command of MailKit, and puts its failure into words.</summary>
    public async Task Run(AnswerStage stage, string what, Func<Task> action) =>
        await Run(stage, what, async () => { await action(); return 0; });

    /// <summary>Runs a command of MailKit, and puts its failure into words.</summary>
    public async Task<T> Run<T>(AnswerStage stage, string what, Func<Task<T>> action)
    {
        try
        {
            return await action();
        }
        catch (ImapCommandException e)
        {
            throw Refused(stage, what, e);
        }
        catch (FolderNotFoundException e)
        {
            throw answers.Notes.Word is "NO" or "BAD" ? Refused(stage, what, e)
                : new MailServerException(MailFailure.Permanent, $"{what} failed: it does not exist (any more)", inner: e);
        }
        catch (ImapProtocolException e)
        {
            throw answers.Wire.Broken(MailFailure.Protocol, $"the answer of {answers.Wire.Endpoint} cannot be read: {e.Message}", inner: e);
        }
        catch (Exception e)
            when (e
                    is IOException
                        or SocketException
                        or ServiceNotConnectedException
                        or ServiceNotAuthenticatedException
                        or FolderNotOpenException
                        or ObjectDisposedException
            )
        {
            throw answers.Wire.Broken($"the connection to {answers.Wire.Endpoint} broke: {e.Message}", e);
        }
        catch (Exception e)
            when (e
                    is FormatException
                        or ArgumentException
                        or InvalidOperationException
                        or NotSupportedException
                        or IndexOutOfRangeException
                        or OverflowException
            )
        {
            // What a server must say to make a reader of answers fail like this nobody knows beforehand; the connection is in the middle of
            // something.
            throw answers.Wire.Broken(MailFailure.Protocol,
                $"the answer of {answers.Wire.Endpoint} cannot be read: {e.GetType().Name} while {what}", inner: e);
        }
    }

    /// <summary>The failure that the last tagged answer stands for.</summary>
    public MailServerException Refused(AnswerStage stage, string what, Exception? inner = null)
    {
        var notes = answers.Notes;
        var meaning = ServerAnswers.Read(stage, notes.Code, notes.Text);
        // BAD says that the request was not understood; only words that are known for something else speak against that.
        if (notes is { Word: "BAD", Code: null } && meaning.Failure is MailFailure.Auth or MailFailure.Permanent)
            meaning = new AnswerMeaning(MailFailure.Protocol, "the server did not understand the request");

        var words = ServerAnswers.Presentable(notes.Code is { } code ? $"[{code}] {notes.Text}" : notes.Text, answers.Secrets);
        return new MailServerException(meaning.Failure, meaning.Advice.Length > 0 ? $"{what} failed: {meaning.Advice}" : $"{what} failed",
            words.Length == 0 ? null : words, inner)
        {
            RetryAfter = meaning.RetryAfter,
            ConnectionLost = IsBroken,
        };
    }
}
