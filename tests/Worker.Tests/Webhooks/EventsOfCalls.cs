using System.Text.Json;
using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Storage.Log;
using CrmSync.Worker.Delivery;
using NodaTime;

namespace CrmSync.Worker.Tests.Webhooks;

/// <summary>What another program is told of a call.</summary>
public sealed class EventsOfCalls
{
    private static readonly Instant Rang = Instant.FromUtc(2026, 3, 9, 11, 0);

    [Theory]
    [InlineData(95, "answered")]
    [InlineData(null, "missed")]
    public void It_says_as_the_log_does_whether_anybody_answered_and_for_how_long(int? seconds, string status)
    {
        var line = new Interaction
        {
            Id = "C1",
            Kind = InteractionKind.Call,
            At = Rang,
            Seen = Rang,
            Direction = Direction.Inbound,
            Participants = [new Participant(EmailAddress.Parse("tel:+353861234567"), null, ParticipantRole.From, Internal: false)],
            Accounts = ["calls"],
            Call = new CallFacts(Rang, Rang + Duration.FromSeconds(seconds ?? 0), seconds),
        };
        var body = EventText.Write(new NotedEvent { Number = 7, Type = "line.added", At = Rang, Line = line.Id }, line, false, Rang);

        var data = JsonDocument.Parse(body).RootElement.GetProperty("data");
        Assert.Equal(
            ("call", status, "2026-03-09T11:00:00Z", seconds),
            (
                data.GetProperty("kind").GetString(),
                data.GetProperty("status").GetString(),
                data.GetProperty("start").GetString(),
                data.GetProperty("seconds").ValueKind == JsonValueKind.Null ? null : data.GetProperty("seconds").GetInt32()));
    }
}
