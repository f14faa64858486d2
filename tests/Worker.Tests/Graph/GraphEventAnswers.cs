namespace CrmSync.Worker.Tests.Graph;

/// <summary>What the test service answers about calendars.</summary>
internal sealed class GraphEventAnswers(GraphTestService service)
{
    public static void ExpireLinks()
    {
    }

    public GraphAnswer Of(GraphRequest request, GraphTestMailbox mailbox, string[] parts) =>
        GraphAnswers.Error(404, "BadRequest", $"{service.Address}: {string.Join('/', parts)} of {mailbox.Address} is not known here ({request.Method}).");
}
