namespace CrmSync.Mail.Mime;

/// <summary>A link in a text.</summary>
/// <param name="Start">Where its words begin.</param>
/// <param name="End">The first character behind them.</param>
/// <param name="Words">What is to be clicked; the target itself where a text has no words for it.</param>
/// <param name="Target">Where it leads.</param>
internal sealed record TextLink(int Start, int End, string Words, string Target);
