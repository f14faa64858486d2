namespace CrmSync.Mail.Mime;

/// <summary>One text leaf of the body.</summary>
internal sealed record TextLeaf(MimePart Part, KeptContent Content, bool Html);

/// <summary>
/// One piece of the body that says one thing: a text leaf, or everything inside a multipart/alternative, where plain text and HTML are two
/// forms of the same.
/// </summary>
internal sealed class TextSection
{
    private BodyHash? plainHash;
    private BodyHash? htmlHash;

    public List<TextLeaf> Plain { get; } = [];

    public List<TextLeaf> Html { get; } = [];

    /// <summary>Whether the plain form says anything; if not, the HTML form stands for the section.</summary>
    public bool HasPlain => Plain.Exists(l => SaysSomething(l.Content));

    public bool HasHtml => Html.Exists(l => SaysSomething(l.Content));

    public bool IsBlank => !HasPlain && !HasHtml;

    /// <summary>Takes the bytes of a leaf beyond those kept: from now on the digest of this form is a running one.</summary>
    public void AppendBeyond(TextLeaf leaf, ReadOnlySpan<byte> more)
    {
        ref var hash = ref leaf.Html ? ref htmlHash : ref plainHash;
        if (hash is null)
        {
            hash = new BodyHash();
            foreach (var earlier in leaf.Html ? Html : Plain)
            {
                if (!ReferenceEquals(earlier, leaf))
                    hash.Append(earlier);
            }
        }

        if (!ReferenceEquals(hash.Current, leaf))
            hash.Append(leaf);
        hash.AppendMore(more);
    }

    /// <summary>Call when a leaf has ended: one that stayed within its limit joins a running digest here.</summary>
    public void Finish(TextLeaf leaf)
    {
        var hash = leaf.Html ? htmlHash : plainHash;
        if (hash is not null && !ReferenceEquals(hash.Current, leaf))
            hash.Append(leaf);
    }

    /// <summary>SHA-256 of the form that stands for this section.</summary>
    public byte[] Digest()
    {
        var plain = HasPlain;
        if ((plain ? plainHash : htmlHash) is { } running)
            return running.Result();

        return BodyHash.Compute(plain ? Plain : Html);
    }

    private static bool SaysSomething(KeptContent content) =>
        content.IsCut || content.Kept.IndexOfAnyExceptInRange((byte)0, (byte)' ') >= 0;
}
