namespace CrmSync.Mail.Imap;

/// <summary>How a server ends or interrupts: the word at the start of a status response.</summary>
internal enum ImapStatus { Ok, No, Bad, Bye, PreAuth }

/// <summary>A response code: the word in brackets and what follows it there.</summary>
internal sealed record ResponseCode(string Name, string Argument);

/// <summary>One response of the server.</summary>
internal abstract record ImapResponse;

/// <summary><c>+</c>: the server waits for more of a command.</summary>
internal sealed record ContinuationResponse(string Text) : ImapResponse;

/// <summary>OK, NO, BAD, BYE, PREAUTH; <see cref="Tag"/> is null when untagged.</summary>
internal sealed record StatusResponse(string? Tag, ImapStatus Status, ResponseCode? Code, string Text) : ImapResponse;

/// <summary>CAPABILITY or ENABLED.</summary>
internal sealed record WordsResponse(string Kind, IReadOnlyList<string> Words) : ImapResponse;

/// <summary>LIST, XLIST, LSUB.</summary>
internal sealed record FolderResponse(ListedFolder Folder) : ImapResponse;

/// <summary>A folder as the server lists it.</summary>
/// <param name="RawName">The name's bytes as Latin-1, to be sent back as they came.</param>
/// <param name="Delimiter">The character between levels, or null.</param>
/// <param name="Attributes">Lower case, with their backslash.</param>
internal sealed record ListedFolder(string RawName, char? Delimiter, IReadOnlyList<string> Attributes);

/// <summary>STATUS of one folder.</summary>
internal sealed record FolderStatusResponse(string RawName, FolderStatus Status) : ImapResponse;

/// <summary>SEARCH or ESEARCH: the numbers found, ascending, without nonsense. <see cref="Nonsense"/> counts what was dropped.</summary>
internal sealed record SearchResponse(IReadOnlyList<uint> Numbers, int Nonsense) : ImapResponse;

/// <summary>EXISTS, RECENT, EXPUNGE with their number.</summary>
internal sealed record CountResponse(string Kind, ulong? Count) : ImapResponse;

/// <summary>FETCH.</summary>
internal sealed record FetchResponse(FetchedMessage Message) : ImapResponse;

/// <summary>ID: what the server tells of itself, names in lower case.</summary>
internal sealed record IdResponse(IReadOnlyDictionary<string, string> Fields) : ImapResponse;

/// <summary>NAMESPACE: raw prefixes of other people's folders and of public ones.</summary>
internal sealed record NamespaceResponse(IReadOnlyList<string> Personal, IReadOnlyList<string> Foreign) : ImapResponse;

/// <summary>A response that is known, or well formed, and says nothing we need.</summary>
internal sealed record IgnoredResponse(string Kind) : ImapResponse;

/// <summary>A response of a known kind that could not be read.</summary>
/// <param name="Kind">The kind, as far as it was understood.</param>
/// <param name="Reason">What is wrong with it.</param>
/// <param name="Excerpt">Its beginning; may hold parts of a mail and stays out of program logs.</param>
/// <param name="Message">What was read of a FETCH before the reading failed.</param>
internal sealed record UnreadableResponse(string Kind, string Reason, string Excerpt, FetchedMessage? Message = null) : ImapResponse;

/// <summary>A line that belongs to no response.</summary>
internal sealed record StrayLine(string Excerpt) : ImapResponse;
