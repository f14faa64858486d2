using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Languages;
using CrmSync.Storage;
using CrmSync.Storage.Pages;
using CrmSync.Worker.Digests;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.Sources;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace CrmSync.Worker.Pages;

/// <summary>A page in HTML; null when the reader sees none there.</summary>
internal sealed record WrittenPage(string? Html);

/// <summary>
/// The pages readers open from their digests: of a contact, and the figures of a manager. Nothing can be changed here, and that somebody
/// looked is kept.
/// </summary>
internal sealed class ReaderPages(
    Uri address,
    UnitLook units,
    Func<CancellationToken, Task> sendNow,
    ReaderDoor door,
    DigestFactsReader facts,
    AuditTrail audit,
    HtmlPages pages,
    ContactDatabase database,
    ILogger<ReaderPages> log,
    IClock clock)
{
    /// <summary>Kept by a browser that was let in.</summary>
    public const string SessionCookie = "__Host-crmsync";

    /// <summary>Kept by a browser that asked for a code.</summary>
    public const string CodeCookie = "__Host-crmsync-code";

    private const string Team = "team";

    private static readonly int MinutesOfCode = (int)ReaderSessions.CodeHolds.TotalMinutes;
    private static readonly int DaysLetIn = (int)ReaderSessions.SessionHolds.TotalDays;

    /// <summary>Whoever evaluates the policy is done by then, as a rule.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Whether a request is for one of these pages, or for a calendar.</summary>
    public static bool IsPage(PathString path) =>
        path.StartsWithSegments(PageLinks.People.TrimEnd('/'), StringComparison.Ordinal)
        || path.StartsWithSegments(PageLinks.TeamPath, StringComparison.Ordinal)
        || path.StartsWithSegments(PageLinks.Feeds.TrimEnd('/'), StringComparison.Ordinal);

    /// <summary>Whether a request came to the address that stands in digests, or to this very machine.</summary>
    public bool IsServed(string host) => host.Equals(address.Host, StringComparison.OrdinalIgnoreCase);

    public void Map(WebApplication server)
    {
        server.MapMethods(PageLinks.People + "{**contact}", [HttpMethods.Get, HttpMethods.Post], ServePerson);
        server.MapMethods(PageLinks.TeamPath, [HttpMethods.Get, HttpMethods.Post], context => Serve(context, null));
    }

    private Task ServePerson(HttpContext context) =>
        EmailAddress.TryParseContact(context.Request.RouteValues["contact"] as string, out var contact)
            ? Serve(context, contact)
            : Serve(context, null, isPage: false);

    private async Task Serve(HttpContext context, EmailAddress? contact, bool isPage = true)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy =
            $"default-src 'none'; style-src {PageStyles.Source}; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["X-Robots-Tag"] = "noindex";
        if (address.Scheme == Uri.UriSchemeHttps)
            headers.StrictTransportSecurity = "max-age=31536000";

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        patience.CancelAfter(Patience);
        var words = Wording.In(Language.English);
        try
        {
            var visit = await Visit(context, contact, patience.Token);
            words = visit.Words;
            if (!isPage)
                await Refuse(visit, StatusCodes.Status404NotFound, words.Door.NoSuchPage);
            else
                await (HttpMethods.IsPost(context.Request.Method) ? Act(visit, patience.Token) : Show(visit, patience.Token));
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            await Refuse(context, StatusCodes.Status503ServiceUnavailable, words, words.Door.Busy);
        }
        catch (Exception failure) when (database.Explain(failure) is not null)
        {
            await Refuse(context, StatusCodes.Status503ServiceUnavailable, words, words.Door.NoDatabase);
        }
        catch (Exception failure) when (Unexpected.IsContained(failure, context.RequestAborted))
        {
            log.LogError(failure, "a page of a reader: {Failure}", Unexpected.Name(failure));
            await Refuse(context, StatusCodes.Status500InternalServerError, words, words.Door.WentWrong);
        }
    }

    private async Task<PageVisit> Visit(HttpContext context, EmailAddress? contact, CancellationToken ct)
    {
        var now = clock.GetCurrentInstant();
        var session = context.Request.Cookies[SessionCookie];
        var token = context.Request.Query[PageLinks.Token].ToString();
        return new PageVisit(context, contact, now)
        {
            Session = session,
            Reader = await door.Find(session, now, ct),
            Link = token.Length > 0 ? door.Read(token, now) : null,
        };
    }

    private async Task Show(PageVisit visit, CancellationToken ct)
    {
        if (visit.Link is { Refused: { } why })
        {
            await TurnAway(visit, visit.Reader, visit.Words.Door.LinkOpensNothing(why(visit.Words.Door)), ct);
            return;
        }

        if (visit.Reader is { } reader)
        {
            if (visit.Link?.Reader is { } other && other.Id != reader.Id)
                await TurnAway(visit, reader, visit.Words.Door.LinkOfAnotherReader, ct);
            else
                await Write(visit, reader, ct);

            return;
        }

        if (visit.Link is null)
        {
            await Refuse(visit, StatusCodes.Status401Unauthorized, visit.Words.Door.OpenFromDigest);
            return;
        }

        await Tell(visit, StatusCodes.Status401Unauthorized, visit.Words.Door.IsItYou(DaysLetIn), DoorStep.Ask);
    }

    private async Task Act(PageVisit visit, CancellationToken ct)
    {
        // Another site may send its visitors here; it must not act for them.
        if (visit.Context.Request.Headers["Sec-Fetch-Site"].ToString() is not ("" or "same-origin" or "none"))
        {
            await Refuse(visit, StatusCodes.Status403Forbidden, visit.Words.Door.AskedElsewhere);
            return;
        }

        var form = await visit.Context.Request.ReadFormAsync(ct);
        switch (form["step"].ToString())
        {
            case "leave":
                await Leave(visit, ct);
                break;
            case "mail" or "enter" when visit.Link?.Reader is null:
                await Show(visit, ct);
                break;
            case "mail":
                await Mail(visit, visit.Link!.Reader!, ct);
                break;
            case "enter":
                await Enter(visit, visit.Link!.Reader!, form["code"].ToString(), ct);
                break;
            default:
                await Refuse(visit, StatusCodes.Status400BadRequest, visit.Words.Door.LoadAgain);
                break;
        }
    }

    private async Task Mail(PageVisit visit, Person reader, CancellationToken ct)
    {
        var secret = ReaderDoor.CreateSecret();
        if (!await door.MailCode(reader, secret, visit.Now, ct))
        {
            await TurnAway(visit, reader, visit.Words.Door.TooManyCodes, ct, StatusCodes.Status429TooManyRequests);
            return;
        }

        await Note(visit, reader, "asked for a code", ct);
        await sendNow(ct);
        Keep(visit.Context, CodeCookie, secret, ReaderSessions.CodeHolds, SameSiteMode.Strict);
        await Tell(visit, StatusCodes.Status200OK, visit.Words.Door.CodeIsOnItsWay(MinutesOfCode), DoorStep.Enter);
    }

    private async Task Enter(PageVisit visit, Person reader, string code, CancellationToken ct)
    {
        var session = ReaderDoor.CreateSecret();
        var answer = visit.Context.Request.Cookies[CodeCookie] is { } secret
            ? await door.Enter(reader, secret, code, session, visit.Now, ct)
            : CodeAnswer.NoneWaits;
        switch (answer)
        {
            case CodeAnswer.Right:
                await Note(visit, reader, "signed in", ct);
                Keep(visit.Context, SessionCookie, session, ReaderSessions.SessionHolds, SameSiteMode.Lax);
                visit.Context.Response.Cookies.Delete(CodeCookie, Cookie(SameSiteMode.Strict));
                Redirect(visit);
                break;
            case CodeAnswer.Wrong:
                await Tell(visit, StatusCodes.Status403Forbidden, visit.Words.Door.WrongCode, DoorStep.Enter);
                break;
            default:
                await Note(visit, reader, "was refused", ct);
                await Tell(visit, StatusCodes.Status403Forbidden, visit.Words.Door.SpentCode(MinutesOfCode), DoorStep.Ask);
                break;
        }
    }

    private async Task Leave(PageVisit visit, CancellationToken ct)
    {
        if (visit.Session is { } session)
            await door.Leave(session, ct);

        visit.Context.Response.Cookies.Delete(SessionCookie, Cookie(SameSiteMode.Lax));
        await Tell(visit, StatusCodes.Status200OK, visit.Words.Door.SignedOut, DoorStep.Nothing);
    }

    private async Task Write(PageVisit visit, Person reader, CancellationToken ct)
    {
        var judged = visit.Contact is { } asked ? await units.Read(asked, visit.Now, ct) : await units.ReadAll(visit.Now, ct);
        var written = await Render(PolicyMoment.From(judged), visit, reader, ct);

        // Kept before it is shown: what nobody could note, nobody sees.
        await Note(visit, reader, written.Html is null ? "was refused" : "looked at", ct);
        if (written.Html is not { } html)
        {
            await Refuse(
                visit,
                StatusCodes.Status404NotFound,
                visit.Contact is null ? visit.Words.Door.NoFigures : visit.Words.Door.NobodyOfYours(Name(visit.Contact)));
            return;
        }

        await Answer(visit.Context, StatusCodes.Status200OK, html);
    }

    private async Task<WrittenPage> Render(PolicyMoment look, PageVisit visit, Person reader, CancellationToken ct)
    {
        var composer = new PageComposer(await facts.FactsAbout(visit.Contact, look, ct));
        var words = Wording.In(reader.Language);
        var moment = ReaderClock.From(look.Policy, reader, visit.Now).Head;
        var hasFigures = PageComposer.HasTeam(look.Policy, reader) ? Below(PageLinks.TeamPath) : null;
        if (visit.Contact is { } contact)
        {
            return composer.WritePerson(reader, contact) is { } person
                ? new WrittenPage(
                    await pages.Render<PersonPageView>(new PageView<PersonPage>(person, words, Name(reader), moment, hasFigures)))
                : new WrittenPage(null);
        }

        return composer.WriteTeam(reader) is { } team
            ? new WrittenPage(await pages.Render<TeamPageView>(new PageView<TeamPage>(team, words, Name(reader), moment, null)))
            : new WrittenPage(null);
    }

    private static string Name(Person reader) => PlainWords.Flatten(reader.Name ?? reader.Id, PlainWords.Name);

    private static string Name(EmailAddress contact) => PlainWords.Flatten(contact.Value, PlainWords.Name);

    /// <summary>Refuses somebody; when it is known who that is, it is kept.</summary>
    private async Task TurnAway(
        PageVisit visit, Person? who, string text, CancellationToken ct, int status = StatusCodes.Status403Forbidden)
    {
        if (who is not null)
            await Note(visit, who, "was refused", ct);

        await Refuse(visit, status, (visit.Words.Door.StaysClosed, text));
    }

    private Task Note(PageVisit visit, Person reader, string what, CancellationToken ct) =>
        audit.Note(new AuditEntry(visit.Now, reader.Id, AuditWay.Page, what, visit.Contact?.Value ?? Team), ct);

    private Task Refuse(PageVisit visit, int status, (string Title, string Text) said) => Tell(visit, status, said, DoorStep.Nothing);

    private Task Refuse(HttpContext context, int status, Wording words, (string Title, string Text) said) =>
        Answer(context, status, new DoorView(words, said.Title, said.Text, DoorStep.Nothing));

    private Task Tell(PageVisit visit, int status, (string Title, string Text) said, DoorStep step) =>
        Answer(visit.Context, status, new DoorView(visit.Words, said.Title, said.Text, step));

    private async Task Answer(HttpContext context, int status, DoorView view) =>
        await Answer(context, status, await pages.Render<DoorPage>(view));

    private static async Task Answer(HttpContext context, int status, string html)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=utf-8";
        await context.Response.WriteAsync(html, context.RequestAborted);
    }

    /// <summary>To the same page without the token.</summary>
    private void Redirect(PageVisit visit)
    {
        visit.Context.Response.StatusCode = StatusCodes.Status303SeeOther;
        visit.Context.Response.Headers.Location = Below(visit.Contact is { } contact ? PageLinks.Path(contact) : PageLinks.TeamPath);
    }

    /// <summary>A server in front may serve these pages below a path of its own.</summary>
    private string Below(string path) => address.AbsolutePath.TrimEnd('/') + path;

    private static void Keep(HttpContext context, string name, string value, Duration holds, SameSiteMode site)
    {
        var cookie = Cookie(site);
        cookie.MaxAge = holds.ToTimeSpan();
        context.Response.Cookies.Append(name, value, cookie);
    }

    /// <summary>A browser comes from a mail program on the web with its session, and enters codes only where it asked for them.</summary>
    private static CookieOptions Cookie(SameSiteMode site) => new() { Secure = true, HttpOnly = true, Path = "/", SameSite = site };
}

/// <summary>Somebody who asks for a page.</summary>
/// <param name="Context">The request and its answer.</param>
/// <param name="Contact">Whose page; null for the figures.</param>
/// <param name="Now">The moment.</param>
internal sealed record PageVisit(HttpContext Context, EmailAddress? Contact, Instant Now)
{
    /// <summary>What the browser keeps; null when it was not let in.</summary>
    public string? Session { get; init; }

    /// <summary>Who is let in by it.</summary>
    public Person? Reader { get; init; }

    /// <summary>Whom the link was written for; null when there is no token.</summary>
    public LinkAnswer? Link { get; init; }

    /// <summary>The language of who is let in, otherwise of whom the link was written for; English for everybody else.</summary>
    public Wording Words => Wording.In((Reader ?? Link?.Reader)?.Language ?? Language.English);
}
