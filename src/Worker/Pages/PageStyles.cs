using System.Security.Cryptography;
using System.Text;
using CrmSync.Worker.Digests;

namespace CrmSync.Worker.Pages;

/// <summary>
/// How pages look: the colours of our mails by day and by night, one column on a phone. The only style block of a page, so that its hash is
/// all a browser needs to be told to refuse every other.
/// </summary>
internal static class PageStyles
{
    private static readonly Shade[] Shades =
    [
        MailStyles.Page,
        MailStyles.Card,
        MailStyles.Soft,
        MailStyles.Line,
        MailStyles.Ink,
        MailStyles.Quiet,
        MailStyles.Accent,
        MailStyles.Late,
        MailStyles.Soon,
    ];

    /// <summary>What stands between <c>&lt;style&gt;</c> and its end.</summary>
    public static string Block { get; } =
        $":root{{color-scheme:light dark;{string.Concat(Shades.Select(shade => $"--{shade.Name}:{shade.Light};"))}}}"
        + $"@media (prefers-color-scheme:dark){{:root{{{string.Concat(Shades.Select(shade => $"--{shade.Name}:{shade.Dark};"))}}}}}"
        + "*{box-sizing:border-box}"
        + $"body{{margin:0;background:var(--page);color:var(--ink);font:15px/22px {MailStyles.Fonts};overflow-wrap:anywhere}}"
        + "header,main,footer{max-width:1100px;margin:0 auto;padding:0 20px}header{padding-top:24px}main{padding-bottom:12px}"
        + "footer{padding-bottom:28px}h1{margin:4px 0;font-size:26px;line-height:32px;letter-spacing:-.01em}"
        + "h2{margin:0 0 10px;font-size:17px;line-height:24px}h3{margin:14px 0 4px;font-size:14px;line-height:20px;color:var(--quiet)}"
        + "p{margin:0 0 6px}.name{font-weight:600;color:var(--accent);font-size:13px}.quiet{color:var(--quiet)}.late{color:var(--late)}"
        + ".soon{color:var(--soon)}.strong{font-weight:600}"
        + ".under{display:block;color:var(--quiet);font-size:13px;line-height:19px}.small{font-size:13px;line-height:19px}"
        + "section{background:var(--card);border-radius:10px;padding:18px 20px;margin:16px 0}"
        + "section>:last-child{margin-bottom:0}.two{display:grid;gap:16px;grid-template-columns:1fr}.two>section{margin:0}"
        + ".plots{display:grid;gap:4px 24px;grid-template-columns:1fr}"
        + "ul,ol{margin:0;padding:0;list-style:none}li{padding:5px 0;border-top:1px solid var(--line)}li:first-child{border-top:0}"
        + ".mark{display:inline-block;width:10px;height:10px;border-radius:2px;margin-right:8px}"
        + ".b-theirs{background:var(--soon)}.b-ours{background:var(--accent)}.b-both{background:var(--quiet)}"
        + ".b-late{background:var(--late)}"
        + ".b-line{background:var(--line)}"
        + "svg{display:block;width:100%}.f-theirs{fill:var(--soon)}.f-ours{fill:var(--accent)}.f-both{fill:var(--quiet)}"
        + ".f-late{fill:var(--late)}.f-line{fill:var(--line)}.plot{height:110px;border-bottom:1px solid var(--line)}.bar{height:8px}"
        + ".ends{display:flex;justify-content:space-between;gap:12px;color:var(--quiet);font-size:13px;line-height:19px}"
        + ".legend{display:flex;flex-wrap:wrap;gap:4px 18px;margin:8px 0 0;font-size:13px}figure{margin:0 0 12px}"
        + "figcaption{margin:0 0 6px;color:var(--quiet);font-size:13px}"
        + "table{border-collapse:collapse;width:100%}caption{text-align:left;color:var(--quiet);font-size:13px;padding:0 0 6px}"
        + "th,td{text-align:left;vertical-align:top;padding:7px 14px 7px 0;overflow-wrap:break-word;"
        + "border-top:1px solid var(--line)}th{font-weight:600}"
        + "thead th{color:var(--quiet);font-size:13px;border-top:0}.wide{min-width:84px}.scroll{overflow-x:auto}"
        + "details{margin-top:8px}li>.bar{margin-top:4px}summary{cursor:pointer;color:var(--accent);font-size:13px}"
        + "a{color:var(--accent)}nav{display:flex;flex-wrap:wrap;gap:6px 18px;font-size:14px}"
        + "label{display:block;margin:0 0 6px;font-weight:600}"
        + "input{font:22px/30px ui-monospace,Menlo,Consolas,monospace;letter-spacing:.2em;width:10em;max-width:100%;padding:6px 10px;"
        + "color:var(--ink);background:var(--soft);border:1px solid var(--quiet);border-radius:6px}"
        + "button{font:600 15px/22px sans-serif;font-family:inherit;padding:9px 18px;margin:10px 0 0;border-radius:6px;cursor:pointer;"
        + "border:1px solid var(--accent);background:var(--accent);color:var(--card)}"
        + "button.link{background:none;border:0;padding:0;margin:0;color:var(--accent);text-decoration:underline;font-weight:400}"
        + ":focus-visible{outline:3px solid var(--accent);outline-offset:2px}.skip{position:absolute;left:-9999px}"
        + ".skip:focus{position:static;display:inline-block;margin-bottom:8px}"
        + ".none{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}"
        + "@media (min-width:820px){.two{grid-template-columns:1fr 1fr}.plots{grid-template-columns:1fr 1fr 1fr}}"
        + "@media (max-width:480px){header,main,footer{padding-left:14px;padding-right:14px}section{padding:14px}}"
        + "@media (prefers-reduced-motion:no-preference){:root{scroll-behavior:smooth}}";

    /// <summary>The source a Content-Security-Policy allows styles from.</summary>
    public static string Source { get; } = $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Block)))}'";
}
