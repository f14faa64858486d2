namespace CrmSync.Worker.Digests;

/// <summary>
/// How our mails look. Sizes in pixels, because mail clients scale nothing else alike; colours in pairs, light in the inline styles and
/// dark in the style block. A test computes the contrast of every pair.
/// </summary>
internal static class MailStyles
{
    public const string Fonts = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";

    /// <summary>Behind everything.</summary>
    public static readonly Shade Page = new("page", "#f3f2ee", "#14171a");

    /// <summary>Behind what is to be read.</summary>
    public static readonly Shade Card = new("card", "#ffffff", "#1d2125");

    /// <summary>Behind quotes and tiles.</summary>
    public static readonly Shade Soft = new("soft", "#f6f5f1", "#262b30");

    public static readonly Shade Line = new("line", "#e3e1da", "#363c42");
    public static readonly Shade Ink = new("ink", "#1d2327", "#e8eaec");

    /// <summary>Second in importance.</summary>
    public static readonly Shade Quiet = new("quiet", "#565e66", "#a9b1b8");

    /// <summary>The one accent: links, and what is ours.</summary>
    public static readonly Shade Accent = new("accent", "#0a6560", "#66cfc4");

    public static readonly Shade Late = new("late", "#a8241c", "#ff958a");
    public static readonly Shade Soon = new("soon", "#845300", "#f0bb5b");

    /// <summary>What is written on what: every pair must be readable.</summary>
    public static readonly IReadOnlyList<(Shade Text, Shade Ground)> Pairs =
    [
        (Ink, Page), (Quiet, Page), (Accent, Page),
        (Ink, Card), (Quiet, Card), (Accent, Card), (Late, Card), (Soon, Card),
        (Ink, Soft), (Quiet, Soft), (Accent, Soft), (Late, Soft), (Soon, Soft),
    ];

    private static readonly Shade[] Texts = [Ink, Quiet, Accent, Late, Soon];
    private static readonly Shade[] Grounds = [Page, Card, Soft];
    private static readonly Shade[] Bars = [Line, Accent, Late, Soon];

    /// <summary>The only style block: the dark colours, for clients that know them, and tighter margins on a phone.</summary>
    public static string StyleBlock { get; } =
        ":root{color-scheme:light dark}"
        + "@media (prefers-color-scheme:dark){"
        + string.Concat(Texts.Select(s => $".t-{s.Name}{{color:{s.Dark}!important}}"))
        + string.Concat(Grounds.Select(s => $".g-{s.Name}{{background-color:{s.Dark}!important}}"))
        + string.Concat(
            Bars.Select(s => $".b-{s.Name}{{background-color:{s.Dark}!important}}.e-{s.Name}{{border-color:{s.Dark}!important}}"))
        + "}"
        + "@media (max-width:480px){.pad{padding-left:18px!important;"
        + "padding-right:18px!important}.out{padding:0!important}.round{border-radius:0!important}"
        + ".act a{display:inline-block!important;padding:8px 0!important}}";

    /// <summary>
    /// For Outlook on Windows, which takes its fonts from here and knows no greatest width: its own table of a fixed one around ours.
    /// </summary>
    public const string OutlookFonts =
        "<!--[if mso]><style>body,table,td,th,p,a,h1,h2,h3{font-family:'Segoe UI',Arial,sans-serif!important}</style><![endif]-->";

    public const string OutlookOpens =
        "<!--[if mso]><table role=\"presentation\" width=\"620\" align=\"center\" cellpadding=\"0\" cellspacing=\"0\" "
            + "border=\"0\"><tr><td><![endif]-->";

    public const string OutlookCloses = "<!--[if mso]></td></tr></table><![endif]-->";
}

/// <summary>A colour by day and by night.</summary>
internal sealed record Shade(string Name, string Light, string Dark)
{
    /// <summary>Inline style for text in this colour.</summary>
    public string Text => $"color:{Light};";

    /// <summary>Inline style for a ground in this colour.</summary>
    public string Ground => $"background-color:{Light};";
}
