using CrmSync.Mail.Mime;

namespace CrmSync.Mail.Text;

/// <summary>What an automatic answer says of whoever had its mailbox: that they have left for good.</summary>
/// <param name="Sentence">The words that say so, with those that say whom to write to.</param>
/// <param name="Successor">The address to write to instead; null when none is named, or more than one.</param>
public sealed record Departure(string Sentence, string? Successor);

/// <summary>The address somebody says they have from now on.</summary>
/// <param name="Sentence">The words that say so.</param>
/// <param name="Address">The address.</param>
public sealed record NewAddress(string Sentence, string Address);

/// <summary>
/// Reads in English, German and French that the owner of a mailbox has left, or has another address now. What may be said of an absence, of
/// something else or of somebody else says nothing.
/// </summary>
public static class DepartureNote
{
    private const int LongestSentence = 300;

    /// <summary>So many sentences behind the one that somebody has left may say whom to write to.</summary>
    private const int MostBehind = 3;

    private const int ShortestName = 3;

    private static readonly PhraseSet Any = new(
        PhraseFile.Read("departures.txt").Where(phrase => phrase.Key is "left" or "gone" or "moved").Select(phrase => phrase.Text));

    private static readonly DepartureWords[] Languages =
    [
        .. PhraseFile.Read("departures.txt").GroupBy(phrase => phrase.Language).Select(phrases => new DepartureWords([.. phrases])),
    ];

    /// <summary>Whether a text may speak of having left or moved: one look at the whole saves one at every sentence.</summary>
    public static bool MayBeIn(string own) => Any.IsIn(own.Replace('’', '\''));

    /// <summary>What an automatic answer says of its author's leaving; null when it does not.</summary>
    /// <param name="own">What it says.</param>
    /// <param name="author">Whose mailbox it is.</param>
    public static Departure? Find(string own, Mailbox author)
    {
        var sentences = Sentences(own);
        var names = Names(author);
        foreach (var words in Languages)
        {
            var at = sentences.FindIndex(sentence => words.SaysLeft(sentence, names, CompanyName(author)));
            if (at < 0)
                continue;

            var behind = sentences.Skip(at).Take(1 + MostBehind).Where(words.SaysWhom).ToList();
            var addresses = behind.SelectMany(AddressesIn).Where(one => !IsTheirs(one, author)).Distinct().ToList();
            var told = addresses.Count == 1 ? behind.First(sentence => AddressesIn(sentence).Contains(addresses[0])) : null;
            return new Departure(
                told is null || told == sentences[at] ? sentences[at] : $"{sentences[at]} {told}",
                addresses.Count == 1 ? addresses[0] : null);
        }

        return null;
    }

    /// <summary>The address a mail says its author has from now on; null when it names none, or several.</summary>
    /// <param name="own">What its author wrote.</param>
    /// <param name="author">Who wrote it.</param>
    public static NewAddress? FindNewAddress(string own, Mailbox author)
    {
        var sentences = Sentences(own);
        for (var i = 0; i < sentences.Count; i++)
        {
            if (!Array.Exists(Languages, words => words.SaysMoved(sentences[i])))
                continue;

            var isHere = AddressesIn(sentences[i]).Count > 0;
            var whole = isHere || i + 1 == sentences.Count ? sentences[i] : $"{sentences[i]} {sentences[i + 1]}";
            var others = AddressesIn(whole).Where(address => !IsTheirs(address, author)).ToList();
            return others.Count == 1 && !whole.Contains('?', StringComparison.Ordinal) ? new NewAddress(whole, others[0]) : null;
        }

        return null;
    }

    private static List<string> Sentences(string own) =>
        [.. SentenceList.Read(own.Replace('’', '\'')).Where(sentence => sentence.Length <= LongestSentence)];

    private static bool IsTheirs(string address, Mailbox author) => address.Equals(author.Address, StringComparison.OrdinalIgnoreCase);

    private static List<string> AddressesIn(string sentence) => QuotedBlock.AddressesIn(sentence);

    /// <summary>The words by which an automatic answer may call its author.</summary>
    private static List<string> Names(Mailbox author) =>
        [
            .. author.Name.Split([' ', ',', '.', '"', '\''], StringSplitOptions.RemoveEmptyEntries)
                .Concat(author.Local.Split('.', '_', '-', '+'))
                .Where(name => name.Length >= ShortestName)
                .Select(name => name.ToLowerInvariant())
                .Distinct(),
        ];

    /// <summary>What the company is called in the address: <c>acme</c> of <c>mail.acme.example</c>.</summary>
    private static string CompanyName(Mailbox author) => author.Domain.Split('.') is [.., var name, _] ? name : author.Domain;
}
