using System.Globalization;
using System.Reflection;

namespace CrmSync.Domain.Company;

/// <summary>
/// Which part of a domain name somebody registered: the public suffix and one label more (publicsuffix.org, "Algorithm"). The private
/// section of the list counts too: under <c>uk.com</c> or <c>eu.org</c> strangers sit side by side, and calling them one organisation would
/// join people nobody joined.
/// </summary>
public sealed class PublicSuffixList
{
    private static readonly IdnMapping Idn = new() { AllowUnassigned = true };
    private readonly HashSet<string> rules = new(StringComparer.Ordinal);
    private readonly HashSet<string> wildcards = new(StringComparer.Ordinal);
    private readonly HashSet<string> exceptions = new(StringComparer.Ordinal);

    private PublicSuffixList(TextReader list)
    {
        while (list.ReadLine() is { } line)
        {
            var rule = line.Split([' ', '\t'], 2)[0];
            if (rule.Length == 0 || rule.StartsWith("//", StringComparison.Ordinal))
                continue;

            if (rule[0] == '!')
                exceptions.Add(ToAscii(rule[1..]));
            else if (rule.StartsWith("*.", StringComparison.Ordinal))
                wildcards.Add(ToAscii(rule[2..]));
            else
                rules.Add(ToAscii(rule));
        }
    }

    /// <summary>The list this version was built with.</summary>
    public static PublicSuffixList Known { get; } = new(Resource("public_suffix_list.dat"));

    /// <summary>
    /// The registrable domain of <paramref name="domain"/> (lower case), or null when it is itself a public suffix or no domain name (an
    /// address literal).
    /// </summary>
    public string? RegistrableDomain(string domain)
    {
        if (domain.Length == 0 || domain[0] is '[' or '.')
            return null;

        var labels = domain.Split('.');
        var ascii = ToAscii(domain).Split('.');
        if (
            ascii.Length != labels.Length
            || Array.Exists(labels, l => l.Length == 0)
            || Array.TrueForAll(labels[^1].ToCharArray(), char.IsAsciiDigit))
            return null;

        var suffix = SuffixLabels(ascii);
        return suffix >= labels.Length ? null : string.Join('.', labels[^(suffix + 1)..]);
    }

    /// <summary>
    /// How many labels the prevailing rule covers: an exception beats all and loses a label, else the longest rule, else one label.
    /// </summary>
    private int SuffixLabels(string[] labels)
    {
        var longest = 1;
        var name = "";
        for (var count = 1; count <= labels.Length; count++)
        {
            name = count == 1 ? labels[^1] : $"{labels[^count]}.{name}";
            if (exceptions.Contains(name))
                return count - 1;

            if (rules.Contains(name))
                longest = Math.Max(longest, count);
            if (count < labels.Length && wildcards.Contains(name))
                longest = Math.Max(longest, count + 1);
        }

        return longest;
    }

    private static string ToAscii(string domain)
    {
        if (System.Text.Ascii.IsValid(domain))
            return domain.ToLowerInvariant();

        try
        {
            return Idn.GetAscii(domain).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            // Not a name IDNA knows: it is compared as it is written.
            return domain;
        }
    }

    internal static StreamReader Resource(string name) =>
        new(
            Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
                ?? throw new InvalidOperationException($"The resource {name} is missing from the build."));
}
