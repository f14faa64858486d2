using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using CrmSync.Domain.Commands;
using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Harvest;
using CrmSync.Domain.Log;
using CrmSync.Storage.Log;

namespace CrmSync.Worker.Commands;

/// <summary>What a mail comes to.</summary>
/// <param name="Commands">Lines for the log.</param>
/// <param name="Answer">What its author is told.</param>
internal sealed record CommandReading(IReadOnlyList<Interaction> Commands, MailAnswer Answer)
{
    /// <summary>One thing that was done.</summary>
    public static CommandReading From(Confirmation confirmation, params IReadOnlyList<Interaction> commands) =>
        new(commands, new MailAnswer([confirmation], []));

    /// <summary>Whether anything was carried out or asked.</summary>
    public bool IsOfUse =>
        Answer.WithHelp
        || Answer.WithList
        || Answer.WithFeed
        || Answer.Questions.Count > 0
        || Answer.Confirmations.Any(one => !one.Failed);

    /// <summary>In one line, for status.</summary>
    public string Words =>
        string.Join(
            " · ",
            Answer
                .Confirmations.Select(one => $"{one.Kind}: {one.Text}")
                .Concat(
                    Answer.Questions.Select(one => $"{(one.Kind == QuestionKind.Who ? "asked about" : "asked to write to")} {one.Contact}"))
                .Concat(Answer.WithHelp ? ["asked for help"] : [])
                .Concat(Answer.WithList ? ["asked for the list"] : [])
                .Concat(Answer.WithFeed ? ["asked for the list in the calendar"] : [])
        );
}

/// <summary>An answer that is owed, as it is kept until a mail of ours gives it.</summary>
internal sealed record KeptAnswer
{
    /// <summary>Addresses stand in it as they are, so that whoever erases a person finds them.</summary>
    private static readonly JsonSerializerOptions Form = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    };

    public IReadOnlyList<Confirmation> Confirmations { get; init; } = [];

    public IReadOnlyList<string> Who { get; init; } = [];

    public IReadOnlyList<string> MayIWrite { get; init; } = [];

    public bool WithHelp { get; init; }

    public bool WithList { get; init; }

    public bool WithFeed { get; init; }

    /// <summary>The Message-ID of the mail that is answered, or null.</summary>
    public string? MessageId { get; init; }

    [JsonIgnore]
    public MailAnswer Answer =>
        new(
            Confirmations,
            [
                .. Who.Select(address => new Question(QuestionKind.Who, EmailAddress.Parse(address))),
                .. MayIWrite.Select(address => new Question(QuestionKind.MayIWrite, EmailAddress.Parse(address))),
            ])
        {
            WithHelp = WithHelp,
            WithList = WithList,
            WithFeed = WithFeed,
        };

    public static string Write(MailAnswer answer, string? messageId) => JsonSerializer.Serialize(
        new KeptAnswer
        {
            Confirmations = [.. answer.Confirmations.Select(one => one)],
            Who = [.. answer.Questions.Where(one => one.Kind == QuestionKind.Who).Select(one => one.Contact.Value)],
            MayIWrite = [.. answer.Questions.Where(one => one.Kind == QuestionKind.MayIWrite).Select(one => one.Contact.Value)],
            WithHelp = answer.WithHelp,
            WithList = answer.WithList,
            WithFeed = answer.WithFeed,
            MessageId = messageId,
        },
        Form);

    /// <summary>Gives up an answer that cannot be read.</summary>
    /// <returns>What is to be told about it.</returns>
    public static async Task<Trouble> GiveUp(UntoldAnswer owed, CommandInbox inbox, CancellationToken ct)
    {
        var trouble = Unreadable(owed);
        await inbox.DropAnswer(owed.Id, trouble.Reason, ct);
        return trouble;
    }

    /// <summary>What is to be told about an answer that cannot be read.</summary>
    public static Trouble Unreadable(UntoldAnswer owed) => new(
        $"{AnswerComposer.Name} for {owed.Answer.Reader}",
        "what it says was kept by another version of this program and cannot be read any more",
        "it is not given; who wrote may ask again");

    /// <summary>Reads what was kept; null when another version of this program kept it in a form nobody knows any more.</summary>
    public static KeptAnswer? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<KeptAnswer>(text, Form) is { } kept
                && kept.Who.Concat(kept.MayIWrite).All(address => EmailAddress.TryParse(address, out _))
                ? kept
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
