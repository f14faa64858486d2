using CrmSync.Domain.Company;

namespace CrmSync.Worker.Sources.Calls;

/// <summary>Understands what telephone systems write about which way a call went and whether anybody answered.</summary>
internal static class CallWords
{
    private static readonly HashSet<string> In =
    [
        "in", "inbound", "incoming", "eingehend", "eingang", "ankommend", "received", "receive", "entrant", "entrante", "entrata", "missed",
        "missedcall", "verpasst", "inboundcall", "incomingcall", "ucapin", "ucaspin", "byotin", "i", "1", "2",
        "eingehenderanruf", "inkommend",
    ];

    private static readonly HashSet<string> Out =
    [
        "out", "outbound", "outgoing", "ausgehend", "ausgang", "abgehend", "sortant", "saliente", "uscita", "dialed", "dialled", "placed",
        "outboundcall", "outgoingcall", "ucapout", "ucaspout", "byotout", "o", "3", "4", "ausgehenderanruf", "outbounddial", "outboundapi",
        "originating",
    ];

    private static readonly HashSet<string> Among = ["internal", "intern", "internalcall", "interne", "local", "onnet"];

    private static readonly HashSet<string> Yes =
    [
        "answered", "answer", "connected", "accepted", "completed", "complete", "callconnected", "yes", "y", "true", "angenommen",
        "beantwortet", "ja", "success", "successful", "erfolgreich", "ok", "verbunden", "handled", "pickedup", "normal", "normalclearing",
        "answeredbyagent", "oui", "repondu", "decroche",
    ];

    private static readonly HashSet<string> No =
    [
        "missed", "missedcall", "noanswer", "notanswered", "unanswered", "busy", "failed", "fail", "canceled", "cancelled", "cancel",
        "abandoned", "voicemail", "leftvoicemail", "senttovoicemail", "rejected", "declined", "blocked", "hangup", "verpasst",
        "nichtangenommen", "unbeantwortet", "besetzt", "keineantwort", "nichterreicht", "abgewiesen", "congestion", "no", "n", "false",
        "nein", "callernothungup", "ringnoanswer", "noreply", "stopped", "wrongnumber", "notallowed", "unavailable", "disconnected",
        "inabwesenheit", "abgebrochen", "aufgelegt", "non", "manque", "ivr", "callfailed", "nicht angenommen", "receiverbusy", "mailbox",
        "anrufbeantworter", "chanunavail",
    ];

    /// <summary>Which way; null for no word that is known.</summary>
    public static Direction? FindDirection(string text)
    {
        var word = Plain(text);
        return In.Contains(word) ? Direction.Inbound
            : Out.Contains(word) ? Direction.Outbound
            : Among.Contains(word) ? Direction.Internal
            : word.StartsWith("inbound", StringComparison.Ordinal) || word.StartsWith("incoming", StringComparison.Ordinal)
                || word.StartsWith("eingehend", StringComparison.Ordinal) ? Direction.Inbound
            : word.StartsWith("outbound", StringComparison.Ordinal) || word.StartsWith("outgoing", StringComparison.Ordinal)
                || word.StartsWith("ausgehend", StringComparison.Ordinal) ? Direction.Outbound
            : null;
    }

    /// <summary>Whether anybody answered; null for no word that is known.</summary>
    public static bool? FindAnswered(string text)
    {
        var word = Plain(text);
        return Yes.Contains(word) ? true : No.Contains(word) ? false : null;
    }

    private static string Plain(string text) => new([.. text.ToLowerInvariant().Where(char.IsLetterOrDigit)]);
}
