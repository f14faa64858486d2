namespace CrmSync.Mail.Cards;

/// <summary>What stands in a file of cards.</summary>
/// <param name="Cards">In the order of the file.</param>
/// <param name="Problems">What could not be read.</param>
/// <param name="IsCutShort">Whether it ends inside of a card, as a file does that somebody is still writing.</param>
public sealed record VCardFile(IReadOnlyList<VCard> Cards, IReadOnlyList<VCardProblem> Problems, bool IsCutShort);

/// <summary>A card, or something between cards, that cannot be read.</summary>
/// <param name="Line">The line of the file.</param>
/// <param name="Reason">What is wrong with it.</param>
public sealed record VCardProblem(int Line, string Reason);
